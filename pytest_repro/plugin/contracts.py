"""What the fixtures ``repro_environment`` and ``repro_lock`` hand out: facts, and contracts that fail a test."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import pytest

from pytest_repro.controls.catalogue import control
from pytest_repro.environment.contract import require
from pytest_repro.environment.snapshot import Snapshot
from pytest_repro.errors import ReproError
from pytest_repro.report import lock as lock_report

if TYPE_CHECKING:
    from pytest_repro.controls.lockfiles import LockReport
    from pytest_repro.plugin.premises import Premises

CHECKED = ("L401", "L402", "L404", "L405", "L406", "L408", "L409", "L410")
"""What ``repro_lock.check()`` judges: everything that makes another environment of what the lock promises."""


class Environment(Snapshot):
    """What the fixture ``repro_environment`` hands out: the snapshot, and contracts on it."""

    __slots__ = ()

    @classmethod
    def of(cls, facts: Snapshot) -> Environment:
        """The same facts, with contracts."""
        return cls(**{part.name: getattr(facts, part.name) for part in fields(facts)})

    def require(self, **wants: Any) -> None:
        """Fail the test where the environment is another one: what was expected, what was found, how to mend it.

        Args:
            wants: ``numpy=">=2"``, ``threads=1``, ``blas_kernel="Haswell"``...: see the reference of environments.

        Raises:
            ReproError: ``U101`` for a name that means nothing.
        """
        __tracebackhide__ = True
        try:
            require(self, **wants)
        except ReproError as error:
            if error.code != "E302":
                raise
            pytest.fail(str(error), pytrace=False)


class Lockfile:
    """What the fixture ``repro_lock`` hands out: the lock file that applies, judged by what is installed.

    Args:
        premises: Of the session.
    """

    __slots__ = ("_premises",)

    def __init__(self, premises: Premises) -> None:
        self._premises = premises

    @property
    def report(self) -> LockReport:
        """All that is known: which lock, whose, what differs."""
        return self._premises.lock

    def check(self, *, also: tuple[str, ...] = (), but: tuple[str, ...] = ()) -> None:
        """Fail the test where installed and locked part, or the lock cannot be relied on.

        Judged are L401, L402, L404, L405, L406, L408, L409 and L410; a policy of ``accept`` takes a code out.

        Args:
            also: Codes to judge as well: ``("L403",)`` for what is installed and in no lock.
            but: Codes not to judge.

        Raises:
            ReproError: ``U103`` for a code of no control.
        """
        __tracebackhide__ = True
        for code in (*also, *but):
            control(code)
        stated = self._premises.settings.policy
        wanted = [code for code in (*CHECKED, *also) if code not in but and stated.get(code) != "accept"]
        if any(finding.code in wanted for finding in self.report.findings(stated)):
            pytest.fail(lock_report.text(self.report, stated), pytrace=False)
