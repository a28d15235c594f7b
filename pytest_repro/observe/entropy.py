"""Entropy of the operating system: where a run draws it, recorded byte for byte, and served again to a later run.

Seams are patched, not call sites: numpy's ``randbits``, through which every unseeded generator of numpy comes,
``random``'s and ``os``'s ``urandom``, ``Random.seed`` by its code, so that a reference taken earlier is seen as well,
and torch's ``seed``. No audit event tells of any of these. Not seen: ``torch.Generator().seed()``, whose type cannot be
patched, and C code that asks the operating system itself.

A value that drifts and stays when the same bytes are served again came from entropy: that is a proof, not a guess.
"""

from __future__ import annotations

import os
import random
import re
import sys
import sysconfig
import threading
import types
import uuid
from collections import deque
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_repro.observe.calling import called

if TYPE_CHECKING:
    from types import CodeType, FrameType

MOST = 10_000
"""Draws kept of one site; who draws more often draws in a loop, and the first show as much as all."""

_STANDARD = tuple({sysconfig.get_path(name) + os.sep for name in ("stdlib", "platstdlib")})
_INSTALLED = tuple(f"{os.sep}{name}{os.sep}" for name in ("site-packages", "dist-packages"))
_OURS = str(Path(__file__).parents[1]) + os.sep
_MACHINERY = ("_pytest", "pluggy", "pytest", "xdist", "execnet", "pytest_timeout", "threadpoolctl")
"""What runs the tests: it may draw what it likes."""


_SEEDED = re.compile(r"\bRandomState\((?:seed=)?(?!None\b|\))([^)]+)")


@dataclass(frozen=True, slots=True)
class Site:
    """A place that draws entropy.

    Attributes:
        source: Of which kind: ``numpy``, ``random``, ``secrets``, ``os.urandom``, ``uuid``, ``torch``. Tells no two
            sites apart: numpy asks ``secrets``, and that is all that is seen of it while it is being imported.
        file: Of the user's own line, absolute.
        line: Its number.
        call: Source text of the call there; empty where it is not known.
        through: Dotted name of the library function that draws, called there; empty where the line draws itself.
    """

    source: str = field(compare=False)
    file: str
    line: int
    call: str
    through: str


class Entropy:
    """Records what one run draws and serves it to another; also draws of other threads.

    Args:
        own: Files that are the user's though they are installed like a library's: the test module itself.
    """

    def __init__(self, own: Collection[str] = ()) -> None:
        self._own = frozenset(own)
        self._tape: dict[Site, list[bytes]] = {}
        self._library: dict[CodeType, bool] = {}
        self._thread = threading.local()

    @property
    def sites(self) -> dict[Site, int]:
        """How often each site drew so far, in the order of first draws."""
        return {site: len(draws) for site, draws in self._tape.items()}

    @contextmanager
    def recording(self, *, used: bool = False) -> Iterator[None]:
        """Every draw inside the block is kept, in any thread.

        Args:
            used: Without what ``RandomState(4)`` draws and throws away.
        """

        def record(source: str, real: Callable[[], bytes]) -> bytes:
            if self._inside():
                return real()
            with self._within():
                drawn = real()
            frame = sys._getframe(2)  # noqa: SLF001  # the caller of the seam; inspect takes 100 times as long
            if used and _thrown_away(frame):
                return drawn
            site = self._site(source, frame)
            if site is not None:
                kept = self._tape.setdefault(site, [])
                if len(kept) < MOST:
                    kept.append(drawn)
            return drawn

        with _seams(record):
            yield

    @contextmanager
    def serving(self, sites: Collection[Site]) -> Iterator[None]:
        """Given sites draw what was recorded, in order, and anew when that ends; all others draw anew."""
        tapes = {site: deque(self._tape[site]) for site in sites if site in self._tape}

        def serve(source: str, real: Callable[[], bytes]) -> bytes:
            if self._inside():
                return real()
            site = self._site(source, sys._getframe(2))  # noqa: SLF001  # likewise
            tape = tapes.get(site) if site is not None else None
            if tape:
                return tape.popleft()
            with self._within():
                return real()

        with _seams(serve):
            yield

    def _inside(self) -> bool:
        """Whether a seam asks on behalf of another one: numpy asks secrets, which asks the system."""
        return getattr(self._thread, "inside", False)

    @contextmanager
    def _within(self) -> Iterator[None]:
        self._thread.inside = True
        try:
            yield
        finally:
            self._thread.inside = False

    def _site(self, source: str, frame: FrameType | None) -> Site | None:
        """The innermost line of the user's, and the library's function called there; None for the machinery's own."""
        library: FrameType | None = None
        innermost: FrameType | None = None
        while frame is not None:
            code = frame.f_code
            if not self._is_library(code):
                through = "" if library is None else _dotted(library)
                return Site(source, code.co_filename, frame.f_lineno, called(frame), through)
            if code.co_filename.startswith("<frozen importlib"):
                return None  # a library is being imported, which happens once
            if not _standard(code.co_filename):
                if str(frame.f_globals.get("__name__", "")).partition(".")[0] in _MACHINERY:
                    break
                innermost, library = innermost or frame, frame
            frame = frame.f_back
        if innermost is None:
            return None
        return Site(source, innermost.f_code.co_filename, innermost.f_lineno, called(innermost), _dotted(innermost))

    def _is_library(self, code: CodeType) -> bool:
        known = self._library.get(code)
        if known is None:
            name = code.co_filename
            library = _standard(name) or any(part in name for part in _INSTALLED)
            known = self._library[code] = library and name not in self._own
        return known


def _thrown_away(frame: FrameType) -> bool:
    """Whether the draw is that of ``RandomState(seed)``, which makes an unseeded generator first and seeds it then."""
    found = _SEEDED.search(called(frame))
    return found is not None and frame.f_locals.get(found[1], 0) is not None


def _standard(name: str) -> bool:
    """Whether a file is the interpreter's, or our own; libraries may be installed below the interpreter's folder."""
    return name.startswith((_OURS, "<")) or (
        name.startswith(_STANDARD) and not any(part in name for part in _INSTALLED)
    )


def _dotted(frame: FrameType) -> str:
    name = frame.f_code.co_qualname.replace("<locals>.", "")
    return f"{frame.f_globals.get('__name__', '?')}.{name}"


Draw = Callable[[str, Callable[[], bytes]], bytes]
"""A seam's question: the source, and what draws the bytes in truth."""


@contextmanager
def _seams(draw: Draw) -> Iterator[None]:
    """Every seam asks ``draw`` inside the block; afterwards all is as it was found."""
    with ExitStack() as undo:
        for module, name, source in (
            (random, "_urandom", "secrets"),
            (os, "urandom", "os.urandom"),
            (os, "getrandom", "os.urandom"),
        ):
            if hasattr(module, name):
                _replace(undo, module, name, _bytes_of(draw, source, getattr(module, name)))
        _replace(undo, uuid, "uuid1", _uuid_of(draw, uuid.uuid1))
        _random_seed(undo, draw)
        numpy: Any = sys.modules.get("numpy.random.bit_generator")
        if hasattr(numpy, "randbits"):
            _replace(undo, numpy, "randbits", _bits_of(draw, numpy.randbits))
        torch: Any = sys.modules.get("torch")
        if hasattr(torch, "default_generator"):
            wrapped = _torch_seed(draw, torch)
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
    def urandom(size: int, *flags: int) -> bytes:
        drawn = draw("uuid" if _asks_for_uuid() and source == "os.urandom" else source, lambda: real(size, *flags))
        return drawn if len(drawn) == size else real(size, *flags)

    return urandom


def _asks_for_uuid() -> bool:
    return sys._getframe(2).f_globals.get("__name__") == "uuid"  # noqa: SLF001  # likewise


def _bits_of(draw: Draw, real: Callable[[int], int]) -> Callable[[int], int]:
    def randbits(bits: int) -> int:
        size = (bits + 7) // 8
        drawn = draw("numpy", lambda: real(bits).to_bytes(size, "big"))  # as secrets reads it
        return int.from_bytes(drawn, "big") if len(drawn) == size else real(bits)

    return randbits


def _uuid_of(draw: Draw, real: Callable[..., uuid.UUID]) -> Callable[..., uuid.UUID]:
    def uuid1(node: int | None = None, clock_seq: int | None = None) -> uuid.UUID:
        return uuid.UUID(bytes=draw("uuid", lambda: real(node, clock_seq).bytes))

    return uuid1


def _torch_seed(draw: Draw, torch: Any) -> Callable[[], int]:
    real = torch.seed

    def seed() -> int:
        value = int.from_bytes(draw("torch", lambda: int(real()).to_bytes(8, "little")), "little")
        torch.manual_seed(value)
        return value

    return seed


def _random_seed(undo: ExitStack, draw: Draw) -> None:
    """``Random.seed`` by its code, so that ``Random()``, subclasses, and ``seed`` imported by name are seen."""
    function: Any = random.Random.seed
    names, before = function.__globals__, function.__code__
    outer = names.get(_HOOK)  # a session inside a session
    if outer is None and len(before.co_freevars) != 1:  # another interpreter writes it otherwise
        return
    real = outer or types.FunctionType(before, names, "seed", function.__defaults__, function.__closure__)

    def seeded(generator: random.Random, a: object, version: int) -> None:
        if a is None:
            a = int.from_bytes(draw("random", lambda: _urandom(32)), "little")
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
