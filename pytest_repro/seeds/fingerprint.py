"""Fingerprints of generators' states, one hash for the two runs of a test that end in one state."""

from __future__ import annotations

from hashlib import sha256


class Fingerprints:
    """Remembers the last state: the next run of a test most often ends where the one before did."""

    __slots__ = ("_last",)

    def __init__(self) -> None:
        self._last = (b"", "")

    def of(self, state: bytes) -> str:
        """The first 16 hexadecimal digits of a state's SHA-256.

        Args:
            state: Not empty.
        """
        if state != self._last[0]:
            self._last = (state, sha256(state).hexdigest()[:16])
        return self._last[1]
