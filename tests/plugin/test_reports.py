"""`--repro-report`: files at the end of a session, from one process and from workers, and what a CI service is told."""

from __future__ import annotations

import json

import pytest

from pytest_repro.report import data

DRIFT = """
import pytest, random
@pytest.mark.replay
def test_drifts():
    value = random.SystemRandom().random()
@pytest.mark.replay
def test_holds():
    value = 3.5
@pytest.mark.replay
def test_array():
    import numpy as np
    values = np.random.default_rng().normal(size=(12, 9))
    line = values[0]
@pytest.mark.replay
def test_skipped():
    pytest.skip("not here")
"""

CALM = "import pytest\n@pytest.mark.replay\ndef test_holds(): value = 3.5\n"


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)


def test_every_format_is_written_and_told(run, pytester):
    names = ("out/repro.json", "repro.md", "repro.sarif")
    result = run(DRIFT, *(f"--repro-report={name}" for name in names))
    assert result.ret == 1
    for name in names:
        assert (pytester.path / name).is_file()
        assert f"repro: wrote {name}" in result.outlines
    found = data.read(pytester.path / "out/repro.json")
    assert {test.nodeid.partition("::")[2]: test.state for test in found.tests} == {
        "test_drifts": "drift",
        "test_holds": "same",
        "test_array": "drift",
        "test_skipped": "skipped",
    }
    drift = found.tests[0]
    assert (drift.place.file, drift.place.line) == ("test_it.py", 2)
    assert (drift.origin.file, drift.origin.line) == ("test_it.py", 4)
    assert drift.findings[0].code == "R101"
    assert [section.heading for section in drift.page.sections][:2] == ["where", "why"]
    assert drift.page.tables[0].rows[0].value == "value"
    assert 0 < drift.largest <= 1
    assert found.summary in result.outlines
    assert found.exit_status == 1
    array = found.tests[2]
    assert {plot.kind for plot in array.plots} == {"image", "series", "spread"}
    assert sum(next(plot for plot in array.plots if plot.value == "values" and plot.kind == "spread").data) == 108
    assert str(pytester.path) not in (pytester.path / "out/repro.json").read_text(encoding="utf-8")


def test_workers_give_the_report_that_one_process_gives(apart, pytester):
    pytester.makepyfile(test_it=DRIFT)
    apart("--repro-report=one.json")
    apart("-n2", "--repro-report=two.json", plugins="xdist")
    one, two = (data.read(pytester.path / name) for name in ("one.json", "two.json"))
    assert sorted((test.nodeid, test.state, test.origin) for test in one.tests) == sorted(
        (test.nodeid, test.state, test.origin) for test in two.tests
    )
    assert (one.hardware, one.counts) == (two.hardware, two.counts)


def test_conditions_stand_in_the_report(apart, pytester):
    pytester.makepyfile(test_it=CALM)
    apart("--repro-vary=hashseed", "--repro-report=repro.json")
    found = data.read(pytester.path / "repro.json")
    assert found.columns == (("fresh", False), ("hashseed", False))
    assert found.tests[0].cells == {"fresh": "=", "hashseed": "="}
    assert (pytester.path / "repro.json").stat().st_size > 0


def test_the_ini_file_names_reports_from_the_root(run, pytester):
    pytester.makeini("[pytest]\nrepro_report =\n    kept/repro.json\n    kept/repro.md\n")
    run(CALM)
    assert sorted(path.name for path in (pytester.path / "kept").iterdir()) == ["repro.json", "repro.md"]


def test_what_cannot_be_written_is_told_and_changes_no_exit_status(run, pytester):
    (pytester.path / "taken.json").mkdir()
    result = run(CALM, "--repro-report=taken.json")
    assert result.ret == 0
    assert any(line.startswith("repro: report taken.json was not written: ") for line in result.outlines)
    assert not list(pytester.path.glob("*.partial"))


@pytest.mark.parametrize("name", ["repro.pdf", "repro", ".json/x"])
def test_an_ending_that_means_nothing_is_a_usage_error(run, name):
    result = run(CALM, f"--repro-report={name}")
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*a report ends in .html, .json, .md, .sarif, not *RPR-U102*"])


def test_nothing_is_written_unasked(run, pytester):
    before = set(pytester.path.iterdir())
    result = run(DRIFT)
    assert {path.name for path in set(pytester.path.iterdir()) - before} <= {"test_it.py", "__pycache__"}
    assert not any(line.startswith("::") for line in result.outlines)


def test_github_is_told_at_the_line_of_the_first_divergence(run, pytester, monkeypatch):
    summary = pytester.path / "summary.md"
    summary.write_text("before\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    result = run(DRIFT)
    told = [line for line in result.outlines if line.startswith("::error ")]
    heads = {line.split("::")[1] for line in told}
    assert "error file=test_it.py,line=4,title=RPR-R101 test_it.py%3A%3Atest_drifts" in heads
    assert len(told) == 2
    text = summary.read_text(encoding="utf-8")
    assert text.startswith("before\n### Reproducibility: 2 drift, 1 the same, 1 skipped")


def test_github_is_told_nothing_where_there_is_nothing_to_tell(run, pytester, monkeypatch):
    summary = pytester.path / "summary.md"
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    result = run(CALM)
    assert not any(line.startswith("::") for line in result.outlines)
    assert not summary.exists()
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(pytester.path / "no" / "folder.md"))
    result = run(DRIFT)
    assert any(line.startswith("repro: no step summary: ") for line in result.outlines)


def test_what_is_accepted_is_noted_in_the_report_with_its_page(run, pytester):
    run(DRIFT, "--repro-policy=R101=accept", "--repro-report=repro.json", "-k", "drifts")
    (test,) = data.read(pytester.path / "repro.json").tests
    assert (test.state, test.findings[0].action) == ("noted", "accept")
    assert test.page is not None


def test_a_child_writes_no_report(apart, pytester):
    pytester.makepyfile(test_it=CALM)
    session = apart("--repro-vary=hashseed", "--repro-report=repro.json")
    assert session.ret == 0
    assert json.loads((pytester.path / "repro.json").read_text(encoding="utf-8"))["columns"]


def test_secrets_are_masked_in_every_format(run, pytester):
    secret = "ghp_" + "a1B2" * 9
    source = f"""
import pytest, random
@pytest.mark.replay
def test_drifts():
    told = "{secret}" + str(random.SystemRandom().random())
"""
    run(source, "--repro-report=repro.json", "--repro-report=repro.md", "--repro-report=repro.sarif")
    for name in ("repro.json", "repro.md", "repro.sarif"):
        assert secret not in (pytester.path / name).read_text(encoding="utf-8")


def test_the_map_of_a_report_says_how_much_of_a_stated_tolerance_is_used(apart, pytester):
    pytester.makepyfile(
        test_it="""
        import pytest, time
        @pytest.mark.replay(tol=1e-6)
        def test_within():
            value = 1.0 + 1e-9 * (time.timezone == -20700)
        @pytest.mark.replay
        def test_exact():
            value = 2.0
        """
    )
    apart("--repro-vary=timezone=Asia/Kathmandu", "--repro-report=repro.json")
    within, exact = data.read(pytester.path / "repro.json").tests
    assert within.cells["timezone"] == "1.0e-09"
    assert within.shares == {"timezone": pytest.approx(1e-3, rel=1e-3)}
    assert exact.shares == {}


UNMARKED = "def test_it(): value = 3.5\n"
IN_VAIN = "repro: no test was replayed: @pytest.mark.replay marks one, --repro=all replays all"


@pytest.mark.parametrize(
    "words", ["--repro-vary=combined", "--repro-record", "--repro-record-all", "--repro-calibrate"]
)
def test_what_is_asked_of_replayed_tests_where_there_are_none_is_told(run, words):
    result = run(UNMARKED, words)
    assert result.ret == 0
    assert IN_VAIN in result.outlines
    assert IN_VAIN not in run(UNMARKED, words, "--repro=off").outlines
    assert IN_VAIN not in run(UNMARKED, words, "--collect-only").outlines


def test_where_a_test_is_replayed_nothing_was_asked_in_vain(run):
    assert IN_VAIN not in run(CALM, "--repro-record").outlines


def test_a_report_without_replayed_tests_is_written_by_ini_as_by_option(run, pytester):
    assert IN_VAIN in run(UNMARKED, "--repro-report=one.json").outlines
    pytester.makeini("[pytest]\nrepro_report = other.json\n")
    assert "repro: wrote other.json" in run(UNMARKED).outlines
    for name in ("one.json", "other.json"):
        found = data.read(pytester.path / name)
        assert (found.tests, f"{found.summary}") == ((), IN_VAIN)
