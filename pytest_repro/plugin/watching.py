"""Watching one statement in a child: whoever makes a reproducer wants its calls, with arguments and outcomes."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_repro.errors import ReproError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import ModuleType

    import pytest

    from pytest_repro.diagnose.splitting import Brought
    from pytest_repro.observe.witness import Witness
    from pytest_repro.reproducer.recipe import Call


NO_CALL = "no call of a library"
"""How the reason begins where all calls of a place agree."""


class Watching:
    """Watches while a test runs.

    Args:
        watched: File, line and function of the statement.
        config: Of the session; asked for pytest's assertion rewriter.
    """

    def __init__(self, watched: tuple[str, int, str], config: pytest.Config) -> None:
        self._watched = watched
        self._config = config
        self._witness: Witness | None = None
        self._count = 0
        self._reason = ""

    @contextmanager
    def around(self, nodeid: str) -> Iterator[None]:
        """Watch inside the block."""
        from pytest_repro.observe.statement import Place, watched  # noqa: PLC0415  # only where something is watched
        from pytest_repro.observe.witness import Witness  # noqa: PLC0415  # likewise
        from pytest_repro.plugin.instrument import rewriter_for  # noqa: PLC0415  # likewise
        from pytest_repro.reproducer.calls import Keeper  # noqa: PLC0415  # likewise
        from pytest_repro.reproducer.outcome import Parts, ways  # noqa: PLC0415  # likewise

        module = nodeid.partition("::")[0]
        keeper = Keeper(lambda one: _foreign(one, module))
        self._witness = Witness(Parts(), keeper, ways)
        with watched(Place(*self._watched), self._witness, rewriter_for(self._config)) as self._reason:
            yield

    def leave(self, folder: Path, process: str) -> dict[str, str]:
        """Write what was seen; the file's name, or why there is none."""
        from pytest_repro.reproducer import calls  # noqa: PLC0415  # likewise

        if self._witness is None or self._reason:
            return {"reason": self._reason}
        self._count += 1
        name = f"{process}-{self._count}{calls.ENDING}"
        calls.write(self._witness.hits, folder / name)
        return {"file": name}


def _foreign(module: ModuleType, tests: str) -> bool:
    """Whether a script may import a module: a library's or Python's, and none of the tests."""
    from pytest_repro.observe.ownership import installed, standard  # noqa: PLC0415  # likewise

    file = getattr(module, "__file__", None)
    if file is None:
        return (
            module.__name__ in sys.builtin_module_names or module.__name__.partition(".")[0] in sys.stdlib_module_names
        )
    parts = module.__name__.split(".")
    return (standard(file) or installed(file)) and "tests" not in parts and not file.endswith(tests)


def to_blame(pair: Sequence[Brought], nodeid: str, place: tuple[str, int, str]) -> Call | str:
    """The first call at a place whose inputs agree in two processes and whose outcomes do not, or why there is none.

    Args:
        pair: What the two brought.
        nodeid: The test.
        place: File, line and function of the statement.
    """
    from pytest_repro.reproducer import calls  # noqa: PLC0415  # likewise

    seen = []
    for brought in pair:
        ended = brought.ended.get(nodeid)
        said = {} if ended is None else ended.about.get("calls") or {}
        if ended is None or "file" not in said:
            return f"its calls were not seen: {said.get('reason') or brought.failure or 'the test did not end'}"
        try:
            seen.append(calls.read(ended.path.parent / Path(said["file"]).name))
        except (OSError, ValueError, ReproError) as error:  # ValueError: a name that no file can have
            return f"its calls cannot be read: {error}"
    one, other = seen
    found = calls.to_blame(one, other)
    if found is None:
        name = f"{Path(place[0]).name}:{place[1]}" if place[1] else place[2]
        return f"{NO_CALL} at {name} has the same arguments and another result ({len(one)} calls seen)"
    return found
