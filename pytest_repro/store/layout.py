"""The text of a file of envelopes: sorted keys, one value a line; and the strict way back from it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from pytest_repro.values import entry

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pytest_repro.errors import ReproError

VALUES = "values"
TESTS = "tests"
ENVIRONMENTS = "environments"

_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, allow_nan=False)
_CONFLICT = re.compile(r"^(?:<<<<<<<|=======|>>>>>>>)", re.MULTILINE)
MEND = "git checkout -- {file}, or delete it and run pytest --repro-record"


def line(value: object) -> str:
    """A plain value as one line; what a terminal or an editor would not show as it is stands escaped."""
    if type(value) is int:
        return int.__repr__(value)
    text = _ENCODER.encode(value)
    if text.isprintable():
        return text
    # line separators and marks of direction among them: a diff must not read otherwise than it is
    return "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in text)


def _block(items: Iterable[tuple[str, str]], indent: str) -> str:
    lines = [f"{indent}  {line(key)}: {text}" for key, text in sorted(items)]
    return "{\n" + ",\n".join(lines) + f"\n{indent}}}" if lines else "{}"


def of_test(test: object) -> str:
    """The text of one test, as it stands in a file."""
    if not isinstance(test, dict):
        return line(test)
    return _block([(key, _values(part) if key == VALUES else line(part)) for key, part in test.items()], "    ")


def _values(values: object) -> str:
    if not isinstance(values, dict):
        return line(values)
    return _block([(address, line(kept)) for address, kept in values.items()], "      ")


def text(whole: Mapping[str, object]) -> str:
    """The text of a file.

    Raises:
        ReproError: ``B602``, something in it is nested too deep, or no number, to be written.
    """
    try:
        return _block([(key, _section(key, part)) for key, part in whole.items()], "") + "\n"
    except RecursionError:
        raise entry.malformed("nested too deep") from None
    except ValueError:  # Python reads 1e999 as an infinity, and does not write one
        raise entry.malformed("a number beyond every double") from None


def _section(key: str, part: object) -> str:
    if key not in (TESTS, ENVIRONMENTS) or not isinstance(part, dict):
        return line(part)
    write = of_test if key == TESTS else _facts
    return _block([(name, write(kept)) for name, kept in part.items()], "  ")


def _facts(facts: object) -> str:
    if not isinstance(facts, dict):
        return line(facts)
    return _block([(fact, line(kept)) for fact, kept in facts.items()], "    ")


def parsed(data: bytes, name: str) -> dict[str, object]:
    """The plain values of a file's text.

    Args:
        data: The whole file.
        name: What messages call the file.

    Raises:
        ReproError: ``B602``, no UTF-8, no strict JSON, a key twice, or not an object.
    """
    mend = MEND.format(file=name)
    try:
        text = data.decode("utf-8-sig")
        found = json.loads(text, object_pairs_hook=_once, parse_constant=_refused)
    except UnicodeDecodeError as error:
        raise _broken(f"not UTF-8 at byte {error.start}", name, mend) from None
    except json.JSONDecodeError as error:
        conflict = _CONFLICT.search(text)
        if conflict:
            number = text.count("\n", 0, conflict.start()) + 1
            raise _broken(f"marks of a merge conflict on line {number}", name, mend) from None
        raise _broken(f"not JSON on line {error.lineno}: {error.msg}", name, mend) from None
    except RecursionError:
        raise _broken("nested too deep", name, mend) from None
    except ValueError as error:  # of our own hooks, and of an integer of thousands of digits
        sentence = "an integer of too many digits" if "integer string" in str(error) else str(error)
        raise _broken(sentence, name, mend) from None
    if not isinstance(found, dict):
        raise _broken(f"unexpected type {type(found).__name__} (expected dict)", name, mend)
    return found


def _broken(sentence: str, name: str, mend: str) -> ReproError:
    error = entry.malformed(sentence, name)
    error.mend = mend
    return error


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        message = f"the key {entry.cut(twice, 80)!r} stands there twice"
        raise ValueError(message)
    return found


def _refused(name: str) -> object:
    message = f"the number {name} is not JSON"
    raise ValueError(message)
