"""What a session stands on: lock file, environment, waivers, owners; judged where asked, told in every drift report."""

from __future__ import annotations

import importlib.util
import json
import re
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest

from pytest_repro.environment.snapshot import snapshot
from pytest_repro.report import environment

DRIFT = """
    import itertools, sys, pytest
    sys.repro_turn = getattr(sys, "repro_turn", None) or itertools.count()
    def draw(): return next(sys.repro_turn) * 1e-9 + 1.0
    @pytest.mark.replay(owner=OWNER)
    def test_drift():
        value = draw()
        assert value > 0
    """
"""A counter in sys goes on from run to run: the cheapest drift there is."""

NAMED = DRIFT.replace("OWNER", '"kim"')
BARE = DRIFT.replace("owner=OWNER", "")

WAIVER = """
[[waiver]]
code = "R101"
test = "test_it.py::test_drift"
accepted = 1e-6
owner = "kim"
reason = "known"
until = 2999-01-31
"""


@pytest.fixture(autouse=True)
def _no_cause(monkeypatch):
    """CODEOWNERS and locks of folders above the suite's are none of its business."""
    monkeypatch.setenv("PYTHONHASHSEED", "0")


def lock_text(numpy: str) -> str:
    """A lock of two packages that are installed here, numpy in this version."""
    return f"# a lock\nnumpy=={numpy}\npackaging=={version('packaging')}\npluggy=={version('pluggy')}\n"


def told(result: pytest.RunResult) -> str:
    return "\n".join(result.outlines)


def test_the_report_of_a_drift_names_the_lock_and_its_state(run, pytester):
    pytester.path.joinpath("requirements.txt").write_text(lock_text(np.__version__))
    text = told(run(NAMED))
    assert re.search(r"environment   CPython .*; requirements\.txt [0-9a-f]{6} in step; ", text), text


def test_a_report_without_any_lock_says_nothing_of_locks(run):
    text = told(run(NAMED))
    assert "hardware      " in text
    assert "lock" not in text.partition("hardware      ")[2].partition("run again")[0]


def test_a_lock_is_judged_only_where_somebody_asks(run, pytester):
    pytester.path.joinpath("requirements.txt").write_text(lock_text("1.0"))
    source = "def test_it(): pass"
    quiet = run(source)
    assert quiet.ret == 0
    assert "RPR-L401" not in told(quiet)
    warned = run(source, "--repro-lock=auto")
    assert warned.ret == 0
    assert "RPR-L401 installed differs from the lock: " in told(warned)
    failed = run(source, "--repro-lock=auto", "--repro-policy=L401=fail")
    assert failed.ret == 1
    assert f"locked 1.0   installed {np.__version__}" in re.sub(r" {3,}", "   ", told(failed))


def test_a_policy_that_fails_a_lock_finding_asks_for_the_judgement(run, pytester):
    pytester.path.joinpath("requirements.txt").write_text(lock_text("1.0"))
    assert run("def test_it(): pass", "--repro-policy=L401=fail").ret == 1


def test_a_lock_in_step_is_one_word_in_the_summary(run, pytester):
    pytester.path.joinpath("requirements.txt").write_text(lock_text(np.__version__))
    result = run("def test_it(): pass", "--repro-lock=requirements.txt")
    assert result.ret == 0
    assert re.search(r"^repro: requirements\.txt [0-9a-f]{6} in step$", told(result), re.MULTILINE)


def test_a_lock_that_is_not_there_is_a_usage_error(run):
    result = run("def test_it(): pass", "--repro-lock=gone.lock")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: there is no lock file 'gone.lock' in '--repro-lock'  [[]RPR-U102[]]"])


def test_the_lock_fixture_passes_in_step_and_fails_out_of_it(run, pytester):
    source = "def test_lock(repro_lock): repro_lock.check()"
    pytester.path.joinpath("requirements.txt").write_text(lock_text(np.__version__))
    assert run(source).ret == 0
    pytester.path.joinpath("requirements.txt").write_text(lock_text("1.0"))
    result = run(source)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*RPR-L401 installed differs from the lock: *", "*pip install -r requirements.txt*"])
    assert "Traceback" not in told(result)


def test_the_lock_fixture_judges_what_it_is_told_to(run, pytester):
    pytester.path.joinpath("requirements.txt").write_text(lock_text("1.0"))
    assert run("def test_lock(repro_lock): repro_lock.check(but=('L401',))").ret == 0
    assert run("def test_lock(repro_lock): repro_lock.check(but=('L401',), also=('L407',))").ret == 1
    assert run("def test_lock(repro_lock): repro_lock.check()", "--repro-policy=L401=accept").ret == 0


def test_the_environment_fixture_is_typed_and_keeps_contracts(run):
    source = """
        import numpy, sys
        def test_facts(repro_environment):
            assert repro_environment.python.version.startswith("3.")
            assert repro_environment.numpy.version == numpy.__version__
            assert repro_environment.floats.flush_to_zero is False
            repro_environment.require(numpy=">=1.26", flush_to_zero=False)
        def test_broken(repro_environment):
            repro_environment.require(numpy="<1")
        """
    result = run(source)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*numpy*<1*", "*RPR-E302*"])


def test_a_waived_drift_passes_and_is_counted(run, pytester):
    pytester.path.joinpath("repro-waivers.toml").write_text(WAIVER)
    result = run(NAMED)
    assert result.ret == 0, told(result)
    assert "1 waived" in told(result)


def test_a_drift_ten_times_worse_than_waived_fails(run, pytester):
    pytester.path.joinpath("repro-waivers.toml").write_text(WAIVER.replace("1e-6", "1e-12"))
    result = run(NAMED)
    assert result.ret == 1


def test_a_waiver_without_use_is_told_and_an_expired_one_fails(run, pytester):
    pytester.path.joinpath("repro-waivers.toml").write_text(WAIVER)
    quiet = "import pytest\n@pytest.mark.replay\ndef test_drift():\n    value = 1.0\n    assert value"
    unused = run(quiet)
    assert unused.ret == 0
    assert "RPR-B612 waiver unused: 1 waiver is unused" in told(unused)
    pytester.path.joinpath("repro-waivers.toml").write_text(WAIVER.replace("2999", "2020"))
    expired = run(quiet)
    assert expired.ret == 1
    assert "RPR-B611 waiver expired: 1 waiver is expired" in told(expired)


def test_a_waiver_of_a_test_that_did_not_run_is_nobodys_business(run, pytester):
    pytester.path.joinpath("repro-waivers.toml").write_text(WAIVER)
    source = "import pytest\n@pytest.mark.replay\ndef test_other():\n    value = 1.0\n    assert value"
    assert "RPR-B612" not in told(run(source))


def test_a_broken_waiver_file_waives_nothing_and_fails(run, pytester):
    pytester.path.joinpath("repro-waivers.toml").write_text("[[waiver]\n")
    result = run(NAMED)
    assert result.ret == 1
    assert "RPR-B613 waiver file malformed: " in told(result)
    assert "repro-waivers.toml:1" in told(result)


def test_the_owner_comes_from_the_marker_then_from_codeowners(run, pytester):
    pytester.path.joinpath("CODEOWNERS").write_text("*.py @numerics\n")
    assert re.search(r"^  owner +kim$", told(run(NAMED)), re.MULTILINE)
    assert re.search(r"^  owner +@numerics$", told(run(BARE)), re.MULTILINE)


def test_junit_tells_hardware_environment_and_identities_of_a_drift(run, pytester):
    run(NAMED, "--junitxml=out.xml")
    text = pytester.path.joinpath("out.xml").read_text()
    for name in ("hardware", "environment", "env_id", "hw_class", "numeric_class"):
        assert f'<property name="repro.{name}[test_it.py::' in text


def test_findings_of_the_session_are_told_once_under_xdist(apart, pytester):
    pytester.path.joinpath("requirements.txt").write_text(lock_text("1.0"))
    pytester.makepyfile(test_it="def test_one(): pass\ndef test_two(): pass")
    session = apart("-n2", "--repro-lock=auto", "--repro-policy=L401=fail", plugins="xdist")
    assert session.ret == 1
    assert told(session.result).count("RPR-L401") == 1


def test_waivers_hold_under_xdist(apart, pytester):
    pytester.path.joinpath("repro-waivers.toml").write_text(WAIVER)
    pytester.makepyfile(test_it=NAMED)
    session = apart("-n1", plugins="xdist")
    assert session.ret == 0, told(session.result)
    assert "RPR-B612" not in told(session.result)


def test_facts_travel_as_plain_data(run, pytester):
    pytester.makeconftest(
        """
        import json, pathlib
        def pytest_runtest_logreport(report):
            facts = getattr(report, "repro", None)
            if facts:
                pathlib.Path("facts.json").write_text(json.dumps(facts))
        """
    )
    run(NAMED)
    facts = json.loads(pytester.path.joinpath("facts.json").read_text())
    assert [code for code, *_ in facts["open"]] == ["R101"]
    assert facts["waived"] == []


def test_the_fixture_repro_leads_to_both(run, pytester):
    pytester.path.joinpath("requirements.txt").write_text(lock_text(np.__version__))
    source = """
        def test_it(repro):
            repro.lock.check()
            assert repro.environment.python.implementation
        """
    assert run(source).ret == 0


def planted() -> dict[str, tuple[str, str]]:
    """The made-up secrets that the tests of values have, by kind: a text, and what of it is secret."""
    path = Path(__file__).parent.parent / "values/planted.py"
    found = importlib.util.spec_from_file_location("planted", path)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module.PLANTED


@pytest.mark.parametrize("kind", planted())
def test_no_saved_or_printed_byte_of_an_environment_holds_a_secret(kind, pytester, monkeypatch):
    text, secret = planted()[kind]
    plain = re.sub("[^A-Za-z0-9]", "", secret)
    pytester.run("git", "init", "-q", ".")
    pytester.run("git", "config", "remote.origin.url", f"https://kim:{plain}@example.org/project.git")
    installed = pytester.mkdir("site") / "planted-1.0.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: planted\nVersion: 1.0\n")
    url = f"git+https://kim:{plain}@example.org/planted.git"
    told = {"url": url, "vcs_info": {"vcs": "git", "commit_id": "1" * 40}}
    (installed / "direct_url.json").write_text(json.dumps(told))
    monkeypatch.syspath_prepend(str(pytester.path / "site"))
    monkeypatch.setenv("XLA_FLAGS", text)
    kept = snapshot(pytester.path)
    assert kept.git.remote == "https://example.org/project.git"
    assert "planted" in {one.name for one in kept.packages.installed or ()}
    seen = json.dumps(kept.to_dict(), ensure_ascii=False) + environment.text(kept)
    assert secret not in seen
    assert plain not in seen
