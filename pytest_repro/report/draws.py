"""Draws of entropy in words: what is drawn, where, and what to do about it."""

from __future__ import annotations

from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from pytest_repro.controls.counting import counted
from pytest_repro.observe.draw import FORK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_repro.observe.draw import Site

_WORDS = {
    "numpy": "unseeded numpy",
    "random": "unseeded random.Random",
    "secrets": "operating-system entropy",
    "os.urandom": "operating-system entropy",
    "uuid": "a new identifier",
    "torch": "unseeded torch",
    FORK: "a forked process, in which random seeds itself anew",
}
_INSTALLED = ("site-packages", "dist-packages")


def at(file: str, line: int, root: Path) -> str:
    """``src/model.py:41``: from the project's root, or from the folder of installed libraries; never absolute."""
    path = PurePath(file)
    for name in _INSTALLED:
        if name in path.parts:
            inner = path.parts[len(path.parts) - path.parts[::-1].index(name) :]
            return f"{PurePath(*inner).as_posix()}:{line}"
    try:
        return f"{path.relative_to(root).as_posix()}:{line}"
    except ValueError:
        return f"{path.name}:{line}"


def sentence(site: Site, root: Path) -> str:
    """``unseeded numpy: np.random.default_rng() at src/model.py:41``."""
    call = f"{site.call} at " if site.call else "at "
    through = f", inside {site.through}" if site.through else ""
    return f"{_WORDS.get(site.source, site.source)}: {call}{at(site.file, site.line, root)}{through}"


def reason(site: Site, times: int, root: Path, *, proved: bool) -> str:
    """The same as the cause of a drift, with how sure it is."""
    proof = "proved: serving the same entropy removes the drift" if proved else "likely"
    often = "drawn once" if times == 1 else f"drawn {counted(times, 'time')}"
    return f"RPR-S201 {sentence(site, root)}, {often} ({proof})"


def steps(sites: Sequence[Site]) -> tuple[str, ...]:
    """What to do next, by who draws."""
    told = []
    if any(site.source == FORK for site in sites):
        told.append("seed what the process draws from, in it: random.seed(...), or hand a generator over")
    if any(not site.through and site.source != FORK for site in sites):
        told.append("pass a seeded generator in: repro_rng, or default_rng(seed)      (pytest-repro explain S201)")
    if any(site.through and site.source != FORK for site in sites):
        told.append("hand the library its seed where it is called: rng=, random_state=, seed=, v0=")
    return tuple(told)
