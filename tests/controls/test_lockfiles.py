"""Which lock applies to a project, and what is wrong with its locks."""

from __future__ import annotations

import json
import sys

import pytest

from pytest_repro.controls.lockfiles import READ, examine
from pytest_repro.environment.distribution import Distribution
from pytest_repro.errors import ReproError

DIGEST = "--hash=sha256:" + "0" * 64
HERE = [Distribution(name="numpy", version="2.4.6"), Distribution(name="rich", version="13.7")]
UV = """\
version = 1
revision = 3
requires-python = "{python}"

[[package]]
name = "mine"
version = "0.1"
source = {{ editable = "." }}
dependencies = [{{ name = "numpy" }}, {{ name = "rich" }}]

[package.metadata]
requires-dist = [{{ name = "numpy" }}, {{ name = "rich" }}]

[[package]]
name = "numpy"
version = "{numpy}"
source = {{ registry = "https://example.org/simple" }}
sdist = {{ url = "https://example.org/numpy.tar.gz", hash = "sha256:00" }}

[[package]]
name = "rich"
version = "13.7"
source = {{ registry = "https://example.org/simple" }}
sdist = {{ url = "https://example.org/rich.tar.gz", hash = "sha256:00" }}
"""


def uv(numpy="2.4.6", python=">=3.8"):
    return UV.format(numpy=numpy, python=python)


def pinned(**versions):
    return "".join(f"{name.replace('_', '-')}=={version} {DIGEST}\n" for name, version in versions.items())


@pytest.fixture
def project(tmp_path):
    """Write the files of a project and give its folder."""

    def written(**files):
        for name, text in files.items():
            path = tmp_path / name.replace("__", "/").replace("_txt", ".txt").replace("_lock", ".lock")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tmp_path

    return written


def codes(report, policy=None):
    return [finding.code for finding in report.findings(policy or {})]


def test_one_lock_in_step_finds_nothing(project):
    report = examine(project(uv_lock=uv()), "auto", HERE)
    assert report.words.startswith("uv.lock ")
    assert report.words.endswith(" in step")
    assert (report.why, report.others, codes(report)) == ("the only one", (), [])


def test_of_several_locks_the_first_that_is_for_this_interpreter_applies(project):
    folder = project(uv_lock=uv(python=">=9"), requirements_txt=pinned(numpy="2.4.6", rich="13.7"))
    report = examine(folder, "auto", HERE)
    assert report.words.startswith("requirements.txt ")
    assert report.why == "the first that is for this interpreter"
    assert [other.path for other in report.others] == ["uv.lock"]
    assert report.others[0].words.endswith(" is not for this interpreter")
    assert codes(report) == []


def test_where_none_is_for_this_interpreter_the_first_is_told(project):
    report = examine(project(uv_lock=uv(python=">=9")), "auto", HERE)
    (found,) = report.findings({})
    here = ".".join(map(str, sys.version_info[:3]))
    assert found.sentence.startswith(f"uv.lock: it is for Python >=9, and this is {here}")
    assert found.code == "L409"


def test_locks_further_up_are_asked_only_where_none_nearer_fits(project):
    folder = project(uv_lock=uv(numpy="1.26.4"), inner__requirements_txt=pinned(numpy="2.4.6", rich="13.7"))
    (folder / ".git").mkdir()
    report = examine(folder / "inner", "auto", HERE)
    assert report.words.startswith("requirements.txt ")
    (folder / "inner" / "requirements.txt").unlink()
    report = examine(folder / "inner", "auto", HERE)
    assert report.words.startswith("../uv.lock ")
    assert codes(report) == ["L401"]


def test_without_a_repository_nothing_above_the_project_is_looked_at(project):
    folder = project(uv_lock=uv(), inner__other_txt="")
    report = examine(folder / "inner", "auto", HERE)
    assert report.words == "no lock"


def test_locks_of_one_project_that_disagree_are_told(project):
    folder = project(uv_lock=uv(), requirements_txt=pinned(numpy="2.3.1", rich="13.7"))
    report = examine(folder, "auto", HERE)
    (found,) = report.findings({})
    assert found.headline == (
        "RPR-L405 locks disagree: 1 package is pinned to different versions by two locks of this project"
    )
    assert found.reasons == ("numpy: uv.lock 2.4.6, requirements.txt 2.3.1",)
    assert found.steps == ("keep uv.lock and write the other from it, or delete the other",)


def test_what_a_second_requirements_file_pins_is_not_extra_beside_the_first(project):
    folder = project(requirements_txt=pinned(numpy="2.4.6"), requirements__tests_txt=pinned(rich="13.7"))
    assert codes(examine(folder, "auto", HERE)) == []


def test_a_broken_lock_is_a_finding_with_place_and_mend_and_never_raised(project):
    report = examine(project(uv_lock="version = 1\n<<<<<<< HEAD\n"), "auto", HERE)
    (found,) = report.findings({})
    assert found.headline == "RPR-L406 malformed lock: uv.lock:2: a merge conflict is not resolved"
    assert (found.action, found.steps) == ("fail", ("uv lock",))
    assert report.words == "uv.lock:2 cannot be read"
    assert report.lockstep is None


def test_beside_a_broken_lock_the_next_is_judged(project):
    folder = project(uv_lock="version = ", requirements_txt=pinned(numpy="2.3", rich="13.7"))
    report = examine(folder, "auto", HERE)
    assert codes(report) == ["L401", "L406"]
    assert [other.words for other in report.others] == ["cannot be read"]


def test_a_lock_of_a_newer_format_is_unauditable_and_not_malformed(project):
    report = examine(project(uv_lock=uv().replace("version = 1", "version = 2", 1)), "auto", HERE)
    (found,) = report.findings({})
    assert (found.code, found.action) == ("L407", "accept")


def test_no_lock_names_what_only_says_what_is_wanted(project):
    report = examine(project(requirements_txt="numpy>=2\n"), "auto", HERE)
    (found,) = report.findings({})
    assert found.headline == "RPR-L408 no lock: no lock file is in the project"
    assert found.reasons == ("requirements.txt says what is wanted, and not which file exactly",)
    assert report.words == "no lock"


def test_a_named_lock_is_the_only_one_looked_at(project):
    folder = project(uv_lock=uv(), requirements_txt=pinned(numpy="2.3.1"))
    report = examine(folder, "requirements.txt", HERE)
    assert (report.why, report.others) == ("named", ())
    assert codes(report) == ["L401", "L403"]


def test_a_name_of_no_file_is_a_mistake_of_use(project):
    with pytest.raises(ReproError) as caught:
        examine(project(uv_lock=uv()), "poetry.lock", HERE)
    assert str(caught.value) == (
        "there is no lock file 'poetry.lock' in 'repro_lock'  [RPR-U102]\n  mend: --repro-lock=uv.lock"
    )


def test_an_environment_file_is_no_lock_and_says_so(project):
    folder = project()
    (folder / "environment.yml").write_text("name: x\ndependencies:\n- numpy=2\n")
    (found,) = examine(folder, "environment.yml", HERE).findings({})
    assert found.sentence == "environment.yml: an environment file is a wish list of conda, not a lock"
    (found,) = examine(folder, "auto", HERE).findings({})
    assert found.code == "L408"
    assert found.reasons == ("environment.yml says what is wanted, and not which file exactly",)


def test_the_project_itself_is_known_by_its_metadata(project):
    folder = project(requirements_txt=pinned(numpy="2.4.6", rich="13.7"))
    mine = [*HERE, Distribution(name="my-own", version="1")]
    assert codes(examine(folder, "auto", mine)) == ["L403"]
    (folder / "pyproject.toml").write_text('[project]\nname = "My_Own"\n')
    assert codes(examine(folder, "auto", mine)) == []


def test_unknown_packages_are_no_finding(project):
    report = examine(project(uv_lock=uv()), "auto", None)
    assert report.words.endswith(" beside unknown packages")
    assert codes(report) == []


def test_a_folder_full_of_locks_is_not_read_whole(project):
    names = {f"requirements__r{number:02}_txt": pinned(numpy="2.4.6", rich="13.7") for number in range(READ + 3)}
    report = examine(project(**names), "auto", HERE)
    assert [other.words for other in report.others].count("not read") == 3


def test_what_was_kept_judges_as_what_is_read(project, tmp_path_factory):
    folder, cache = project(uv_lock=uv(numpy="1")), tmp_path_factory.mktemp("cache")
    first = examine(folder, "auto", HERE, cache=cache)
    assert any(cache.iterdir())
    assert examine(folder, "auto", HERE, cache=cache) == first


def test_the_dictionary_goes_through_json_and_names_its_schema(project):
    told = json.loads(json.dumps(examine(project(uv_lock=uv(numpy="1")), "auto", HERE).to_dict()))
    assert (told["schema"], told["version"]) == ("pytest-repro/lock", "1.0")
    assert told["lock"]["path"] == "uv.lock"
    assert told["lock"]["counts"] == {"ok": 1, "version": 1}
