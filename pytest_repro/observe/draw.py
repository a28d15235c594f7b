"""A draw of entropy: which line of the user's it belongs to."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pytest_repro.observe.calling import called
from pytest_repro.observe.ownership import dotted, machinery, module, standard

if TYPE_CHECKING:
    from types import FrameType

    from pytest_repro.observe.ownership import Ownership

_SEEDED = re.compile(r"\bRandomState\((?:seed=)?(?!None\b|\))([^)]+)")


FORK = "fork"
"""The source of what ``random`` draws in every forked child."""


@dataclass(frozen=True, slots=True)
class Site:
    """A place that draws entropy.

    Attributes:
        source: Of which kind: ``numpy``, ``random``, ``secrets``, ``os.urandom``, ``uuid``, ``torch``, ``fork``. Tells
            no two sites apart: it is a guess at what the call looks like.
        file: Of the user's own line, absolute.
        line: Its number.
        call: Source text of the call there; empty where it is not known.
        through: Dotted name of the library function that draws, called there; empty where the line draws itself.
        function: Dotted name of the function that the line stands in.
    """

    source: str = field(compare=False)
    file: str
    line: int
    call: str
    through: str
    function: str = field(default="", compare=False)


def site_of(source: str, frame: FrameType | None, ownership: Ownership) -> Site | None:
    """The innermost line of the user's, and the library's function called there; None for the machinery's own.

    Args:
        source: Of which kind the draw is.
        frame: That of the caller of what draws.
        ownership: Tells whose line is whose.
    """
    library: FrameType | None = None
    innermost: FrameType | None = None
    while frame is not None:
        code = frame.f_code
        if not ownership.foreign(code):
            through = "" if library is None else dotted(library)
            return Site(source, code.co_filename, frame.f_lineno, called(frame), through, dotted(frame))
        if code.co_filename.startswith("<frozen importlib"):
            return None  # a library is being imported, which happens once
        if not standard(code.co_filename):
            if machinery(frame):
                break
            innermost = innermost or frame
            if library is None or _wrapper(library):
                library = library if library is not None and _wrapper(frame) else frame
        frame = frame.f_back
    if innermost is None:
        return None
    name = dotted(innermost)
    return Site(source, innermost.f_code.co_filename, innermost.f_lineno, called(innermost), name, name)


def _wrapper(frame: FrameType) -> bool:
    """Whether a frame is of a function made inside another, as decorators make them: its name tells nothing."""
    return "<locals>" in frame.f_code.co_qualname


def thrown_away(frame: FrameType) -> bool:
    """Whether the draw is that of ``RandomState(seed)``, which makes an unseeded generator first and seeds it then."""
    caller: FrameType | None = frame
    while caller is not None and standard(caller.f_code.co_filename):
        caller = caller.f_back
    if caller is None:
        return False
    found = _SEEDED.search(called(caller))
    return found is not None and caller.f_locals.get(found[1], 0) is not None


def by_fork(frame: FrameType) -> bool:
    """Whether the draw is that with which ``random`` seeds itself in every forked child, used or not."""
    caller: FrameType | None = frame
    while caller is not None and module(caller) == "random":
        caller = caller.f_back
    return caller is not None and called(caller).endswith("fork()")
