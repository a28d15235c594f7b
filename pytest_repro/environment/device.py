"""One GPU, as far as its kind decides what it computes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One GPU; its serial number and bus are nobody's business.

    Attributes:
        name: The maker's name.
        capability: ``9.0`` for NVIDIA, ``gfx90a`` for AMD; None where nobody tells.
        memory: Bytes; None where nobody tells.
        mig: Whether it is cut into instances; None where nobody tells.
    """

    name: str
    capability: str | None = None
    memory: int | None = None
    mig: bool | None = None
