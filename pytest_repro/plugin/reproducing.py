"""Making a reproducer: pytest collects here, fresh processes run the test, and the call to blame is handed on."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from contextlib import redirect_stdout
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from pytest_repro import __version__
from pytest_repro.diagnose.splitting import Errand, Group
from pytest_repro.plugin.campaign import Campaign, drifted
from pytest_repro.plugin.children import Command
from pytest_repro.plugin.conditions import Conditions
from pytest_repro.plugin.laboratory import telling
from pytest_repro.plugin.premises import premises_of
from pytest_repro.plugin.progress import Progress
from pytest_repro.plugin.watching import NO_CALL, to_blame
from pytest_repro.reproducer.build import Built, build
from pytest_repro.reproducer.script import Member, Settings
from pytest_repro.variations.condition import COMBINED, FRESH, Condition
from pytest_repro.variations.registry import control_variables, variation
from pytest_repro.variations.uninitialized import UNINITIALIZED
from pytest_repro.variations.wish import parse, resolve

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_repro.diagnose.splitting import Pair
    from pytest_repro.reproducer.recipe import Call


TRIES = 3
"""Times that a line is watched on which no call differs: what is drawn anew may come out the same by chance."""

MOST = 4
"""Fresh processes side by side: each runs one test."""


class Suspect(NamedTuple):
    """A drift of one test under one condition.

    Attributes:
        nodeid: The test.
        condition: The guilty one; the unchanged one where two unchanged processes part.
        places: Where calls are looked at, the most likely first: the line at which it begins, its function, the test.
    """

    nodeid: str
    condition: Condition
    places: tuple[tuple[str, int, str], ...]


@dataclass(slots=True, kw_only=True)
class Reproduced:
    """What came of it.

    Attributes:
        nodeid: The test of which a script was made, or the last that was tried.
        built: The script; None where there is none.
        reasons: Why there is none, in the order of the attempts.
    """

    nodeid: str = ""
    built: Built | None = None
    reasons: list[str] = field(default_factory=list)


class Reproducing:
    """Takes the place of the session's test loop.

    Args:
        vary: Which conditions are tried.
        file: Name that the script will have.
    """

    def __init__(self, vary: str, file: str) -> None:
        self.found = Reproduced()
        self._wish = parse(vary, "--vary", "U104")
        self._file = file

    @pytest.hookimpl(tryfirst=True)
    def pytest_cmdline_main(self, config: pytest.Config) -> None:
        """One test needs no workers of xdist, whatever the project's own settings want."""
        for name, value in (("numprocesses", 0), ("dist", "no"), ("tx", [])):
            if hasattr(config.option, name):
                setattr(config.option, name, value)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """No test runs in this process."""
        if session.testsfailed or not session.items:
            return True
        folder = Path(tempfile.mkdtemp(prefix="pytest-repro-"))
        try:
            self._make(session, folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return True

    def _make(self, session: pytest.Session, folder: Path) -> None:
        config = session.config
        settings = premises_of(config).settings
        files = {item.nodeid: str(item.path) for item in session.items}
        command = Command.of(config, files, settings.session_seed)
        alone = ("-n0",) if config.pluginmanager.hasplugin("xdist") else ()
        campaign = Campaign(
            folder=folder,
            command=replace(command, appended=(*command.appended, *alone)),
            jobs=max(settings.jobs, min(MOST, os.cpu_count() or 1)),
            budget_s=0.0,
            progress=Progress(config),
            informs=True,
        )
        resolved = resolve(self._wish, sys.modules.__contains__)
        split = campaign.run([Group(resolved.conditions, tuple(files))])
        suspects = _suspects(Conditions(split=split), split.traced, files)
        if not suspects:
            self.found.reasons.append(_agreed(split.pairs))
        for suspect in suspects:
            self.found.nodeid = suspect.nodeid
            if self._tried(campaign, suspect, folder):
                return

    def _tried(self, campaign: Campaign, suspect: Suspect, folder: Path) -> bool:
        settings = _settings(suspect.condition)
        label = suspect.condition.label
        if suspect.condition.members and not settings.apart:
            self.found.reasons.append(f"{label} is changed inside of a process, which a script of its own does not do")
            return False
        reasons = []
        for place in suspect.places:
            call = _call(campaign, suspect, place)
            if isinstance(call, str):
                reasons.append(call)
                continue
            tests = suspect.nodeid.rpartition("site-packages/")[2]
            made_from = f"{tests} by pytest-repro {__version__}"
            number = len(list(folder.iterdir()))
            below = folder / f"script-{number}"
            below.mkdir()
            built = build(call, settings, below, made_from=made_from, file=self._file)
            if isinstance(built, Built):
                self.found.built = built
                return True
            reasons.append(f"{' '.join(call.text.split())[:60]}: {built}")
        self.found.reasons += [f"{label}: {reason}" for reason in dict.fromkeys(reasons)]
        return False


def _suspects(conditions: Conditions, traced: Sequence[Pair], files: dict[str, str]) -> list[Suspect]:
    """First what parts with nothing changed, then each condition alone, then all together."""
    # memory that nobody wrote moves under whatever else is changed as well
    order = {FRESH.label: 0, UNINITIALIZED.name: 1, COMBINED: 3}
    found = []
    for pair in sorted(traced, key=lambda pair: order.get(pair.varied.errand.condition.label, 2)):
        condition = pair.varied.errand.condition
        for nodeid, after in pair.varied.ended.items():
            before = pair.control.ended.get(nodeid)
            addresses = sorted(drifted(before, after, condition)) if before is not None else []
            if addresses:
                found.append(
                    Suspect(nodeid, condition, tuple(_places(conditions, nodeid, condition, addresses, files)))
                )
    return found


def _places(
    conditions: Conditions, nodeid: str, condition: Condition, addresses: Sequence[str], files: dict[str, str]
) -> Iterator[tuple[str, int, str]]:
    """The line at which it begins, its function, then the test."""
    way = conditions.way(nodeid, condition.label, telling(addresses))
    for step in way.steps[:1] if way is not None else ():
        yield (step.file, step.line, step.function)
        yield (step.file, 0, step.function)
    yield (files[nodeid], 0, nodeid.partition("::")[2].partition("[")[0].replace("::", "."))


def _call(campaign: Campaign, suspect: Suspect, place: tuple[str, int, str]) -> Call | str:
    """The call that is to blame among those of a place, or why there is none."""
    ids = (suspect.nodeid,)
    wanted = (Errand(FRESH, ids, watched=place), Errand(suspect.condition, ids, watched=place))
    found: Call | str = ""
    for _ in range(TRIES):
        found = to_blame(campaign.carry_out(wanted), suspect.nodeid, place)
        if not isinstance(found, str) or NO_CALL not in found or not place[1]:
            break
    return found


def _settings(condition: Condition) -> Settings:
    if not condition.members:
        return Settings(first={}, second={})
    unchanged = {**os.environ, **control_variables(os.environ)}
    second = condition.variables(unchanged)
    members = []
    for name, value in condition.members:
        one = variation(name)
        stands_for = one.stands_for if one.kind == "hardware" else ""
        members.append(Member(name, frozenset(one.variables(value, unchanged)), one.changes, stands_for))
    return Settings(
        first={name: value for name, value in unchanged.items() if name in second},
        second=second,
        members=tuple(members),
        unsteady=any(name == UNINITIALIZED.name for name, _ in condition.members),
    )


def _agreed(pairs: Sequence[Pair]) -> str:
    failures = [pair.varied.failure or pair.control.failure for pair in pairs]
    told = next((one for one in failures if one), "")
    if told:
        return f"its fresh processes could not run: {told}"
    return (
        "fresh processes agree, under each condition that was tried; if an ordinary run drifts, one run of the test "
        "leaves something to the next, and its report names that"
    )


def run(arguments: Sequence[str], *, vary: str, file: str) -> Reproduced:
    """Make a reproducer.

    Args:
        arguments: Words for pytest, the test's id among them.
        vary: Which conditions are tried.
        file: Name that the script will have.
    """
    reproducing = Reproducing(vary, file)
    with redirect_stdout(sys.stderr):
        pytest.main(list(arguments), plugins=[reproducing])
    return reproducing.found
