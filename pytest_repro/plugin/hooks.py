"""The hooks that pytest loads in every run: options, markers, and a look whether anything asks for replay.

Nothing else is imported here until a marker, a fixture or a setting asks for it, because every user of every suite pays
for this file's imports.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from pytest_repro.plugin.childhood import CHILD, VARIABLE, WORKER
from pytest_repro.plugin.fixtures import repro, repro_environment, repro_lock, repro_rng, repro_seed

if TYPE_CHECKING:
    from pytest_repro.plugin.session import ReproSession

__all__ = ["repro", "repro_environment", "repro_lock", "repro_rng", "repro_seed"]

MARKERS = (
    "replay(tol=None, *, rtol=None, atol=None, under=None, runs=2, vary=None, recorded=None, observe=None, "
    "ignore=None, owner=None, statistical=False, alpha=1e-3): run again "
    "and compare, also under varied conditions and with what was recorded\n"
    "no_replay(reason=...): never replay this test"
).splitlines()

INI = (
    ("repro", "string", "which tests are replayed: marked (default), all, off"),
    ("repro_seed", "string", "session seed: a whole number, random or last; pins every test, and collection"),
    (
        "repro_tol",
        "linelist",
        "tolerance of tests that state none: 1e-6, or lines PATTERN = rtol=1e-3, atol=1e-8, ulp=4",
    ),
    ("repro_ignore", "linelist", "patterns of addresses that are not compared"),
    ("repro_observe", "linelist", "what is observed: words replace the default, +word and -word edit it"),
    ("repro_owner", "string", "who answers for tests that name nobody"),
    ("repro_junit", "string", "which tests carry properties in JUnit files: drift (default), all, off"),
    ("repro_lock", "string", "which lock file is judged: auto, off, or a path; reports name the one that is found"),
    ("repro_profile", "string", "name under which envelopes are recorded, such as {system}-{machine}-py{python}"),
    ("repro_store", "string", "folder or URL of recorded envelopes; default: __envelopes__ beside the test modules"),
    ("repro_store_limit", "string", "largest file of the store; default 64MiB"),
    ("repro_max_age", "string", "age after which a recorded envelope is stale, such as 90d"),
    ("repro_vary", "linelist", "conditions under which replayed tests run in fresh processes: combined, all, NAME"),
    ("repro_jobs", "string", "fresh processes side by side; default 1"),
    ("repro_budget", "string", "time that fresh processes may take in a session, such as 300 or 5min"),
    (
        "repro_pin",
        "string",
        "what is pinned: seeds (default), or entropy too, from before the first conftest.py on",
    ),
    ("repro_report", "linelist", "files that are written at the end: .html, .json, .md, .sarif"),
    ("repro_policy", "linelist", "lines CODE=ACTION: what follows from a finding: accept, warn, fail"),
)


OPTIONS = (
    ("--repro-seed", "SEED", "session seed: a whole number, random, or last; default 0"),
    (
        "--repro-lock",
        "auto|off|PATH",
        "judge what is installed by a lock file: the one that is found, none, or this one",
    ),
    ("--repro-record", "", "record the tests that run and have no envelope yet"),
    ("--repro-record-all", "", "record also those whose values changed"),
    ("--repro-profile", "NAME", "name under which envelopes are recorded and compared"),
    ("--repro-store", "DIR", "folder or URL of recorded envelopes"),
    (
        "--repro-vary",
        "LIST",
        "run replayed tests in fresh processes too: combined, all, none, or names; see pytest-repro explain variations",
    ),
    ("--repro-jobs", "N", "fresh processes side by side; default 1"),
    ("--repro-budget", "SECONDS", "time that fresh processes may take in this session"),
    (
        "--repro-calibrate",
        "",
        "measure how far replayed tests are apart, here and under all conditions",
    ),
    (
        "--repro-pin",
        "seeds|entropy",
        "pin the seeds of generators, or serve what has none from the seed as well",
    ),
)
"""Each with what it takes, or nothing where it is a switch."""


STARTING = (
    "repro_mode",
    "repro_report",
    "repro_seed",
    "repro_lock",
    "repro_policy",
    "repro_record",
    "repro_record_all",
    "repro_profile",
    "repro_store",
    "repro_vary",
    "repro_jobs",
    "repro_budget",
    "repro_pin",
    "repro_calibrate",
)
"""Options that ask for something beyond what marked tests ask for."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options and their ini twins."""
    group = parser.getgroup("repro", "reproducibility (pytest-repro)")
    modes = ("marked", "all", "off")
    told = "replay marked tests (default), all tests, or none"
    group.addoption("--repro", dest="repro_mode", choices=modes, default=None, help=told)
    told = "what follows from a finding: accept, warn or fail; repeatable"
    group.addoption("--repro-policy", metavar="CODE=ACTION", action="append", default=[], help=told)
    told = "write what was found: a file that ends in .html, .json, .md or .sarif; repeatable"
    group.addoption("--repro-report", metavar="PATH", action="append", default=[], help=told)
    for flag, takes, told in OPTIONS:
        if takes:
            group.addoption(flag, metavar=takes, default=None, help=told)
        else:
            group.addoption(flag, action="store_true", default=False, help=told)
    for name, kind, text in INI:
        parser.addini(name, text, type=kind, default=None if kind == "string" else [])  # type: ignore[arg-type]  # literal kinds


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Add the hook by which others add seeders."""
    from pytest_repro.plugin import hookspecs  # noqa: PLC0415  # a few strings

    pluginmanager.add_hookspecs(hookspecs)


@pytest.hookimpl(tryfirst=True)  # a conftest.py may draw while it is imported
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Pin entropy where somebody asks for it; whether the word means anything is told later."""
    if "entropy" in (early_config.known_args_namespace.repro_pin or early_config.getini("repro_pin") or ""):
        from pytest_repro.plugin import pinning  # noqa: PLC0415  # only where it is asked for

        pinning.start(early_config)


@pytest.hookimpl(tryfirst=True)  # before any plugin acts upon an option
def pytest_cmdline_main(config: pytest.Config) -> None:
    """A fresh process that another session started becomes its child."""
    if VARIABLE in os.environ or WORKER in getattr(config, "workerinput", ()):
        from pytest_repro.plugin.child import enlist  # noqa: PLC0415  # children alone come here

        enlist(config)


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers; start at once where a setting asks for more than marked tests."""
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
    if config.pluginmanager.hasplugin(CHILD) or any(config.getoption(name) for name in STARTING) or _stated(config):
        _session(config)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """xdist's controller collects nothing and is sent reports: it counts, and runs the fresh processes of all."""
    from pytest_repro.plugin.tally import tally_of  # noqa: PLC0415  # nothing heavy, and xdist's controller alone comes here
    from pytest_repro.plugin.varying import varying_of  # noqa: PLC0415  # likewise

    tally_of(node.config).expect(node)
    varying_of(node.config).pytest_configure_node(node)


@pytest.hookimpl(tryfirst=True)  # before an xdist worker sends its tests
def pytest_collection_finish(session: pytest.Session) -> None:
    """Look at each collected test once: is it marked, does it use one of our fixtures?"""
    registered = session.config.pluginmanager.get_plugin("repro-session")
    if registered is None and any(_asks(item) for item in session.items):
        registered = _session(session.config)
    if registered is not None:
        registered.plan(session.items)


def _stated(config: pytest.Config) -> bool:
    return any(config.getini(name) for name, _, _ in INI)


def _asks(item: pytest.Item) -> bool:
    """Whether a test has one of our markers or fixtures."""
    names = getattr(item, "fixturenames", ())
    return "repro_seed" in names or item.get_closest_marker("replay") is not None


def _session(config: pytest.Config) -> ReproSession:
    from pytest_repro.plugin.session import start  # noqa: PLC0415  # everything heavy stands behind this door

    return start(config)
