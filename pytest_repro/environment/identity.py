"""Short digests of facts: equal for two snapshots that count as the same environment, hardware or numeric stack."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_repro.environment.fact import Plain


def canonical(data: object) -> bytes:
    """One text for equal data: keys sorted, no blanks, ASCII only."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode("ascii")


def digest(data: object) -> str:
    """16 hex digits of SHA-256 over the canonical text."""
    return hashlib.sha256(canonical(data)).hexdigest()[:16]


def identity(facts: Mapping[str, Plain]) -> str:
    """16 hex digits over facts by address.

    Raises:
        TypeError: For a float: its text is not the same everywhere, and nothing measured may decide who is who.
    """
    for address, value in facts.items():
        if isinstance(value, float):
            raise TypeError(f"a float has no place in an identity: {address}")
    return digest(dict(facts))
