"""Explain: the page of a finding, as it stands in ``report/pages``, and the list of all."""

from __future__ import annotations

from difflib import SequenceMatcher
from importlib import resources

from pytest_repro.controls.catalogue import CATALOGUE
from pytest_repro.controls.control import FAMILIES
from pytest_repro.errors import ReproError

ERRORS = (
    ("U101", "marker or fixture that means nothing"),
    ("U102", "option or setting that means nothing"),
    ("U103", "policy that means nothing"),
    ("U104", "command that means nothing"),
)
"""Codes that no policy changes: they say that something was written that cannot be used."""

ALIKE = 0.65
"""Likeness, from 0 to 1, from which on a code may be what was meant: two of its characters may be wrong."""


def explain(word: str) -> str:
    """The page of a code, as Markdown; without a word the list of all codes.

    Args:
        word: ``R101``, ``RPR-R101``, ``r101``.

    Raises:
        ReproError: ``U104`` for a word that is no code, with the nearest codes.
    """
    said = word.strip()
    if not said:
        return listed()
    code = said.upper().removeprefix("RPR-")
    known = codes()
    if code not in known:
        raise _unknown(said, code, known)
    return resources.files("pytest_repro.report").joinpath("pages", f"{code}.md").read_text(encoding="utf-8")


def codes() -> tuple[str, ...]:
    """Every code that has a page: those of the catalogue, then errors."""
    return (*(control.code for control in CATALOGUE), *(code for code, _ in ERRORS))


def listed() -> str:
    """All codes by family, a line each: code, title, default action."""
    lines: list[str] = []
    for _, family in FAMILIES:
        lines.append(family)
        of_family = (control for control in CATALOGUE if control.family == family)
        lines += [f"  RPR-{control.code}  {control.title:<34}{control.action}" for control in of_family]
        lines.append("")
    lines.append("errors")
    lines += [f"  RPR-{code}  {title}" for code, title in ERRORS]
    return "\n".join([*lines, "", "pytest-repro explain CODE   prints the page of one"])


def _unknown(said: str, code: str, known: tuple[str, ...]) -> ReproError:
    titles = {control.code: control.title for control in CATALOGUE}
    likeness = {
        one: max(_likeness(code, one), _likeness(said.lower(), titles[one]) if one in titles else 0.0) for one in known
    }
    near = sorted((one for one in known if likeness[one] >= ALIKE), key=lambda one: (-likeness[one], one))[:3]
    mend = f"pytest-repro explain {near[0]}" if near else "pytest-repro explain   lists all codes"
    also = f"; near it are {', '.join(near)}" if len(near) > 1 else ""
    return ReproError("U104", f"there is no code {said!r:.40}{also}", place="explain", mend=mend)


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one[:80], other).ratio()
