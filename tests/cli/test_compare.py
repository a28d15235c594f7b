"""`pytest-repro compare`: two sets of recorded tests, many side by side, and what hardware allows for."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

_SPEC = importlib.util.spec_from_file_location("stores", Path(__file__).with_name("stores.py"))
stores = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(stores)
project, put, here, four, command = stores.project, stores.put, stores.here, stores.four, stores.command
recorded, fit, LOSS = stores.recorded, stores.fit, stores.LOSS

pytestmark = pytest.mark.usefixtures("project")


@pytest.fixture
def git(project):
    """Git in the project, which it makes a repository."""

    def git(*words):
        name = ("-c", "user.name=kim", "-c", "user.email=kim@example.org", "-c", "commit.gpgsign=false")
        return subprocess.run(["git", *name, *words], cwd=project, check=True, capture_output=True, text=True).stdout

    git("init", "-q", "-b", "main")
    return git


@pytest.mark.usefixtures("four")
def test_two_that_are_equal_exit_with_zero(command):
    assert command("compare", "linux-a", "linux-b") == (
        0,
        """linux-a -> linux-b

tests         2 in both: 2 the same bit for bit
tolerance     exact (--tol=1e-9 allows for rounding)

environment   the same in both
""",
        "",
    )


@pytest.mark.usefixtures("four")
def test_two_that_differ_are_told_value_by_value_and_the_cause_beneath(command):
    status, out, _ = command("compare", "linux-a", "haswell")
    lines = out.splitlines()
    assert status == 1
    assert lines[2] == "tests         2 in both: 1 beyond the tolerance, 1 the same bit for bit"
    assert lines[5:7] == ["tests/test_m.py::test_fit", "  2 values differ, 2 beyond the tolerance; 3 compared"]
    assert lines[7].split() == ["value", "linux-a", "haswell", "abs", "rel", "ulp", "tol"]
    assert [line.split()[0] for line in lines[8:11] if line[2] != " "] == ["weights", "loss"]
    facts = [line for line in lines if line.startswith("  1  ")]
    assert [" ".join(fact.split()) for fact in facts] == ["1 blas.kernel SkylakeX -> Haswell"]


@pytest.mark.usefixtures("four")
def test_a_tolerance_is_for_everything_or_for_an_address(command):
    assert command("compare", "linux-a", "haswell", "--tol=1e-12")[0] == 0
    status, out, _ = command(
        "compare", "linux-a", "haswell", "--tol=0", "--tol", "weights=1e-12", "--tol", "loss=1e-12"
    )
    assert (status, "1 within the tolerance, 1 the same" in out) == (0, True)
    assert "tolerance     0, weights=1e-12, loss=1e-12\n" in out
    assert command("compare", "linux-a", "haswell", "--tol", "weights=1e-12")[0] == 1


@pytest.mark.usefixtures("four")
def test_tolerances_and_ignored_addresses_of_the_project_hold(command, project):
    project.joinpath("pytest.ini").write_text("[pytest]\nrepro_tol = 1e-12\n", encoding="utf-8")
    status, out, _ = command("compare", "linux-a", "haswell")
    assert (status, "tolerance     1e-12 (repro_tol)\n" in out) == (0, True)
    project.joinpath("pytest.ini").write_text("[pytest]\nrepro_ignore = loss\n    weights\n", encoding="utf-8")
    assert command("compare", "linux-a", "haswell")[0] == 0


@pytest.mark.usefixtures("four")
def test_a_value_that_is_missing_differs_whatever_the_tolerance(command):
    status, out, _ = command("compare", "linux-a", "short", "--tol=1")
    assert status == 1
    (line,) = [line for line in out.splitlines() if line.startswith("  weights")]
    assert line.split()[-2:] == ["drift", "missing"]


@pytest.mark.usefixtures("four")
def test_the_difference_as_json_holds_the_same(command):
    status, out, _ = command("compare", "linux-a", "haswell", "--json")
    data = json.loads(out)
    (test,) = data["tests"]
    assert (status, data["schema"], data["equal"], data["same"]) == (
        1,
        "pytest-repro/difference",
        False,
        ["tests/test_m.py::test_count"],
    )
    assert (test["test"], test["drifted"]) == ("tests/test_m.py::test_fit", 2)
    assert {value["address"]: value["shape"] for value in test["values"]} == {
        "record.loss": "rounding-like",
        "record.weights": "rounding-like",
    }
    assert [one["address"] for one in data["environment"]["differences"]] == ["blas.kernel"]
    assert [column["name"] for column in data["columns"]] == ["linux-a", "haswell"]


def test_tests_that_one_side_alone_holds_are_named_and_differ(command, put):
    put("a", {"test_fit": recorded(fit()), "test_old": recorded({"record.n": 1})})
    put("b", {"test_fit": recorded(fit()), "test_new": recorded({"record.n": 1})})
    status, out, _ = command("compare", "a", "b")
    assert status == 1
    assert "\n1 test in a alone\n  tests/test_m.py::test_old\n\n1 test in b alone\n  tests/test_m.py::test_new\n" in out
    assert command("compare", "a", "b", "--common")[0] == 0


def test_the_worst_test_comes_first(command, put):
    sizes = {"test_a": 1e-9, "test_b": 0.3, "test_c": 1e-3}
    put("a", {name: recorded({"record.x": 1.0}) for name in [*sizes, "test_kind"]})
    put(
        "b",
        {name: recorded({"record.x": 1.0 + size}) for name, size in sizes.items()}
        | {"test_kind": recorded({"record.x": 1})},
    )
    tests = [
        line.partition("::")[2] for line in command("compare", "a", "b")[1].splitlines() if line.startswith("tests/")
    ]
    assert tests == ["test_kind", "test_b", "test_c", "test_a"]


@pytest.mark.usefixtures("four")
def test_many_are_a_matrix_with_clusters_and_what_parts_them(command):
    status, out, _ = command("compare", "linux-a", "linux-b", "haswell", "short")
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert status == 1
    assert lines[0] == "tests 2 tests in 4 columns: 1 beyond the tolerance, 1 the same bit for bit"
    assert lines[3:6] == [
        "test linux-a linux-b haswell short",
        "tests/test_m.py::test_fit ref = ! 3 ulp ! missing",
        "tests/test_m.py::test_count ref = = =",
    ]
    assert lines[10:13] == [
        "these 2 agree bit for bit: linux-a, linux-b",
        "haswell differs from them in blas.kernel (SkylakeX -> Haswell)",
        "short differs from them in nothing known of the environment: look at code, data and seeds",
    ]


@pytest.mark.usefixtures("four")
def test_no_word_stands_for_all_profiles_and_stars_for_some(command):
    assert "4 columns" in command("compare")[1]
    assert command("compare", "linux-*")[0] == 0
    assert "3 columns" in command("compare", "linux-*", "haswell")[1]
    assert command("compare", "--profile", "linux-*")[0] == 0


@pytest.mark.usefixtures("four")
def test_the_matrix_as_json_holds_the_same(command):
    status, out, _ = command("compare", "linux-a", "linux-b", "haswell", "short", "--json")
    data = json.loads(out)
    assert (status, data["schema"], data["equal"]) == (1, "pytest-repro/matrix", False)
    assert [cell["state"] for cell in data["tests"][0]["cells"]] == ["reference", "same", "drift", "drift"]
    assert data["tests"][0]["cells"][3]["structural"] == "missing"
    assert [cluster["columns"] for cluster in data["clusters"]] == [["linux-a", "linux-b"], ["haswell"], ["short"]]
    assert [fact["address"] for fact in data["clusters"][1]["differs_in"]] == ["blas.kernel"]


def test_many_equal_columns_are_one_cluster_and_many_equal_tests_are_counted(command, put):
    for profile in ("a", "b", "c"):
        put(profile, {f"test_{number}": recorded({"record.n": number}) for number in range(30)})
    status, out, _ = command("compare")
    assert status == 0
    assert "\nall 3 agree bit for bit\n" in out
    assert "and 30 tests the same in all columns\n" in out


def test_many_long_columns_stand_in_blocks_that_fit(command, put):
    names = [f"linux-x86_64-python3.{number}-numpy2.4" for number in range(9)]
    for number, name in enumerate(names):
        put(name, {"test_" + "fit_" * 30: recorded({"record.x": 1.0 + number})})
    status, out, _ = command("compare")  # the fixture measures the lines
    assert status == 1
    assert out.count("\ntest ") >= 3


def test_a_test_that_is_not_recorded_everywhere_differs(command, put):
    for profile in ("a", "b", "c"):
        put(profile, {"test_fit": recorded(fit())})
    put("c", {"test_only": recorded({"record.n": 1})})
    status, out, _ = command("compare")
    assert (status, "1 not recorded everywhere" in out) == (1, True)
    assert command("compare", "--common")[0] == 0


@pytest.mark.usefixtures("four")
def test_a_file_and_a_folder_of_another_place_are_compared_with_a_profile(command, project, tmp_path):
    shutil.copytree(project / "tests", tmp_path / "taken" / "tests")
    path = os.path.join("tests", "__envelopes__", "test_m.linux-a.json")  # noqa: PTH118  # a word as users write it
    assert command("compare", path, "linux-b")[0] == 0
    assert command("compare", str(tmp_path / "taken"), "linux-b", "--profile", "linux-b")[0] == 0
    # taken at the folder of tests, not at the root: modules are told from the deepest folder of each
    assert command("compare", str(tmp_path / "taken" / "tests"), "linux-b", "--profile", "linux-b")[0] == 0
    assert (
        command("compare", str(tmp_path / "taken" / "tests" / "__envelopes__"), "linux-b", "--profile", "linux-b")[0]
        == 0
    )


@pytest.mark.usefixtures("four")
def test_a_folder_of_artefacts_has_a_column_a_job(command, project, tmp_path):
    for job, profile in (("job-a", "linux-a"), ("job-b", "linux-b"), ("job-c", "haswell")):
        home = tmp_path / "artefacts" / "run-7" / job / "tests" / "__envelopes__"
        home.mkdir(parents=True)
        shutil.copytree(project / "tests" / "__envelopes__" / "arrays", home / "arrays")
        shutil.copy(project / "tests" / "__envelopes__" / f"test_m.{profile}.json", home)
    status, out, _ = command("compare", str(tmp_path / "artefacts"))
    assert status == 1
    assert out.splitlines()[3].split() == ["test", "job-a", "job-b", "job-c"]
    assert "tests/test_m.py::test_fit    ref    =      ! 3 ulp\n" in out


@pytest.mark.usefixtures("four")
def test_envelopes_of_a_commit_are_read_and_not_checked_out(command, put, git, project):
    git("add", ".")
    git("commit", "-q", "-m", "first")
    put("linux-a", {"test_fit": recorded(fit(0.5))})
    before = sorted(path for path in project.rglob("*") if ".git" not in path.parts)
    for words, status in (
        (("HEAD:", "linux-a"), 1),
        (("HEAD:", "linux-b"), 1),
        (("HEAD:tests/__envelopes__/test_m.linux-a.json", "linux-b"), 0),
        (("main:tests/", "linux-b", "--profile", "linux-b"), 0),
        (("HEAD:", "linux-a", "--profile", "linux-a"), 1),
    ):
        assert command("compare", *words)[0] == status, words
    out = command("compare", "HEAD:", "linux-a", "--profile", "linux-a")[1]
    assert out.startswith("HEAD -> linux-a\n")
    assert sorted(path for path in project.rglob("*") if ".git" not in path.parts) == before


@pytest.mark.usefixtures("four")
def test_a_revision_that_holds_a_link_in_a_store_is_refused(command, git, project):
    link = project / "tests" / "__envelopes__" / "test_x.p.json"
    link.symlink_to("/etc/passwd")
    git("add", ".")
    git("commit", "-q", "-m", "a link")
    status, out, err = command("compare", "HEAD:", "linux-a")
    assert (status, out) == (4, "")
    assert "not a plain file, nothing is read or written there in '__envelopes__/test_x.p.json'  [RPR-B605]" in err


@pytest.mark.usefixtures("four")
def test_a_committed_file_above_the_limit_is_refused(command, git, project):
    git("add", ".")
    git("commit", "-q", "-m", "first")
    project.joinpath("pytest.ini").write_text("[pytest]\nrepro_store_limit = 100\n", encoding="utf-8")
    status, _, err = command("compare", "HEAD:", "HEAD:")
    assert (status, "more than repro_store_limit allows (100)" in err) == (4, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("nobody", "linux-a"),
            "'nobody' is no profile, file or folder that is there, there are haswell, linux-a, linux-b, short",
        ),
        (("haswel", "linux-a"), "'haswel' is no profile, file or folder that is there, did you mean 'haswell'"),
        (("linux-a",), "'linux-a' is compared with nothing"),
        (("gone:", "linux-a"), "there is no revision 'gone'"),
        ((":tests", "linux-a"), "there is no revision ''"),
        (("--", "-x:", "linux-a"), "there is no revision '-x'"),
        (("HEAD:../x", "linux-a"), "'../x' leaves the project"),
        (("HEAD:/etc", "linux-a"), "'/etc' leaves the project"),
        (("HEAD:docs", "linux-a"), "nothing is recorded in 'HEAD:docs'"),
        (("memory://bucket/x", "linux-a"), "nothing is recorded in 'memory://bucket/x'"),
        (("./pytest.ini", "linux-a"), "'pytest.ini' is no file of envelopes: they are called MODULE.PROFILE.json"),
        (("./docs", "linux-a"), "nothing is recorded in './docs'"),
        (("linux-a", "linux-b", "--tol=much"), "not a tolerance: 'much'"),
        (("linux-a", "linux-b", "--tol=-1"), "not a tolerance: '-1'"),
        (("linux-a", "linux-b", "--tol=nan"), "not a tolerance: 'nan'"),
        (("linux-a", "x\0y"), "'x\\x00y' is no profile, file or folder that is there"),
    ],
)
@pytest.mark.usefixtures("four")
def test_a_word_that_names_nothing_is_a_mistake_of_use(command, git, project, words, said):
    project.joinpath("docs").mkdir()
    git("add", "pytest.ini")
    git("commit", "-q", "-m", "first")
    status, out, err = command("compare", *words)
    assert (status, out) == (4, "")
    assert err.startswith(f"pytest-repro: {said}"), err
    assert "[RPR-U104]" in err


@pytest.mark.usefixtures("four")
def test_a_project_in_no_repository_has_no_revisions(command, monkeypatch, project):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(project.parent))
    assert command("compare", "HEAD:", "linux-a")[2].startswith("pytest-repro: the project is in no git repository")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"a', "not JSON on line 1: Unterminated string starting at in '__envelopes__/test_m.short.json'  [RPR-B602]"),
        (
            '{"format": "9.0"}',
            "format 9.0 is newer than 1.0, the newest that is known here",
        ),
        ("[]", "unexpected type list (expected dict) in '__envelopes__/test_m.short.json'  [RPR-B602]"),
    ],
)
@pytest.mark.usefixtures("four")
def test_a_file_that_cannot_be_used_is_told_and_nothing_compared_without_it(command, project, content, said):
    project.joinpath("tests", "__envelopes__", "test_m.short.json").write_text(content, encoding="utf-8")
    status, out, err = command("compare", "linux-a", "short")
    assert (status, out) == (4, "")
    assert err.startswith(f"pytest-repro: {said}")
    assert command("compare", "linux-a", "linux-b")[0] == 0  # what is not asked for hinders nobody


@pytest.mark.usefixtures("four")
def test_a_test_that_cannot_be_used_is_told_with_its_place(command, project):
    path = project / "tests" / "__envelopes__" / "test_m.short.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    data["tests"]["test_fit"]["values"]["record.loss"] = {"kind": "float", "value": "much"}
    path.write_text(json.dumps(data), encoding="utf-8")
    status, _, err = command("compare", "linux-a", "short")
    assert status == 4
    assert """in 'test_m.short.json.tests["test_fit"].values["record.loss"]""" in err


def test_values_that_are_secrets_are_not_printed(command, put):
    put("a", {"test_fit": recorded({"record.password": "tulip-grower", "record.text": stores.TOKEN})})
    put("b", {"test_fit": recorded({"record.password": "rose-grower", "record.text": stores.TOKEN + "x"})})
    put("c", {"test_fit": recorded({"record.password": "rose-grower", "record.text": stores.TOKEN + "x"})})
    for words in (("a", "b"), ("a", "b", "--json"), (), ("--json",), ("--limits",)):
        out = command("compare", *words)[1]  # the fixture looks for the token
        assert "grower" not in out


@pytest.mark.usefixtures("four")
def test_two_columns_of_one_name_are_told_apart(command, project, tmp_path):
    for name in ("x", "y"):
        shutil.copytree(project / "tests", tmp_path / name / "jobs" / "tests")
    words = [str(tmp_path / name / "jobs") for name in ("x", "y")]
    out = command("compare", *words, "--profile", "linux-a")[1]
    assert out.startswith("jobs linux-a -> jobs linux-a #2\n")


def test_an_environment_that_cannot_be_read_is_told_and_the_values_are_compared(command, put):
    odd = stores.replace(recorded(fit()), environment={"a": 1}, environment_id="abc")
    put("a", {"test_fit": odd})
    put("b", {"test_fit": stores.replace(odd, observations=recorded(fit(LOSS * 2)).observations)})
    put("c", {"test_fit": odd})
    status, out, _ = command("compare", "a", "b")
    assert status == 1
    assert "environment   of a: abc, not readable: this is no saved environment in 'schema'\n" in out
    assert "\n  b differs from them an environment" not in command("compare")[1]
    assert "b differs from them; why is not known: an environment cannot be read" in command("compare")[1]


@pytest.mark.usefixtures("four")
def test_a_store_behind_a_url_is_compared_as_a_folder_is(command, project):
    pytest.importorskip("fsspec")
    here = command("compare", "linux-a", "haswell")
    assert command("compare", "linux-a", "haswell", f"--store={project.as_uri()}") == here
    status, out, _ = command("compare", project.as_uri(), "--profile=linux-a", "haswell")
    assert (status, out) == command("compare", ".", "--profile=linux-a", "haswell")[:2]
    assert command("show", f"--store={project.as_uri()}") == command("show")
    status, _, err = command("check", f"--store={project.as_uri()}", "--prune", "--yes")
    assert (status, "a store behind a URL is not pruned" in err) == (4, True)
