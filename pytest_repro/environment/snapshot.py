"""A snapshot: the environment at one moment, one typed attribute a section, and what could not be found out."""

from __future__ import annotations

import dataclasses
import sys
import time
import warnings
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pytest_repro.environment import saved
from pytest_repro.environment.fields import fields
from pytest_repro.environment.flat import flat
from pytest_repro.environment.identity import canonical, digest, identity
from pytest_repro.environment.packages import MOST, Packages
from pytest_repro.environment.place import Place
from pytest_repro.environment.registry import SECTIONS
from pytest_repro.errors import ReproError

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_repro.environment.blas import Blas
    from pytest_repro.environment.ci import Ci
    from pytest_repro.environment.container import Container
    from pytest_repro.environment.cores import Cores
    from pytest_repro.environment.cpu import Cpu
    from pytest_repro.environment.fact import Identity, Plain
    from pytest_repro.environment.floats import FloatEnvironment
    from pytest_repro.environment.git import Git
    from pytest_repro.environment.gpu import Gpu
    from pytest_repro.environment.locale import Locale
    from pytest_repro.environment.memory import Memory
    from pytest_repro.environment.numpy import Numpy
    from pytest_repro.environment.probes import Fingerprint
    from pytest_repro.environment.python import Python
    from pytest_repro.environment.registry import Section
    from pytest_repro.environment.switches import Switches
    from pytest_repro.environment.system import System
    from pytest_repro.environment.variables import Variables

SCHEMA = "pytest-repro/snapshot"
MAJOR, MINOR = 1, 0
"""Version of what :meth:`Snapshot.to_dict` writes: a reader takes any minor, refuses another major."""


DIGITS = 12
"""Of a version at most; Python reads no number of thousands of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The environment at one moment.

    Attributes:
        unknown: By address, why a fact is None.
        errors: By section, type and message of what its reading raised; all its facts are unknown then.
        cost: By section, milliseconds of wall time that its reading took.
        captured: When, in UTC, to the second: ``2026-01-31T12:00:00Z``.
        tool: Who took it, with version.
    """

    floats: FloatEnvironment
    python: Python
    system: System
    cpu: Cpu
    cores: Cores
    memory: Memory
    numpy: Numpy
    blas: Blas
    gpu: Gpu
    switches: Switches
    variables: Variables
    locale: Locale
    git: Git
    ci: Ci
    container: Container
    packages: Packages
    probes: Fingerprint
    unknown: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    cost: dict[str, float] = field(default_factory=dict)
    captured: str
    tool: str

    def flat(self) -> dict[str, Plain]:
        """Every fact by address; a fact in parts has an address a part: ``packages.numpy``, ``variables.TZ``."""
        return {
            address: value
            for info in fields()
            for address, value in flat(info, getattr(getattr(self, info.section), info.name))
        }

    def at(self, address: str) -> Plain:
        """The fact at an address; None where it is unknown, where a variable is not set or a package not installed.

        Raises:
            KeyError: Where no fact can stand.
        """
        facts = self.flat()
        if address in facts:
            return facts[address]
        if any(address.startswith(f"{info.address}.") for info in fields() if info.table):
            return None
        raise KeyError(address)

    @property
    def env_id(self) -> str:
        """16 hex digits: equal where interpreter, distributions, numpy and determinism switches are equal."""
        return self._identity("environment")

    @property
    def hw_class(self) -> str:
        """16 hex digits: equal where processor, GPU, C library, numpy's SIMD targets and BLAS are equal."""
        return self._identity("hardware")

    @property
    def numeric_class(self) -> str:
        """16 hex digits: equal where all probes gave the same bits in the same float environment."""
        return self._identity("numeric")

    @property
    def context_id(self) -> str:
        """16 hex digits over the three others and what changes texts, dates and order: locale, variables, hash seed."""
        return self._identity("environment", "hardware", "numeric", "context")

    def _identity(self, *ids: Identity) -> str:
        chosen = [info for info in fields() if not set(ids).isdisjoint(info.ids)]
        parts = (flat(info, getattr(getattr(self, info.section), info.name)) for info in chosen)
        return identity(dict(fact for part in parts for fact in part))

    def to_dict(self) -> dict[str, Any]:
        """Plain data for a file; of more than 300 distributions only the loaded ones are listed."""
        sections = {section.name: saved.written(getattr(self, section.name)) for section in SECTIONS}
        if self.packages.installed is not None and len(self.packages.installed) > MOST:
            chosen = [one for one in self.packages.installed if one.name in self.packages.loaded]
            sections["packages"] = saved.written(dataclasses.replace(self.packages, installed=tuple(chosen)))
        data = {
            "schema": SCHEMA,
            "version": f"{MAJOR}.{MINOR}",
            "tool": self.tool,
            "captured": self.captured,
            "sections": sections,
            "unknown": self.unknown,
            "errors": self.errors,
            "cost_ms": self.cost,
            "ids": self._ids(),
        }
        return {**data, "digest": digest(data)}

    def to_json(self) -> str:
        """:meth:`to_dict` as one line of sorted ASCII."""
        return canonical(self.to_dict()).decode("ascii")

    def _ids(self) -> dict[str, str]:
        return {
            "env_id": self.env_id,
            "hw_class": self.hw_class,
            "numeric_class": self.numeric_class,
            "context_id": self.context_id,
        }

    @classmethod
    def from_dict(cls, data: object) -> Snapshot:
        """A snapshot from what :meth:`to_dict` wrote, by this version or a newer minor one.

        Raises:
            ReproError: ``E306`` for another schema, a newer major version, a missing or unknown key, a value of another
                type, and data that was edited since it was written.
        """
        if not isinstance(data, dict) or data.get("schema") != SCHEMA:
            raise saved.refused("this is no saved environment", "schema")
        newer = _is_newer(data.get("version"))
        rest = {key: value for key, value in data.items() if key != "digest"}
        sections = data.get("sections")
        if not isinstance(sections, dict):
            raise saved.refused("the key is missing", "sections")
        read = {section.name: _section(section, sections, newer=newer) for section in SECTIONS}
        texts = {
            name: _key(hint, data, key)
            for name, key, hint in (
                ("unknown", "unknown", dict[str, str]),
                ("errors", "errors", dict[str, str]),
                ("cost", "cost_ms", dict[str, float]),
                ("captured", "captured", str),
                ("tool", "tool", str),
            )
        }
        if _key(str, data, "digest") != _digest(rest):
            raise saved.refused("the saved environment was changed after it was written", "digest")
        return cls(**read, **texts)


def snapshot(directory: Path, *, cache: Path | None = None) -> Snapshot:
    """The environment as it is now: a few milliseconds, one subprocess (git), nothing imported that is not loaded.

    What tests import later is not in it: take it when they are collected, or when somebody asks.

    Args:
        directory: A folder of the project.
        cache: Folder for what is slow to find out and does not change: py-cpuinfo's answer, digests of RECORD files.
    """
    place = Place(directory=directory, cache=cache)
    read: dict[str, Any] = {}
    errors: dict[str, str] = {}
    cost: dict[str, float] = {}
    with warnings.catch_warnings():  # a getter that warns must not fail a test that allows no warning
        warnings.simplefilter("ignore")
        for section in SECTIONS:
            start = time.perf_counter()
            try:
                read[section.name] = section.read(place)
            except Exception as error:  # noqa: BLE001  # whatever it is, the other sections stand
                read[section.name] = section.kind()
                errors[section.name] = place.clean(f"{type(error).__name__}: {error}")
            cost[section.name] = round((time.perf_counter() - start) * 1000, 2)
    return Snapshot(
        **read,
        unknown=_unknown(read, errors),
        errors=errors,
        cost=cost,
        captured=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        tool=f"pytest-repro {sys.modules[__package__.partition('.')[0]].__version__}",
    )


def _unknown(read: dict[str, Any], errors: dict[str, str]) -> dict[str, str]:
    """By address, why a fact is None: the section failed, it gave a reason, or the declaration has one."""
    found = {}
    for info in fields():
        section = read[info.section]
        if getattr(section, info.name) is None:
            reasons = getattr(section, "reasons", {})
            failed = "the section failed" if info.section in errors else None
            found[info.address] = failed or reasons.get(info.name) or info.unknown
    return found


def _digest(data: dict[str, Any]) -> str | None:
    try:
        return digest(data)
    except ValueError:  # NaN, which JSON has not and Python reads
        return None


def _is_newer(version: object) -> bool:
    """Whether the minor version is newer than this one.

    Raises:
        ReproError: ``E306`` for another major version, or none.
    """
    major, _, minor = version.partition(".") if isinstance(version, str) else ("", "", "")
    if not (major.isdecimal() and minor.isdecimal() and len(major + minor) <= DIGITS):
        raise saved.refused("a version such as 1.0 is expected", "version")
    if int(major) != MAJOR:
        raise saved.refused(f"version {version} is not one that this pytest-repro reads: it reads {MAJOR}.x", "version")
    return int(minor) > MINOR


def _section(section: Section, sections: dict[str, Any], *, newer: bool) -> Any:
    if section.name not in sections:
        raise saved.refused("the key is missing", f"sections.{section.name}")
    try:
        return saved.restored(section.kind, sections[section.name], newer=newer)
    except ReproError as error:
        raise error.within(f"sections.{section.name}") from None


def _key(hint: Any, data: dict[str, Any], key: str) -> Any:
    if key not in data:
        raise saved.refused("the key is missing", key)
    try:
        return saved.typed(hint, data[key])
    except ReproError as error:
        raise error.within(key) from None
