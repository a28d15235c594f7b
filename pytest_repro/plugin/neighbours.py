"""Other plugins that a second run of a test would disturb, and what keeps them undisturbed."""

from __future__ import annotations

import os
import shutil
import sys
import warnings
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest
from _pytest.junitxml import xml_key  # private: where pytest keeps the writer of a JUnit file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_repro.plugin.run import Run


PROPERTY = "repro."
"""How the names of our properties begin."""


def properties_of_suite(config: pytest.Config, report: pytest.TestReport) -> None:
    """Where a JUnit file is of the family xunit2, our properties are the suite's, named by their test.

    That schema has none in a test's case, and what reads by the schema refuses the whole file.
    """
    writer = _junit(config)
    ours = [pair for pair in report.user_properties if pair[0].startswith(PROPERTY)]
    if writer is None or not ours or config.getini("junit_family") != "xunit2":
        return
    report.user_properties = [pair for pair in report.user_properties if pair not in ours]
    for name, value in ours:
        writer.add_global_property(f"{name}[{report.nodeid}]", str(value))


def testcase_of_session(config: pytest.Config, nodeid: str, failure: str) -> None:
    """One testcase in the session's JUnit file about the session itself; nothing where none is written.

    Args:
        config: Of the session.
        nodeid: What it is called.
        failure: What failed; empty where nothing did.
    """
    writer = _junit(config)
    if writer is not None:
        location = (nodeid.partition("::")[0], None, nodeid)
        for when in ("setup", "call", "teardown"):
            failed = bool(failure) and when == "call"
            outcome: Literal["failed", "passed"] = "failed" if failed else "passed"
            writer.pytest_runtest_logreport(
                pytest.TestReport(nodeid, location, {}, outcome, failure if failed else None, when)
            )


def _junit(config: pytest.Config) -> Any:
    """The writer of the session's JUnit file; None where none is written."""
    return config.stash.get(xml_key, None)


def set_timeout(item: pytest.Item) -> None:
    """Give the run that follows the whole time that pytest-timeout allows; one timer would cover all runs.

    Its hooks are public; the settings of one item it tells to nobody, hence the private function.
    """
    timeout: Any = sys.modules.get("pytest_timeout")
    hooks: Any = item.config.pluginmanager.hook
    if timeout is None or not hasattr(hooks, "pytest_timeout_set_timer"):
        return
    settings = timeout._get_item_settings(item)  # noqa: SLF001
    if settings.timeout and settings.timeout > 0 and not settings.func_only:
        hooks.pytest_timeout_cancel_timer(item=item)
        hooks.pytest_timeout_set_timer(item=item, settings=settings)


def cancel_timeout(item: pytest.Item) -> None:
    """Between runs no timer is set: it would go off in the judgement, outside of any test."""
    hooks: Any = item.config.pluginmanager.hook
    if "pytest_timeout" in sys.modules and hasattr(hooks, "pytest_timeout_cancel_timer"):
        hooks.pytest_timeout_cancel_timer(item=item)


def reruns(item: pytest.Item) -> bool:
    """Whether pytest-rerunfailures runs this test again when it fails."""
    plugin: Any = sys.modules.get("pytest_rerunfailures")
    if plugin is None or not hasattr(item.config.option, "reruns"):
        return False
    return bool(plugin.get_reruns_count(item))


def words_of_copies(config: pytest.Config) -> list[str]:
    """The words under which pytest-repeat and pytest-flakefinder made their copies: no other run knows their ids."""
    words = []
    count = config.getoption("count", None)
    if "pytest_repeat" in sys.modules and isinstance(count, int) and count > 1:
        words.append(f"--count={count}")
    if config.getoption("flake_finder_enable", default=False):
        words += ["--flake-finder", f"--flake-runs={config.getoption('flake_runs')}"]
    return words


@contextmanager
def making_room(config: pytest.Config, run: Run) -> Iterator[None]:
    """A hidden run's ``tmp_path`` makes room: the visible run gets the very path that the test has without replay."""
    factory: Any = getattr(config, "_tmp_path_factory", None)
    counts: dict[str, int] = getattr(factory, "_next_number", {})  # pytest 9.2 counts where others look what is there
    before, place = dict(counts), _folder()
    try:
        yield
    finally:
        if place and place != _folder():  # a test may leave it, also for a folder that is taken away here
            os.chdir(place)
        made = run.directory
        base = None if factory is None else factory.getbasetemp()
        if isinstance(made, Path) and made.parent == base:  # a fixture of this name may be the user's
            shutil.rmtree(made, ignore_errors=True)
            counts.clear()
            counts.update(before)


def _folder() -> str:
    """The working directory; empty where it is gone."""
    try:
        return os.getcwd()  # noqa: PTH109  # twice a run: Path takes five times as long
    except FileNotFoundError:
        return ""


@contextmanager
def benchmarks_of_visible_runs(config: pytest.Config) -> Iterator[None]:
    """pytest-benchmark's table has one row a test: what a hidden run measured is dropped."""
    measured: list[object] = getattr(getattr(config, "_benchmarksession", None), "benchmarks", [])
    start = len(measured)
    try:
        yield
    finally:
        del measured[start:]


def ends_with(session: pytest.Session, outcomes: Mapping[str, str]) -> bool:
    """Whether a session may have no more failures than with a test that ends like this: ``-x``, ``--maxfail``."""
    if "failed" not in outcomes.values():
        return False
    most: int = session.config.getoption("maxfail") or 0
    return 0 < most <= session.testsfailed + 1


def is_rerun(report: pytest.TestReport) -> bool:
    """Whether pytest-rerunfailures runs the test again after this report."""
    outcome: str = report.outcome
    return outcome == "rerun"


def is_subtest(report: pytest.TestReport) -> bool:
    """Whether a report tells of a part of a test."""
    return getattr(report, "context", None) is not None


def failed_subtests(item: pytest.Item) -> int:
    """How many subtests of a test failed: from this count pytest 9 fails a test whose body passed."""
    counts = _failed(item.config)
    return sum(counts.get(key, 0) for key in _keys(item)) if counts else 0


def set_failed_subtests(item: pytest.Item, number: int) -> None:
    """Give a test another count; the counts of thousands of other tests are not touched."""
    counts = _failed(item.config)
    if not (counts or number):
        return
    key, *others = _keys(item)
    for each in (key, *others):
        counts.pop(each, None)
    if number:
        counts[key] = number


def _failed(config: pytest.Config) -> dict[Any, int]:
    subtests: Any = sys.modules.get("_pytest.subtests")
    counts: dict[Any, int] | None = None if subtests is None else config.stash.get(subtests.failed_subtests_key, None)
    return {} if counts is None else counts


def _keys(item: pytest.Item) -> list[object]:
    """Under which pytest counts a test: its node id, from 9.2 on an object that is equal for equal ids."""
    own: object = getattr(item, "id", None)
    return [item.nodeid] if own is None else [own, item.nodeid]


@contextmanager
def suite_properties_once(config: pytest.Config) -> Iterator[None]:
    """``record_testsuite_property`` writes straight into the JUnit file, in each run of a test."""
    xml = _junit(config)
    written: list[object] = [] if xml is None else xml.global_properties
    start = len(written)
    try:
        yield
    finally:
        written[start:] = dict.fromkeys(written[start:])


class Warned:
    """Warnings of hidden runs.

    A test's own are dropped, as they would stand in the summary twice. Those of a wider-scoped fixture are shown: only
    the run that sets it up sees them.
    """

    def __init__(self) -> None:
        self._seen: list[warnings.WarningMessage] | None = None
        self._kept: list[warnings.WarningMessage] = []

    @contextmanager
    def hidden(self) -> Iterator[None]:
        """A hidden run."""
        try:
            with warnings.catch_warnings(record=True) as self._seen:
                yield
        finally:
            kept, self._kept, self._seen = self._kept, [], None
            for seen in kept:
                warnings.showwarning(seen.message, seen.category, seen.filename, seen.lineno, seen.file, seen.line)

    @contextmanager
    def wider(self) -> Iterator[None]:
        """The set-up of a wider-scoped fixture."""
        start = len(self._seen or ())
        try:
            yield
        finally:
            self._kept += [seen for seen in (self._seen or [])[start:] if seen not in self._kept]


@contextmanager
def returning_allowed() -> Iterator[None]:
    """A replayed test may return what is to be compared; pytest warns of a returned value as of a forgotten assert."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", pytest.PytestReturnNotNoneWarning)
        yield


def hidden_runs_wanted(config: pytest.Config) -> bool:
    """Whether the session runs tests at all, and not under a debugger from their first line."""
    return not any(config.getoption(name, default=False) for name in ("setuponly", "setupplan", "trace"))
