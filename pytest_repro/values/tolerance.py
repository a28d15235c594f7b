"""Tolerances: how far apart two values may be and still count as the same.

Two numbers agree within ``|a-b| <= max(atol, rtol*max(|a|,|b|))`` **or** within ``ulp`` representable numbers. The rule
is symmetric, as ``math.isclose`` is and ``numpy.allclose`` is not: ``allclose(10, 11, rtol=.095, atol=0)`` holds and
its mirror image does not. NaN equals NaN, an infinity equals only itself.

A bare ``tol=t`` is free of scale: ``rtol=t``, and ``atol`` is ``t`` times the largest finite magnitude of the leaf,
with the floor of 1e-12 that ``pytest.approx`` uses, so that the zeros of a matrix do not ask for bit equality.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from pytest_repro.errors import ReproError
from pytest_repro.values.address import matches

FLOOR = 1e-12
"""The absolute tolerance under which ``tol=`` never goes, as in ``pytest.approx``."""

ASKED = ("float", "complex", "array")
"""Kinds of leaves that ask what is tolerated; all others are compared exactly."""

MEND = 'write @pytest.mark.replay(tol=1e-6), or tol={"*": 1e-6, "weights*": {"rtol": 1e-3, "atol": 1e-8, "ulp": 4}}'


class Tolerance(NamedTuple):
    """The tolerance of one leaf.

    Attributes:
        rtol: Relative part, without unit, >= 0.
        atol: Absolute part, in the value's unit, >= 0.
        ulp: Representable numbers between the two, >= 0.
        scale: Times the leaf's largest finite magnitude gives a further absolute part, not below ``FLOOR``.
        exact: Nothing was stated: bit for bit, -0.0 and 0.0 differ.
    """

    rtol: float = 0.0
    atol: float = 0.0
    ulp: int = 0
    scale: float = 0.0
    exact: bool = False

    def absolute(self, magnitude: float) -> float:
        """The absolute part for a leaf whose largest finite magnitude is ``magnitude``."""
        return max(self.atol, self.scale * magnitude, FLOOR) if self.scale else self.atol

    def allows(self, before: float, after: float, magnitude: float) -> bool:
        """Whether two finite numbers agree, ``ulp`` apart (that is the floating kinds' to count)."""
        return abs(before - after) <= max(self.absolute(magnitude), self.rtol * max(abs(before), abs(after)))

    def used(self, *, relative: float, absolute: float, ulp: float | None, magnitude: float | None) -> float:
        """The part of the tolerance that a difference within it uses, in ``[0, 1]``; of an array's at most this part.

        Args:
            relative: Largest relative difference of an element.
            absolute: Largest absolute one.
            ulp: Representable numbers between the two; None where not defined.
            magnitude: The leaf's largest finite magnitude; None where nothing had to ask for it.
        """
        allowed = self.absolute(magnitude) if magnitude is not None else self.atol
        pairs = ((relative, self.rtol), (absolute, allowed), (ulp, float(self.ulp)))
        return min([1.0, *(gap / most for gap, most in pairs if gap is not None and most)])

    def __str__(self) -> str:
        """As a report shows it: ``exact``, ``1e-06``, ``rtol 0.001, ulp 4``."""
        if self.exact:
            return "exact"
        if self.scale and self.scale == self.rtol and not self.atol and not self.ulp:
            return f"{self.scale:g}"
        parts = [f"{name} {value:g}" for name, value in zip(("rtol", "atol", "ulp"), self[:3], strict=True) if value]
        return ", ".join(parts) or "0"


EXACT = Tolerance(exact=True)
"""What holds where nobody stated a tolerance: bit for bit."""


class Tolerances(NamedTuple):
    """The tolerances of one test: patterns in the order written, the last match wins.

    Attributes:
        rules: Pairs of pattern and tolerance.
        stated: Whether a user wrote any tolerance, 0 included; decides whether hardware conditions fail.
    """

    rules: tuple[tuple[str, Tolerance], ...] = ()

    @property
    def stated(self) -> bool:
        """Whether a user wrote any tolerance at all, 0 included."""
        return bool(self.rules)

    def at(self, address: str) -> Tolerance:
        """The tolerance that holds at an address."""
        for pattern, tolerance in reversed(self.rules):
            if pattern == "*" or matches(pattern, address):
                return tolerance
        return EXACT

    def to_list(self) -> list[list[object]]:
        """Plain JSON values: pattern and parts of each rule."""
        return [[pattern, *tolerance] for pattern, tolerance in self.rules]

    @classmethod
    def from_list(cls, data: list[list[Any]]) -> Tolerances:
        """What :meth:`to_list` gave, of a process of this session.

        Raises:
            TypeError: It is something else; ``ValueError`` likewise.
        """
        rules = []
        for pattern, rtol, atol, ulp, scale, exact in data:
            rule = Tolerance(float(rtol), float(atol), int(ulp), float(scale), exact is True)
            rules.append((str(pattern), rule))
        return cls(tuple(rules))


def tolerances_from(tol: object = None, *, rtol: object = None, atol: object = None) -> Tolerances:
    """The tolerances that a marker or an ini value states.

    Args:
        tol: None, a number >= 0, or a mapping of pattern to a number or to ``{"rtol", "atol", "ulp"}``.
        rtol: Relative tolerance for every address; not together with a bare ``tol``.
        atol: Absolute tolerance for every address; not together with a bare ``tol``.

    Raises:
        ReproError: ``U101``, with the place inside the argument.
    """
    rules: list[tuple[str, Tolerance]] = []
    if rtol is not None or atol is not None:
        if tol is not None and not isinstance(tol, Mapping):
            raise ReproError(
                "U101", "tol states rtol and atol already", place="tol", mend="give tol alone, or rtol and atol"
            )
        plain = Tolerance(rtol=_number(rtol or 0.0, "rtol"), atol=_number(atol or 0.0, "atol"))
        rules.append(("*", plain))
    if isinstance(tol, Mapping):
        for pattern, value in tol.items():
            if not isinstance(pattern, str) or not pattern:
                raise ReproError("U101", f"a pattern is a text, not {pattern!r:.60}", place="tol", mend=MEND)
            rules.append((pattern, _entry(value, f'tol["{pattern}"]')))
    elif tol is not None:
        rules.append(("*", _entry(tol, "tol")))
    return Tolerances(tuple(rules))


def _entry(value: object, place: str) -> Tolerance:
    if not isinstance(value, Mapping):
        number = _number(value, place)
        return Tolerance(rtol=number, scale=number)
    unknown = [key for key in value if key not in ("rtol", "atol", "ulp")]
    if unknown:
        raise ReproError("U101", f"unknown key {unknown[0]!r:.60}, expected rtol, atol, ulp", place=place, mend=MEND)
    ulp = value.get("ulp", 0)
    if isinstance(ulp, bool) or not isinstance(ulp, int) or ulp < 0:
        raise ReproError("U101", f"ulp is a whole number >= 0, not {ulp!r:.60}", place=f"{place}.ulp", mend=MEND)
    return Tolerance(
        rtol=_number(value.get("rtol", 0.0), f"{place}.rtol"),
        atol=_number(value.get("atol", 0.0), f"{place}.atol"),
        ulp=ulp,
    )


def _number(value: object, place: str) -> float:
    if isinstance(value, bool) or not hasattr(value, "__float__") or isinstance(value, str | bytes):
        raise ReproError("U101", f"a tolerance is a number >= 0, not {value!r:.60}", place=place, mend=MEND)
    try:
        number = float(value)  # numpy scalars and Decimals have __float__
    except (TypeError, ValueError, OverflowError):
        raise ReproError("U101", f"a tolerance is a number >= 0, not {value!r:.60}", place=place, mend=MEND) from None
    if math.isnan(number) or math.isinf(number) or number < 0:
        raise ReproError("U101", f"a tolerance is a finite number >= 0, not {value!r:.60}", place=place, mend=MEND)
    return number
