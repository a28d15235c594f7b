"""The peers: which are installed, in which version, and how pytest loads each."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

MODULES = {
    "pytest-arraydiff": "pytest_arraydiff.plugin",
    "pytest-benchmark": "pytest_benchmark.plugin",
    "pytest-flakefinder": "pytest_flakefinder",
    "pytest-randomly": "pytest_randomly",
    "pytest-regressions": "pytest_regressions.plugin",
    "pytest-repeat": "pytest_repeat",
    "inline-snapshot": "inline_snapshot.pytest_plugin",
    "syrupy": "syrupy",
}
"""The module that is the plugin, by distribution."""

FIRST = {"pytest-regressions": ("pytest_datadir.plugin",)}
"""Plugins that a peer stands on."""


def installed(*names: str) -> tuple[list[str], list[str]]:
    """Those of the peers that are here, and a sentence for each that is not."""
    here = [name for name in names if _version(name)]
    return here, [f"{name} is not installed" for name in names if name not in here]


def loaded(name: str) -> tuple[str, ...]:
    """Words of a pytest command that load it."""
    return tuple(word for module in (*FIRST.get(name, ()), MODULES[name]) for word in ("-p", module))


def versions() -> list[str]:
    """``syrupy 5.0.0`` of each that is here."""
    return [f"{name} {_version(name)}" for name in sorted(MODULES) if _version(name)]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
