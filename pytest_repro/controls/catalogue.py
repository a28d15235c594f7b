"""The catalogue: every control with its code, metric, contract and default action.

A code never changes its meaning. The letter is the family: S seeds, E environment, L locks, H hardware, R replay
limits, B baselines and waivers. Owners come from the marker, the configuration or CODEOWNERS; the catalogue's own says
whose work it is where nobody is named.
"""

from __future__ import annotations

from pytest_repro.controls.control import ACTIONS, Action, Control
from pytest_repro.controls.of_records import RECORDS
from pytest_repro.controls.of_surroundings import SURROUNDINGS
from pytest_repro.controls.of_tests import TESTS
from pytest_repro.errors import ReproError

__all__ = ["ACTIONS", "CATALOGUE", "Action", "Control", "control", "policy_from"]

CATALOGUE: tuple[Control, ...] = (*TESTS, *SURROUNDINGS, *RECORDS)
"""In the order in which findings are told: what was computed, how it came about, what both stand on."""

_BY_CODE = {entry.code: entry for entry in CATALOGUE}


def control(code: str) -> Control:
    """The control with a code.

    Raises:
        ReproError: ``U103`` if there is none.
    """
    found = _BY_CODE.get(code)
    if found is not None:
        return found
    known = ", ".join(_BY_CODE)
    raise ReproError("U103", f"there is no control {code!r:.40}", place="policy", mend=f"use one of {known}")


def policy_from(lines: tuple[str, ...] | list[str], place: str) -> dict[str, Action]:
    """The actions that ``CODE=ACTION`` lines ask for, by code.

    Raises:
        ReproError: ``U103`` for a line of another form, an unknown code or an unknown action.
    """
    policy: dict[str, Action] = {}
    for line in lines:
        code, equals, wish = (part.strip() for part in line.partition("="))
        mend = "write CODE=ACTION, for instance R105=fail; actions are accept, warn, fail"
        if not equals:
            raise ReproError("U103", f"not a policy: {line!r:.60}", place=place, mend=mend)
        action = next((known for known in ACTIONS if known == wish), None)
        if action is None:
            raise ReproError("U103", f"unknown action {wish!r:.40}", place=f"{place}.{code}", mend=mend)
        try:
            policy[control(code.removeprefix("RPR-")).code] = action
        except ReproError as error:
            raise ReproError(error.code, error.sentence, place=place, mend=error.mend) from None
    return policy
