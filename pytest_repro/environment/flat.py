"""A section as plain facts by address."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pytest_repro.environment.blas import Pool
from pytest_repro.environment.distribution import Distribution

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_repro.environment.fact import Plain
    from pytest_repro.environment.fields import FieldInfo


def flat(info: FieldInfo, value: Any) -> Iterator[tuple[str, Plain]]:
    """Address and plain value of one fact, or of each part of it.

    A list of words is one value, joined by blanks; a table has an address a key (``variables.TZ``), a library one an
    attribute (``blas.pools.scipy-openblas.kernel``), a distribution its version (``packages.numpy``) and, where they
    are known, ``.source``, ``.ref`` and ``.record``.
    """
    address = info.address
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield f"{address}.{key}", one
    elif isinstance(value, tuple) and value and not isinstance(value[0], str):
        yield from _each(address, value)
    elif isinstance(value, tuple):
        if not info.table:
            yield address, " ".join(value)
    elif not info.table:
        yield address, value


def _each(address: str, values: tuple[Any, ...]) -> Iterator[tuple[str, Plain]]:
    seen: set[str] = set()
    for index, value in enumerate(values):
        if isinstance(value, Distribution):
            yield from _distribution(address, value)
            continue
        stem = f"{address}[{index}]"
        if isinstance(value, Pool):  # by its key: the order of libraries changes with the order of imports
            stem = f"{address}.{value.key}"
            while stem in seen:
                stem += "'"
            seen.add(stem)
        for one in dataclasses.fields(value):
            yield f"{stem}.{one.name}", getattr(value, one.name)


def _distribution(address: str, one: Distribution) -> Iterator[tuple[str, Plain]]:
    stem = f"{address}.{one.name}" if one.manager == "python" else f"{address}.{one.manager}:{one.name}"
    yield stem, one.version
    if one.source not in ("index", "conda"):
        yield f"{stem}.source", one.source
    if one.ref is not None:
        yield f"{stem}.ref", one.ref
    if one.record is not None:
        yield f"{stem}.record", one.record
