"""Hook relays that stand between an item and the other plugins while it runs.

``item.ihook`` asks ``session.gethookproxy`` each time, so an override on the session's instance reaches every report of
one item, subtests included, and nothing else.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pytest_repro.plugin import neighbours

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import pytest


class Silent:
    """The relay of a hidden run: no report and no debugger reaches anybody."""

    def __init__(self, relay: Any, note: Callable[[pytest.TestReport], None]) -> None:
        self._relay = relay
        self._note = note

    def __getattr__(self, name: str) -> Any:
        if name == "pytest_runtest_logreport":
            return self._reported
        if name == "pytest_exception_interact":
            return _nobody
        return getattr(self._relay, name)

    def _reported(self, *, report: pytest.TestReport) -> list[object]:
        self._note(report)
        return []


class Holding:
    """The relay of the visible run: reports wait until the test is over and judged.

    pytest's own protocol and that of pytest-rerunfailures both call ``pytest_runtest_logfinish`` last; there the held
    reports are released in their order, before the terminal prints the test's progress. A rerun has a start and a
    finish of its own, which are passed over: its reports follow those of the attempt before.
    """

    def __init__(self, relay: Any, held: Held) -> None:
        self._relay = relay
        self._held = held

    def __getattr__(self, name: str) -> Any:
        if name == "pytest_runtest_logreport" and not self._held.released:
            return self._reported
        if name == "pytest_runtest_logstart" and self._held.reports and not self._held.released:
            return _nobody
        if name == "pytest_runtest_logfinish" and not self._held.released:
            return self._finished
        return getattr(self._relay, name)

    def _reported(self, *, report: pytest.TestReport) -> list[object]:
        self._held.reports.append(report)
        return []

    def _finished(self, **arguments: Any) -> Any:
        if self._held.rerun_follows():
            return []
        self._held.release()
        return self._relay.pytest_runtest_logfinish(**arguments)


class Held:
    """Reports that wait.

    Attributes:
        reports: In the order in which they came.
        released: Whether they have gone out; from then on reports pass at once.
    """

    def __init__(self, judge: Callable[[list[pytest.TestReport]], None], relay: Callable[[], Any]) -> None:
        self._judge = judge
        self._relay = relay
        self.reports: list[pytest.TestReport] = []
        self.released = False
        self._seen = 0

    def rerun_follows(self) -> bool:
        """Whether a plugin runs the test again after the attempt whose reports came last."""
        last = self.reports[self._seen :]
        follows = any(neighbours.is_rerun(report) for report in last)
        if follows:  # pytest-rerunfailures takes back the failed subtests of an attempt that it repeats
            self.reports[self._seen :] = [each for each in last if not (neighbours.is_subtest(each) and each.failed)]
        self._seen = len(self.reports)
        return follows

    def release(self, *, judged: bool = True) -> None:
        """Judge the test, which may amend the reports, then let them all go."""
        if self.released:
            return
        try:
            if judged:
                self._judge(self.reports)
        finally:
            self.released = True
            relay = self._relay()
            for report in self.reports:
                relay.pytest_runtest_logreport(report=report)


def _nobody(**_arguments: object) -> list[object]:
    return []


@contextmanager
def relayed(session: pytest.Session, around: Callable[[Any], Any]) -> Iterator[None]:
    """Every hook relay that the session hands out goes through ``around`` while the block runs.

    pytest asks for an item's relay at each of its hooks, seven times a run: one is made for each path.
    """
    own: Any = session
    before = vars(session).get("gethookproxy")
    original = session.gethookproxy
    made: dict[Path, Any] = {}

    def handed_out(path: Path) -> Any:
        relay = made.get(path)
        if relay is None:
            relay = made[path] = around(original(path))
        return relay

    own.gethookproxy = handed_out
    try:
        yield
    finally:
        if before is None:
            del own.gethookproxy
        else:
            own.gethookproxy = before
