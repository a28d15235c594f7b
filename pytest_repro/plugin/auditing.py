"""A test run whose findings are wanted as data: pytest in this process, with its usual output, and what it found."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from pytest_repro.plugin.premises import premises_of
from pytest_repro.plugin.tally import tally_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_repro.plugin.premises import Premises
    from pytest_repro.plugin.standing import Standing


@dataclass(slots=True, kw_only=True)
class Audited:
    """What a test run found.

    Attributes:
        status: pytest's exit status.
        ran: Ids of the tests that ran, those not replayed included.
        facts: Of each replayed test, as the summary counts them.
        notices: What the session says of its seeders.
        standing: Findings about the session.
        premises: Of the session; None where pytest refused to start.
        whole: Whether the whole suite ran: nothing was selected or cut short.
    """

    status: int = 0
    ran: set[str] = field(default_factory=set)
    facts: list[dict[str, Any]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    standing: Standing | None = None
    premises: Premises | None = None
    whole: bool = False


class Listener:
    """Takes what the session found when it is over."""

    def __init__(self) -> None:
        self.audited = Audited()
        self._deselected = False

    def pytest_configure(self, config: pytest.Config) -> None:
        """The premises are looked at after the tests, when everything that they import is loaded."""
        self.audited.premises = premises_of(config)
        tally_of(config)

    def pytest_deselected(self, items: Sequence[pytest.Item]) -> None:
        """Some tests did not run."""
        self._deselected = self._deselected or bool(items)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test ran."""
        self.audited.ran.add(report.nodeid)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Everything is judged."""
        tally = tally_of(session.config)
        self.audited.facts = tally.facts
        self.audited.notices = tally.notices
        self.audited.standing = tally.standing
        stopped = session.shouldstop or session.shouldfail or session.exitstatus not in (0, 1)
        named = any("::" in str(word) for word in session.config.args)
        source = getattr(session.config, "args_source", None)
        default = getattr(source, "name", "") != "ARGS"
        self.audited.whole = default and not (stopped or named or self._deselected)


def run(arguments: Sequence[str], *, quiet_stdout: bool) -> Audited:
    """Run pytest here.

    Args:
        arguments: Words for pytest.
        quiet_stdout: Whether pytest's output goes to standard error, because standard output is for JSON.
    """
    listener = Listener()
    with redirect_stdout(sys.stderr if quiet_stdout else sys.stdout):
        listener.audited.status = int(pytest.main(list(arguments), plugins=[listener]))
    return listener.audited
