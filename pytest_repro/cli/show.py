"""`pytest-repro show`: what is recorded, and one recorded test with its values and evidence."""

from __future__ import annotations

import difflib
import sys
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from pytest_repro.cli import here as standing
from pytest_repro.cli import reproducer
from pytest_repro.controls.origin import origin
from pytest_repro.errors import ReproError
from pytest_repro.report import plain
from pytest_repro.report import recorded as told
from pytest_repro.store import layout, place, sources
from pytest_repro.store.integrity import Fault
from pytest_repro.store.shelved import Shelved
from pytest_repro.values import entry
from pytest_repro.values.address import matches

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Mapping

    from pytest_repro.cli.here import Here
    from pytest_repro.store.book import Book
    from pytest_repro.store.recorded import Recorded
    from pytest_repro.store.sources import Page


def add(choices: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = choices.add_parser(
        "show",
        help="what is recorded; with --reproducer a script that shows the drift of one test alone",
        description="List the recorded tests of this project, or print all that is kept of one.",
        allow_abbrev=False,
    )
    parser.add_argument("nodeid", nargs="?", default="", metavar="NODEID", help="a test, or a module; none lists all")
    parser.add_argument("--profile", default="*", metavar="NAME", help="this profile alone; * and ? match")
    parser.add_argument("--json", action="store_true", help="as JSON")
    making = parser.add_argument_group("reproducer", "words that are not listed here are pytest's")
    making.add_argument("--reproducer", action="store_true", help="write a script that shows the drift of a test alone")
    making.add_argument("--vary", default="combined", metavar="LIST", help="conditions that are tried; combined")
    making.add_argument("--output", default="", metavar="FILE", help="the script; repro_NAME.py, never overwritten")
    standing.add(parser)
    parser.set_defaults(run=run, others_wanted=True)


MEND = "pytest-repro show --help"


class _Opened(NamedTuple):
    """A file of envelopes that could be read."""

    module: str
    book: Book


def run(options: argparse.Namespace) -> int:
    """Print the table, or the test; 1 where something that was asked for cannot be read."""
    if options.reproducer:
        return reproducer.run(options)
    if options.others:
        raise ReproError("U104", f"unknown words: {' '.join(options.others):.120}", place="show", mend=MEND)
    here = standing.here(options)
    found = sources.below(here.folder)
    pages = [page for page in found.pages if fnmatchcase(page.profile, options.profile)]
    if not pages and options.profile != "*":
        raise _unknown_profile(options.profile, {page.profile for page in found.pages})
    faults = list(found.faults)
    path, _, name = options.nodeid.partition("::")
    if path:
        pages = _of_module(pages, path, here) or _missing(options.nodeid, pages, here)
    opened = list(_opened(pages, here.limit, faults))
    if not name:
        return _list(opened, faults, as_json=options.json)
    return _show(opened, faults, options, name)


def _opened(pages: Iterable[Page], limit: int, faults: list[Fault]) -> Iterable[_Opened]:
    for page in pages:
        try:
            book = page.book(limit)
        except ReproError as error:
            faults.append(Fault(path=page.path, error=error))
        else:
            yield _Opened(page.module(book), book)


def _of_module(pages: Iterable[Page], path: str, here: Here) -> list[Page]:
    """The pages of a module, whose path is told from pytest's rootdir, or from where the command is run."""
    asked = [PurePosixPath(path.replace("\\", "/"))]
    try:
        asked.append(PurePosixPath((Path.cwd() / path).relative_to(here.root).as_posix()))
    except ValueError:
        asked.append(asked[0])  # outside of the project: no page is there
    for one in asked:
        folder = "" if one.parent.as_posix() == "." else one.parent.as_posix()
        found = [page for page in pages if (page.folder, page.stem) == (folder, place.stem(Path(one.name)))]
        if found:
            return found
    return []


def _missing(nodeid: str, pages: Iterable[Page], here: Here) -> list[Page]:
    known = {opened.module for opened in _opened(pages, here.limit, [])}
    near = difflib.get_close_matches(nodeid.partition("::")[0], known, 1)
    hint = f", did you mean {near[0]!r:.120}" if near else ""
    raise ReproError("U104", f"nothing is recorded of {nodeid!r:.120}{hint}", place="show", mend="pytest-repro show")


def _unknown_profile(profile: str, known: set[str]) -> ReproError:
    listed = f", there are {', '.join(sorted(known)[:12])}" if known else ", nothing is recorded here"
    return ReproError("U104", f"no profile {profile!r:.60}{listed}", place="--profile", mend="pytest-repro show")


def _list(opened: list[_Opened], faults: list[Fault], *, as_json: bool) -> int:
    summaries = [told.summary(one.module, one.book) for one in opened]
    if as_json:
        sys.stdout.write(plain.to_json(told.listed_dict(summaries, faults)) + "\n")
    else:
        sys.stdout.write(told.listed_text(summaries, faults))
    return int(bool(faults))


def _show(opened: list[_Opened], faults: list[Fault], options: argparse.Namespace, name: str) -> int:
    """All that is kept of a test under every profile; a name without parameters stands for all of them."""
    chosen = [(one, test) for one in opened for test in one.book.names if test == name]
    chosen = chosen or [(one, test) for one in opened for test in one.book.names if _is_part(test, name)]
    if not chosen and not faults:
        names = {test for one in opened for test in one.book.names}
        near = difflib.get_close_matches(name, names, 1)
        hint = f", did you mean {near[0]!r:.120}" if near else ""
        sentence = f"nothing is recorded of {options.nodeid!r:.160}{hint}"
        raise ReproError("U104", sentence, place="show", mend=f"pytest '{options.nodeid:.160}' --repro-record")
    texts: list[str] = []
    data: list[dict[str, object]] = []
    for one, test in chosen:
        nodeid = f"{one.module}::{test}"
        try:
            recorded = one.book.get(test)
        except ReproError as error:
            faults.append(Fault(path=one.book.path, error=error))
            continue
        if recorded is not None:
            faults += _unproven(one.book, test, recorded)
            made = origin(recorded)
            texts.append(told.one_text(nodeid, one.book.profile, recorded, made))
            data.append(told.one_dict(nodeid, one.book.profile, recorded, made, _kept(one.book, test, recorded)))
    if options.json:
        whole: dict[str, object] = {
            "schema": "pytest-repro/recorded-tests",
            "version": "1.0",
            "tests": data,
            "faults": [told.error_dict(fault.error) for fault in faults],
        }
        sys.stdout.write(plain.to_json(whole) + "\n")
    else:
        texts += [f"{told.error_text(fault.error)}\n" for fault in faults]
        sys.stdout.write("\n".join(texts))
    return int(bool(faults))


def _is_part(test: str, name: str) -> bool:
    """Whether a test is a parametrisation of the name, in the class of the name, or found by it as a pattern."""
    return test.startswith((f"{name}[", f"{name}::")) or ("*" in name and matches(name, test))


def _unproven(book: Book, test: str, recorded: Recorded) -> Iterable[Fault]:
    """Arrays whose files are not what was recorded: their values are not shown."""
    for address, leaf in recorded.observations.items():
        if isinstance(leaf, Shelved):
            try:
                leaf.array()
            except ReproError as error:
                place_in = entry.item(layout.TESTS, test)
                yield Fault(path=book.path, error=error.within(entry.item(f"{place_in}.{layout.VALUES}", address)))


def _kept(book: Book, test: str, recorded: Recorded) -> Mapping[str, object]:
    """The values as the file has them; that they can be read is known."""
    raw = book.tests[test]
    values = raw.get(layout.VALUES) if isinstance(raw, dict) else None
    return values if isinstance(values, dict) else dict.fromkeys(recorded.observations)
