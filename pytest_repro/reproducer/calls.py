"""Calls of a run in files, and of two runs' calls the first to blame: its inputs agree and its outcome does not."""

from __future__ import annotations

import ast
import inspect
import io
import json
import math
import warnings
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from pytest_repro.errors import ReproError
from pytest_repro.observe.witness import Hit
from pytest_repro.reproducer.cook import Cook
from pytest_repro.reproducer.recipe import Array, Call, from_data, to_data, walked
from pytest_repro.values import entry

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path
    from types import ModuleType

ENDING = ".calls.json"
ARRAYS = ".npz"

LIMIT = 1 << 28
"""Bytes of one file of calls that are read."""


class Keeper:
    """Keeps calls as recipes.

    Args:
        foreign: Whether a module's code is a library's or Python's own.
    """

    def __init__(self, foreign: Callable[[ModuleType], bool]) -> None:
        self._foreign = foreign

    def __call__(self, function: object, arguments: tuple[object, ...], named: Mapping[str, object], text: str) -> Call:
        """The call as it is now."""
        cook = Cook(self._foreign)
        return Call(
            function=cook.of(function),
            arguments=tuple(map(cook.of, arguments)),
            named=tuple((name, cook.of(value)) for name, value in named.items()),
            names=_names(text, function, len(arguments)),
            text=text,
            arrays=cook.arrays,
        )


def _names(text: str, function: object, many: int) -> tuple[str, ...]:
    """What the source calls the positional arguments, else what the function does."""
    said = _said(text, many) or ("",) * many
    try:
        found = inspect.signature(function).parameters.values()  # type: ignore[arg-type]  # it is called
        parameters = [one.name for one in found if one.kind <= one.POSITIONAL_OR_KEYWORD][:many]
    except (TypeError, ValueError):  # functions of C need not tell
        parameters = []
    parameters += [""] * (many - len(parameters))
    return tuple(one or other for one, other in zip(said, parameters, strict=True))


def _said(text: str, many: int) -> tuple[str, ...]:
    try:
        node = ast.parse(text.strip(), mode="eval").body
    except SyntaxError:
        return ()
    nodes: list[ast.expr] = []
    if isinstance(node, ast.Call):
        nodes = node.args
    elif isinstance(node, ast.BinOp):
        nodes = [node.left, node.right]
    if len(nodes) != many:
        return ()
    return tuple(_last_name(one) for one in nodes)


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""


def write(hits: Sequence[Hit], path: Path) -> None:
    """Two files: the calls, and the arrays of all of them."""
    arrays: dict[str, np.ndarray[Any, Any]] = {}
    rows = []
    for number, hit in enumerate(hits):
        call: Call = hit.kept
        arrays |= {f"{number}.{place}": array for place, array in enumerate(call.arrays)}
        row = [hit.site, hit.text, hit.inputs, hit.left, hit.parts, hit.ways, hit.raised, call.names]
        named = [[name, to_data(recipe)] for name, recipe in call.named]
        rows.append([*row, to_data(call.function), [*map(to_data, call.arguments)], named])
    np.savez(path.with_suffix(ARRAYS), **arrays)  # type: ignore[arg-type]  # names of arrays
    path.write_text(json.dumps(rows), encoding="ascii")


def read(path: Path) -> list[Hit]:
    """The calls in a file.

    Raises:
        ReproError: ``B602``, the file is not what a child wrote.
        OSError: It is not there.
    """
    if path.stat().st_size > LIMIT:
        raise entry.malformed("calls are too large")
    try:
        rows: Any = json.loads(path.read_text(encoding="ascii"))
        arrays = _arrays(path.with_suffix(ARRAYS))
        return [_hit(number, row, arrays) for number, row in enumerate(rows)]
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
        raise entry.malformed("calls are no calls") from None


def _arrays(path: Path) -> dict[str, np.ndarray[Any, Any]]:
    """The arrays of a file, none larger than the file itself: ``np.load`` believes what headers claim.

    Raises:
        ReproError: ``B602``, it is no archive of plain arrays.
        OSError: It is not there.
    """
    data = path.read_bytes()
    found: dict[str, np.ndarray[Any, Any]] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for info in archive.infolist():
                # what is packed may be larger than any memory
                stored = info.compress_type == zipfile.ZIP_STORED and info.file_size <= len(data)
                found[info.filename.removesuffix(".npy")] = _array(archive.read(info) if stored else b"")
    except ReproError:
        raise
    except Exception:  # noqa: BLE001  # zipfile raises a dozen classes, OSError and RuntimeError among them
        raise entry.malformed("arrays of calls are no arrays") from None
    return found


def _array(data: bytes) -> np.ndarray[Any, Any]:
    stream = io.BytesIO(data)
    version = np.lib.format.read_magic(stream)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # of dtypes that numpy still reads
        shape, fortran, dtype = read(stream)
    if dtype.hasobject or math.prod(shape) * dtype.itemsize != len(data) - stream.tell():
        raise entry.malformed("an array of another size than its header claims")
    values = np.frombuffer(data, dtype, math.prod(shape), stream.tell())
    return values.reshape(shape, order="F" if fortran else "C").copy(order="K")


def _hit(number: int, row: Any, arrays: Mapping[str, np.ndarray[Any, Any]]) -> Hit:
    site, text, inputs, left, parts, ways, raised, names, function, arguments, named = row
    if not (isinstance(parts, dict) and isinstance(ways, dict) and isinstance(raised, str) and isinstance(text, str)):
        raise entry.malformed("no call")
    call = Call(
        function=from_data(function),
        arguments=tuple(map(from_data, arguments)),
        named=tuple((name, from_data(recipe)) for name, recipe in named),
        names=tuple(names),
        text=text,
    )
    many = sum(isinstance(one, Array) for one in walked(call.recipes))
    call.arrays = [arrays[f"{number}.{place}"] for place in range(many)]
    return Hit(site, text, tuple(inputs), tuple(left), parts, ways, raised, call)


def to_blame(one: Sequence[Hit], other: Sequence[Hit]) -> Call | None:
    """The first call of two runs whose inputs agree and whose outcomes do not, with the way to what differs.

    Args:
        one: Calls of a run, in the order in which they ended.
        other: Of the other.
    """
    for first, second in zip(one, other, strict=False):
        if (first.site, first.inputs) != (second.site, second.inputs):
            continue
        if first.raised or second.raised:
            continue
        found = _differing(first, second)
        if found is not None:
            return found
    return None


def _differing(first: Hit, second: Hit) -> Call | None:
    call: Call = first.kept
    changed = [number for number, pair in enumerate(zip(first.left, second.left, strict=True)) if pair[0] != pair[1]]
    if first.parts == second.parts:
        return replace(call, changed=changed[0]) if changed else None
    parts = [address for address, digest in first.parts.items() if second.parts.get(address) != digest]
    reached = [address for address in parts if address in first.ways and address in second.ways]
    if reached:
        return replace(call, part=first.ways[reached[0]])
    if "" in first.ways and "" in second.ways:
        return replace(call, part=first.ways[""])
    return replace(call, changed=changed[0]) if changed else None
