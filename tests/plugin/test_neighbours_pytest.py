"""The neighbour pytest itself: its options, files, hooks and exit statuses under replay."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

DRIFT = """
import pytest, random
@pytest.mark.replay
def test_drifts():
    drawn = random.SystemRandom().random()
"""


def called(session):
    return [(name.partition("::")[2], outcome) for name, when, outcome in session.reports if when == "call"]


def test_junit_has_one_case_a_test_with_properties_once_and_the_time_of_one_run(apart, pytester):
    pytester.makepyfile(
        test_it=DRIFT
        + """
@pytest.fixture
def torn():
    yield
    raise ValueError("torn")
@pytest.mark.replay
def test_slow(record_property, record_testsuite_property):
    import time
    time.sleep(0.3)
    record_property("own", "1")
    record_testsuite_property("suite", "1")
    value = 1
@pytest.mark.replay
def test_torn(torn): value = 1
@pytest.mark.replay
def test_text(): print("<&]]>\\x00"); assert "\\x1b[1m" == "ü"
def test_unmarked(): pass
"""
    )
    session = apart("--junitxml=out.xml", "-o", "junit_family=xunit1")
    assert session.ret == 1
    suite = ET.parse(pytester.path / "out.xml").getroot().find("testsuite")  # noqa: S314  # our own file
    told = {name: suite.get(name) for name in ("failures", "errors", "skipped")}
    assert told == {"failures": "2", "errors": "1", "skipped": "0"}
    cases = {case.get("name"): case for case in suite.iter("testcase")}
    assert len(cases) == len(list(suite.iter("testcase"))) == 5
    assert 0.3 <= float(cases["test_slow"].get("time")) < 0.55
    assert [(each.get("name"), each.get("value")) for each in cases["test_slow"].iter("property")] == [("own", "1")]
    assert [each.attrib for each in suite.find("properties")] == [{"name": "suite", "value": "1"}]
    failure = cases["test_drifts"].find("failure")
    assert failure.get("message").startswith("RPR-R101 value drift: ")
    assert "run again     pytest test_it.py::test_drifts --repro-seed=0" in failure.text
    properties = {each.get("name"): each.get("value") for each in cases["test_drifts"].iter("property")}
    told = {name: properties.pop(f"repro.{name}") for name in ("session_seed", "codes", "action", "largest")}
    assert float(told.pop("largest")) > 0
    assert told == {"session_seed": "0", "codes": "RPR-R101", "action": "fail"}
    surroundings = ("hardware", "environment", "env_id", "hw_class", "numeric_class")
    assert sorted(properties) == sorted(f"repro.{name}" for name in surroundings)
    assert cases["test_torn"].find("error") is not None


def test_durations_are_those_of_one_run(apart, pytester):
    pytester.makepyfile(
        test_it="import pytest, time\n@pytest.mark.replay\ndef test_it():\n    time.sleep(0.3)\n    value = 1\n"
    )
    text = apart("--durations=0", "-vv").result.stdout.str()
    found = re.findall(r"^(\d\.\d\d)s call +test_it\.py::test_it$", text, re.MULTILINE)
    assert len(found) == 1
    assert 0.3 <= float(found[0]) < 0.55


STATES = """
import pathlib, pytest, random
@pytest.mark.replay
def test_one(): value = 1
@pytest.mark.replay
def test_two():
    value = random.SystemRandom().random() if pathlib.Path("drift").exists() else 2
@pytest.mark.replay
def test_three(): value = 3
@pytest.mark.replay
def test_four():
    assert not pathlib.Path("drift").exists()
"""


def test_the_last_failed_and_the_stepwise_run_know_a_drift_for_a_failure(apart, pytester):
    pytester.makepyfile(test_it=STATES)
    (pytester.path / "drift").touch()
    arguments = ("-p", "no:randomly")
    assert called(apart(*arguments, cache=True))[1::2] == [("test_two", "failed"), ("test_four", "failed")]
    assert called(apart("--lf", cache=True)) == [("test_two", "failed"), ("test_four", "failed")]
    assert called(apart("--sw", cache=True)) == [("test_one", "passed"), ("test_two", "failed")]
    assert called(apart("--sw", cache=True)) == [("test_two", "failed")]
    (pytester.path / "drift").unlink()
    ends = called(apart("--sw", cache=True))
    assert ends == [("test_two", "passed"), ("test_three", "passed"), ("test_four", "passed")]
    assert len(called(apart("--lf", cache=True))) in (2, 4)


@pytest.mark.parametrize(
    ("option", "names"), [("-x", ["test_two"]), ("--maxfail=2", ["test_two", "test_four"])], ids=["x", "maxfail"]
)
def test_a_drift_counts_among_the_failures_that_stop_a_session(apart, pytester, option, names):
    pytester.makepyfile(test_it=STATES + "\ndef test_never_reached_under_x(): pass\n")
    (pytester.path / "drift").touch()
    session = apart(option)
    assert [name for name, outcome in called(session) if outcome == "failed"] == names
    assert called(session)[-1][0] == names[-1]
    assert session.ret == 1
    session.result.stdout.fnmatch_lines([f"*stopping after {len(names)} failures*"])


def test_the_debugger_is_entered_once_for_a_failure_and_never_for_a_drift(pytester, apart):
    pytester.makepyfile(
        debugger="""
        import pdb
        class Prompt(pdb.Pdb):
            def interaction(self, *args, **options): print("INTERACTION")
        """,
        test_it=DRIFT + "\n@pytest.mark.replay\ndef test_fails():\n    assert 1 == 2\n",
    )
    session = apart("--pdb", "--pdbcls=debugger:Prompt", "-s")
    assert called(session) == [("test_drifts", "failed"), ("test_fails", "failed")]
    text = session.result.stdout.str()
    assert text.count("INTERACTION") == 1
    assert "entering PDB" in text.partition("test_fails")[2]


def test_setup_show_runs_the_test_and_setup_only_and_plan_do_not(apart, pytester):
    pytester.makepyfile(
        test_it="""
        import pytest
        @pytest.fixture(scope="module")
        def wide(): return 1
        @pytest.fixture
        def box(wide): return []
        @pytest.mark.replay
        def test_it(box):
            print("BODY")
            value = 1
        """
    )
    shown = apart("--setup-show")
    shown.result.assert_outcomes(passed=1)
    text = shown.result.stdout.str()
    assert text.count("SETUP    M wide") == text.count("TEARDOWN M wide") == 1
    assert text.count("SETUP    F box") == text.count("TEARDOWN F box") == 2  # each run has its own
    for option in ("--setup-only", "--setup-plan"):
        session = apart(option)
        assert session.ret == 0
        text = session.result.stdout.str()
        assert text.count("SETUP    F box") == 1
        assert "BODY" not in text
        assert "replayed" not in text


def test_without_the_plugin_or_switched_off_each_test_runs_once(apart, pytester):
    pytester.makepyfile(test_it=DRIFT + "    print('BODY')\n")
    off = apart("--repro=off", "-rP", "--strict-markers")
    absent = apart("-p", "no:repro", "-rP")
    for session in (off, absent):
        assert called(session) == [("test_drifts", "passed")]
        assert session.result.outlines.count("BODY") == 1
        assert "repro: " not in session.result.stdout.str()


def test_unmarked_neighbours_of_a_replayed_test_run_once_and_draw_what_they_drew(apart, pytester):
    pytester.makepyfile(
        test_it="""
        import pytest, random
        random.seed(3)
        COUNT = []
        def test_before(): COUNT.append(random.random())
        @pytest.mark.replay
        def test_replayed(): value = random.random()
        def test_after():
            COUNT.append(random.random())
            first = random.Random(3)
            assert COUNT == [first.random(), first.random()]
        @pytest.mark.no_replay(reason="never")
        class TestNever:
            def test_never(self): COUNT.append(2); assert len(COUNT) == 3
        """
    )
    session = apart()
    session.result.assert_outcomes(passed=4)
    assert session.summary().startswith("repro: 1 test replayed, ")


@pytest.mark.parametrize("source", ["numpy.random", "random"])
def test_a_generator_that_a_test_is_the_first_to_import_is_pinned_as_it_comes(apart, pytester, source):
    draw = f"__import__('{source}', fromlist=['x']).random()"
    pytester.makepyfile(test_it=f"def test_it():\n    drawn = {draw}\n    assert drawn\n")
    session = apart("--repro=all")
    session.result.assert_outcomes(passed=1)
    pytester.makepyfile(test_it=f"import pytest\n@pytest.mark.replay\ndef test_marked_one():\n    drawn = {draw}\n")
    session = apart()
    session.result.assert_outcomes(passed=1)


BODIES = {
    0: "value = 1",
    1: "value = random.SystemRandom().random()",
    2: "raise KeyboardInterrupt",
    5: "pytest.exit('enough', returncode=5)",
}


@pytest.mark.parametrize("status", BODIES)
def test_the_exit_status_is_that_of_a_session_without_replay(apart, pytester, status):
    pytester.makepyfile(
        test_it=f"""
        import pytest, random
        @pytest.fixture(scope="module")
        def wide():
            yield
            print("TORN" + "_DOWN")
        @pytest.mark.replay
        def test_it(wide): {BODIES[status]}
        def test_next(): pass
        """
    )
    session = apart("-s")
    assert session.ret == status
    text = session.result.stdout.str()
    assert text.count("TORN_DOWN") == 1
    assert "a fault of pytest-repro" not in text
    assert session.reports == [] or status < 2


def test_an_interrupt_of_the_visible_run_is_not_judged_and_runs_nothing_again(apart, pytester):
    pytester.makepyfile(
        test_it="""
        import pytest
        COUNT = []
        @pytest.mark.replay
        def test_it():
            COUNT.append(1)
            print("BODY", len(COUNT))
            if len(COUNT) == 2: raise KeyboardInterrupt
        """
    )
    session = apart("-s")
    assert session.ret == 2
    text = session.result.stdout.str()
    assert "BODY 2" in text
    assert "BODY 3" not in text
    assert "RPR-" not in text


@pytest.mark.parametrize(
    ("where", "told"),
    [
        ("pytest_repro.plugin.judgement.verdict_of", "while it judges"),
        ("pytest_repro.plugin.replay.clone", "before the hidden run"),
        ("pytest_repro.plugin.run.Run.note_report", "in a report"),
    ],
    ids=["judgement", "clone", "observation"],
)
def test_a_fault_of_the_plugin_keeps_each_verdict_and_gives_status_3(apart, pytester, where, told):
    module, _, name = where.rpartition(".")
    pytester.makeconftest(
        f"""
        import pkgutil
        def broken(*args, **options): raise LookupError({told!r})
        setattr(pkgutil.resolve_name({module!r}), {name!r}, broken)
        """
    )
    pytester.makepyfile(
        test_it="""
        import pytest
        pytestmark = pytest.mark.replay
        def test_passes(): value = 1
        def test_fails(): assert 1 == 2
        @pytest.mark.xfail
        def test_expected(): assert 0
        """
    )
    session = apart()
    assert called(session) == [("test_passes", "passed"), ("test_fails", "failed"), ("test_expected", "xskipped")]
    assert session.ret == 3
    text = session.result.stdout.str()
    assert f"LookupError: {told}" in text
    assert text.count("repro: a fault of pytest-repro itself") <= 3
    assert "the test's own verdict was kept; please report this with the lines above" in text


CASE = {"skipped", "errors", "error", "failure", "rerunFailure", "rerunError", "system-out", "system-err"}
"""Elements that the schema of the family xunit2 has in a test's case; pytest writes error for its errors."""


@pytest.mark.parametrize("words", [(), ("-n1",)])
def test_a_junit_file_of_the_family_xunit2_has_properties_of_the_suite_alone(apart, pytester, words):
    pytester.makepyfile(test_it=DRIFT)
    session = apart("--junitxml=out.xml", *words, plugins="xdist" if words else "")
    assert session.ret == 1
    suite = ET.parse(pytester.path / "out.xml").getroot().find("testsuite")  # noqa: S314  # our own file
    assert {child.tag for case in suite.iter("testcase") for child in case} <= CASE
    assert {child.tag for child in suite} == {"properties", "testcase"}
    told = {each.get("name"): each.get("value") for each in suite.find("properties")}
    assert told["repro.codes[test_it.py::test_drifts]"] == "RPR-R101"
    assert told["repro.session_seed[test_it.py::test_drifts]"] == "0"
