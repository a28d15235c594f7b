"""Documents: what a session's reports say, gathered where all of it is known, and written in every format asked for."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_repro import __version__
from pytest_repro.environment.lines import environment_line, hardware_line
from pytest_repro.errors import ReproError
from pytest_repro.report import annotation, data, markdown, sarif
from pytest_repro.report.document import Document, Place, Plot, Said, Test, page_from
from pytest_repro.report.merging import merged
from pytest_repro.values.secrets import mask

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_repro.controls.origin import Origin
    from pytest_repro.plugin.overview import Overview
    from pytest_repro.plugin.premises import Premises

SUMMARY = "GITHUB_STEP_SUMMARY"
"""The variable by which GitHub's runner names the file of a step's summary."""

ACTIONS = "GITHUB_ACTIONS"


class Gathered(NamedTuple):
    """What is known at the end of a session.

    Attributes:
        facts: Of each replayed test.
        summary: The line that ends pytest's output.
        session: Findings about the session itself, as plain data.
        notices: Other lines about it.
        exit_status: pytest's.
    """

    facts: Sequence[Mapping[str, Any]]
    summary: str
    session: Sequence[Mapping[str, Any]]
    notices: Sequence[str]
    exit_status: int


def document(gathered: Gathered, premises: Premises, overview: Overview | None) -> Document:
    """What the session showed.

    Args:
        gathered: By its tally.
        premises: What its tests stand on.
        overview: Of its fresh processes; None where there were none.
    """
    context = premises.context()
    names = ("env_id", "hw_class", "numeric_class")
    return Document(
        tool=f"pytest-repro {__version__}",
        created=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        exit_status=gathered.exit_status,
        session_seed=premises.settings.session_seed,
        summary=mask(gathered.summary),
        hardware=mask(context["hardware"]),
        environment=mask(context["environment"]),
        ids={name: str(getattr(premises.snapshot, name)) for name in names},
        columns=() if overview is None else tuple((one.label, one.simulated) for one in overview.columns),
        notes=() if overview is None else tuple(" ".join(line.split()) for line in overview.notes()),
        tests=tuple(map(_test, gathered.facts)),
        session=tuple(
            Said(code=one["code"], action=one["action"], sentence=mask(one["text"])) for one in gathered.session
        ),
        notices=tuple(mask(notice) for notice in gathered.notices),
        snapshot=premises.snapshot.to_dict(),
    )


def by_worker(whole: Document, gathered: Gathered, places: Mapping[str, tuple[str, Origin]]) -> Document:
    """The session of workers each of which ran every test: a row a test, a column a worker.

    Args:
        whole: The session.
        gathered: Of all workers.
        places: What each worker is called, and where it ran, by its id.
    """
    parts = []
    for worker, (name, origin) in places.items():
        tests = tuple(_test(facts) for facts in gathered.facts if facts.get("worker") == worker)
        snapshot = origin.snapshot
        part = replace(whole, tests=tests, notices=(), notes=(), summary="", snapshot=None)
        if snapshot is not None:
            lines = (hardware_line(snapshot), environment_line(snapshot))
            part = replace(part, hardware=lines[0], environment=lines[1], snapshot=snapshot.to_dict())
        parts.append((name, part))
    return replace(merged(parts), summary=whole.summary, notices=whole.notices, ids=whole.ids)


def _test(facts: Mapping[str, Any]) -> Test:
    findings = tuple(Said(code=code, action=action, sentence=said) for code, action, said in facts["findings"])
    page = facts.get("page")
    origin = facts.get("origin")
    return Test(
        nodeid=mask(facts["nodeid"]),
        place=Place(*facts.get("place", (facts["nodeid"].partition("::")[0], 1))),
        state=_state(findings, skipped=facts["skipped"]),
        findings=findings,
        waived=tuple(facts["waived"]),
        compared=facts["compared"],
        largest=facts.get("largest"),
        result=facts.get("result", ""),
        cells=dict(facts["cells"]),
        shares=dict(facts.get("shares", {})),
        page=None if page is None else page_from(page),
        origin=None if origin is None else Place(*origin),
        limits=tuple(facts.get("limits", ())),
        plots=tuple(
            Plot(value=value, runs=(one, other), kind=kind, data=tuple(points))
            for value, (one, other), kind, points in facts.get("plots", ())
        ),
    )


def _state(findings: tuple[Said, ...], *, skipped: bool) -> str:
    actions = {one.action for one in findings}
    for action, state in (("fail", "drift"), ("warn", "warned"), ("accept", "noted")):
        if action in actions:
            return state
    return "skipped" if skipped else "same"


def write(found: Document, paths: tuple[str, ...]) -> list[str]:
    """Write the reports; a line for each, or why it was not written.

    Args:
        found: What is told.
        paths: Files; their endings tell the format.
    """
    lines = []
    for name in paths:
        path = Path(name)
        partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
        try:
            text = _text(found, path.suffix)
            path.parent.mkdir(parents=True, exist_ok=True)
            partial.write_text(text, encoding="utf-8")
            partial.replace(path)
        except (OSError, ReproError) as error:
            why = error.sentence if isinstance(error, ReproError) else error.strerror or type(error).__name__
            lines.append(f"repro: report {path.name} was not written: {why}")
            with suppress(OSError):
                partial.unlink(missing_ok=True)
        else:
            lines.append(f"repro: wrote {os.path.relpath(path)}")
    return lines


def _text(found: Document, suffix: str) -> str:
    if suffix == ".html":
        from pytest_repro.report import html  # noqa: PLC0415  # its libraries are an extra

        return html.text(found)
    writers = {".json": data.text, ".md": markdown.text, ".sarif": sarif.text}
    return writers[suffix](found)


def speak(found: Document, environment: Mapping[str, str]) -> list[str]:
    """What a CI service is told where it offers a way and there is something to tell: lines for the log.

    Args:
        found: What is told.
        environment: Variables of the process.
    """
    if environment.get(ACTIONS) != "true" or not any(one.state in ("drift", "warned") for one in found.tests):
        return []
    path = environment.get(SUMMARY, "")
    lines = annotation.lines(found)
    if path:
        try:
            with Path(path).open("a", encoding="utf-8") as file:
                file.write(markdown.text(found))
        except OSError as error:
            lines.append(f"repro: no step summary: {error.strerror}")
    return lines
