"""Floating-point numbers: kept bit for bit, measured in three ways.

No single distance serves: *absolute* is right near zero, *relative* far from it, and *ulp* is right for a claim about
rounding. NaN equals NaN here, because a run that yields NaN twice has not drifted.
"""

from __future__ import annotations

import dataclasses
import math
import struct
from typing import TYPE_CHECKING, NamedTuple, cast

from pytest_repro.values import entry, lineage
from pytest_repro.values.attributes import beside
from pytest_repro.values.difference import IDENTICAL, Difference
from pytest_repro.values.shape import of_numbers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_repro.values.difference import Shape
    from pytest_repro.values.frozen import Frozen, Parts
    from pytest_repro.values.keeping import Keeping
    from pytest_repro.values.tolerance import Tolerance

SPECIAL = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf, "-0.0": -0.0}
"""What JSON cannot say, or what its writers do not keep."""

KINDS = ("float", "complex")


def same(before: float, after: float) -> bool:
    """Whether two numbers are the same bit for bit; NaN is NaN whatever its payload."""
    if before == after:
        return before != 0.0 or math.copysign(1.0, before) == math.copysign(1.0, after)
    return before != before and after != after  # noqa: PLR0124  # NaN alone differs from itself


def ulp(before: float, after: float) -> float:
    """The doubles that are stepped over from one to the other; 0 between the two zeros."""
    return float(abs(_ordered(before) - _ordered(after)))


def _ordered(number: float) -> int:
    bits: int = struct.unpack("<q", struct.pack("<d", number))[0]
    return bits if bits >= 0 else -(bits & 0x7FFFFFFFFFFFFFFF)


def written(number: float) -> float | str:
    """A number as it stands in an entry: itself, or its name where JSON has no such number."""
    return repr(number) if not math.isfinite(number) or (number == 0.0 and math.copysign(1.0, number) < 0) else number


def given(data: Mapping[str, object], key: str) -> float:
    """A number of an entry.

    Raises:
        ReproError: ``B602``, missing or neither a number nor one of the special names.
    """
    value = data.get(key)
    if isinstance(value, str):
        if value not in SPECIAL:
            raise entry.malformed("unexpected text (expected nan, inf, -inf or -0.0)", key)
        return SPECIAL[value]
    number = entry.field(data, key, float)
    if not math.isfinite(number):
        raise entry.malformed(f"unexpected number (expected the text {number!r})", key)
    return number


class Float(NamedTuple):
    """A float. Attributes: value, without unit."""

    value: float

    @property
    def kind(self) -> str:
        """``float``."""
        return "float"

    def __eq__(self, other: object) -> bool:
        """Bit for bit; NaN equals NaN."""
        return isinstance(other, Float) and same(self.value, other.value)

    def __ne__(self, other: object) -> bool:
        """The opposite: a tuple's own would compare the parts."""
        return not self == other

    def __hash__(self) -> int:
        """Tells the two zeros apart, as equality does."""
        return hash(repr(self.value))

    def show(self, width: int = 24) -> str:
        """The shortest text that reads back to the same bits; rounded, and told so by ``…``, if that is too long."""
        return shown(self.value, width)

    def measure(self, other: Frozen, tolerance: Tolerance) -> Difference:
        """Absolute, relative and ulp; beyond if none of the tolerance's parts allows it."""
        return measured(self.value, cast("Float", other).value, tolerance)

    def to_dict(self) -> dict[str, object]:
        """``{"kind": "float", "value": 0.1}``."""
        return {"kind": "float", "value": written(self.value)}


class Complex(NamedTuple):
    """A complex number. Attributes: real and imag, without unit."""

    real: float
    imag: float

    @property
    def kind(self) -> str:
        """``complex``."""
        return "complex"

    def __eq__(self, other: object) -> bool:
        """Bit for bit; NaN equals NaN."""
        return isinstance(other, Complex) and same(self.real, other.real) and same(self.imag, other.imag)

    def __ne__(self, other: object) -> bool:
        """The opposite: a tuple's own would compare the parts."""
        return not self == other

    def __hash__(self) -> int:
        """Tells the two zeros apart, as equality does."""
        return hash(repr(tuple(self)))

    def show(self, width: int = 24) -> str:
        """As Python writes it."""
        return entry.cut(repr(complex(self.real, self.imag)).strip("()"), width)

    def measure(self, other: Frozen, tolerance: Tolerance) -> Difference:
        """Distances in the plane; ulp is the larger of the two parts'."""
        then = cast("Complex", other)
        if self == then:
            return IDENTICAL
        numbers = (self.real, self.imag, then.real, then.imag)
        if not all(map(math.isfinite, numbers)):
            appeared = (math.isnan(numbers[0]) or math.isnan(numbers[1])) != (
                math.isnan(numbers[2]) or math.isnan(numbers[3])
            )
            return Difference(nonfinite=1, shape="NaN appeared" if appeared else "values differ")
        before, after = math.hypot(self.real, self.imag), math.hypot(then.real, then.imag)
        gap = math.hypot(self.real - then.real, self.imag - then.imag)
        largest = max(before, after)
        if math.isinf(gap) or math.isinf(largest):
            # A magnitude overflows where its parts do not; a quarter of both numbers has the same ratio.
            small = Complex(self.real / 4, self.imag / 4).measure(
                Complex(then.real / 4, then.imag / 4), tolerance._replace(atol=tolerance.atol / 4)
            )
            return dataclasses.replace(small, absolute=gap)
        steps = max(ulp(self.real, then.real), ulp(self.imag, then.imag))
        sum_ = math.hypot(self.real + then.real, self.imag + then.imag)
        return _difference(gap, largest, steps, tolerance, _plane(gap, sum_, largest))

    def to_dict(self) -> dict[str, object]:
        """``{"kind": "complex", "real": 1.0, "imag": "-0.0"}``."""
        return {"kind": "complex", "real": written(self.real), "imag": written(self.imag)}


def _plane(gap: float, sum_: float, largest: float) -> Shape:
    if of_numbers(largest, largest - gap) == "rounding-like":
        return "rounding-like"
    return "sign flip" if of_numbers(largest, largest - sum_) == "rounding-like" else "values differ"


def _difference(gap: float, largest: float, steps: float, tolerance: Tolerance, shape: Shape) -> Difference:
    allowed = not tolerance.exact and (
        gap <= max(tolerance.absolute(largest), tolerance.rtol * largest) or steps <= tolerance.ulp
    )
    relative = gap / largest if largest else 0.0
    return Difference(
        beyond=0 if allowed else 1, absolute=gap, relative=relative, ulp=steps, magnitude=largest, shape=shape
    )


def measured(before: float, after: float, tolerance: Tolerance) -> Difference:
    """How far two floats are apart; every law of the tolerance's own text holds here."""
    if same(before, after):
        return IDENTICAL
    shape = of_numbers(before, after)
    if not (math.isfinite(before) and math.isfinite(after)):
        return Difference(nonfinite=1, shape=shape)
    largest = max(abs(before), abs(after))
    found = _difference(abs(before - after), largest, ulp(before, after), tolerance, shape)
    if found.relative is not None and math.isinf(found.relative):
        # |a-b| overflows where the signs differ near the largest double; the ratio does not.
        return dataclasses.replace(found, relative=abs(before / largest - after / largest))
    return found


def shown(number: float, width: int) -> str:
    """A number in at most ``width`` characters."""
    text = repr(number)
    if len(text) <= width:
        return text
    for digits in range(17, 0, -1):
        rounded = f"{number:.{digits}g}…"
        if len(rounded) <= width:
            return rounded
    return entry.cut(text, width)


def read(data: Mapping[str, object]) -> Float | Complex:
    """The number that an entry describes."""
    if data.get("kind") == "complex":
        return Complex(given(data, "real"), given(data, "imag"))
    return Float(given(data, "value"))


def owns(value: object) -> bool:
    """Whether a value is a float or complex, or derives from one."""
    return lineage.descends(value, float, complex)


def freeze(value: object, keeping: Keeping) -> Frozen | Parts:  # noqa: ARG001
    """The number as a leaf; beneath it what a subclass holds."""
    return beside(value, number(value))


def number(value: object) -> Float | Complex:
    """The number itself."""
    if lineage.descends(value, float):
        return Float(float.__float__(cast("float", value)))
    pair = complex.__complex__(cast("complex", value))
    return Complex(pair.real, pair.imag)
