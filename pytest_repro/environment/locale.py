"""Locale, encodings and time zone: they change texts, dates and the order of names, never a product."""

from __future__ import annotations

import locale
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_repro.environment.fact import fact

if TYPE_CHECKING:
    from pytest_repro.environment.place import Place

CATEGORIES = ("LC_CTYPE", "LC_NUMERIC", "LC_TIME", "LC_COLLATE", "LC_MONETARY", "LC_MESSAGES")


@dataclass(frozen=True, slots=True, kw_only=True)
class Locale:
    """Facts about language and time."""

    name: str | None = fact("the locale in force, all categories", ids=("context",), rank=10)
    encoding: str | None = fact("encoding of files that are opened without one", ids=("context",), rank=10)
    filesystem_encoding: str | None = fact("encoding of file names", ids=("context",), rank=10)
    zone: str | None = fact("name of the local time zone", ids=("context",), rank=10)
    offset: int | None = fact("seconds that its standard time is ahead of UTC", ids=("context",), rank=10)
    zone_file: str | None = fact(
        "the zone that the system is set to, such as Europe/Berlin", rank=10, unknown="/etc/localtime is no link"
    )


def read(place: Place) -> Locale:  # noqa: ARG001  # sections have one signature
    """Asked for, never set."""
    return Locale(
        name=_name(),
        encoding=locale.getpreferredencoding(do_setlocale=False),
        filesystem_encoding=sys.getfilesystemencoding(),
        zone="/".join(dict.fromkeys(time.tzname)),
        offset=-time.timezone,
        zone_file=_zone_file(),
    )


def _name() -> str | None:
    """glibc's word for all categories, without those of paper sizes and telephone numbers."""
    told = locale.setlocale(locale.LC_ALL)
    parts = [part for part in told.split(";") if part.partition("=")[0] in CATEGORIES]
    return ";".join(parts) or told


def _zone_file() -> str | None:
    try:
        target = str(Path("/etc/localtime").readlink())
    except OSError:
        return None
    return target.partition("zoneinfo/")[2] or None
