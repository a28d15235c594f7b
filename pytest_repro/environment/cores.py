"""The cores: how many there are, how many this process may use, and how much of them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_repro.environment.control_group import limits
from pytest_repro.environment.fact import fact

if TYPE_CHECKING:
    from pytest_repro.environment.place import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Cores:
    """Facts about the cores."""

    count: int | None = fact("cores that the system shows", rank=5)
    usable: int | None = fact("cores that this process may run on", ids=("hardware",), rank=5)
    quota: float | None = fact(
        "cores' worth of time that the control group may use", rank=5, unknown="no quota is set, or none is told"
    )


def read(place: Place) -> Cores:  # noqa: ARG001  # sections have one signature
    """``os.cpu_count`` knows neither affinity nor quota; thread pools differ in which of the three they follow."""
    affinity = getattr(os, "sched_getaffinity", None)  # Linux and some BSDs
    usable = len(affinity(0)) if affinity else os.cpu_count()
    return Cores(count=os.cpu_count(), usable=usable, quota=_quota())


def _quota() -> float | None:
    found = []
    for text in limits("cpu.max"):
        allowed, _, period = text.partition(" ")
        if allowed.isdigit() and period.isdigit() and int(period):
            found.append(int(allowed) / int(period))
    try:  # version 1 of control groups
        folder = Path("/sys/fs/cgroup/cpu")
        allowed, period = ((folder / f"cpu.cfs_{part}_us").read_text().strip() for part in ("quota", "period"))
        if int(allowed) > 0:
            found.append(int(allowed) / int(period))
    except (OSError, ValueError, ZeroDivisionError):
        pass  # not there, or without a limit
    return round(min(found), 2) if found else None
