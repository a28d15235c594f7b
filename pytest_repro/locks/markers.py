"""Markers: the environment they are asked in, and what each one says there."""

from __future__ import annotations

import os
import platform
import re
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_EXTRA = re.compile(r"""\bextra\s*(==|!=)\s*(['"])([^'"]*)\2""")
_MEMBER = re.compile(r"""(['"])([^'"]*)\1\s+(not\s+in|in)\s+(extras|dependency_groups)\b""")
_TRUE, _FALSE = "python_full_version >= '0'", "python_full_version < '0'"

LONG = 80
"""Characters of what is no marker that are shown."""

ANY = 6
"""Extras and groups in one marker whose combinations are all tried; 64 of them."""


def environment() -> dict[str, str]:
    """The eleven marker variables of this interpreter, as in PEP 508 and without ``extra``.

    packaging has the same, and eleven milliseconds of import that a cached answer need not pay.
    """
    version = platform.python_version()
    info = sys.implementation.version
    kind = info.releaselevel
    implementation = f"{info.major}.{info.minor}.{info.micro}"
    return {
        "implementation_name": sys.implementation.name,
        "implementation_version": implementation if kind == "final" else f"{implementation}{kind[0]}{info.serial}",
        "os_name": os.name,
        "platform_machine": platform.machine(),
        "platform_python_implementation": platform.python_implementation(),
        "platform_release": platform.release(),
        "platform_system": platform.system(),
        "platform_version": platform.version(),
        # a Python built from a working tree calls itself "3.14.0+", which is no version
        "python_full_version": f"{version}local" if version.endswith("+") else version,
        "python_version": ".".join(platform.python_version_tuple()[:2]),
        "sys_platform": sys.platform,
    }


class Markers:
    """What markers say in one environment; each text is parsed once.

    Args:
        environment: As :func:`environment` gives it.
    """

    __slots__ = ("_environment", "_said")

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = {**environment, "extra": ""}
        self._said: dict[str, bool | None] = {}

    def says(self, marker: str, *, active: Iterable[str] = ()) -> bool | None:
        """Whether ``marker`` holds where the extras and groups of ``active`` are chosen and no others.

        Args:
            marker: As in PEP 508, or as in PEP 751 with ``extras`` and ``dependency_groups``.
            active: ``extra`` names as the marker spells them; ``extras:x`` and ``dependency_groups:x`` for members.

        Returns:
            None where it is a marker but this environment cannot answer it, for instance a comparison of versions
            with a kernel release that is no version.

        Raises:
            ValueError: It is not a marker; its text, at most eighty characters of it.
        """
        if "extra" in marker or "dependency_groups" in marker:
            chosen = frozenset(active)
            marker = settled(marker, lambda name: name in chosen)
        if marker not in self._said:
            self._said[marker] = self._evaluate(marker)
        return self._said[marker]

    def can_say(self, marker: str, exclusive: Iterable[frozenset[str]] = ()) -> bool | None:
        """Whether some choice of extras and groups makes ``marker`` hold.

        Args:
            marker: As in :meth:`says`.
            exclusive: Sets of names of which no two can be chosen together.

        Returns:
            As :meth:`says`.

        Raises:
            ValueError: It is not a marker.
        """
        names = sorted(mentioned(marker))
        if len(names) > ANY:  # too many to try; the larger answer is the one that accuses nobody
            return True
        answers = []
        for bits in range(1 << len(names)):
            active = frozenset(name for place, name in enumerate(names) if bits >> place & 1)
            if any(len(active & together) > 1 for together in exclusive):
                continue
            answers.append(self.says(marker, active=active))
            if answers[-1]:
                return True
        return None if None in answers else False

    def _evaluate(self, marker: str) -> bool | None:
        from packaging.markers import InvalidMarker, Marker  # noqa: PLC0415  # not paid by a cached answer

        try:
            parsed = Marker(marker)
        except (InvalidMarker, RecursionError):
            raise ValueError(f"{marker[:LONG]}..." if len(marker) > LONG else marker) from None
        try:
            return bool(parsed.evaluate(self._environment))
        except Exception:  # noqa: BLE001  # UndefinedComparison, InvalidVersion, KeyError: it varies with packaging
            return None


def mentioned(marker: str) -> frozenset[str]:
    """The extras and groups that a marker asks for, spelled as :meth:`Markers.says` takes them."""
    if "extra" not in marker and "dependency_groups" not in marker:
        return frozenset()
    return frozenset(
        {found[3] for found in _EXTRA.finditer(marker)}
        | {f"{found[4]}:{found[2]}" for found in _MEMBER.finditer(marker)}
    )


def settled(marker: str, chosen: Callable[[str], bool]) -> str:
    """The marker with each question about an extra or group replaced by its answer.

    Args:
        marker: A marker.
        chosen: Whether a name is chosen, spelled as :meth:`Markers.says` takes them.

    packaging knows one ``extra`` at a time, and the two names of PEP 751 only in newer versions.
    """

    def extra(found: re.Match[str]) -> str:
        return _TRUE if chosen(found[3]) == (found[1] == "==") else _FALSE

    def member(found: re.Match[str]) -> str:
        return _TRUE if chosen(f"{found[4]}:{found[2]}") == (found[3] == "in") else _FALSE

    return _MEMBER.sub(member, _EXTRA.sub(extra, marker))
