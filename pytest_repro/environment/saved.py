"""Sections as JSON data, and back from data that a file holds: every key and type is checked."""

from __future__ import annotations

import dataclasses
import types
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from pytest_repro.environment.distribution import Distribution
from pytest_repro.errors import ReproError

CODE = "E306"
MEND = "pytest-repro env --json > snapshot.json"


def written(section: Any) -> dict[str, Any]:
    """The section's facts; of the things in its lists, only what is not as usual."""
    found = {}
    for one in dataclasses.fields(section):
        if "fact" in one.metadata:
            value = getattr(section, one.name)
            listed = one.metadata["fact"].table and isinstance(value, tuple)
            found[one.name] = _by_name(value) if listed else _plain(value)
    return found


def restored(kind: type[Any], data: object, *, newer: bool) -> Any:
    """A section from its data.

    Args:
        kind: The section's dataclass.
        data: What the file holds.
        newer: Whether the file has a newer minor version, so that keys nobody here knows are left out.

    Raises:
        ReproError: ``E306`` with the key in its place.
    """
    names = [one.name for one in dataclasses.fields(kind) if "fact" in one.metadata]
    return _made(kind, data, names=names, required=names, newer=newer)


def refused(sentence: str, place: str = "") -> ReproError:
    """The error about a saved environment that cannot be used."""
    return ReproError(CODE, sentence, place=place, mend=MEND)


def typed(hint: Any, value: object) -> Any:
    """The value, if it has the type: of plain types, lists as tuples, tables and dataclasses.

    Raises:
        ReproError: ``E306``.
    """
    return _value(hint, value, newer=False)


def _by_name(installed: tuple[Distribution, ...]) -> dict[str, Any]:
    """A table is a tenth smaller than a list, and read more easily; conda has names of its own."""
    found = {}
    for one in installed:
        data = _plain(one)
        del data["name"]
        found[one.name if one.manager == "python" else f"{one.manager}:{one.name}"] = data
    return found


def _from_names(value: object, *, newer: bool) -> tuple[Distribution, ...]:
    found = []
    for key, data in _table(dict, value, newer=newer).items():
        name = key.rpartition(":")[2]
        try:
            found.append(_value(Distribution, {**data, "name": name}, newer=newer))
        except ReproError as error:
            raise error.within(key) from None
    return tuple(found)


def _plain(value: Any) -> Any:
    if isinstance(value, (tuple, list)):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if dataclasses.is_dataclass(value):
        return {
            one.name: _plain(getattr(value, one.name))
            for one in dataclasses.fields(value)
            if getattr(value, one.name) != one.default
        }
    return value


def _made(kind: type[Any], data: object, *, names: list[str], required: list[str], newer: bool) -> Any:
    if not isinstance(data, dict):
        raise refused(f"a table is expected, not {_told(data)}")
    missing = next((name for name in required if name not in data), None)
    if missing is not None:
        raise refused("the key is missing", missing)
    extra = next((key for key in data if key not in names), None)
    if extra is not None and not newer:
        raise refused("nobody knows the key", str(extra))
    hints = get_type_hints(kind)
    values = {}
    for name in names:
        if name in data:
            try:
                values[name] = _value(hints[name], data[name], newer=newer)
            except ReproError as error:
                raise error.within(name) from None
    return kind(**values)


def _value(hint: Any, value: object, *, newer: bool) -> Any:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return _any_of(arguments, value, newer=newer)
    if origin is dict:
        return _table(arguments[1], value, newer=newer)
    if origin is tuple:
        return _tuple(arguments[0], value, newer=newer)
    if origin is Literal:
        return _one_of(arguments, value)
    return _object(hint, value, newer=newer) if dataclasses.is_dataclass(hint) else _scalar(hint, value)


def _object(hint: Any, value: object, *, newer: bool) -> Any:
    names = [one.name for one in dataclasses.fields(hint)]
    required = [one.name for one in dataclasses.fields(hint) if one.default is dataclasses.MISSING]
    return _made(hint, value, names=names, required=required, newer=newer)


def _scalar(hint: Any, value: object) -> object:
    if hint is float and type(value) is int:
        try:
            return float(value)
        except OverflowError:
            raise refused("the number is beyond every double") from None
    if type(value) is not hint:  # exact: True is no number here
        raise refused(f"{_NAMES[hint]} is expected, not {_told(value)}")
    return value


def _one_of(words: tuple[Any, ...], value: object) -> object:
    if value in words:
        return value
    raise refused(f"one of {', '.join(map(str, words))} is expected")


def _any_of(hints: tuple[Any, ...], value: object, *, newer: bool) -> Any:
    """Null, else the first type that fits; the only other one tells what is wrong."""
    if value is None and type(None) in hints:
        return None
    rest = [hint for hint in hints if hint is not type(None)]
    if len(rest) == 1:
        return _value(rest[0], value, newer=newer)
    if type(value) in rest:
        return value
    raise refused(f"text, a whole number, true or false is expected, not {_told(value)}")


def _tuple(hint: Any, value: object, *, newer: bool) -> tuple[Any, ...]:
    if hint is Distribution:
        return _from_names(value, newer=newer)
    if not isinstance(value, list):
        raise refused(f"a list is expected, not {_told(value)}")
    found = []
    for index, one in enumerate(value):
        try:
            found.append(_value(hint, one, newer=newer))
        except ReproError as error:
            raise error.within(f"[{index}]") from None
    return tuple(found)


def _table(hint: Any, value: object, *, newer: bool) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise refused(f"a table is expected, not {_told(value)}")
    found = {}
    for key, one in value.items():
        try:
            found[str(key)] = _value(hint, one, newer=newer)
        except ReproError as error:
            raise error.within(str(key)) from None
    return found


_NAMES: dict[type[Any], str] = {
    str: "text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "a table",
}


def _told(value: object) -> str:
    """The kind of what was found; never the value, which may be anything."""
    return "null" if value is None else _NAMES.get(type(value), type(value).__name__)
