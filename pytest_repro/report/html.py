"""A document as one HTML page that needs no network: summary, map, a report a test; templates stand beside this file.

Everything a user named or computed is written by Jinja2, which escapes it; the map travels as JSON and is written by
the page's own script as text. A policy in the page forbids all else: no other script runs, nothing is fetched.
"""

from __future__ import annotations

import base64
import hashlib
import math
import shlex
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_repro.errors import ReproError
from pytest_repro.report.document import STATES, listed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jinja2 import Environment

    from pytest_repro.report.document import Document, Said, Test

NEEDED = ("jinja2", "matplotlib")

FULL = 500
"""Tests whose report stands on the page; the JSON report has the others."""

BUDGET = 4_000_000
"""Characters of those reports: with the map of 10,000 tests the page stays below 10 MB."""

MAPPED = 20_000
"""Tests of the map: all of an ordinary suite."""

ROWS = 100
"""Rows of the map that are shown at once, with and without scripts."""

UNMEASURED = 1e300
"""Stands for a difference without a size where the map is sorted: larger than all that have one, and valid JSON."""

IDLE = ("", "-", "no effect", "ref", "skipped")
"""Words of a cell that tell of no comparison."""

LEVELS = (1e-12, 1e-6, 1e-3)
"""Relative differences up to which a cell has the first, the second, the third shade; the fourth is for all beyond."""

SHARES = (0.01, 0.1, 0.5)
"""The same for the part of the tolerance that is used, where one is stated."""

DRIFT, LAST = 5, 4
"""The shade of what is beyond its tolerance, and of the largest difference within."""


class Word(NamedTuple):
    """A text of the map.

    Attributes:
        text: As it is shown.
        level: Its shade: 0 the same, 1 to 4 ever larger, beside the tolerance where one is stated, 5 beyond it, -1 for
            no comparison.
        size: What the map is sorted by.
    """

    text: str
    level: int
    size: float


def text(document: Document) -> str:
    """The whole page.

    Raises:
        ReproError: ``U102``, a library that it needs is not installed.
    """
    ready()
    from pytest_repro.report import drawing  # noqa: PLC0415  # its library takes half a second to import

    environment = _environment()
    full = _full(document)
    drawn = drawing.Drawing()
    scripts = {name: _source(environment, f"{name}.js") for name in ("theme", "report")}
    page = environment.get_template("report.html.j2").render(
        document=document,
        counts={state: (STATES[state], number) for state, number in document.counts.items()},
        columns=_ordered(document.columns),
        rows=_listed(document)[:ROWS],
        unmapped=max(0, len(document.tests) - MAPPED),
        full=[{"test": test, "id": identity(test), "figures": drawn.of(test), **_said(test)} for test in full],
        linked={test.nodeid for test in full},
        cut=sum(_tells(test) for test in document.tests) - len(full),
        left_out=drawn.left_out,
        most=drawing.MOST,
        data=_data(document, full),
        style=_source(environment, "report.css"),
        scripts=scripts,
        hashes=[_digest(script) for script in scripts.values()],
        identity=identity,
        word=word,
        far=far,
        part=part,
    )
    return page.encode("utf-8", "backslashreplace").decode("utf-8")  # half a surrogate pair cannot be written


def ready() -> None:
    """Nothing where the page can be written.

    Raises:
        ReproError: ``U102``, a library that it needs is not installed.
    """
    for name in NEEDED:
        if find_spec(name) is None:
            sentence = f"an HTML report needs {name}, which is not installed"
            raise ReproError("U102", sentence, place="--repro-report", mend="pip install 'pytest-repro[html]'")


def identity(test: Test) -> str:
    """What a link to a test ends in; the same in every report, whatever the test is called."""
    return f"t-{hashlib.sha256(test.nodeid.encode('utf-8', 'backslashreplace')).hexdigest()[:12]}"


def word(shown: str, share: float | None = None) -> Word:
    """A cell of the map with its shade and its size.

    Args:
        shown: Its text.
        share: The part of the tolerance that is used; None where none is stated.
    """
    if shown in IDLE:
        return Word(shown, -1, -1.0)
    if shown in ("=", "noted"):
        return Word(shown, 0 if shown == "=" else 1, 0.0)
    if shown == "DRIFT" or shown.startswith("!"):
        return Word(shown, DRIFT, UNMEASURED)
    number, _, unit = shown.partition(" ")
    try:
        size = float(number) * (2.0**-52 if unit == "ulp" else 1.0)
    except ValueError:
        size = UNMEASURED / 10
    if not math.isfinite(size):
        size = UNMEASURED / 10
    far, bounds = (size, LEVELS) if share is None else (share, SHARES)
    return Word(shown, next((at + 1 for at, most in enumerate(bounds) if far <= most), LAST), size)


def part(share: float) -> str:
    """A part in percent, of two digits or three; what is less than a ten-thousandth of all is told as that."""
    if 0 < share < 1e-4:  # noqa: PLR2004  # as the text says
        return "under 0.01 %"
    return f"{100 * share:.{0 if share > 0.1 else 1}f} %"  # noqa: PLR2004  # two digits


def far(largest: float | None) -> Word:
    """The largest relative difference of a test, without a shade: it may well be within its tolerance."""
    if largest is None:
        return Word("", -1, -1.0)
    if not math.isfinite(largest):
        return Word(str(largest), -1, UNMEASURED)
    return Word("=" if largest == 0 else f"{largest:.1e}", -1, largest)


def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415  # an extra

    made = Environment(
        loader=PackageLoader("pytest_repro.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.policies["json.dumps_kwargs"] = {"separators": (",", ":")}
    return made


def _source(environment: Environment, name: str) -> str:
    """A style or a script, as it stands in its own file."""
    if environment.loader is None:
        raise RuntimeError(name)
    return environment.loader.get_source(environment, name)[0].strip()


def _digest(script: str) -> str:
    """What the page's policy knows a script by."""
    return base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")


def _ordered(columns: Iterable[tuple[str, bool]]) -> list[tuple[str, bool]]:
    """Simulated hardware behind all else, as in the terminal."""
    return sorted(columns, key=lambda column: column[1])


def _listed(document: Document) -> list[Test]:
    """Tests of the map."""
    return listed(document)[:MAPPED]


def _tells(test: Test) -> bool:
    return bool(test.findings or test.page or test.waived or test.limits or test.plots)


def _full(document: Document) -> list[Test]:
    found: list[Test] = []
    left = BUDGET
    for test in filter(_tells, _listed(document)):
        left -= _length(test)
        if len(found) == FULL or left < 0:
            break
        found.append(test)
    return found


def _length(test: Test) -> int:
    """Characters of a report, roughly: what it says, and a frame around it."""
    frame, row = 4_000, 250
    page = test.page
    said = [*test.limits, *test.waived, *(one.sentence for one in test.findings)]
    rows = [] if page is None else [row for table in page.tables for row in table.rows]
    if page is not None:
        said += [*page.headlines, *(line for section in page.sections for line in section.lines)]
    return frame + sum(map(len, said)) + sum(row + sum(map(len, cells)) for cells in rows)


def _said(test: Test) -> dict[str, Any]:
    """Lines of a test that the template only has to write."""
    page = test.page
    headlines = list(page.headlines) if page else []
    alike = len(headlines) == len(test.findings) and all(
        one.sentence in line for one, line in zip(test.findings, headlines, strict=True)
    )
    findings = [(one.action, line) for one, line in zip(test.findings, headlines, strict=True)] if alike else []
    if not alike:
        findings = [("", line) for line in headlines]
        findings += [(one.action, _sentence(one)) for one in test.findings]
    return {"findings": findings, "reproducer": _reproducer(test)}


def _sentence(one: Said) -> str:
    return f"RPR-{one.code} {one.sentence}"


def _reproducer(test: Test) -> str:
    return f"pytest-repro show {shlex.quote(test.nodeid)} --reproducer"


def _data(document: Document, full: Iterable[Test]) -> dict[str, Any]:
    """The map for the page's script; texts that recur are told once and then by number."""
    words: dict[Word, int] = {}
    sentences: dict[str, int] = {}
    linked = {test.nodeid for test in full}
    tests = [
        [
            test.nodeid,
            identity(test)[2:] if test.nodeid in linked else "",
            list(STATES).index(test.state),
            words.setdefault(far(test.largest), len(words)),
            [words.setdefault(cell, len(words)) for cell in _cells(test, document)],
            [sentences.setdefault(_sentence(one), len(sentences)) for one in test.findings],
        ]
        for test in _listed(document)
    ]
    return {"rows": ROWS, "states": STATES, "words": list(words), "sentences": list(sentences), "tests": tests}


def _cells(test: Test, document: Document) -> list[Word]:
    return [word(test.cells.get(label, ""), test.shares.get(label)) for label, _ in _ordered(document.columns)]
