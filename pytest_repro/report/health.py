"""The health of stores as text and as plain values: what is broken, what nothing needs any more, what was pruned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_repro.controls.counting import counted
from pytest_repro.report import table
from pytest_repro.report.recorded import error_dict
from pytest_repro.store.file import shown
from pytest_repro.values.entry import line
from pytest_repro.values.secrets import mask

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pytest_repro.controls.records import Told
    from pytest_repro.store.integrity import Fault, Health, Obsolete, Pruned

SHOWN = 20
"""Things of one sort that are listed; the others are counted."""


def text(health: Health, root: Path, pruned: Pruned | None, found: Sequence[Told] = ()) -> str:
    """What was read, what is broken with its mend, and what pruning takes away.

    Args:
        health: Of the whole store.
        root: The folder from which paths are told.
        pruned: What pruning would take or took; None where nobody asked.
        found: What is wrong with records that can be read.
    """
    books = [found for folder in health.folders for found in folder.books]
    arrays = sum(len(folder.arrays) for folder in health.folders)
    read = f"{counted(health.tests, 'test')} in {counted(len(books), 'file')}, {counted(arrays, 'array')}"
    faults = (*health.faults, *(pruned.refused if pruned else ()))
    wrong = [*([counted(len(faults), "fault")] if faults else []), *([counted(len(found), "finding")] if found else [])]
    lines = [f"{read}: {', '.join(wrong) or 'sound'}"]
    for fault in faults:
        lines += ["", *_fault(fault, root)]
    for one in found[:SHOWN]:
        lines += ["", f"  {mask(named(one.path, root))}: {line(mask(one.name))}"]
        lines += table.filled("    ", f"{one.finding.headline}   [{one.finding.action}]", 6)
        lines += [f"    mend: {step}" for step in one.finding.steps]
    if len(found) > SHOWN:
        lines += ["", f"  and {counted(len(found) - SHOWN, 'finding')} more"]
    lines += _spare(health, root) if pruned is None else _pruned(pruned, root)
    return "\n".join(lines) + "\n"


def to_dict(health: Health, root: Path, pruned: Pruned | None, found: Sequence[Told] = ()) -> dict[str, object]:
    """The same, schema ``pytest-repro/check`` 1.0."""
    data: dict[str, object] = {
        "schema": "pytest-repro/check",
        "version": "1.0",
        "tests": health.tests,
        "files": sum(len(folder.books) for folder in health.folders),
        "arrays": sum(len(folder.arrays) for folder in health.folders),
        "faults": [{"file": named(fault.path, root), **error_dict(fault.error)} for fault in health.faults],
        "findings": [
            {
                "file": named(one.path, root),
                "test": one.name,
                "code": f"RPR-{one.finding.code}",
                "sentence": one.finding.sentence,
                "action": one.finding.action,
            }
            for one in found
        ],
        "unreferenced": [named(path, root) for path in health.orphans],
        "sound": not health.faults and not found,
    }
    if pruned is not None:
        data["prune"] = {
            "deleted": pruned.deleted,
            "tests": [_obsolete(test, root) for test in pruned.tests],
            "files": [named(path, root) for path in pruned.files],
            "refused": [{"file": named(fault.path, root), **error_dict(fault.error)} for fault in pruned.refused],
        }
    return data


def named(path: Path, root: Path) -> str:
    """A path as it stands below the root; nothing of the machine."""
    return line(path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name)


def _obsolete(test: Obsolete, root: Path) -> dict[str, object]:
    return {"file": named(test.path, root), "profile": test.profile, "test": test.name, "hint": test.hint}


def _fault(fault: Fault, root: Path) -> Iterator[str]:
    error = fault.error
    inside = error.place.removeprefix(shown(fault.path)).removeprefix(".")  # the line above names the file
    place = f" in '{inside}'" if inside else ""
    yield f"  {mask(named(fault.path, root))}"
    yield from table.filled("    ", f"RPR-{error.code} {error.sentence}{place}", 6)
    if error.mend:
        yield f"    mend: {mask(error.mend)}"


def _spare(health: Health, root: Path) -> Iterator[str]:
    if health.orphans:
        yield ""
        yield f"{counted(len(health.orphans), 'file')} that nothing names (pytest-repro check --prune)"
        yield from _listed([named(path, root) for path in health.orphans])


def _pruned(pruned: Pruned, root: Path) -> Iterator[str]:
    yield ""
    if not pruned.tests and not pruned.files:
        yield "nothing to prune"
        return
    verb = "deleted" if pruned.deleted else "to be deleted"
    if pruned.tests:
        yield f"{counted(len(pruned.tests), 'recorded test')} not collected any more, {verb}"
        rows = [
            (named(test.path, root), test.name, f"renamed to {test.hint}?" if test.hint else "")
            for test in pruned.tests[:SHOWN]
        ]
        yield from table.lines((), rows)
        if len(pruned.tests) > SHOWN:
            yield f"  and {len(pruned.tests) - SHOWN} more"
    if pruned.files:
        yield f"{counted(len(pruned.files), 'file')} that nothing names then, {verb}"
        yield from _listed([named(path, root) for path in pruned.files])
    if not pruned.deleted:
        yield "nothing was deleted; pytest-repro check --prune --yes deletes"


def _listed(names: Sequence[str]) -> Iterator[str]:
    yield from (f"  {mask(name)}" for name in names[:SHOWN])
    if len(names) > SHOWN:
        yield f"  and {len(names) - SHOWN} more"
