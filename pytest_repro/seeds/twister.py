"""The state of one ``random.Random``: read, written back and digested, exactly and fast.

``getstate`` builds a tuple of 625 ints (7.6 us) and ``setstate`` reads it again (2.4 us). Two copies of the generator's
2,500 bytes take 1.5 us together, which keeps the pins of a test below 15 us. CPython promises no layout, so
the copies are tried on generators of our own first; where they are not exact, or ``ctypes`` is missing, the two
methods serve.
"""

from __future__ import annotations

import sys
from random import Random
from struct import Struct
from typing import Any, NamedTuple

from pytest_repro.seeds.fingerprint import Fingerprints

# The C side of random.Random without its second method in Python, which costs 0.8 us a call. Being past
# random.Random.seed also means that no watcher of that method takes a pin for a user's own seeding.
_seed_in_c = Random.__mro__[1].seed  # type: ignore[attr-defined]

# RandomObject: an int, the index, then 624 words of 32 bits, right behind the object's head.
_WORDS = 625
_STATE_BYTES = 4 * _WORDS
_HEAD_BYTES = object.__basicsize__
_LITTLE_ENDIAN = Struct(f"<{_WORDS}I")
_DOUBLE = Struct("<d")


class Found(NamedTuple):
    """A generator's state: its words, as bytes or as the tuple of ``getstate``, and the cached half of ``gauss``."""

    words: Any
    gauss_next: float | None


class Twister:
    """Reads and writes the states of ``random.Random`` objects by the fastest way that proved exact here."""

    __slots__ = ("_fingerprints", "_move", "_read")

    def __init__(self) -> None:
        self._fingerprints = Fingerprints()
        self._read: Any = None
        self._move: Any = None
        if sys.implementation.name != "cpython" or type(Random.random).__name__ != "method_descriptor":
            return
        try:
            from ctypes import memmove, string_at  # 2.5 ms that only a pinned run pays  # noqa: PLC0415
        except ImportError:
            return
        self._read, self._move = string_at, memmove
        if not self._copies_exactly():
            self._read = self._move = None

    def read(self, generator: Random) -> Found:
        """The state of ``generator``; it is not moved."""
        if self._read is not None and type(generator) is Random:
            words = self._read(id(generator) + _HEAD_BYTES, _STATE_BYTES)
            return Found(words, generator.gauss_next)  # type: ignore[attr-defined]
        return Found(generator.getstate(), None)

    def write(self, generator: Random, found: Found) -> None:
        """Give ``generator`` a state that :meth:`read` found."""
        if type(found.words) is bytes:
            self._move(id(generator) + _HEAD_BYTES, found.words, _STATE_BYTES)
            generator.gauss_next = found.gauss_next  # type: ignore[attr-defined]
        else:
            generator.setstate(found.words)

    def seed(self, generator: Random, seed: int) -> None:
        """What ``generator.seed(seed)`` does."""
        if type(generator) is Random:
            _seed_in_c(generator, seed)
            generator.gauss_next = None  # type: ignore[attr-defined]
        else:
            generator.seed(seed)

    def digest(self, generator: Random) -> str:
        """The state in 16 hexadecimal digits, the same on every platform and version of Python."""
        words, gauss_next = self.read(generator)
        if type(words) is not bytes:
            _, (*key, index), gauss_next = words
            words = _LITTLE_ENDIAN.pack(index, *key)
        elif sys.byteorder == "big":
            words = _LITTLE_ENDIAN.pack(*Struct(f">{_WORDS}I").unpack(words))
        cached = b"" if gauss_next is None else _DOUBLE.pack(gauss_next)
        return self._fingerprints.of(words + cached)

    def _copies_exactly(self) -> bool:
        # Compare a copy out with what getstate says before anything is written, and only to a generator of our own.
        source, target = Random(1), Random(2)  # no secret is drawn  # noqa: S311
        source.random()
        if Random.__basicsize__ < _HEAD_BYTES + _STATE_BYTES:
            return False
        *key, index = source.getstate()[1]
        copied = self.read(source)
        if copied.words != Struct(f"={_WORDS}I").pack(index, *key):
            return False
        self.write(target, copied)
        return target.getstate() == source.getstate()
