"""Where two runs parted, in words: the source line, and what the variable was in both."""

from __future__ import annotations

import linecache
import re
from typing import TYPE_CHECKING

from pytest_repro.report.draws import at

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path
    from types import CodeType
    from typing import Protocol

    class Place(Protocol):
        """What a line of a report needs."""

        @property
        def file(self) -> str: ...  # noqa: D102  # named for what it is
        @property
        def line(self) -> int: ...  # noqa: D102  # likewise
        @property
        def name(self) -> str: ...  # noqa: D102  # likewise
        @property
        def before(self) -> str: ...  # noqa: D102  # likewise
        @property
        def after(self) -> str: ...  # noqa: D102  # likewise


_LINE = re.compile(r"(?P<file>[^\n]+?):(?P<line>[0-9]+)  ")

_UNWRITTEN = re.compile(r"\bempty(?:_like|_strided|_permuted)?\(\s*[^)\s]")  # a queue's empty() takes nothing

TRACED = "   (in two further runs, traced)"
"""Why these values are not those of the table."""

SOURCE = 72
"""Characters that are shown of one source line."""


def lines(
    steps: Sequence[Place], producers: Sequence[Place], root: Path, changed: Place | None = None
) -> tuple[str, ...]:
    """The origin first, with both values; then how the difference came to the test.

    Args:
        steps: From the origin to the test.
        producers: Lines of other threads that changed what the origin reads.
        root: Of the project.
        changed: The line of an earlier run that changed what the origin begins with.
    """
    told: list[str] = []
    if changed is not None:
        told.append(f"{source(changed.file, changed.line, root)}   (an earlier run left it changed)")
    for number, step in enumerate(steps):
        told.append(source(step.file, step.line, root))
        if number in (0, len(steps) - 1):
            told.append(f"  {_values(step)}{TRACED if number == 0 else ''}")
    told += [f"{source(step.file, step.line, root)}   (in another thread)" for step in producers]
    return tuple(told)


def source(file: str, line: int, root: Path) -> str:
    """``model.py:7  rng = np.random.default_rng()``."""
    text = linecache.getline(file, line).strip()
    return f"{at(file, line, root)}  {text if len(text) <= SOURCE else f'{text[: SOURCE - 3]}...'}".rstrip()


def unwritten(step: Place) -> bool:
    """Whether a line makes an array and writes nothing into it, as ``numpy.empty`` and its kin do."""
    return _UNWRITTEN.search(linecache.getline(step.file, step.line)) is not None


def unwritten_in(code: CodeType, names: Collection[str], root: Path) -> str:
    """The line of a function that binds one of some names to such an array; empty where there is none.

    Args:
        code: The function's own.
        names: Of its variables.
        root: Of the project.
    """
    last = max((line for _, _, line in code.co_lines() if line), default=code.co_firstlineno)
    for number in range(code.co_firstlineno, last + 1):
        text = linecache.getline(code.co_filename, number)
        bound, equals, made = text.partition("=")
        if equals and bound.strip() in names and _UNWRITTEN.search(made):
            return source(code.co_filename, number, root)
    return ""


def origin(lines: Sequence[str]) -> tuple[str, int] | None:
    """File and line of the first of lines that :func:`source` wrote; None where there is none."""
    for line in lines:
        found = _LINE.match(line)
        if found is not None:
            return found["file"], int(found["line"])
    return None


def _values(step: Place) -> str:
    if not step.name:
        return f"here the runs part: {step.before} in one, {step.after} in the other"
    name = "its result" if step.name == "<return>" else step.name
    return f"{name}: {step.before}, then {step.after}"
