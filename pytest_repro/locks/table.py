"""A table of a parsed lock whose keys are asked by the type they must have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_repro.errors import ReproError
    from pytest_repro.locks.form import LockFile

_WORDS = {str: "text", int: "a number", float: "a number", bool: "true or false", list: "a list", dict: "a table"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table, and where it stands, for the finding that says what is wrong with it.

    Attributes:
        source: The file it was read from.
        data: The table itself.
        mend: The owning tool's command.
        header: The line its kind begins with, for instance ``[[package]]``; empty if it has none.
        ordinal: Which of the tables with this header it is, counted from 0.
    """

    source: LockFile
    data: dict[str, Any]
    mend: str
    header: str = ""
    ordinal: int = 0

    def text(self, key: str) -> str:
        """The text under ``key``.

        Raises:
            ReproError: L406 where there is none, or it is of another type.
        """
        value = self.data.get(key)
        if type(value) is not str:
            raise self.wrong(key, value, "text")
        return value

    def maybe(self, key: str) -> str | None:
        """The text under ``key``; None where there is none.

        Raises:
            ReproError: L406 where it is of another type.
        """
        return None if self.data.get(key) is None else self.text(key)

    def flag(self, key: str) -> bool:
        """The truth value under ``key``; false where there is none.

        Raises:
            ReproError: L406 where it is of another type.
        """
        value = self.data.get(key, False)
        if type(value) is not bool:
            raise self.wrong(key, value, "true or false")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """The texts listed under ``key``; none where there is no such key.

        Raises:
            ReproError: L406 where it is of another type.
        """
        value = self.data.get(key, ())
        if value == ():
            return ()
        if type(value) is not list or not all(type(item) is str for item in value):
            raise self.wrong(key, value, "a list of texts")
        return tuple(value)

    def table(self, key: str) -> Table:
        """The table under ``key``; an empty one where there is none.

        Raises:
            ReproError: L406 where it is of another type.
        """
        value = self.data.get(key)
        if value is None:
            return self._child({})
        if type(value) is not dict:
            raise self.wrong(key, value, "a table")
        return self._child(value)

    def tables(self, key: str, header: str = "") -> list[Table]:
        """The tables listed under ``key``; none where there is no such key.

        Args:
            key: The list's name.
            header: The line that begins each of them in the file, if it has one of its own.

        Raises:
            ReproError: L406 where it is of another type.
        """
        value = self.data.get(key)
        if value is None:
            return []
        if type(value) is not list or not all(type(item) is dict for item in value):
            raise self.wrong(key, value, "a list of tables")
        if not header:
            return [self._child(item) for item in value]
        return [
            Table(source=self.source, data=item, mend=self.mend, header=header, ordinal=ordinal)
            for ordinal, item in enumerate(value)
        ]

    def wrong(self, key: str, value: object, wanted: str) -> ReproError:
        """The finding that ``key`` holds something else than the format promises."""
        if value is None:
            return self.broken(f"{self._named()} has no {key}")
        listed = type(value) is list and wanted.startswith("a list of")
        said = "a list of other things" if listed else _WORDS.get(type(value), type(value).__name__)
        return self.broken(f"{key} of {self._named()} is not {wanted} but {said}")

    def broken(self, sentence: str) -> ReproError:
        """The finding that something in this table is wrong, with the line it begins at."""
        return self.source.broken(sentence, mend=self.mend, line=self._line())

    def _named(self) -> str:
        name = self.data.get("name")
        if isinstance(name, str):
            return name
        return f"entry {self.ordinal + 1} of {self.header}" if self.header else "the file"

    def _child(self, data: dict[str, Any]) -> Table:
        return Table(source=self.source, data=data, mend=self.mend, header=self.header, ordinal=self.ordinal)

    def _line(self) -> int | None:
        if not self.header:
            return None
        line = 0
        for number, text in enumerate(self.source.data.split(b"\n"), 1):
            if text.strip() == self.header.encode():
                if line == self.ordinal:
                    return number
                line += 1
        return None
