"""Trials: whether each variation takes effect on this machine, found out by a small process of its own."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_repro.variations.aslr import launcher
from pytest_repro.variations.condition import FRESH, Condition
from pytest_repro.variations.registry import control_variables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_repro.variations.variation import Variation

PROGRAM = """
import contextlib, json, sys
for module in json.loads(sys.argv[2]):
    with contextlib.suppress(ImportError):
        __import__(module)
from pytest_repro.variations.registry import variation
readings = {}
for name, value in json.loads(sys.argv[1]):
    with variation(name).inside(value):
        readings[name] = variation(name).read(value)
print(json.dumps(readings))
"""

PATIENCE_S = 60
AT_ONCE = 2
"""Processes side by side: each imports numpy, and some start threads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One variation on this machine.

    Attributes:
        variation: Which.
        value: The value that was tried; empty where none was.
        before: The reading of an unchanged process.
        after: The reading under the variation.
        missing: Why it cannot be made, or could not be tried; empty where it was.
    """

    variation: Variation
    value: str = ""
    before: str = ""
    after: str = ""
    missing: str = ""

    @property
    def works(self) -> bool:
        """Whether it took effect."""
        return not self.missing and self.before != self.after

    @property
    def words(self) -> str:
        """What came of it: ``SkylakeX -> Haswell``, ``no effect here``, or why it was not tried."""
        if self.missing:
            return self.missing
        return f"{self.before} -> {self.after}" if self.works else f"no effect here: {self.before}"


def trials(variations: Sequence[Variation]) -> tuple[Trial, ...]:
    """Try each, beside one process with nothing changed.

    Args:
        variations: In the order in which they are told. A library that one of them is about is imported for the trial,
            in the processes alone.
    """
    wanted = []
    for one in variations:
        missing = one.missing()
        if one.library and not missing and importlib.util.find_spec(one.library) is None:
            missing = f"{one.library} is not installed"
        values = () if missing else one.usual()
        wanted.append((one, values[0] if values else "", missing))
    names = [(one.name, "") for one, _, _ in wanted]
    modules = ["numpy", *(one.library for one, _, _ in wanted if one.library)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        control = pool.submit(_readings, FRESH, names, modules)
        others = [
            pool.submit(
                _readings, Condition(one.name, ((one.name, value),)), [(one.name, value)], ["numpy", one.library]
            )
            for one, value, missing in wanted
            if not missing
        ]
        before = control.result()
        after = iter([other.result() for other in others])
    return tuple(
        Trial(variation=one, missing=missing) if missing else _trial(one, value, before, next(after))
        for one, value, missing in wanted
    )


def _trial(one: Variation, value: str, before: Mapping[str, str] | str, after: Mapping[str, str] | str) -> Trial:
    if isinstance(before, str) or isinstance(after, str):
        why = before if isinstance(before, str) else str(after)
        return Trial(variation=one, value=value, missing=f"could not be tried: {why}")
    return Trial(variation=one, value=value, before=before[one.name], after=after[one.name])


def _readings(
    condition: Condition, wanted: Sequence[tuple[str, str]], modules: Sequence[str]
) -> Mapping[str, str] | str:
    """Readings by name; a text where there are none, which says why."""
    environment = {**os.environ, **control_variables(os.environ)}
    environment |= condition.variables(environment)
    randomised = any(name == "aslr" for name, _ in condition.members)
    arguments = [json.dumps(list(wanted)), json.dumps([module for module in modules if module])]
    words = [*launcher(randomised=randomised), sys.executable, "-c", PROGRAM, *arguments]
    try:
        done = subprocess.run(  # noqa: S603  # this Python, our program
            words, env=environment, capture_output=True, check=False, timeout=PATIENCE_S, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{type(error).__name__}"
    try:
        found: dict[str, str] = json.loads(done.stdout)
    except ValueError:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        return lines[-1][:120] if lines else f"it ended with status {done.returncode}"
    return found
