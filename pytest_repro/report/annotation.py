"""Annotations at the line of the first divergence, as GitHub's runner reads them from a log."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_repro.report.document import Document, Place, Test

MOST = 10
"""Annotations of one step that GitHub shows."""


def lines(document: Document) -> list[str]:
    """Commands of the runner, one for each cause, errors before warnings, as many as are shown."""
    groups: dict[tuple[str, Place, str], list[Test]] = {}
    for test in document.telling:
        if test.state == "noted":
            continue
        code = next((one.code for one in test.findings if one.action != "accept"), "")
        level = "error" if test.state == "drift" else "warning"
        groups.setdefault((level, test.origin or test.place, code), []).append(test)
    found = []
    for (level, place, code), tests in list(groups.items())[:MOST]:
        first = tests[0]
        sentence = next((one.sentence for one in first.findings if one.code == code), "")
        more = f" (and {len(tests) - 1} more)" if len(tests) > 1 else ""
        title = _property(f"RPR-{code} {first.nodeid}{more}"[:200])
        told = _message(f"{first.nodeid}: {sentence}{more}\npytest-repro explain {code}")
        found.append(f"::{level} file={_property(place.file)},line={place.line},title={title}::{told}")
    return found


def _message(text: str) -> str:
    """What stands behind ``::``: one line of the log, whatever the text holds."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
