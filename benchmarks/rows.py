"""The rows of the table of figures: what is measured, in which unit, and the goal it is held against."""

from __future__ import annotations

from dataclasses import dataclass, field

from rounds import Spread


@dataclass(frozen=True)
class Row:
    """A row before it is measured.

    Attributes:
        name: What ``--only`` calls it.
        measure: The measurement that fills it; several rows may come from one.
        work: The work in words.
        unit: Of both figures and the goal.
        goal: The most that is allowed; None for a row that is told and not judged.
    """

    name: str
    measure: str
    work: str
    unit: str
    goal: float | None = None


ROWS = (
    Row("idle", "idle", "plugin installed, nothing marked, 5,000 trivial tests: CPU over bare pytest", "x", 1.02),
    Row("idle-instructions", "idle-instructions", "the same, instructions of the processor", "x", 1.02),
    Row("seeds", "seeds", "seeds pinned for a test", "us", 15),
    Row("replay", "replay", "a trivial test replayed: CPU beyond two plain runs, each more test", "ms", 0.5),
    Row("replay-whole", "replay", "the same, of 1,200 tests, start and end of pytest included, each", "ms", 0.5),
    Row(
        "replay-instructions", "replay-instructions", "the same, instructions of the processor over one plain run", "x"
    ),
    Row("recorded-equal", "recorded", "1e6 float64 against a recorded one, equal", "ms", 2),
    Row("recorded-differing", "recorded", "1e6 float64 against a recorded one, 1 % differ", "ms", 12),
    Row("record", "baselines", "small baselines recorded: CPU of pytest over none recorded, each more test", "ms", 0.2),
    Row("verify", "baselines", "small baselines verified: CPU of pytest over none recorded, each more test", "ms", 0.1),
    Row(
        "record-whole", "baselines", "1,000 small baselines recorded, start and end of pytest included, each", "ms", 0.2
    ),
    Row(
        "verify-whole", "baselines", "1,000 small baselines verified, start and end of pytest included, each", "ms", 0.1
    ),
    Row(
        "record-instructions",
        "baselines-instructions",
        "small baselines recorded: instructions over none recorded, each more test, in plain tests of the suite",
        "x",
    ),
    Row("verify-instructions", "baselines-instructions", "the same, verified", "x"),
    Row("record-direct", "store", "1,000 small baselines recorded by the store alone, each", "ms", 0.2),
    Row("verify-direct", "store", "1,000 small baselines verified by the store alone, each", "ms", 0.1),
    Row("snapshot", "snapshot", "snapshot of the environment, warm", "ms", 10),
    Row("child", "child", "a fresh process: CPU over a plain run of the tests it runs", "x", 1.05),
    Row("combined", "child", "`combined` with its control, added to the parent's run", "x", 2.1),
    Row("compare-equal", "compare", "1e7 float64 compared, identical", "ms", 25),
    Row("compare-differing", "compare", "1e7 float64 compared, 1 % differ", "ms", 60),
)
"""In the order of the table."""


@dataclass
class Filled:
    """What a measurement found for a row.

    Attributes:
        ours: Our figure; None where it was not measured.
        peers: Figures of peers that did the same work in the same rounds.
        ratio: Ours over the best peer's, where it is not the quotient of the figures.
        missing: Why something was not measured, a sentence each.
        notes: What else the rounds showed, a sentence each.
    """

    ours: Spread | None = None
    peers: list[Spread] = field(default_factory=list)
    ratio: Spread | None = None
    missing: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def best(self) -> Spread | None:
        """The peer that takes least."""
        return min(self.peers, key=lambda peer: peer.median, default=None)


HEADS = ("row", "work", "ours", "least", "best peer", "ours / peer", "goal", "verdict")


def cells(row: Row, filled: Filled) -> tuple[str, ...]:
    """A line of the table."""
    best = filled.best
    theirs = "-" if not filled.missing else "not measured"
    if best is not None:
        theirs = f"{best.of} {figure(best, row.unit)}"
    ratio = filled.ratio or (filled.ours.over(best) if filled.ours and best else None)
    ours = figure(filled.ours, row.unit) if filled.ours else "not measured"
    least = figure(Spread((filled.ours.least,)), row.unit) if filled.ours else "-"
    goal = "-" if row.goal is None else f"<= {row.goal:g} {row.unit}"
    told = figure(ratio, "x") if ratio else "-"
    return row.name, row.work, ours, least, theirs, told, goal, verdict(row, filled.ours)


def verdict(row: Row, ours: Spread | None) -> str:
    """Whether the median meets the goal; told apart where the goal lies among the rounds' middle half."""
    if ours is None or row.goal is None:
        return "-"
    low, high = ours.quartiles
    word, least = ("met" if found <= row.goal else "missed" for found in (ours.median, ours.least))
    spread = ", within the spread" if low <= row.goal < high else ""
    return f"{word}{spread}" if least == word else f"{word}{spread}; {least} by the least"


def figure(spread: Spread, unit: str) -> str:
    """``0.42 [0.40, 0.45] ms``: the median between its quartiles, in three figures, ratios to a thousandth."""
    small = unit == "x" or abs(spread.median) < 1
    digits = 3 if small else max(0, 3 - len(str(int(abs(spread.median)))))
    low, high = spread.quartiles
    if len(spread.values) == 1:
        return f"{spread.median:.{digits}f} {unit}"
    return f"{spread.median:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}] {unit}"
