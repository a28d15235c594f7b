"""The docs keep their word: their tables name what exists, their examples run and do what they say."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest

from pytest_repro.cli.main import SUBCOMMANDS
from pytest_repro.controls.waivers import Waivers
from pytest_repro.environment.fields import fields
from pytest_repro.plugin.tally import ASKING, IN_VAIN
from pytest_repro.variations.registry import MEMBERS, VARIATIONS, known
from pytest_repro.variations.wish import parse, resolve

DOCS = Path(__file__).parent.parent / "docs"


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def blocks(name: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page(name), re.DOTALL)


def test_every_fact_stands_in_the_reference_with_meaning_identities_and_rank():
    text = page("reference/environment.md")
    rows = re.findall(r"^\| `(.+?)` \| (.+) \| (.+) \| (\d+) \|$", text, re.MULTILINE)
    expected = [
        (f"{one.address}.NAME" if one.table else one.address, one.meaning, ", ".join(one.ids) or "-", str(one.rank))
        for one in fields()
    ]
    assert rows == expected


def test_the_environment_contract_of_the_how_to_holds_here(pytester):
    (example,) = blocks("how-to/compare-environments.md", "python")
    pytester.makepyfile(test_it=example)
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)


@pytest.mark.parametrize("address", re.findall(r"`(\w+)=[^`]*`", page("how-to/compare-environments.md")))
def test_every_requirement_that_the_how_to_names_means_something(address, pytester):
    examples = dict(re.findall(r"`(\w+)=([^`]*)`", page("how-to/compare-environments.md")))
    pytester.makepyfile(f"def test_it(repro_environment): repro_environment.require({address}={examples[address]})")
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    assert "RPR-U101" not in result.stdout.str()


def test_the_lock_test_of_the_how_to_passes_in_step_and_fails_out_of_it(pytester):
    (example,) = blocks("how-to/make-the-lock-a-test.md", "python")
    pytester.makepyfile(test_it=example)
    for version, outcome in ((np.__version__, {"passed": 1}), ("1.0", {"failed": 1})):
        pytester.path.joinpath("requirements.txt").write_text(f"numpy=={version}\n", encoding="utf-8")
        pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(**outcome)


def test_the_waiver_of_the_how_to_is_one(tmp_path):
    (example,) = blocks("how-to/adopt-on-a-drifting-suite.md", "toml")
    path = tmp_path / "repro-waivers.toml"
    path.write_text(dedent(example), encoding="utf-8")
    (waiver,) = Waivers.read(path).entries
    assert waiver.accepted == 1.3e-07


def test_the_recorded_test_of_the_how_to_demands_then_records_then_holds(pytester):
    (example,) = blocks("how-to/compare-with-a-recorded-run.md", "python")
    pytester.makepyfile(test_it=example)
    assert pytester.runpytest_subprocess("-p", "no:cacheprovider").ret == 1
    assert pytester.runpytest_subprocess("-p", "no:cacheprovider", "--repro-record").ret == 0
    assert pytester.runpytest_subprocess("-p", "no:cacheprovider").ret == 0
    profile = re.search(r"--repro-profile='(.+?)'", page("how-to/compare-with-a-recorded-run.md"))
    assert profile
    assert (
        pytester.runpytest_subprocess("-p", "no:cacheprovider", "--repro-record", f"--repro-profile={profile[1]}").ret
        == 0
    )
    assert len(list(pytester.path.glob("__envelopes__/*.json"))) == 2


def test_the_marked_tests_of_the_how_to_about_conditions_run_under_them(pytester):
    (example,) = blocks("how-to/vary-the-conditions.md", "python")
    pytester.makepyfile(test_it=example)
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:randomly")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["*repro: reproducibility map*"])
    assert "test_that_needs_a_service" not in result.stdout.str()


def test_every_condition_that_the_how_to_names_is_one():
    text = page("how-to/vary-the-conditions.md")
    for said in re.findall(r"--repro-vary=(\S+?)[`\s]", text):
        assert resolve(parse(said, "--repro-vary", "U102"), lambda _: False)
    for said in re.findall(r"^\* .*\(`(.+?)`(?:\.\.\.)?\)", text, re.MULTILINE):
        assert all(known(name) for name in said.replace("`", "").split(", "))


def test_every_command_that_readme_and_docs_name_is_one():
    texts = [path.read_text(encoding="utf-8") for path in (DOCS.parent / "README.md", *DOCS.rglob("*.md"))]
    named = {word for text in texts for word in re.findall(r"^    pytest-repro (\w+)", text, re.MULTILINE)}
    known = {module.__name__.rpartition(".")[2] for module in SUBCOMMANDS}
    assert named == known


def test_the_entropy_how_to_finds_mends_and_pins(pytester):
    drifting, mended = blocks("how-to/find-and-pin-entropy.md", "python")
    (ini,) = blocks("how-to/find-and-pin-entropy.md", "toml")
    pytester.makepyfile(test_fit=drifting)
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:randomly")
    result.assert_outcomes(failed=1)
    report = page("how-to/find-and-pin-entropy.md").partition("    why ")[2].partition("\n\n")[0]
    assert " ".join(report.split()) in " ".join(result.stdout.str().split())
    pytester.makepyprojecttoml(ini)
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)
    pytester.makepyprojecttoml("")
    pytester.makepyfile(test_fit=drifting.partition("def fit")[0] + mended)
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)


@pytest.mark.skipif(find_spec("scipy") is None, reason="needs scipy")
def test_the_drift_of_the_how_to_is_handed_over_as_its_output_says(tmp_path, monkeypatch):
    pytest.importorskip("scipy", minversion="1.15")  # before, it drew from numpy's seeded generator
    (example,) = blocks("how-to/hand-over-a-drift.md", "python")
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "tests"
    folder.mkdir()
    (folder / "test_curve.py").write_text(example, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    command = re.search(r"pytest-repro (show '(.+?)' --reproducer)", page("how-to/hand-over-a-drift.md"))
    assert command
    words = ["show", command[2], "--reproducer", "--vary=hashseed"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest_repro.cli.main", *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    told = re.findall(r"^      (.+)", page("how-to/hand-over-a-drift.md"), re.MULTILINE)
    shown = [re.sub(r"[-+e\d.]+", "0", line.strip()) for line in done.stdout.splitlines() if line.strip()]
    assert shown == [re.sub(r"[-+e\d.]+", "0", line.strip()) for line in told]


def test_the_table_of_conditions_is_the_registry():
    rows = re.findall(
        r"^\| `(\w+)` \| (.+?) \| (.+?) \| (yes|no) \| (fails|informs) \| (.+) \|$",
        page("reference/conditions.md"),
        re.MULTILINE,
    )
    expected = [
        (
            one.name,
            one.changes,
            one.stands_for,
            "yes" if one.name in MEMBERS else "no",
            "informs" if one.kind == "hardware" else "fails",
        )
        for one in VARIATIONS
    ]
    assert [row[:5] for row in rows] == expected
    for one, (*_, needs) in zip(VARIATIONS, rows, strict=True):
        assert ("for the night" in needs) == one.nightly, one.name
        assert not one.library or f"`{one.library}` imported" in needs, one.name
        assert needs != "-" or not one.missing(), one.name


def test_how_many_conditions_combined_takes_is_told_as_it_is():
    numbers = {10: "ten", 7: "seven"}
    readme = (DOCS.parent / "README.md").read_text(encoding="utf-8")
    assert f"up to {numbers[len(MEMBERS)]} conditions" in readme
    assert f"up to {numbers[len(MEMBERS)]} conditions" in page("reference/conditions.md")
    assert f"{numbers[len(VARIATIONS) - len(MEMBERS)].title()} more conditions" in readme


@pytest.mark.parametrize(
    ("tol", "ends"), [("tol=0, ", {"failed": 1}), ("", {"passed": 1})], ids=["a stated tolerance", "none"]
)
def test_tol_0_fails_under_a_simulated_condition_that_under_does_not_name(tol, ends, pytester):
    pytester.makepyfile(
        f"""
        import os, pytest
        def computed(): return 1.0 + 2.0**-52 * (os.environ.get("OMP_NUM_THREADS") == "3")
        @pytest.mark.replay({tol}under={{"blas": 1e-9}})
        def test_it(): value = computed()
        """
    )
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "--repro-vary=threads=3")
    result.assert_outcomes(**ends)
    assert "threads=3" in result.stdout.str()


def test_a_job_that_replays_nothing_says_so_and_the_guard_of_the_how_to_fails(pytester):
    text = page("how-to/run-in-ci.md")
    pytester.makepyfile("def test_it(): x = 1")
    pytester.makeini("[pytest]")
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "--repro-vary=combined")
    assert result.ret == 0
    assert f"    repro: {IN_VAIN}\n" in text
    result.stdout.fnmatch_lines([f"repro: {IN_VAIN}"])
    for option in ASKING:
        assert f"`--{option.replace('_', '-')}`" in text
    guard = re.search(r"^pytest-repro (audit .+)$", text, re.MULTILINE)
    assert guard
    words = [sys.executable, "-m", "pytest_repro.cli.main", *guard[1].split(), "-p", "no:cacheprovider"]
    assert subprocess.run(words, cwd=pytester.path, capture_output=True, check=False).returncode == 1


def test_every_neighbour_that_is_tested_is_on_the_page_about_other_plugins():
    text = page("reference/other-plugins.md")
    tested = (DOCS.parent / "tests/plugin/test_neighbours_matrix.py").read_text(encoding="utf-8")
    named = re.findall(r'Neighbour\(\s*"(\w+)"', tested)
    assert len(named) > 15
    for module in named:
        assert module.removeprefix("_pytest.").replace("_", "-") in text


def test_under_trace_nothing_is_replayed(pytester):
    pytester.makepyfile("import pytest\n@pytest.mark.replay\ndef test_it():\n    print('BODY')\n    value = 1\n")
    result = pytester.run(
        *(sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--trace"), stdin=b"continue\n" * 9
    )
    assert "repro: 1 test replayed" not in result.stdout.str()
    assert result.stdout.str().count("PDB runcall") == 1
