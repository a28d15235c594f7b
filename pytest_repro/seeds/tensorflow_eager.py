"""TensorFlow's global seed for eager execution, and its global ``Generator`` where the user has made one.

Not exact in one point: kernels that already drew keep counters inside TensorFlow that nothing can read. They are
dropped when a test is pinned and again afterwards, so that none is carried from one test into the next.
"""

from __future__ import annotations

import sys
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple, cast

if TYPE_CHECKING:
    from types import ModuleType

_MASK = 0xFFFF_FFFF


class Held(NamedTuple):
    """The seed that stood, the stream of seeds for single operations, and the global Generator with its state."""

    seed: object
    stream: object
    generator: Any
    generator_state: Any


class TensorflowEager:
    """Pins what ``tf.random.set_seed`` pins."""

    __slots__ = ("_context_module", "_stateful")

    def __init__(self, tensorflow: ModuleType) -> None:
        del tensorflow  # its state is kept in two modules that it has imported by now
        self._context_module: Any = sys.modules["tensorflow.python.eager.context"]
        self._stateful: Any = sys.modules["tensorflow.python.ops.stateful_random_ops"]

    def hold(self) -> Held:
        """Seed, stream and the state of the global Generator."""
        context = self._context_module.context()
        stream = getattr(context, "_rng", None)
        generator = self._stateful.global_generator
        return Held(
            context._seed,  # global_seed() reads the same  # noqa: SLF001
            None if stream is None else stream.getstate(),
            generator,
            None if generator is None else generator.state.numpy(),
        )

    def pin(self, seed: int) -> None:
        """What ``tf.random.set_seed`` does, with the lower 32 bits."""
        self._context_module.set_global_seed(seed & _MASK)
        generator = self._stateful.global_generator
        if generator is not None:
            generator.reset_from_seed(seed & _MASK)

    def put_back(self, found: object) -> None:
        """Put back the seed, the stream of operation seeds and the global Generator."""
        held = cast("Held", found)
        # Drops the kernels of the pinned stretch, too; a seed that never stood is None again.
        self._context_module.set_global_seed(held.seed)
        if held.stream is not None:
            self._context_module.context()._rng.setstate(held.stream)  # noqa: SLF001
        self._stateful.global_generator = held.generator
        if held.generator is not None:
            held.generator.reset(held.generator_state)

    def state(self) -> str:
        """A digest of seed, stream and the global Generator's state."""
        held = self.hold()
        state = None if held.generator_state is None else held.generator_state.tolist()
        return sha256(repr((held.seed, held.stream, state)).encode()).hexdigest()[:16]
