"""The budget of one run's freezing: how deep, how many leaves, how many bytes."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What one run may keep. What goes beyond is cut, and what is cut is counted.

    Attributes:
        depth: Containers inside containers that are opened.
        leaves: Frozen values of one run.
        nbytes: Bytes of arrays and long texts held in memory by one run.
        spill: Bytes above which one array leaves memory for a temporary file or, where it is compared exactly
            in any case, for a digest.
        text: Characters above which one text becomes a digest.
        private: Whether underscored attributes of foreign objects are kept as well: to see whether anything at all
            changed in them, never to compare two runs.
    """

    depth: int = 8
    leaves: int = 20_000
    nbytes: int = 256 * MIB
    spill: int = 64 * MIB
    text: int = MIB
    private: bool = False
