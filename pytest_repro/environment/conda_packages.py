"""What conda installed into this prefix, from the names of its files; none of them is opened."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_repro.environment.distribution import Distribution

if TYPE_CHECKING:
    from collections.abc import Iterator

PARTS = 3  # name, version, build: neither of the last two may hold a dash


def installed() -> Iterator[Distribution]:
    """From ``conda-meta/numpy-2.1.3-py312h58c1407_0.json``."""
    try:
        names = sorted(os.listdir(Path(sys.prefix, "conda-meta")))  # noqa: PTH208  # names are all that is wanted
    except OSError:
        return
    for name in names:
        parts = name.removesuffix(".json").rsplit("-", PARTS - 1)
        if name.endswith(".json") and len(parts) == PARTS:
            yield Distribution(name=parts[0], version=parts[1], ref=parts[2], source="conda", manager="conda")
