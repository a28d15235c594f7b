"""The premises of a session: what all its tests stand on, looked at once: environment, lock file, waivers."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cached_property
from typing import TYPE_CHECKING

import pytest

from pytest_repro.controls.catalogue import CATALOGUE
from pytest_repro.errors import ReproError
from pytest_repro.plugin.options import settings_from
from pytest_repro.plugin.project import cache_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from pytest_repro.controls.lockfiles import LockReport
    from pytest_repro.controls.occurrence import Occurrence
    from pytest_repro.controls.owners import Codeowners
    from pytest_repro.controls.verdict import Finding
    from pytest_repro.controls.waivers import Waivers
    from pytest_repro.controls.waiving import WaivedFindings
    from pytest_repro.environment.snapshot import Snapshot
    from pytest_repro.plugin.options import Settings


class Premises:
    """What the session's tests stand on; each part is looked at when it is first asked for.

    Args:
        root: pytest's rootdir.
        cache: Folder for what is slow to find out; None to keep nothing.
        settings: Of the session.

    Attributes:
        unusable: Why the waiver file cannot be used, once it was looked at.
    """

    def __init__(self, root: Path, cache: Path | None, settings: Settings) -> None:
        self.root = root
        self.settings = settings
        self._cache = cache
        self.unusable: ReproError | None = None
        self._owners: dict[Path, str] = {}

    @cached_property
    def snapshot(self) -> Snapshot:
        """The environment, as it is when somebody first asks: libraries that tests import later are not in it."""
        from pytest_repro.environment.snapshot import snapshot  # noqa: PLC0415  # 20 ms that only a report pays

        return snapshot(self.root, cache=self._cache)

    @cached_property
    def lock(self) -> LockReport:
        """The lock file that applies, judged by what is installed."""
        from pytest_repro.controls import lockfiles  # noqa: PLC0415  # seven formats that only a report or a check pays

        wish = self.settings.lock or "auto"
        installed = self.snapshot.packages.installed or ()
        return lockfiles.examine(self.root, wish if wish != "off" else "auto", installed, cache=self._cache)

    @property
    def today(self) -> date:
        """In UTC, so that a waiver ends at one moment on all machines."""
        return datetime.now(UTC).date()

    @cached_property
    def waivers(self) -> Waivers:
        """What was accepted; nothing where the file cannot be used, which is then a finding."""
        from pytest_repro.controls.waivers import NAME, Waivers  # noqa: PLC0415  # a child waives nothing

        try:
            return Waivers.read(self.root / NAME)
        except ReproError as error:
            self.unusable = error
            return Waivers()

    @cached_property
    def codeowners(self) -> tuple[Path, Codeowners | None]:
        """The root of the repository, and who owns what in it."""
        from pytest_repro.controls import owners  # noqa: PLC0415  # only where something was found

        above = (self.root, *self.root.parents)
        root = next((folder for folder in above if (folder / ".git").exists()), self.root)
        return root, owners.find(root)

    def owner_of(self, path: Path) -> str:
        """Who owns a file by CODEOWNERS; empty where nobody does."""
        from pytest_repro.controls import owners  # noqa: PLC0415  # only where something was found

        if path not in self._owners:
            root, found = self.codeowners
            within = path.is_relative_to(root)
            named = owners.owner_of(path.relative_to(root).as_posix(), codeowners=found) if within else ""
            self._owners[path] = named
        return self._owners[path]

    def context(self) -> Mapping[str, str]:
        """The two lines of a drift report: on which hardware, in which environment."""
        from pytest_repro.environment.lines import environment_line, hardware_line  # noqa: PLC0415  # only for a report

        told = self.settings.lock != "off" and (self.lock.lockstep is not None or self.lock.broken)
        words = self.lock.words if told else ""
        return {"hardware": hardware_line(self.snapshot), "environment": environment_line(self.snapshot, words)}

    def properties(self) -> list[tuple[str, str]]:
        """For JUnit files: on what a drift was seen, and the identities by which such reports are grouped."""
        facts = self.snapshot
        ids = [(f"repro.{name}", getattr(facts, name)) for name in ("env_id", "hw_class", "numeric_class")]
        return [*((f"repro.{name}", line) for name, line in self.context().items()), *ids]

    def waived(self) -> WaivedFindings:
        """What was asked to be judged, after waivers."""
        from pytest_repro.controls.waiving import waive_findings  # noqa: PLC0415  # a child waives nothing

        return waive_findings(self.findings(), self.waivers, self.today)

    def of_waivers(
        self, used: Collection[str], ran: Collection[str], judged: Collection[str], left: Collection[Occurrence]
    ) -> tuple[Finding, ...]:
        """What is wrong with the waivers themselves.

        Args:
            used: Keys of those that covered something.
            ran: Ids of the tests that were replayed.
            judged: Codes that the session itself was judged by.
            left: What was found and no waiver covers.
        """
        from pytest_repro.controls.waiving import of_waivers, unusable  # noqa: PLC0415  # a child waives nothing

        waivers, policy = self.waivers, self.settings.policy
        if self.unusable is not None:
            return (unusable(self.unusable, policy),)
        return of_waivers(
            waivers, used=used, ran=ran, judged=judged, left=left, today=self.today, policy=policy, whole=False
        )

    @cached_property
    def judged(self) -> frozenset[str]:
        """Codes that a session judges beside its tests: the lock's where its option says so, and those of a policy.

        Unasked, a session judges its tests alone: a finding about the machine at the end of every run is noise.
        """
        asked = {code for code, action in self.settings.policy.items() if code[0] in "LEH" and action != "accept"}
        if self.settings.lock not in ("", "off"):
            asked |= {control.code for control in CATALOGUE if control.code[0] == "L"}
        return frozenset(asked)

    def findings(self) -> tuple[Finding, ...]:
        """What was asked to be judged, and is not as it should be."""
        policy = self.settings.policy
        found: list[Finding] = []
        if any(code[0] == "L" for code in self.judged):
            found += self.lock.findings(policy)
        if any(code[0] in "EH" for code in self.judged):
            from pytest_repro.controls import surroundings  # noqa: PLC0415  # stands on the snapshot

            found += surroundings.findings(self.snapshot, policy)
        return tuple(finding for finding in found if finding.code in self.judged)


PREMISES = pytest.StashKey[Premises]()
"""The premises of a session."""


def premises_of(config: pytest.Config) -> Premises:
    """The session's premises, made at the first call.

    Raises:
        pytest.UsageError: For options or ini values that mean nothing.
    """
    present = config.stash.get(PREMISES, None)
    if present is not None:
        return present
    try:
        premises = Premises(config.rootpath, cache_of(config), settings_from(config))
        if premises.settings.profile:
            from pytest_repro.plugin import profile  # noqa: PLC0415  # stands on the table of all facts

            profile.checked(premises.settings.profile)
    except ReproError as error:
        raise pytest.UsageError(str(error)) from None
    config.stash[PREMISES] = premises
    return premises
