"""States of random generators: one leaf each, a digest of everything that decides the next draw."""

from __future__ import annotations

import array
import hashlib
import random
import sys
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np

from pytest_repro.values import entry, lineage
from pytest_repro.values.difference import IDENTICAL, Difference, changed, parted
from pytest_repro.values.opaque import Opaque

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_repro.values.frozen import Frozen
    from pytest_repro.values.keeping import Keeping
    from pytest_repro.values.tolerance import Tolerance

KINDS = ("generator state",)


class State(NamedTuple):
    """The state of a generator.

    Attributes:
        algorithm: ``MT19937``, ``PCG64``, the qualified name of a torch generator.
        digest: SHA-256 of the state, 16 digits of it.
    """

    algorithm: str
    digest: str

    @property
    def kind(self) -> str:
        """``generator state``."""
        return "generator state"

    def show(self, width: int = 24) -> str:
        """The algorithm and the first digits of the digest."""
        return entry.cut(f"{self.algorithm} {self.digest[:6]}", width)

    def measure(self, other: Frozen, tolerance: Tolerance) -> Difference:  # noqa: ARG002  # exact whatever is tolerated
        """Exact: a generator that drew once more is at another place."""
        then = cast("State", other)
        if self.algorithm != then.algorithm:
            return parted(f"{self.algorithm}, then {then.algorithm}")
        return IDENTICAL if self.digest == then.digest else changed("the generator stands at another place")

    def to_dict(self) -> dict[str, object]:
        """``{"kind": "generator state", "algorithm", "digest"}``."""
        return {"kind": "generator state", "algorithm": self.algorithm, "digest": self.digest}


def read(data: Mapping[str, object]) -> State:
    """The state that an entry describes."""
    return State(entry.field(data, "algorithm", str), entry.field(data, "digest", str))


def _feed(found: Any, state: object) -> None:
    """Adds a state of nested dicts, arrays and numbers to a hash, each with its type: none runs into the next."""
    if isinstance(state, dict):
        for name in sorted(state):
            found.update(f"{name}:".encode())
            _feed(found, state[name])
    elif isinstance(state, np.ndarray):
        found.update(f"{state.dtype.str}{state.shape}".encode() + np.ascontiguousarray(state).tobytes())
    elif isinstance(state, tuple | list):
        found.update(f"({len(state)}".encode())
        for item in state:
            _feed(found, item)
    else:
        found.update(f"{type(state).__name__}{state!r};".encode())


def digest(state: object) -> str:
    """16 digits of the SHA-256 of a state."""
    found = hashlib.sha256()
    _feed(found, state)
    return found.hexdigest()[:16]


def _python(value: random.Random) -> State:
    version, words, spare = random.Random.getstate(value)
    found = hashlib.sha256(f"{version} {spare!r} ".encode() + array.array("Q", words).tobytes())
    return State("MT19937", found.hexdigest()[:16])


def _numpy(value: object) -> State:
    if lineage.descends(value, np.random.Generator):
        # The bit generator is all the state a Generator has.
        value = cast("np.random.Generator", value).bit_generator
    if lineage.descends(value, np.random.SeedSequence):
        return State("SeedSequence", digest(cast("np.random.SeedSequence", value).state))
    state = (
        cast("Any", value).get_state(legacy=False)
        if lineage.descends(value, np.random.RandomState)
        else cast("Any", value).state
    )
    algorithm = state["bit_generator"] if isinstance(state, dict) else lineage.name(type(value))
    return State(str(algorithm), digest(state))


def _torch(value: object) -> bool:
    return any(
        lineage.root(cls) == "torch" and lineage.name(cls).endswith(".Generator") for cls in lineage.classes(value)
    )


def _tensorflow(value: object) -> bool:
    return any(
        lineage.name(cls) == "tensorflow.python.ops.stateful_random_ops.Generator" for cls in lineage.classes(value)
    )


def owns(value: object) -> bool:
    """Whether a value is a random generator of Python, numpy, torch or tensorflow."""
    numpys = sys.modules.get("numpy.random")  # numpy imports it when it is asked for, which takes 40 ms
    sorts: tuple[type, ...] = (random.Random,)
    if numpys is not None:
        sorts += (numpys.Generator, numpys.BitGenerator, numpys.RandomState, numpys.SeedSequence)
    return lineage.descends(value, *sorts) or _torch(value) or _tensorflow(value)


def freeze(value: object, keeping: Keeping) -> Frozen:  # noqa: ARG001
    """The state as a leaf; what draws from the operating system has none."""
    if lineage.descends(value, random.SystemRandom):
        return Opaque(lineage.name(type(value)), "draws from the operating system")
    if lineage.descends(value, random.Random):
        return _python(cast("random.Random", value))
    if _torch(value):
        return State("torch.Generator", digest(cast("Any", value).get_state().numpy()))
    if _tensorflow(value):
        item = cast("Any", value)
        return State("tf.random.Generator", digest([int(item.algorithm), item.state.numpy()]))
    return _numpy(value)
