"""Bits as a short digest."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def digest(chunks: Iterable[bytes]) -> str:
    """16 hex digits of BLAKE2b over the chunks, one behind the other."""
    found = hashlib.blake2b(digest_size=8)
    for chunk in chunks:
        found.update(chunk)
    return found.hexdigest()
