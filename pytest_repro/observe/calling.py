"""The call that a frame is in, as its source text."""

from __future__ import annotations

import itertools
import linecache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

LONGEST = 60
"""Characters that are shown of one call."""


def called(frame: FrameType) -> str:
    """Source text of the expression that a frame evaluates now, on one line; empty where there is no source.

    A text of more than 60 characters ends in ``...``.
    """
    code = frame.f_code
    # two bytes an instruction (PEP 657); a frame that has not begun stands before the first
    position = next(itertools.islice(code.co_positions(), max(0, frame.f_lasti // 2), None), (None,) * 4)
    first, last, begin, end = position
    if first is None or last is None or begin is None or end is None:
        return ""
    linecache.checkcache(code.co_filename)
    lines = linecache.getlines(code.co_filename, frame.f_globals)[first - 1 : last]
    if len(lines) <= last - first:
        return ""
    held = [line.encode() for line in lines]  # columns count bytes
    held[-1] = held[-1][:end]
    held[0] = held[0][begin:]
    text = " ".join(b" ".join(held).decode(errors="replace").split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."
