"""From a call that is to blame to a script that was run: inputs shrunk, variables left out, tried as it is given."""

from __future__ import annotations

import textwrap
import time
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pytest_repro.reproducer.bench import TIMES, Bench, Ran, ran
from pytest_repro.reproducer.recipe import Attribute, Made, Name
from pytest_repro.reproducer.script import NUMBERS, TEXT, Settings, script
from pytest_repro.reproducer.shrinking import shrunk
from pytest_repro.reproducer.text import SYMBOLS, Writer

if TYPE_CHECKING:
    from pytest_repro.reproducer.recipe import Call
    from pytest_repro.reproducer.text import Text

SHRINKING_S = 60.0
"""Seconds that shrinking may take."""

RUNNING_S = 120.0
"""Seconds that the finished script may take."""


WIDTH = 100
"""Characters of a line of what the script says of itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A script that shows a drift.

    Attributes:
        source: Its text.
        data: Arrays that stand beside it, by name; empty where it has all in its text.
        call: What it calls, as small as it got.
        settings: Under what.
        needs: Packages and versions.
        ran: How its own run ended.
    """

    source: str
    data: dict[str, np.ndarray]
    call: Call
    settings: Settings
    needs: tuple[str, ...]
    ran: Ran


def build(call: Call, settings: Settings, folder: Path, *, made_from: str, file: str) -> Built | str:
    """The script, or why there is none.

    Args:
        call: With inputs that agree and outcomes that differ.
        settings: The conditions under which it was seen.
        folder: Temporary.
        made_from: Node id of the test, and what made the script.
        file: Name that the script will have.
    """
    if call.lost:
        return f"its inputs cannot be made again without pickle: {'; '.join(call.lost)}"
    if settings.apart and not settings.unsteady:
        with Bench(settings.first, settings.first, folder) as unchanged:
            if unchanged.differs(call, TIMES):  # two runs may agree by chance, and the condition is not to blame
                settings = Settings(first={}, second={})
    times = 1 if settings.apart else TIMES
    with Bench(settings.first, settings.second, folder) as bench:
        if not bench.differs(call, times):
            said = [answer.get("raised") for answer in bench.answers if "raised" in answer]
            why = f": {said[0]}" if said else ", it needs what ran before it"
            return f"the call alone does not drift{why}"
        kind = _kind(bench)
        smallest = call if settings.unsteady else _smallest(call, bench, kind, times)
    settings = _fewest(smallest, settings, folder)
    for attempt in (smallest, call):
        built = _verified(attempt, settings, kind[0], folder, (made_from, file))
        if built.ran.status == 1:
            return built
    return f"the script did not show the drift when it was run: {built.ran.output[-300:].strip() or built.ran.status}"


def _kind(bench: Bench) -> tuple[str, bool]:
    numeric = all(answer["numeric"] for answer in bench.answers)
    finite = all(answer["finite"] for answer in bench.answers)
    return (NUMBERS if numeric else TEXT, finite)


def _smallest(call: Call, bench: Bench, kind: tuple[str, bool], times: int) -> Call:
    until = time.monotonic() + SHRINKING_S
    attempts = shrunk(call)
    try:
        attempt = next(attempts)
        while True:
            drifts = time.monotonic() < until and bench.differs(attempt, times) and _kind(bench) == kind
            attempt = attempts.send(drifts)
    except StopIteration as end:
        smallest: Call = end.value
        return smallest


def _fewest(call: Call, settings: Settings, folder: Path) -> Settings:
    """Without the variables that do not matter."""
    for name in list(settings.second) if settings.apart else ():
        first = {key: value for key, value in settings.first.items() if key != name}
        second = {key: value for key, value in settings.second.items() if key != name}
        if name == "PYTHONHASHSEED" or not second:  # where it is not set a seed is drawn
            continue
        with Bench(first, second, folder) as bench:
            if bench.differs(call):
                settings = replace(settings, first=first, second=second)
    return settings


def _verified(call: Call, settings: Settings, kind: str, folder: Path, about: tuple[str, str]) -> Built:
    text = Writer(call).write()
    made_from, file = about
    needs = _needs(text, kind)
    data = str(Path(file).with_suffix(".npz")) if text.data else ""
    title = _title(call, settings, made_from, needs)
    source = script(call, text, settings, kind, title=title, file=data)
    here = folder / "verified"
    here.mkdir(exist_ok=True)
    (here / file).write_text(source, encoding="utf-8")
    if text.data:
        np.savez(here / data, **text.data)  # type: ignore[arg-type]  # names of arrays
    return Built(
        source=source,
        data=dict(text.data),
        call=call,
        settings=settings,
        needs=needs,
        ran=ran(here / file, RUNNING_S),
    )


def _needs(text: Text, kind: str) -> tuple[str, ...]:
    """The installed packages that the script imports, with the versions under which it was run."""
    owners = metadata.packages_distributions()
    found = []
    for root in sorted({*text.roots, *(["numpy"] if text.data or kind == NUMBERS else [])}):
        found += [f"{name} {metadata.version(name)}" for name in dict.fromkeys(owners.get(root, ()))][:1]
    return tuple(found)


def _title(call: Call, settings: Settings, made_from: str, needs: tuple[str, ...]) -> str:
    what = named(call)
    lines = [f"{what} gives another result each time it is called with the same arguments."]
    if settings.apart:
        lines = [f"{what} gives another result with the same arguments where {settings.changes}."]
    lines.append("")
    if settings.simulated:
        lines.append(f"Simulated on one machine: variables of the environment stand for {settings.simulated}.")
    lines += [
        f"Made from {made_from}.",
        f"Needs {', '.join(needs) or 'Python alone'}. Exits 1 while the results differ.",
    ]
    wrapped = [
        part
        for line in lines
        for part in (textwrap.wrap(line, WIDTH, break_long_words=False, break_on_hyphens=False) or [""])
    ]
    return "\n".join(wrapped).replace("\\", "/").replace('"""', "'''")


def named(call: Call) -> str:
    """What is called, as its documentation has it."""
    if isinstance(call.function, Name):
        if call.function.module in ("operator", "_operator"):
            return f"The operator {SYMBOLS.get(call.function.name, call.function.name)}"
        where = "Python's " if call.function.module == "builtins" else f"{call.function.module}."
        return f"{where}{call.function.name}"
    match call.function:
        case Attribute(Made(Name(module, name)), method) | Attribute(Name(module, name), method):
            return f"{module}.{name}.{method}"
    return " ".join(call.text.split())[:80]
