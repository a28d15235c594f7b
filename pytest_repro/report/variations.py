"""Variations as text: a table of all with what each does on this machine, and one of them whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_repro.report.table import filled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_repro.variations.trial import Trial

HEAD = """\
Conditions under which replayed tests also run in fresh processes:

  pytest --repro-vary=combined              those marked * at once, beside an unchanged process; what drifts is split
  pytest --repro-vary=hashseed,threads=1,4  these, with these values
  pytest --repro-vary=all,-locale           each alone, for a nightly run
  pytest --repro-vary=fresh                 nothing changed but the process
"""

FOOT = """\
combined changes at once what is marked *. Simulated hardware informs unless a tolerance is stated; tol=0
fails a last bit under all that under does not name:
  @pytest.mark.replay(tol=0, under={"blas": 1e-9, "simd": 1e-12})\
"""


def text(trials: Sequence[Trial], members: Sequence[str]) -> str:
    """All variations: what each changes, what it stands for, whether it works here, how that is proved.

    Args:
        trials: One a variation.
        members: Names of those that ``combined`` changes at once.
    """
    lines = [HEAD]
    for trial in trials:
        one = trial.variation
        marks = [mark for mark, holds in (("simulated", one.kind == "hardware"), ("nightly", one.nightly)) if holds]
        marks += [f"where {one.library} is imported"] if one.library else []
        star = "*" if one.name in members else " "
        note = f"   ({', '.join(marks)})" if marks else ""
        lines.append(f"{star} {one.name:<17}{one.changes}{note}")
        lines += _about(trial)
    return "\n".join([*lines, "", FOOT])


def one_text(trial: Trial) -> str:
    """One variation whole, with what to do about a test that drifts under it."""
    one = trial.variation
    lines = [f"{one.name}: {one.changes}", "", *_about(trial)]
    lines += filled(f"    {'mend':<13}", one.mend, 17)
    words = f"pytest --repro-vary={one.name}"
    return "\n".join([*lines, "", f"    {'alone':<13}{words}"])


def _about(trial: Trial) -> list[str]:
    one = trial.variation
    value = f"{one.name}={trial.value}: " if trial.value else ""
    return [
        *filled(f"    {'stands for':<13}", one.stands_for, 17),
        *filled(f"    {'here':<13}", f"{value}{trial.words}", 17),
        *filled(f"    {'proved by':<13}", one.proof, 17),
    ]
