"""Another time zone: whatever asks for local time gets another one."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_repro.variations.variation import Variation

if TYPE_CHECKING:
    from collections.abc import Mapping

ZONES = (
    ("Asia/Kathmandu", 20700, "NPT-5:45"),  # off the hour: a bug that rounds to hours shows as well
    ("America/St_Johns", -12600, "NST3:30NDT"),
)
"""Name, seconds east of Greenwich, and the rule of POSIX for a system that has no such file."""

ZONEINFO = Path("/usr/share/zoneinfo")


def _usual() -> tuple[str, ...]:
    here = time.localtime(time.time()).tm_gmtoff
    name, _, rule = next(zone for zone in ZONES if zone[1] != here)
    return (name if (ZONEINFO / name).is_file() else rule,)


def _missing() -> str:
    return "" if hasattr(time, "tzset") else "Windows takes no time zone from a variable"


def _variables(value: str, _environment: Mapping[str, str]) -> Mapping[str, str]:
    return {"TZ": value}


def _read(_value: str) -> str:
    offsets = (time.localtime(moment).tm_gmtoff for moment in (0.0, 1.7e9, 1.72e9))
    return " ".join(f"{offset / 3600:+g}" for offset in offsets) + f" {time.tzname[0]}"


TIMEZONE = Variation(
    name="timezone",
    kind="behaviour",
    changes="local time is that of another time zone",
    stands_for="a machine in another region, or a container that knows UTC alone",
    proof="offset from UTC at three moments",
    mend="state the zone: datetime.fromtimestamp(moment, tz=UTC), or a fixed ZoneInfo",
    usual=_usual,
    missing=_missing,
    variables=_variables,
    read=_read,
)
