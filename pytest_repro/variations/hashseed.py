"""Another hash seed: sets of texts, and what is made from them, come in another order."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from pytest_repro.variations.numbers import whole
from pytest_repro.variations.variation import Variation

if TYPE_CHECKING:
    from collections.abc import Mapping

VARIABLE = "PYTHONHASHSEED"
CONTROL = "1"
"""The hash seed of unchanged processes where the session has none of its own: a random one cannot be shared."""

OTHER = "32"  # of sets of two to four texts, four of five come in another order under it than under 1


def _variables(value: str, _environment: Mapping[str, str]) -> Mapping[str, str]:
    return {VARIABLE: value}


def _read(_value: str) -> str:
    return hashlib.blake2b(str(hash("pytest-repro")).encode("ascii"), digest_size=4).hexdigest()


HASHSEED = Variation(
    name="hashseed",
    kind="behaviour",
    changes="sets of texts come in another order",
    stands_for="any other process: Python draws a hash seed for each",
    proof="hash of a text",
    mend="sort before using: sorted(...) over a set, or a dict in place of it",
    usual=lambda: (OTHER if os.environ.get(VARIABLE) != OTHER else CONTROL,),
    check=lambda value: whole(value, 0, 2**32 - 1, "a hash seed"),
    variables=_variables,
    read=_read,
)
