"""Options: what the command line and the ini file say, read once and checked."""

from __future__ import annotations

import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pytest_repro.controls.catalogue import Action, policy_from
from pytest_repro.errors import ReproError
from pytest_repro.plugin import ini
from pytest_repro.plugin.childhood import CHILD
from pytest_repro.values.address import CATEGORIES
from pytest_repro.values.tolerance import Tolerances, tolerances_from
from pytest_repro.variations.wish import ALL, Wish, parse

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pytest

Mode = Literal["marked", "all", "off"]

OBSERVED = ("outcome", "locals", "asserted", "return", "record", "rng")
"""What is observed unless somebody says otherwise."""

EXPLICIT = ("outcome", "return", "record")
"""What a test is judged on that records explicitly, unless it says more."""

LAST_SEED = "repro/last_seed"
"""Where the cache of pytest keeps the session seed for ``--repro-seed=last``."""

SEED_LIMIT = 2**63
"""Session seeds are below this: they go through JSON and command lines of every platform."""


REPORTS = (".html", ".json", ".md", ".sarif")
"""Endings of reports that are written."""

STORE_LIMIT = 64 << 20
"""Bytes that one file of a store may have unless somebody says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What holds for the whole session.

    Attributes:
        mode: Which tests are replayed.
        session_seed: From which every test's seed derives.
        seeded: Whether somebody asked for a seed, so that every test is pinned and collection too.
        tolerances: Of tests that state none.
        ignore: Patterns of tests that state none.
        observe: What is observed in tests that say nothing.
        owner: Of tests that name none.
        policy: Actions that differ from the catalogue's.
        junit: Which tests carry properties in JUnit files.
        record: What is written to the store: nothing, what is missing, what changed as well.
        profile: Template of the profile's name.
        store: Folder of the store, or its URL; empty: beside the test modules.
        store_limit: Bytes that one file of the store may have.
        max_age: Days after which a recorded test is stale; 0: never.
        lock: ``auto``, ``off`` or the path of a lock file; empty where nobody said anything: reports then tell of the
            lock that is found, and nothing is judged.
        vary: Conditions that the command line asks for; None where it says nothing.
        vary_usually: Conditions of tests that state none.
        jobs: Fresh processes side by side.
        budget_s: Seconds that fresh processes may take in a session; 0 for any time.
        calibrate: Whether replay limits are measured: more runs, and all conditions unless some are named.
        reports: Files that are written at the end; their endings tell the format.
        speaks: Whether a CI service reads annotations and summaries.
        pin: Whether what draws without a seed is served from the seed as well.
    """

    mode: Mode
    session_seed: int
    seeded: bool
    tolerances: Tolerances
    ignore: tuple[str, ...]
    observe: tuple[str, ...] | None
    owner: str
    policy: Mapping[str, Action]
    junit: Literal["drift", "all", "off"]
    lock: str = ""
    record: Literal["", "missing", "changed"] = ""
    profile: str = ""
    store: str = ""
    store_limit: int = STORE_LIMIT
    max_age: int = 0
    vary: Wish | None = None
    vary_usually: Wish | None = None
    jobs: int = 1
    budget_s: float = 0.0
    pin: Literal["seeds", "entropy"] = "seeds"
    calibrate: bool = False
    reports: tuple[str, ...] = ()
    speaks: bool = False

    @property
    def documented(self) -> bool:
        """Whether more is written than a terminal shows."""
        return bool(self.reports) or self.speaks


def settings_from(config: pytest.Config) -> Settings:
    """The session's settings.

    Raises:
        ReproError: ``U102`` for an option or ini value that means nothing, with its place and mend.
    """
    lines = ini.lines(config, "repro_policy")
    policy = {**policy_from(lines, "repro_policy"), **policy_from(config.getoption("repro_policy"), "--repro-policy")}
    observe = ini.words(config, "repro_observe")
    wish = config.getoption("repro_seed")
    pin = _pin(config)
    calibrate = bool(config.getoption("repro_calibrate"))
    return Settings(
        mode=_mode(config),
        session_seed=_session_seed(config),
        seeded=wish is not None or bool(ini.text(config, "repro_seed")) or pin == "entropy",
        tolerances=tolerances_of_lines(ini.lines(config, "repro_tol")),
        ignore=tuple(ini.lines(config, "repro_ignore")),
        observe=observed(OBSERVED, observe, "repro_observe") if observe else None,
        owner=ini.text(config, "repro_owner"),
        policy=policy,
        junit=_junit(config),
        lock=_lock(config),
        record="changed"
        if config.getoption("repro_record_all")
        else "missing"
        if config.getoption("repro_record")
        else "",
        profile=config.getoption("repro_profile") or ini.text(config, "repro_profile"),
        store=_store(config),
        store_limit=_bytes(ini.text(config, "repro_store_limit")),
        max_age=_days(ini.text(config, "repro_max_age")),
        vary=_vary(config.getoption("repro_vary") or (ALL if calibrate else None), "--repro-vary"),
        vary_usually=_vary(",".join(ini.lines(config, "repro_vary")) or None, "repro_vary"),
        jobs=_jobs(config),
        budget_s=_budget(config),
        pin=pin,
        calibrate=calibrate,
        reports=_reports(config),
        speaks=os.environ.get("GITHUB_ACTIONS") == "true",
    )


def _reports(config: pytest.Config) -> tuple[str, ...]:
    """Paths: of the command line from where pytest was started, else from rootdir."""
    given = config.getoption("repro_report")
    base = Path(config.invocation_params.dir) if given else config.rootpath
    found = []
    for said in given or ini.lines(config, "repro_report"):
        path = Path(base, said)
        if path.suffix not in REPORTS:
            mend = "pytest --repro-report=repro.json"
            sentence = f"a report ends in {', '.join(REPORTS)}, not {said!r:.80}"
            raise ReproError("U102", sentence, place="repro_report", mend=mend)
        if path.suffix == ".html" and not hasattr(config, "workerinput"):  # the controller alone writes it
            from pytest_repro.report.html import ready  # noqa: PLC0415  # an hour later would be too late to say so

            ready()
        found.append(str(path))
    return tuple(dict.fromkeys(found))


def _mode(config: pytest.Config) -> Mode:
    said = config.getoption("repro_mode") or ini.text(config, "repro") or "marked"
    for mode in ("marked", "all", "off"):
        if said == mode:
            return mode
    raise ReproError(
        "U102", f"repro is marked, all or off, not {said!r:.40}", place="repro", mend="write repro = marked"
    )


def _pin(config: pytest.Config) -> Literal["seeds", "entropy"]:
    said = config.getoption("repro_pin") or ini.text(config, "repro_pin") or "seeds"
    for choice in ("seeds", "entropy"):
        if said == choice:
            return choice
    raise ReproError(
        "U102",
        f"what is pinned is seeds or entropy, not {said!r:.40}",
        place="repro_pin",
        mend="write repro_pin = entropy",
    )


def _junit(config: pytest.Config) -> Literal["drift", "all", "off"]:
    said = ini.text(config, "repro_junit") or "drift"
    for choice in ("drift", "all", "off"):
        if said == choice:
            return choice
    mend = "write repro_junit = drift"
    raise ReproError("U102", f"repro_junit is drift, all or off, not {said!r:.40}", place="repro_junit", mend=mend)


def _lock(config: pytest.Config) -> str:
    """``auto``, ``off``, nothing, or a path: of the command line from where pytest was started, else from rootdir."""
    given = config.getoption("repro_lock")
    said = given or ini.text(config, "repro_lock")
    if said in ("", "auto", "off"):
        return said
    path = Path(config.invocation_params.dir if given else config.rootpath, said)
    if not path.exists():
        place, mend = ("--repro-lock" if given else "repro_lock"), "pytest --repro-lock=auto"
        raise ReproError("U102", f"there is no lock file {said!r:.80}", place=place, mend=mend)
    return str(path)


def _store(config: pytest.Config) -> str:
    """A URL, or a folder: of the command line from where pytest was started, else from rootdir."""
    given = config.getoption("repro_store")
    said: str = given or ini.text(config, "repro_store")
    if "://" in said:
        from pytest_repro.store.remote import Copy  # noqa: PLC0415  # an hour later would be too late to say so

        Copy(said, Path()).reach()
        return said
    return str(Path(config.invocation_params.dir if given else config.rootpath, said)) if said else ""


def _vary(said: str | None, place: str) -> Wish | None:
    return None if said is None else parse(said, place, "U102")


def _jobs(config: pytest.Config) -> int:
    """One where nobody says otherwise: each of them has as many xdist workers as this session."""
    said = str(config.getoption("repro_jobs") or ini.text(config, "repro_jobs") or "1")
    if re.fullmatch(r"[0-9]{1,4}", said) and int(said):
        return int(said)
    mend = "pytest --repro-jobs=2"
    raise ReproError("U102", f"jobs are a whole number >= 1, not {said!r:.40}", place="repro_jobs", mend=mend)


def _budget(config: pytest.Config) -> float:
    said = str(config.getoption("repro_budget") or ini.text(config, "repro_budget") or "")
    found = re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,6})?)\s*(s|min|h)?", said.strip())
    if not said:
        return 0.0
    if found is None or not float(found[1]):
        mend = "pytest --repro-budget=300, or 5min"
        raise ReproError("U102", f"not a time: {said!r:.40}", place="repro_budget", mend=mend)
    return float(found[1]) * {None: 1, "s": 1, "min": 60, "h": 3600}[found[2]]


UNITS = {
    "": 1,
    "k": 1000,
    "kb": 1000,
    "kib": 1 << 10,
    "m": 10**6,
    "mb": 10**6,
    "mib": 1 << 20,
    "g": 10**9,
    "gb": 10**9,
    "gib": 1 << 30,
}


def _bytes(said: str) -> int:
    found = re.fullmatch(r"(\d{1,15})\s*([a-z]*)", said.strip().lower())
    if not said:
        return STORE_LIMIT
    if found is None or found[2] not in UNITS or not int(found[1]):
        mend = "write repro_store_limit = 64MiB"
        raise ReproError("U102", f"not a size: {said!r:.40}", place="repro_store_limit", mend=mend)
    return int(found[1]) * UNITS[found[2]]


def _days(said: str) -> int:
    found = re.fullmatch(r"(\d{1,6})\s*d?", said.strip().lower())
    if not said:
        return 0
    if found is None:
        raise ReproError("U102", f"not an age: {said!r:.40}", place="repro_max_age", mend="write repro_max_age = 90d")
    return int(found[1])


def _session_seed(config: pytest.Config) -> int:
    given = config.getoption("repro_seed")
    place = "--repro-seed" if given is not None else "repro_seed"
    said = str(given) if given is not None else ini.text(config, "repro_seed") or "0"
    workerinput = getattr(config, "workerinput", None)
    if workerinput is not None and "repro_seed" in workerinput:
        return int(workerinput["repro_seed"])
    child = config.pluginmanager.get_plugin(CHILD)
    if child is not None:  # its parent may have drawn the seed
        return int(child.spec.session_seed)
    if said == "random":
        return secrets.randbelow(2**32)
    if said == "last":
        return _last(config, place)
    if re.fullmatch(r"[0-9]+", said) and int(said) < SEED_LIMIT:
        return int(said)
    mend = f"pytest --repro-seed=0, a whole number from 0 to {SEED_LIMIT - 1}"
    raise ReproError("U102", f"a seed is a whole number, random or last, not {said!r:.40}", place=place, mend=mend)


def _last(config: pytest.Config, place: str) -> int:
    cache = getattr(config, "cache", None)
    kept = cache.get(LAST_SEED, None) if cache is not None else None
    if isinstance(kept, int) and 0 <= kept < SEED_LIMIT:
        return kept
    raise ReproError("U102", "no earlier run has left its seed", place=place, mend="pytest --repro-seed=random")


def tolerances_of_lines(lines: Sequence[str]) -> Tolerances:
    """The tolerances that the lines of ``repro_tol`` state: ``1e-6`` or ``PATTERN = rtol=1e-3, atol=1e-8, ulp=4``.

    Raises:
        ReproError: ``U102``, with the line.
    """
    tol: dict[str, object] = {}
    for line in lines:
        pattern, value = _rule(line)
        try:
            tol[pattern] = _entry(value)
            tolerances_from({pattern: tol[pattern]})
        except (ValueError, ReproError) as error:
            sentence = error.sentence if isinstance(error, ReproError) else f"not a tolerance: {line!r:.60}"
            mend = "write repro_tol = 1e-6, or lines such as weights* = rtol=1e-3, atol=1e-8, ulp=4"
            raise ReproError("U102", sentence, place=f"repro_tol[{line[:60]}]", mend=mend) from None
    return tolerances_from(tol) if tol else Tolerances()


def _rule(line: str) -> tuple[str, str]:
    found = re.fullmatch(r"(?P<pattern>.+?)\s*=\s*(?P<value>(rtol|atol|ulp)\s*=.*|[^=]+)", line)
    return (found["pattern"], found["value"]) if found else ("*", line)


def _entry(value: str) -> object:
    if "=" not in value:
        return float(value)
    entry: dict[str, object] = {}
    for part in value.split(","):
        name, _, number = (piece.strip() for piece in part.partition("="))
        entry[name] = int(number) if name == "ulp" else float(number)
    return entry


def observed(current: Sequence[str], words: Sequence[str], place: str) -> tuple[str, ...]:
    """What is observed after a wish: plain words replace, ``+word`` and ``-word`` edit; the outcome always is.

    Raises:
        ReproError: ``U101`` for a word that names no category.
    """
    chosen = [] if any(word[:1] not in "+-" for word in words) else list(current)
    for word in words:
        name = word.lstrip("+-")
        if name not in CATEGORIES:
            mend = f"use some of {', '.join(CATEGORIES)}; +stdout adds, -locals takes out"
            raise ReproError("U101", f"nothing is called {word!r:.40}", place=place, mend=mend)
        chosen = [kept for kept in chosen if kept != name] + ([] if word.startswith("-") else [name])
    return tuple(name for name in CATEGORIES if name in chosen or name == "outcome")
