"""A reproducer as text: what was written, how it was verified, under what it drifts."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import Any, Protocol

    class Built(Protocol):
        """What is told of a script."""

        @property
        def source(self) -> str: ...  # noqa: D102  # named for what it is
        @property
        def needs(self) -> tuple[str, ...]: ...  # noqa: D102  # likewise
        @property
        def ran(self) -> Any: ...  # noqa: D102  # likewise
        @property
        def settings(self) -> Any: ...  # noqa: D102  # likewise
        @property
        def data(self) -> Mapping[str, Any]: ...  # noqa: D102  # likewise


def text(nodeid: str, built: Built, path: Path) -> str:
    """What is told of a script that was written."""
    source = built.source
    needs = ", ".join(built.needs) or "Python alone"
    beside = f" and {path.with_suffix('.npz').name}" if built.data else ""
    rows = [
        ("reproducer", f"{path}{beside}, of {nodeid}"),
        ("verified", f"exits 1 here in {built.ran.seconds:.1f} s, {source.count(chr(10))} lines, needs {needs}"),
        ("condition", _condition(built.settings)),
        ("output", ""),
    ]
    lines = [f"  {heading:<13} {words}".rstrip() for heading, words in rows]
    lines += [f"    {line[:100]}" for line in built.ran.output.splitlines()]
    lines += ["", f"  run it        python {shlex.quote(str(path))}", ""]
    return "\n".join(lines)


def _condition(settings: Any) -> str:
    if not settings.apart:
        return "nothing is changed: the same process, called twice"
    variables = " ".join(f"{name}={value}" for name, value in settings.second.items())
    simulated = f"   (simulated: {settings.simulated})" if settings.simulated else ""
    return f"{settings.condition}: {variables}{simulated}"


def without(nodeid: str, reasons: Sequence[str], vary: str) -> str:
    """What is told where there is none."""
    lines = [f"  no reproducer of {nodeid}", *(f"    {line}" for one in reasons for line in one.splitlines()), ""]
    command = f"pytest {shlex.quote(nodeid)} --repro=all --repro-vary={vary}"
    return "\n".join([*lines, f"  with pytest   {command}", ""])
