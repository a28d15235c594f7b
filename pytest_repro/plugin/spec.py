"""The spec of a child: what a file tells a fresh pytest process: which tests, under which condition, whose child."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_repro.errors import ReproError
from pytest_repro.plugin.childhood import VARIABLE
from pytest_repro.values import entry

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME = "spec.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """What a child does.

    Attributes:
        folder: Where it writes; private, there, and gone when the session ends.
        ids: The tests that it runs, in this order.
        files: Test modules that hold them; others need not be collected. Empty where that is unknown.
        members: Name and value of each variation that is on.
        names: Variations whose readings are taken.
        session_seed: Of the parent.
        parent: Process id of the parent; a child does not outlive it.
        traced: Of these the tests that leave traces.
        watched: File, line and function of the statement whose calls are kept; empty for none.
        between: What is undone between two runs of each test; empty where each runs once.
    """

    folder: str
    ids: tuple[str, ...]
    files: tuple[str, ...]
    members: tuple[tuple[str, str], ...]
    names: tuple[str, ...]
    session_seed: int
    parent: int
    traced: tuple[str, ...] = ()
    watched: tuple[str, int, str] | tuple[()] = ()
    between: str = ""

    def write(self) -> Path:
        """The file, written."""
        path = Path(self.folder, NAME)
        path.write_text(json.dumps(asdict(self)), encoding="ascii")
        return path

    @classmethod
    def read(cls, path: Path) -> Spec:
        """The spec in a file; trusts nothing.

        Raises:
            ReproError: ``U102``, it is no spec.
        """
        try:
            data = json.loads(path.read_text(encoding="ascii"))
            if not isinstance(data, dict):
                raise entry.malformed("no object")
            return cls._from(data)
        except (OSError, ValueError, RecursionError, ReproError) as error:
            said = error.sentence if isinstance(error, ReproError) else str(error)
            mend = f"unset {VARIABLE}: only pytest-repro itself sets it"
            raise ReproError("U102", f"not the spec of a child: {said:.80}", place=VARIABLE, mend=mend) from None

    @classmethod
    def _from(cls, data: Mapping[str, object]) -> Spec:
        members = entry.field(data, "members", list)
        if any(not isinstance(one, list) or [type(part) for part in one] != [str, str] for one in members):
            raise entry.malformed("unexpected members", "members")
        return cls(
            folder=entry.field(data, "folder", str),
            ids=entry.texts(data, "ids"),
            files=entry.texts(data, "files"),
            members=tuple((name, value) for name, value in members),
            names=entry.texts(data, "names"),
            session_seed=entry.field(data, "session_seed", int),
            parent=entry.field(data, "parent", int),
            traced=entry.texts(data, "traced"),
            watched=_watched(entry.field(data, "watched", list)),
            between=entry.field(data, "between", str),
        )


def _watched(data: list[object]) -> tuple[str, int, str] | tuple[()]:
    match data:
        case []:
            return ()
        case [str(file), int(line), str(function)]:
            return (file, line, function)
    raise entry.malformed("no place", "watched")
