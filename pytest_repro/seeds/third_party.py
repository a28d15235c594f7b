"""Seeders that other people wrote: callables that take one int, found through entry points or handed in.

The group of pytest-randomly is read beside our own, so that a seeder written for it works unchanged. A plain callable
has no state to read: what it seeds is never put back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import NamedTuple, cast

from pytest_repro.errors import ReproError

OWN_GROUP = "pytest_repro.seeder"
RANDOMLY_GROUP = "pytest_randomly.random_seeder"

Seed = Callable[[int], object]


class Foreign(NamedTuple):
    """One such callable, under the name that a notice gives it."""

    name: str
    seed: Seed


class Entry(NamedTuple):
    """One entry point: enough of it to load it and to name it."""

    group: str
    name: str
    value: str
    load: Callable[[], object]


def declared() -> list[Entry]:
    """The entry points of both groups, sorted by group and name; about 5 ms, once a session.

    A package that declares one callable in both groups is asked once.
    """
    points = import_module("importlib.metadata").entry_points()  # a group of them alone would take as long
    found: dict[str, Entry] = {}
    for group in (OWN_GROUP, RANDOMLY_GROUP):
        # sys.path decides the order in which they are found, and it differs between machines.
        for point in sorted(points.select(group=group), key=lambda point: (point.name, point.value)):
            found.setdefault(point.value, Entry(group, point.name, point.value, point.load))
    return list(found.values())


def load(entries: Iterable[Entry]) -> tuple[list[Foreign], list[ReproError]]:
    """The callables behind entry points, and a notice for each that cannot be had."""
    foreign: list[Foreign] = []
    notices: list[ReproError] = []
    for entry in entries:
        name = f"{entry.group}:{entry.name}"
        try:
            seed = entry.load()
        # Whatever another's module raises when it is imported, the user's tests go on without it.
        except Exception as error:  # noqa: BLE001
            notices.append(not_usable(name, "could not be loaded", error, module=entry.value.partition(":")[0]))
            continue
        if callable(seed):
            foreign.append(Foreign(name, cast("Seed", seed)))
        else:
            problem = TypeError(f"{entry.value} is no callable")
            notices.append(not_usable(name, "could not be loaded", problem, module=entry.value.partition(":")[0]))
    return foreign, notices


def handed_in(extra: Mapping[str, Seed]) -> list[Foreign]:
    """The caller's own callables, for instance the hook ``pytest_repro_seed``."""
    return [Foreign(name, seed) for name, seed in extra.items()]


def not_usable(name: str, what: str, error: Exception, *, module: str = "") -> ReproError:
    """The notice S203: the generators behind this seeder are not pinned."""
    reason = f"{type(error).__name__}: {error}".partition("\n")[0].rstrip(".: ")
    mend = f'python -c "import {module}"' if module else ""
    return ReproError("S203", f"seeder {name!r} {what} and pins nothing ({reason})", mend=mend)
