"""Another width of the terminal: whatever folds lines by it folds them elsewhere."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from pytest_repro.variations.variation import Variation

if TYPE_CHECKING:
    from collections.abc import Mapping


def _variables(value: str, _environment: Mapping[str, str]) -> Mapping[str, str]:
    return {"COLUMNS": value}


def _read(_value: str) -> str:
    return f"{shutil.get_terminal_size().columns} columns"


TERMINAL_WIDTH = Variation(
    name="terminal_width",
    kind="behaviour",
    changes="the terminal is narrow",
    stands_for="a CI runner, or a pipe",
    proof="the width that a program gets that asks for it",
    mend="state the width: textwrap.fill(text, 80)",
    usual=lambda: ("43",),
    check=lambda value: "" if value.isdecimal() else f"a width is a whole number, not {value!r:.40}",
    variables=_variables,
    read=_read,
)
