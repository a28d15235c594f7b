"""State that one run of a test leaves for the next, looked for in fresh processes that undo one thing between two runs.

Two sides: the session's, which asks and tells, and the child's, which runs the test twice and undoes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pytest_repro.compare import addresses_of, compare
from pytest_repro.diagnose.inquiry import concluded
from pytest_repro.diagnose.leak import CACHES, FIXTURES, NOTHING, STATE, Leak, located
from pytest_repro.observe.keeping import Keeper
from pytest_repro.observe.memo import Caches
from pytest_repro.plugin.aside import Aside
from pytest_repro.plugin.guarded import unheard
from pytest_repro.plugin.judging import LEFT
from pytest_repro.plugin.laboratory import changed, frozen
from pytest_repro.plugin.outliving import called, slots, wider

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest

    from pytest_repro.controls.verdict import Finding, Verdict
    from pytest_repro.plugin.premises import Premises
    from pytest_repro.plugin.replay import Replay

CODE = "R105"
"""The finding that such state makes."""

PROVED = "proved"
"""How the confidence of a finding begins whose cause is known already."""

TESTS = 5
"""Tests of a session that are looked into: each takes four fresh processes and more."""

SECONDS = 60.0
"""After which no further search of a session is begun."""

SHOWN = 3
"""Names in one sentence."""

WORDS = {STATE: "put back", FIXTURES: "torn down", CACHES: "emptied"}


class Leaks:
    """Looks for what carries state over.

    Args:
        config: Of the session.
        premises: Of the session.
    """

    def __init__(self, config: pytest.Config, premises: Premises) -> None:
        self._aside = Aside(config, premises, tests=TESTS, seconds=SECONDS)

    def located(self, item: pytest.Item, verdict: Verdict) -> Verdict:
        """The verdict with what was found; as it is where its cause is proved already, or there is no time.

        Args:
            item: The test.
            verdict: Of its runs in this process.
        """
        open_ = [one for one in verdict.findings if _open(one)]
        if not open_ or not self._aside.open:
            return verdict
        moved = addresses_of(gap for one in open_ for gap in one.gaps)
        with self._aside.campaign(item) as campaign:
            leak = concluded(located(item.nodeid, moved), campaign.carry_out)
        return replace(verdict, findings=tuple(_told(one, leak) if _open(one) else one for one in verdict.findings))


def _open(finding: Finding) -> bool:
    return finding.code == CODE and not finding.confidence.startswith(PROVED) and finding.action != "accept"


def _told(finding: Finding, leak: Leak) -> Finding:
    """A finding with what carries the state over."""
    if not leak.kind:
        said = "alone in a fresh process its two runs agree: other tests that ran before have a part in it"
        return replace(finding, reasons=(*finding.reasons, said))
    named = ", ".join(leak.names[:SHOWN])
    if len(leak.names) > SHOWN:
        named += f" and {len(leak.names) - SHOWN} more"
    if leak.kind == NOTHING and named:  # the finding names it already, or a reader now knows where to look
        return replace(finding, reasons=(*finding.reasons, f"not all of it could be put back to prove it: {named}"))
    if leak.kind == NOTHING:
        said = (
            "it stays though wider fixtures, the project's globals and functools caches were undone between "
            "two runs: something else keeps it, a library, a file, the environment"
        )
        return replace(finding, reasons=(*finding.reasons, said))
    said = f"{named}: {WORDS[leak.kind]} between two runs in a fresh process, the drift is gone"
    if addresses_of(finding.gaps) - leak.addresses:
        return replace(finding, reasons=(f"{said} from part of the values (proved)", *finding.reasons))
    sentence = finding.sentence.replace(LEFT, f"{named} keeps what an earlier run left", 1)
    steps = [f"empty it in a fixture's teardown: {name.split()[-1]}.cache_clear()" for name in leak.names[:SHOWN]]
    steps = steps if leak.kind == CACHES else []
    return replace(finding, sentence=sentence, reasons=(said,), confidence=PROVED, steps=(*steps, *finding.steps))


class Between:
    """The child's side: one test, run twice, with something undone between.

    Args:
        undo: What.
        replay: Of the test; it has run no time yet.
    """

    def __init__(self, undo: str, replay: Replay) -> None:
        self._kind, _, self._name = undo.partition(":")
        self._replay = replay
        self._undone: tuple[str, ...] = ()
        self._whole = True

    def run(self) -> None:
        """The first run, and what is undone after it."""
        item = self._replay.item
        before, caches = slots(item), Caches()
        keeper, seen = Keeper(before), frozen(before)
        self._replay.run_once_hidden()
        if self._kind == STATE:
            self._undone = changed(seen, frozen(slots(item)))
            self._whole = not keeper.lost & set(self._undone)
            keeper.put_back()
        elif self._kind == CACHES:
            grown = [f"functools cache {name}" for name in caches.grown()]
            self._undone = tuple(name for name in grown if self._name in ("", name))
            caches.empty([name.removeprefix("functools cache ") for name in self._undone])
        elif self._kind == FIXTURES:
            self._undone = _torn_down(item, self._name)

    def told(self) -> dict[str, object]:
        """What the two runs showed."""
        first, second = self._replay.envelopes()
        plan = self._replay.plan
        drifts = compare(first, second, plan.tolerances, plan.ignore).drifts
        return {"drifted": sorted(addresses_of(drifts)), "undone": list(self._undone), "whole": self._whole}


def _torn_down(item: pytest.Item, name: str) -> tuple[str, ...]:
    """Fixtures of wider scope, torn down: all of them with their scopes, or one alone with those that build on it."""
    found = [one for one in wider(item) if name in ("", called(one))]
    state: Any = item.session._setupstate  # noqa: SLF001  # what is set up at present; it has no public name
    with unheard():
        if name:
            for definition in found:
                definition.finish(item._request)  # type: ignore[attr-defined]  # noqa: SLF001  # as pytest finishes it
        else:
            state.teardown_exact(None)
    return _names(found)


def _names(found: Sequence[Any]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(called, found)))
