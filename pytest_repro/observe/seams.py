"""The seams of entropy: the few functions through which everything asks the operating system for it.

Seams are patched, not call sites: ``random``'s ``_urandom``, through which secrets and every unseeded generator of
numpy come, ``os.urandom``, ``Random.seed`` by its code, so that a reference taken earlier is seen as well, and torch's
``seed``. No audit event tells of any of these. Not seen: ``torch.Generator().seed()``, whose type cannot be patched,
and C code that asks the operating system itself.
"""

from __future__ import annotations

import os
import random
import sys
import threading
import types
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from pytest_repro.observe.calling import called
from pytest_repro.observe.ownership import module

if TYPE_CHECKING:
    from types import CodeType, FrameType

Draw = Callable[[str, int, Callable[[], bytes]], bytes]
"""A seam's question: the source, how many bytes, and what draws them in truth."""


@contextmanager
def seams(draw: Draw) -> Iterator[None]:
    """Every seam asks ``draw`` inside the block, in any thread; afterwards all is as it was found.

    A seam that another one asks is silent: that is one draw.
    """
    thread = threading.local()

    def asked(source: str, size: int, real: Callable[[], bytes]) -> bytes:
        if getattr(thread, "inside", False):
            return real()

        def alone() -> bytes:
            thread.inside = True
            try:
                return real()
            finally:
                thread.inside = False

        return draw(source, size, alone)

    with ExitStack() as undo:
        for module, name, source in (
            (random, "_urandom", "secrets"),
            (os, "urandom", "os.urandom"),
            (os, "getrandom", "os.urandom"),
        ):
            if hasattr(module, name):
                _replace(undo, module, name, _bytes_of(asked, source, getattr(module, name)))
        _replace(undo, uuid, "uuid1", _uuid_of(asked, uuid.uuid1))
        _random_seed(undo, asked)
        torch: Any = sys.modules.get("torch")
        if hasattr(torch, "default_generator"):
            wrapped = _torch_seed(asked, torch)
            for holder in (torch, sys.modules.get("torch.random")):
                if hasattr(holder, "seed"):
                    _replace(undo, holder, "seed", wrapped)
        yield


def _replace(undo: ExitStack, holder: Any, name: str, value: object) -> None:
    before = getattr(holder, name)
    setattr(holder, name, value)

    def put_back() -> None:
        if getattr(holder, name) is value:  # the test may have replaced it itself
            setattr(holder, name, before)

    undo.callback(put_back)


def _bytes_of(draw: Draw, source: str, real: Callable[..., bytes]) -> Callable[..., bytes]:
    def urandom(size: int, *flags: int, **named: int) -> bytes:  # getrandom alone takes flags
        asking = sys._getframe(1)  # noqa: SLF001  # inspect takes 100 times as long
        drawn = draw(_source(asking) or source, size, lambda: real(size, *flags, **named))
        return drawn if len(drawn) == size else real(size, *flags, **named)

    return urandom


def _source(asking: FrameType) -> str:
    """Who asks, where the frame tells: uuid, or numpy, whose compiled code calls secrets' ``randbits``."""
    if module(asking) == "uuid":
        return "uuid"
    caller = asking.f_back
    if asking.f_code.co_name != "getrandbits" or caller is None or module(caller) in ("random", "secrets"):
        return ""
    return "numpy" if "numpy.random" in sys.modules and "randbits" not in called(caller) else ""


def _uuid_of(draw: Draw, real: Callable[..., uuid.UUID]) -> Callable[..., uuid.UUID]:
    def uuid1(node: int | None = None, clock_seq: int | None = None) -> uuid.UUID:
        drawn = draw("uuid", 16, lambda: real(node, clock_seq).bytes)
        return uuid.UUID(bytes=drawn, version=1)

    return uuid1


def _torch_seed(draw: Draw, torch: Any) -> Callable[[], int]:
    real = torch.seed

    def seed() -> int:
        value = int.from_bytes(draw("torch", 8, lambda: int(real()).to_bytes(8, "big")), "big")
        torch.manual_seed(value)
        return value

    return seed


def _random_seed(undo: ExitStack, draw: Draw) -> None:
    """``Random.seed`` by its code, so that ``Random()``, subclasses, and ``seed`` imported by name are seen."""
    function: Any = random.Random.seed
    names, before = function.__globals__, function.__code__
    outer = names.get(_HOOK)  # seams inside seams
    if outer is None and len(before.co_freevars) != 1:  # another interpreter writes it otherwise
        return
    real = outer or types.FunctionType(before, names, "seed", function.__defaults__, function.__closure__)

    def seeded(generator: random.Random, a: object, version: int) -> None:
        if a is None:
            a = int.from_bytes(draw("random", 32, lambda: _urandom(32)), "big")
        real(generator, a, version)

    names[_HOOK] = seeded
    if outer is None:
        function.__code__ = _seed_code()

    def put_back() -> None:
        if outer is not None:
            names[_HOOK] = outer
            return
        function.__code__ = before
        del names[_HOOK]

    undo.callback(put_back)


_HOOK = "_repro_seeded"
_urandom = os.urandom


def _seed_code() -> CodeType:
    __class__ = None

    def seed(self: object, a: object = None, version: int = 2) -> None:
        __class__  # noqa: B018  # the cell that the code in its place has
        _repro_seeded(self, a, version)  # type: ignore[name-defined]  # noqa: F821  # a name of random's while it runs

    return seed.__code__
