"""Exact single values: integers, bytes, names, dates, paths and whatever else is equal or not, with nothing between."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import fractions
import functools
import hashlib
import pathlib
import re
import types
import typing
import uuid
from typing import TYPE_CHECKING, NamedTuple, cast

from pytest_repro.values import entry, lineage
from pytest_repro.values.difference import IDENTICAL, Difference, changed
from pytest_repro.values.masks import TIME, UUID
from pytest_repro.values.secrets import mask

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_repro.values.frozen import Frozen
    from pytest_repro.values.keeping import Keeping
    from pytest_repro.values.tolerance import Tolerance

_ESCAPED = re.compile(r"\\(\W)")

Value = None | bool | int | str | bytes

_SAFE = 1 << 53  # beyond it a JSON reader may keep a float; beyond 4300 digits Python refuses decimal text


class Scalar(NamedTuple):
    """A value that is equal or not.

    Attributes:
        kind: ``int``, ``bool``, ``None``, ``bytes``, ``path``, ``name`` ...
        value: The value itself where JSON has one like it, else its canonical text.
    """

    kind: str
    value: Value

    def show(self, width: int = 24) -> str:
        """The value as Python writes it, or its canonical text."""
        value = self.value
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 1 << 256:
            sign = "-" if value < 0 else ""
            return entry.cut(f"{sign}{hex(abs(value))[: width + 1]}", width)
        if isinstance(value, bytes):
            return entry.cut(mask(repr(value[: width + (1 << 12)])), width)
        return entry.cut(mask(value) if isinstance(value, str) else repr(value), width)

    def measure(self, other: Frozen, tolerance: Tolerance) -> Difference:  # noqa: ARG002  # exact whatever is tolerated
        """Exact; integers also tell how far apart they are."""
        before, after = self.value, cast("Scalar", other).value
        if self == other or after in _instead(before) or before in _instead(after):
            return IDENTICAL
        if self.kind == "int" and isinstance(before, int) and isinstance(after, int):
            return _apart(before, after)
        return changed()

    def to_dict(self) -> dict[str, object]:
        """``{"kind", "value"}``; integers beyond 53 bits as hexadecimal text, bytes as base64; secrets masked."""
        value = _kept(self.value) or self.value
        if isinstance(value, bytes):
            return {"kind": self.kind, "base64": entry.written(value)}
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) > _SAFE:
            return {"kind": self.kind, "value": hex(value)}
        return {"kind": self.kind, "value": value}


def _instead(value: Value) -> tuple[str, ...]:
    """What may have been written instead of a value, so that it is known again."""
    if isinstance(value, bytes):
        return (digested(value),)
    kept = _kept(value)
    return (kept,) if kept else ()


def _kept(value: Value) -> str | None:
    """What stands for a value that holds a secret; None for all others."""
    if isinstance(value, bytes):
        told = value.decode("latin-1")
        return digested(value) if mask(told) is not told else None
    if isinstance(value, str):
        masked = mask(value)
        return masked if masked is not value else None
    return None


def _apart(before: int, after: int) -> Difference:
    gap = abs(before - after)
    largest = max(abs(before), abs(after))
    try:
        absolute: float | None = float(gap)
    except OverflowError:
        absolute = None
    relative = gap / largest
    # Nothing is rounding among integers, and no float may stand between: they are of any size.
    return Difference(absolute=absolute, relative=relative, shape="sign flip" if before == -after else "values differ")


def read(data: Mapping[str, object]) -> Scalar:
    """The scalar that an entry describes.

    Raises:
        ReproError: ``B602`` with the place inside the entry.
    """
    kind = entry.field(data, "kind", str)
    if "base64" in data:
        if kind not in BYTES:
            raise entry.malformed(f"base64 does not belong to {kind}", "base64")
        return Scalar(kind, entry.raw(data, "base64"))
    if kind == "None":
        return Scalar(kind, entry.field(data, "value", type(None)))
    if kind == "bool":
        return Scalar(kind, entry.field(data, "value", bool))
    if kind == "int":
        return Scalar(kind, _whole(data))
    return Scalar(kind, entry.field(data, "value", str))


def _whole(data: Mapping[str, object]) -> int:
    value = data.get("value")
    if isinstance(value, str):
        if not re.fullmatch(r"-?0x[0-9a-f]+", value):
            raise entry.malformed("unexpected text (expected a hexadecimal number)", "value")
        return int(value, 16)
    return entry.field(data, "value", int)


BYTES = ("bytes", "bytearray", "memoryview")
KINDS = (
    "None",
    "bool",
    "int",
    *BYTES,
    "enum",
    "decimal",
    "fraction",
    "date",
    "time",
    "datetime",
    "timedelta",
    "timezone",
    "uuid",
    "range",
    "slice",
    "path",
    "pattern",
    "name",
)
"""Every kind that this room makes, and the only ones that it reads."""


def named(value: object) -> str:
    """The qualified name of a type, function, method or module; of a class, asked without its metaclass."""
    if lineage.descends(value, type):
        return lineage.name(cast("type", value))
    if lineage.descends(value, types.ModuleType):
        return str(object.__getattribute__(value, "__name__"))
    if lineage.descends(value, types.MethodType, staticmethod):
        return named(cast("types.MethodType", value).__func__)
    label = object.__getattribute__(value, "__qualname__")
    made_in = getattr(value, "__module__", None)  # functions of C have none, and no code of a user behind it
    return f"{made_in}.{label}" if made_in and made_in != "builtins" else str(label)


def _bytes(value: object, keeping: Keeping) -> Scalar:
    if lineage.descends(value, bytes):
        kind, data = "bytes", bytes.__getitem__(cast("bytes", value), slice(None))
    elif lineage.descends(value, bytearray):
        kind, data = "bytearray", bytes(memoryview(cast("bytearray", value)))
    else:
        kind, data = "memoryview", memoryview.tobytes(cast("memoryview", value))
    data = keeping.raw(data)
    if len(data) > 1 << 10 and not keeping.fits(len(data), keeping.budget.text):
        return Scalar(kind, digested(data))
    return Scalar(kind, data)


def digested(data: bytes) -> str:
    """What is kept of bytes that are too many or secret."""
    return f"{len(data)} bytes, sha256 {hashlib.sha256(data).hexdigest()}"


def _enum(value: object, keeping: Keeping) -> Scalar:  # noqa: ARG001
    member = object.__getattribute__(value, "_name_")
    plain = object.__getattribute__(value, "_value_") if member is None else None
    shown = member if member is not None else (f"({whole(plain)})" if type(plain) is int else "(unnamed)")
    return Scalar("enum", f"{lineage.name(type(value))}.{shown}")


def _datetime(value: object, keeping: Keeping) -> Scalar:
    moment = cast("dt.datetime", value)
    if keeping.masked and keeping.masks.present(moment):
        return Scalar("datetime", TIME)
    return Scalar("datetime", dt.datetime.isoformat(moment))


def _uuid(value: object, keeping: Keeping) -> Scalar:
    text = str(uuid.UUID.__str__(cast("uuid.UUID", value)))
    masked = keeping.text(text)
    return Scalar("uuid", UUID if masked == UUID else text)


def whole(number: int) -> str:
    """An integer as text of any length: hexadecimal where Python refuses the decimal one."""
    try:
        return int.__repr__(number)
    except ValueError:
        return hex(number)


def _fraction(value: object, keeping: Keeping) -> Scalar:  # noqa: ARG001
    ratio = cast("fractions.Fraction", value)
    try:
        return Scalar("fraction", fractions.Fraction.__str__(ratio))
    except ValueError:  # beyond the digits that Python writes
        above, below = (fractions.Fraction.__dict__[name].__get__(ratio) for name in ("numerator", "denominator"))
        return Scalar("fraction", f"{hex(above)}/{hex(below)}")


def _range(value: object, keeping: Keeping) -> Scalar:  # noqa: ARG001
    span = cast("range", value)
    step = f", {whole(span.step)}" if span.step != 1 else ""
    return Scalar("range", f"range({whole(span.start)}, {whole(span.stop)}{step})")


def _slice(value: object, keeping: Keeping) -> Scalar:  # noqa: ARG001
    cut = cast("slice", value)
    ends = [
        whole(end)
        if type(end) is int
        else repr(end)
        if end is None or type(end) in (str, float)
        else lineage.name(type(end))
        for end in (cut.start, cut.stop, cut.step)
    ]
    return Scalar("slice", f"slice({', '.join(ends)})")


def _pattern(value: object, keeping: Keeping) -> Scalar:
    pattern = cast("re.Pattern[str] | re.Pattern[bytes]", value)
    asked = pattern.pattern
    if type(asked) is str:
        # a path is found in a pattern as re.escape leaves it, hence without its backslashes
        plain = _ESCAPED.sub(r"\1", asked)
        kept = keeping.text(plain)
        asked = asked if kept == plain else kept
    elif type(asked) is bytes:
        raw = _ESCAPED.sub(r"\1", asked.decode("latin-1")).encode("latin-1")
        masked = keeping.raw(raw)
        asked = asked if masked == raw else masked
    return Scalar("pattern", f"{asked!r}, flags {int(pattern.flags)}")


def _int(value: object, keeping: Keeping) -> Scalar:  # noqa: ARG001
    return Scalar("int", int.__index__(cast("int", value)))


def _path(value: object, keeping: Keeping) -> Scalar:
    return Scalar("path", keeping.text(pathlib.PurePath.__str__(cast("pathlib.PurePath", value))))


def _named(value: object, keeping: Keeping) -> Scalar:  # noqa: ARG001
    return Scalar("name", named(value))


def _hint(value: object, keeping: Keeping) -> Scalar:
    return Scalar("name", keeping.text(repr(value)))


def _singleton(value: object, keeping: Keeping) -> Scalar:  # noqa: ARG001
    return Scalar("name", "Ellipsis" if value is ... else "NotImplemented")


_RULES: tuple[tuple[tuple[type, ...], Callable[[object, Keeping], Scalar]], ...] = (
    ((enum.Enum,), _enum),  # first, since an IntEnum is an int and a StrEnum a str
    ((bool,), lambda value, _: Scalar("bool", cast("bool", value))),  # before int, its base
    ((int,), _int),
    ((type(None),), lambda *_: Scalar("None", None)),
    ((bytes, bytearray, memoryview), _bytes),
    ((dt.datetime,), _datetime),  # before date, its base
    ((dt.date,), lambda value, _: Scalar("date", dt.date.isoformat(cast("dt.date", value)))),
    ((dt.time,), lambda value, _: Scalar("time", dt.time.isoformat(cast("dt.time", value)))),
    (
        (dt.timedelta,),
        lambda value, _: Scalar("timedelta", dt.timedelta.__str__(cast("dt.timedelta", value))),
    ),
    (
        (dt.timezone,),
        lambda value, _: Scalar("timezone", dt.timezone.__str__(cast("dt.timezone", value))),
    ),
    ((decimal.Decimal,), lambda value, _: Scalar("decimal", decimal.Decimal.__str__(cast("decimal.Decimal", value)))),
    ((fractions.Fraction,), _fraction),
    ((uuid.UUID,), _uuid),
    ((range,), _range),
    ((slice,), _slice),
    ((pathlib.PurePath,), _path),
    ((re.Pattern,), _pattern),
    (
        (
            type,
            types.FunctionType,
            types.BuiltinFunctionType,
            types.MethodType,
            staticmethod,
            types.ModuleType,
            types.MethodDescriptorType,
            types.WrapperDescriptorType,
            types.ClassMethodDescriptorType,
            functools._lru_cache_wrapper,  # noqa: SLF001  # a memoised function is its name, not its cache
        ),
        _named,
    ),
    ((types.GenericAlias, types.UnionType, typing.TypeVar, type(typing.Union[int, str]), type(typing.Callable)), _hint),  # noqa: UP007
    ((type(...), type(NotImplemented)), _singleton),
)


def owns(value: object) -> bool:
    """Whether a value is one of the exact single values."""
    return any(lineage.descends(value, *kin) for kin, _ in _RULES)


def freeze(value: object, keeping: Keeping) -> Scalar:
    """The value as a leaf; a subclass is kept as the base that it derives from."""
    for kin, rule in _RULES:
        if lineage.descends(value, *kin):
            return rule(value, keeping)
    raise TypeError(lineage.name(type(value)))
