"""The frame of the test function, held from its start, read after its end."""

from __future__ import annotations

import sys
from types import CodeType, FrameType
from typing import Any


class FrameHold:
    """temporary"""

    def __init__(self, code: CodeType) -> None:
        self._code = code
        self._frame: FrameType | None = None

    def __enter__(self):
        old = self._old = sys.getprofile()

        def prof(frame: FrameType, event: str, arg: Any) -> None:
            if event == "call" and frame.f_code is self._code:
                self._frame = frame
                sys.setprofile(old)
            elif old is not None:
                old(frame, event, arg)

        sys.setprofile(prof)
        return self

    def __exit__(self, *a):
        sys.setprofile(self._old)

    def locals(self):
        return {k: v for k, v in self._frame.f_locals.items() if not k.startswith("@")} if self._frame else {}

    def drop(self):
        self._frame = None
