"""Reproducibility as tests: a pytest plugin that fails a test when it computes something else the second time.

The door: public names, loaded only when asked for, because pytest imports this package in every run of every user.

PYTEST_DONT_REWRITE: the command imports this package before it starts pytest, which would warn of that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_repro.errors import ReproError
    from pytest_repro.plugin.recording import Repro

__all__ = ["Repro", "ReproError", "__version__"]
__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """``Repro``, the type of the fixture ``repro``; ``ReproError``, what is raised for what cannot be used."""
    if name == "Repro":
        from pytest_repro.plugin.recording import Repro  # noqa: PLC0415  # PEP 562: only when asked for

        return Repro
    if name == "ReproError":
        from pytest_repro.errors import ReproError  # noqa: PLC0415  # as above

        return ReproError
    message = f"module 'pytest_repro' has no attribute {name!r}"
    raise AttributeError(message)
