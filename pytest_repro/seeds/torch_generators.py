"""torch's default generators: the CPU's always, an accelerator's where the user has begun to use it.

``torch.manual_seed`` takes 240 us, since it formats a stack for devices that may come later, so each generator is
pinned by itself. A device that is first used within a pinned stretch is seeded through the same queue that
``torch.cuda.manual_seed_all`` fills, without the stack.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple, cast

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

_MASK = 0xFFFF_FFFF_FFFF_FFFF
# Rooms of torch that tell whether they are in use (is_initialized) and list a generator a device.
_ACCELERATORS = ("cuda", "xpu")


class Queue(NamedTuple):
    """What is queued to seed a device when it is first used."""

    tracker: Any
    seed_all: Any
    order: list[Any]


class Held(NamedTuple):
    """Each generator with its state, and each queue as it was."""

    states: list[tuple[Any, Any]]
    queues: list[Queue]


class TorchGenerators:
    """Pins torch's default generators."""

    __slots__ = ("_torch",)

    def __init__(self, torch: ModuleType) -> None:
        self._torch: Any = torch

    def hold(self) -> Held:
        """The state of each generator in use, and the seeds queued for devices that are not."""
        states = [(generator, generator.get_state()) for generator in self._generators()]
        queues = [Queue(tracker, tracker.manual_seed_all_cb, tracker.call_order) for _, tracker in self._trackers()]
        return Held(states, queues)

    def pin(self, seed: int) -> None:
        """Seed each generator with the lower 64 bits, as ``torch.manual_seed`` does."""
        seed &= _MASK
        for generator in self._generators():
            generator.manual_seed(seed)
        for accelerator, tracker in self._trackers():
            # It runs when the device is first used, and seeds all devices of that sort.
            tracker.queue_seed_all(_Later(accelerator, seed), ())

    def put_back(self, found: object) -> None:
        """Put back each state found; a device first used meanwhile had none and stays as pinned."""
        held = cast("Held", found)
        for generator, state in held.states:
            generator.set_state(state)
        for tracker, seed_all, order in held.queues:
            tracker.manual_seed_all_cb, tracker.call_order = seed_all, order

    def state(self) -> str:
        """A digest of the states of all generators in use."""
        digest = sha256()
        for generator in self._generators():
            digest.update(memoryview(generator.get_state().numpy()))
        return digest.hexdigest()[:16]

    def _generators(self) -> Iterator[Any]:
        torch = self._torch
        yield torch.default_generator
        for name in _ACCELERATORS:
            accelerator = getattr(torch, name, None)
            if accelerator is not None and accelerator.is_initialized():
                yield from accelerator.default_generators
        mps = getattr(torch.backends, "mps", None)
        if mps is not None and mps.is_available():
            yield torch.mps._get_default_mps_generator()  # torch.mps.manual_seed seeds this one  # noqa: SLF001

    def _trackers(self) -> Iterator[tuple[Any, Any]]:
        # Builds for the CPU alone never run the queue, and its tracker is private: without one nothing is queued.
        if self._torch.version.cuda is None and getattr(self._torch.version, "hip", None) is None:
            return
        cuda = self._torch.cuda
        tracker = getattr(cuda, "_lazy_seed_tracker", None)
        if tracker is not None and not cuda.is_initialized():
            yield cuda, tracker


class _Later(NamedTuple):
    """Seeds all devices of one sort, once they are there."""

    accelerator: Any
    seed: int

    def __call__(self) -> None:
        for generator in self.accelerator.default_generators:
            generator.manual_seed(self.seed)
