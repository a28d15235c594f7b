"""Markers: what ``replay`` and ``no_replay`` say of one test, checked at collection and merged with the settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from pytest_repro.errors import ReproError
from pytest_repro.plugin.options import EXPLICIT, OBSERVED, observed
from pytest_repro.values.tolerance import Tolerance, Tolerances, tolerances_from
from pytest_repro.variations.condition import COMBINED
from pytest_repro.variations.registry import VARIATIONS
from pytest_repro.variations.wish import Wish, is_condition, parse

if TYPE_CHECKING:
    from pytest_repro.plugin.options import Settings

ARGUMENTS = (
    *("tol", "rtol", "atol", "under", "runs", "vary", "recorded", "observe", "ignore", "owner"),
    *("statistical", "alpha"),
)

RECORDED = ("recorded", "recorded:same-hardware")
"""Conditions of recorded envelopes under which ``under=`` states another tolerance."""

CALIBRATING = 5
"""Runs of one process from which replay limits are measured, unless a test asks for more."""

DRAWING = 20
"""Runs of a test that is meant to be random, unless it says otherwise: 10 against 10 tell p down to 1e-5."""

FEWEST = 8
"""Fewer runs tell nothing of a distribution."""

ALPHA = 1e-3
"""Probability of a false report of such a test."""

MOST_RUNS = 1000
"""More runs than this in one test are a slip of the pen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How one test is replayed.

    Attributes:
        replayed: Whether it runs more than once; otherwise its generators are pinned and that is all.
        marked: Whether a marker asked for it; such a test is told of where nothing was compared.
        runs: How many runs are compared, at least 2.
        tolerances: What is allowed where.
        ignore: Patterns of addresses that are not compared.
        observe: What is observed.
        explicit: What is judged on where the test records something.
        owner: Who answers for the test.
        seed: In ``[0, 2**32)``.
        recorded: True where a recorded envelope must be there, a pattern of the profiles to compare with, False for
            never; None: compare where there is one.
        under: Tolerances that replace the others under a condition.
        wished: Categories that the marker names: what is recorded beside the usual ones.
        vary: Conditions under which it also runs in fresh processes; None for none.
        statistical: Whether it is meant to be random: each run has a seed of its own, and distributions are compared.
        alpha: Probability of a false report of such a test.
    """

    replayed: bool
    marked: bool
    runs: int
    tolerances: Tolerances
    ignore: tuple[str, ...]
    observe: tuple[str, ...]
    explicit: tuple[str, ...]
    owner: str
    seed: int
    recorded: bool | str | None = None
    under: Mapping[str, Tolerances] = field(default_factory=dict)
    wished: tuple[str, ...] = ()
    vary: Wish | None = None
    statistical: bool = False
    alpha: float = ALPHA

    def seed_of(self, number: int) -> int:
        """The seed of one run, counted from 1: the same for all, unless the test is meant to be random."""
        return (self.seed + 0x9E3779B9 * (number - 1)) % 2**32 if self.statistical else self.seed

    @property
    def patterns(self) -> tuple[str, ...]:
        """Patterns that a user wrote for this test; each should find an address somewhere in the session."""
        written = [pattern for pattern, _ in self.tolerances.rules if pattern != "*"]
        return (*written, *self.ignore)


PLAN = pytest.StashKey[Plan]()
"""How an item is replayed."""


def plan_for(item: pytest.Item, settings: Settings, seed: int) -> Plan | None:
    """The plan of a test; None where nothing is to be done.

    Raises:
        ReproError: ``U101`` for a marker argument that means nothing, located at the marker.
    """
    markers = list(item.iter_markers("replay"))
    said = [_arguments(marker) for marker in markers]
    for arguments in said:
        _checked(arguments)
    refused = _refused(item)
    marked = bool(markers)
    replayed = settings.mode != "off" and not refused and (marked or settings.mode == "all")
    by_setting = settings.seeded and settings.mode != "off"
    if not (replayed or by_setting or "repro_seed" in getattr(item, "fixturenames", ())):
        return None
    wish = _nearest(said, "observe")
    start = settings.observe or OBSERVED
    observe = observed(start, _words(wish), "observe") if wish is not None else start
    runs = _nearest(said, "runs")
    statistical = bool(_nearest(said, "statistical"))
    usual = DRAWING if statistical else 2
    return Plan(
        replayed=replayed,
        marked=marked,
        runs=max(usual if runs is None else int(runs), CALIBRATING if settings.calibrate else 1),
        tolerances=_tolerances(said, settings.tolerances),
        ignore=_words(_nearest(said, "ignore")) or settings.ignore,
        observe=observe,
        explicit=EXPLICIT if wish is None and settings.observe is None else observe,
        owner=_nearest(said, "owner") or settings.owner,
        seed=seed,
        recorded=False if statistical else _nearest(said, "recorded"),
        under=_under(_nearest(said, "under")),
        wished=tuple(word.lstrip("+") for word in _words(wish) if not word.startswith("-")),
        vary=None if statistical else _vary(_nearest(said, "vary"), settings),
        statistical=statistical,
        alpha=float(_nearest(said, "alpha") or ALPHA),
    )


def _vary(stated: object, settings: Settings) -> Wish | None:
    """The command line's, else the marker's, else the ini file's; ``vary="none"`` of a marker is lifted by nobody."""
    marked = None if stated is None else _wish(stated)
    if marked is not None and marked.none:
        return None
    found = settings.vary or marked or settings.vary_usually
    return None if found is None or found.none else found


def _wish(stated: object) -> Wish:
    """What a marker's ``vary`` asks for.

    Raises:
        ReproError: ``U101``.
    """
    if not isinstance(stated, str | list | tuple) or not all(isinstance(word, str) for word in stated):
        mend = 'write vary="combined", or vary=("hashseed", "threads=1,4")'
        raise ReproError("U101", f"vary is a text or a tuple of texts, not {stated!r:.60}", place="vary", mend=mend)
    return parse(stated, "vary", "U101")


def _arguments(marker: pytest.Mark) -> Mapping[str, Any]:
    """A marker's arguments by name; the tolerance may stand first without its name."""
    if len(marker.args) > 1:
        mend = "write @pytest.mark.replay(tol=1e-6, runs=3): only tol may stand without its name"
        raise ReproError(
            "U101", f"replay takes one positional argument, not {len(marker.args)}", place="replay", mend=mend
        )
    arguments = dict(marker.kwargs)
    if marker.args:
        if "tol" in arguments:
            raise ReproError("U101", "tol is given twice", place="replay", mend="write @pytest.mark.replay(tol=1e-6)")
        arguments["tol"] = marker.args[0]
    return arguments


def _checked(arguments: Mapping[str, Any]) -> None:
    for name in arguments:
        if name not in ARGUMENTS:
            mend = f"use some of {', '.join(ARGUMENTS)}"
            raise ReproError("U101", f"replay has no argument {name!r:.40}", place="replay", mend=mend)
    tolerances_from(arguments.get("tol"), rtol=arguments.get("rtol"), atol=arguments.get("atol"))
    wish = None if arguments.get("vary") is None else _wish(arguments["vary"])
    varied = wish is not None and not wish.none
    _check_runs(arguments.get("runs", 2), alone=bool(arguments.get("recorded")) or varied)
    _check_recorded(arguments.get("recorded"))
    _under(arguments.get("under"))
    _check_statistical(arguments)
    for name in ("observe", "ignore"):
        _check_words(arguments.get(name), name)
    if arguments.get("observe") is not None:
        observed(OBSERVED, _words(arguments["observe"]), "observe")
    owner = arguments.get("owner")
    if owner is not None and not isinstance(owner, str):
        raise ReproError("U101", f"owner is a text, not {owner!r:.60}", place="owner", mend='write owner="@team"')


def _check_statistical(arguments: Mapping[str, Any]) -> None:
    statistical, alpha = arguments.get("statistical"), arguments.get("alpha")
    mend = "write @pytest.mark.replay(statistical=True, alpha=1e-3, runs=20)"
    if statistical is not None and not isinstance(statistical, bool):
        raise ReproError(
            "U101", f"statistical is True or False, not {statistical!r:.60}", place="statistical", mend=mend
        )
    if alpha is not None and (isinstance(alpha, bool) or not isinstance(alpha, int | float) or not 0 < alpha < 1):
        raise ReproError("U101", f"alpha is a probability in (0, 1), not {alpha!r:.60}", place="alpha", mend=mend)
    if alpha is not None and not statistical:
        raise ReproError("U101", "alpha goes with statistical=True", place="alpha", mend=mend)
    if statistical and int(arguments.get("runs") or DRAWING) < FEWEST:
        raise ReproError("U101", f"fewer than {FEWEST} runs tell nothing of a distribution", place="runs", mend=mend)
    for name in ("tol", "rtol", "atol", "under", "vary", "recorded"):
        if statistical and arguments.get(name) not in (None, False, "none"):
            sentence = f"{name} compares values, and statistical=True compares distributions"
            raise ReproError("U101", sentence, place=name, mend=mend)


def _check_recorded(recorded: object) -> None:
    if recorded is None or isinstance(recorded, bool) or (isinstance(recorded, str) and recorded):
        return
    mend = 'write recorded=True, or the profiles to compare with: recorded="linux-*"'
    raise ReproError("U101", f"recorded is True, False or a pattern, not {recorded!r:.60}", place="recorded", mend=mend)


def _under(wish: object) -> dict[str, Tolerances]:
    """Tolerances by condition.

    Raises:
        ReproError: ``U101``, with the condition.
    """
    if wish is None:
        return {}
    mend = 'write under={"recorded": 1e-6, "recorded:same-hardware": 0}'
    if not isinstance(wish, Mapping):
        raise ReproError("U101", f"under maps conditions to tolerances, not {wish!r:.60}", place="under", mend=mend)
    found: dict[str, Tolerances] = {}
    for condition, tol in wish.items():
        if condition not in RECORDED and not (isinstance(condition, str) and is_condition(condition)):
            known = ", ".join((*RECORDED, COMBINED, *(variation.name for variation in VARIATIONS)))
            sentence = f"there is no condition {condition!r:.40}, only {known}"
            raise ReproError("U101", sentence, place="under", mend=mend)
        try:
            found[condition] = tolerances_from(tol)
        except ReproError as error:
            raise error.within(f'under["{condition}"]') from None
    return found


def _check_runs(runs: object, *, alone: bool) -> None:
    mend = f"write runs=3, a whole number from 2 to {MOST_RUNS}; runs=1 goes with recorded= or vary="
    if isinstance(runs, bool) or not isinstance(runs, int) or not 1 <= runs <= MOST_RUNS:
        raise ReproError("U101", f"runs is a whole number >= 2, not {runs!r:.60}", place="runs", mend=mend)
    if runs == 1 and not alone:
        raise ReproError("U101", "one run has nothing to be compared with", place="runs", mend=mend)


def _check_words(value: object, name: str) -> None:
    if value is None or isinstance(value, str):
        return
    example = '("+stdout", "-locals")' if name == "observe" else '("*.elapsed",)'
    mend = f"write {name}={example}"
    if not isinstance(value, Sequence) or isinstance(value, bytes):
        raise ReproError("U101", f"{name} is a tuple of texts, not {value!r:.60}", place=name, mend=mend)
    for number, word in enumerate(value):
        if not isinstance(word, str) or not word:
            raise ReproError("U101", f"a pattern is a text, not {word!r:.60}", place=f"{name}[{number}]", mend=mend)


def _words(value: str | Sequence[str] | None) -> tuple[str, ...]:
    return () if value is None else (value,) if isinstance(value, str) else tuple(value)


def _refused(item: pytest.Item) -> bool:
    """Whether ``no_replay`` forbids it: a limit that no option lifts.

    A nearer ``replay`` does not lift ``no_replay`` of the class either; whoever wrote it had a reason.
    """
    for marker in item.iter_markers("no_replay"):
        unknown = [name for name in marker.kwargs if name != "reason"]
        reason = marker.kwargs.get("reason", *marker.args[:1]) if marker.args else marker.kwargs.get("reason")
        if unknown or len(marker.args) > 1 or not isinstance(reason, str | None):
            mend = 'write @pytest.mark.no_replay(reason="draws from hardware")'
            raise ReproError("U101", "no_replay takes a reason, a text, and nothing else", place="no_replay", mend=mend)
        return True
    return False


def _nearest(said: Sequence[Mapping[str, Any]], name: str) -> Any:
    return next((arguments[name] for arguments in said if arguments.get(name) is not None), None)


def _tolerances(said: Sequence[Mapping[str, Any]], fallback: Tolerances) -> Tolerances:
    """``tol`` stands for both parts at once, so a nearer ``rtol`` replaces that part of a farther ``tol`` alone."""
    parts: dict[str, float] = {}
    for arguments in said:
        for name in ("rtol", "atol"):
            if arguments.get(name) is not None:
                parts.setdefault(name, float(arguments[name]))
        if arguments.get("tol") is not None:
            return _replaced(tolerances_from(arguments["tol"]), parts)
    return _replaced(fallback, parts)


def _replaced(tolerances: Tolerances, parts: Mapping[str, float]) -> Tolerances:
    if not parts:
        return tolerances
    base = (
        tolerances
        if any(pattern == "*" for pattern, _ in tolerances.rules)
        else Tolerances((("*", Tolerance()), *tolerances.rules))
    )
    return Tolerances(tuple((pattern, _part(rule, parts) if pattern == "*" else rule) for pattern, rule in base.rules))


def _part(rule: Tolerance, parts: Mapping[str, float]) -> Tolerance:
    return rule._replace(
        rtol=parts.get("rtol", rule.rtol),
        atol=parts.get("atol", rule.atol),
        scale=0.0 if "atol" in parts else rule.scale,
    )
