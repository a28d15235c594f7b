"""Recorded tests as text for a terminal and as plain values: a table of files, and one test with all its evidence."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_repro.controls.counting import counted
from pytest_repro.environment.lines import environment_line, hardware_line
from pytest_repro.errors import ReproError
from pytest_repro.report import table
from pytest_repro.store import book as books
from pytest_repro.store import layout, recorded
from pytest_repro.values import veil
from pytest_repro.values.entry import line
from pytest_repro.values.secrets import mask

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pytest_repro.controls.origin import Origin
    from pytest_repro.store.book import Book
    from pytest_repro.store.integrity import Fault
    from pytest_repro.store.recorded import Recorded
    from pytest_repro.values.frozen import Frozen

KIB = 1024
LONGEST = 52
"""Columns of an address in the list of values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """One file of envelopes in a line.

    Attributes:
        module: The test module, as node ids begin.
        profile: Under which name.
        tests: Names of its tests, sorted.
        values: How many values they hold.
        recorded: When the latest of them was recorded, as the file says it; empty where it does not.
        size: Bytes of the file and of the arrays that it names.
    """

    module: str
    profile: str
    tests: tuple[str, ...]
    values: int
    recorded: str
    size: int

    def to_dict(self) -> dict[str, object]:
        """Plain JSON values."""
        return {
            "module": self.module,
            "profile": self.profile,
            "tests": list(self.tests),
            "values": self.values,
            "recorded": self.recorded,
            "bytes": self.size,
        }


def summary(module: str, found: Book) -> Summary:
    """A file's summary; what of a test is malformed counts for nothing, since nobody asked for the test."""
    tests = [test for test in found.tests.values() if isinstance(test, dict)]
    values = [test.get(layout.VALUES) for test in tests]
    told = [test.get(recorded.RECORDED) for test in tests]
    moments = [about.get("at") for about in told if isinstance(about, dict)]
    arrays = {digest for test in tests for digest in books.references(test)}
    size = 0
    for path in (found.path, *(found.shelf.path(digest) for digest in sorted(arrays))):
        with suppress(OSError):
            size += path.lstat().st_size
    return Summary(
        module=module,
        profile=found.profile,
        tests=found.names,
        values=sum(len(part) for part in values if isinstance(part, dict)),
        recorded=max((moment for moment in moments if isinstance(moment, str)), default=""),
        size=size,
    )


def listed_text(summaries: Sequence[Summary], faults: Sequence[Fault]) -> str:
    """A line a file, and what cannot be read."""
    rows = [
        (one.module, one.profile, str(len(one.tests)), str(one.values), one.recorded[:16], sized(one.size))
        for one in summaries
    ]
    lines = table.lines(("module", "profile", "tests", "values", "recorded", "size"), rows, indent=0) if rows else []
    tests = sum(len(one.tests) for one in summaries)
    total = f"{counted(tests, 'test')} in {counted(len(summaries), 'file')}"
    lines += ["", total] if rows else ["nothing is recorded here; pytest --repro-record records what is missing"]
    for fault in faults:
        lines += ["", error_text(fault.error)]
    return "\n".join(lines) + "\n"


def listed_dict(summaries: Sequence[Summary], faults: Sequence[Fault]) -> dict[str, object]:
    """The same, schema ``pytest-repro/recorded`` 1.0."""
    return {
        "schema": "pytest-repro/recorded",
        "version": "1.0",
        "files": [one.to_dict() for one in summaries],
        "faults": [error_dict(fault.error) for fault in faults],
    }


def error_dict(error: ReproError) -> dict[str, object]:
    """An error as plain JSON values."""
    return {"code": f"RPR-{error.code}", "sentence": error.sentence, "place": error.place, "mend": error.mend}


def error_text(error: ReproError) -> str:
    """An error as the door of the command tells it, within the width of a terminal but for what is to be pasted."""
    sentence, *mend = str(error).splitlines()
    return "\n".join([*table.filled("", sentence, 2), *map(mask, mend)])


def sized(size: int) -> str:
    """Bytes as a reader takes them in: ``312 B``, ``4.1 KiB``, ``12 MiB``."""
    number = float(size)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if number < KIB or unit == "GiB":
            break
        number /= KIB
    return f"{number:.0f} {unit}" if unit == "B" or number >= 10 else f"{number:.1f} {unit}"  # noqa: PLR2004  # two digits suffice


def one_text(nodeid: str, profile: str, test: Recorded, origin: Origin) -> str:
    """One recorded test: its evidence, then its values, one a line."""
    lines = [f"{line(mask(nodeid))}   profile {profile}", ""]
    lines += [table.labelled(heading, told, indent=2) for heading, told in evidence(test, origin) if told]
    rows = []
    for address, leaf in sorted(test.observations.items()):
        rows.append((mask(address), leaf.kind, _shown(address, leaf)))
    if rows:
        widest = min(LONGEST, max(len(row[0]) for row in rows))
        rows = [(_middle(address, widest), kind, told) for address, kind, told in rows]
        lines += ["", *table.lines(("value", "kind", ""), rows)]
    else:
        lines += ["", "  it holds no values"]
    return "\n".join(lines) + "\n"


def one_dict(
    nodeid: str, profile: str, test: Recorded, origin: Origin, kept: Mapping[str, object]
) -> dict[str, object]:
    """The same as plain values.

    Args:
        nodeid: The test.
        profile: Under which profile.
        test: What was recorded.
        origin: Where.
        kept: The values as the file has them, by address.
    """
    values: list[dict[str, object]] = []
    for address, leaf in sorted(test.observations.items()):
        secret = veil.veiled(address, leaf)
        told = next(iter(veil.written({address: leaf}).values())) if secret else kept.get(address)
        values.append({"address": address, "kind": leaf.kind, "value": told})
    lines = (hardware_line(origin.snapshot), environment_line(origin.snapshot)) if origin.snapshot else ("", "")
    return {
        "test": nodeid,
        "profile": profile,
        "seed": test.seed,
        "session_seed": test.session_seed,
        "outcomes": dict(test.outcomes),
        "source": test.source,
        "owner": test.owner,
        "recorded": test.recorded.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "plugin": test.plugin,
        "commit": test.commit,
        "dirty": test.dirty,
        "lock": dict(test.lock),
        "runs": test.runs,
        "difference": test.difference,
        "environment": {
            "id": origin.id,
            "hardware": lines[0],
            "environment": lines[1],
            "unreadable": origin.reason,
        },
        "values": values,
    }


def evidence(test: Recorded, origin: Origin) -> Iterator[tuple[str, str]]:
    """Headings and lines: how it ended, when, by whom, under which seeds, how reproducible, and where."""
    yield "outcome", ", ".join(f"{phase} {ended}" for phase, ended in test.outcomes.items())
    tool = f" by pytest-repro {test.plugin}" if test.plugin else ""
    yield "recorded", f"{test.recorded.strftime('%Y-%m-%d %H:%M:%S')} UTC{tool}"
    state = {True: " dirty", False: " clean", None: ""}[test.dirty]
    yield "commit", f"{test.commit[:12]}{state}" if test.commit else "unknown"
    yield "owner", test.owner or "nobody is named"
    yield "seeds", f"{test.seed}, from session seed {test.session_seed}"
    yield "lock", " ".join(test.lock[key] for key in ("file", "digest", "state") if test.lock.get(key)) or "none"
    yield "runs", _runs(test)
    if origin.snapshot is not None:
        yield "hardware", hardware_line(origin.snapshot)
        yield "environment", environment_line(origin.snapshot)
    else:
        named = f"{origin.id}, not readable: " if origin.id else ""
        yield "environment", f"{named}{origin.reason}"


def _runs(test: Recorded) -> str:
    runs = f"{counted(test.runs, 'run')} agreed" if test.runs > 1 else "1 run"
    if test.difference is None:
        return f"{runs}, their difference was not measured"
    if not test.difference:
        return f"{runs} bit for bit"
    return f"{runs}, largest relative difference {test.difference:.1e}"


def _shown(address: str, leaf: Frozen) -> str:
    try:
        return veil.shown(address, leaf, table.WIDTH - LONGEST - 10)
    except ReproError as error:  # the file of its array was changed
        return f"unreadable: {error.sentence}"


def _middle(text: str, width: int) -> str:
    """A text cut in its middle: addresses begin alike and end differently."""
    if len(text) <= width:
        return text
    return f"{text[: width // 2 - 1]}...{text[-(width - width // 2 - 2) :]}"
