"""The memory: how much there is, and how much this process may use."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_repro.environment.control_group import limits
from pytest_repro.environment.fact import fact

if TYPE_CHECKING:
    from pytest_repro.environment.place import Place

UNLIMITED = 1 << 60  # version 1 of control groups writes a number near 2**63 for no limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Facts about the memory."""

    total: int | None = fact("bytes of memory", rank=11)
    limit: int | None = fact(
        "bytes that the control group may use", rank=11, unknown="no limit is set, or none is told"
    )


def read(place: Place) -> Memory:  # noqa: ARG001  # sections have one signature
    """From the kernel and the control group's files."""
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # Windows has no sysconf
        total = None
    texts = list(limits("memory.max"))
    with suppress(OSError):  # version 1 of control groups
        texts.append(Path("/sys/fs/cgroup/memory/memory.limit_in_bytes").read_text(encoding="ascii").strip())
    found = [int(text) for text in texts if text.isdigit() and int(text) < UNLIMITED]
    return Memory(total=total, limit=min(found) if found else None)
