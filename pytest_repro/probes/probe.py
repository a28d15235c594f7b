"""What a probe is: a name, the bits it computes, and what a change of them reveals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Probe(NamedTuple):
    """A tiny computation.

    Attributes:
        name: Its name among the digests, ``blas``.
        reveals: What computed otherwise where the bits differ, as words that end a sentence.
        bits: Computes; takes the module ``numpy`` and yields bytes, little end first.
        numpy: Whether it needs numpy.
    """

    name: str
    reveals: str
    bits: Callable[[Any], Iterable[bytes]]
    numpy: bool = True
