"""Locks written for one test, and the real ones where they lie beside the repository."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from pytest_repro.errors import ReproError
from pytest_repro.locks.form import open_lock
from pytest_repro.locks.markers import environment

REAL = Path(__file__).parents[2].parent / "shared" / "locks"


@pytest.fixture
def write(tmp_path):
    """Write one file of a project, dedented, and give its path."""

    def written(name, text):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(text, bytes):
            path.write_bytes(text)
        else:
            path.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")
        return path

    return written


@pytest.fixture
def opened(tmp_path, write):
    """A written file as a form is handed it, in an environment that the test may change."""

    def source(name, text, **changes):
        path = write(name, text)
        return open_lock(path, project=tmp_path, boundary=tmp_path, environment={**HERE, **changes})

    return source


HERE = {
    **environment(),
    "python_version": "3.12",
    "python_full_version": "3.12.4",
    "sys_platform": "linux",
    "platform_system": "Linux",
    "os_name": "posix",
    "implementation_name": "cpython",
}
"""The environment in which made-up locks are read: the same on every machine that runs the tests."""


@pytest.fixture
def refused():
    """The text of the error that a call ends in, with its code."""

    def text(call, *arguments, **named):
        with pytest.raises(ReproError) as caught:
            call(*arguments, **named)
        return str(caught.value)

    return text


@pytest.fixture
def pins():
    """A lock's pins as short words: ``numpy 2.1.0``, ``torch 2.4 optional``, ``lib 1 vcs 3f2a1c``."""

    def words(lock):
        return [
            " ".join(
                filter(
                    None,
                    (
                        pin.name,
                        pin.version,
                        "" if pin.source == "index" else pin.source,
                        pin.ref,
                        "" if pin.default else "optional",
                        pin.why,
                    ),
                )
            )
            for pin in lock.pins
        ]

    return words


@pytest.fixture
def real():
    """A real lock by its path under the folder of real locks; the test is skipped where that is absent."""

    def path(relative):
        if not (REAL / relative).exists():
            pytest.skip("the folder of real locks is not beside this repository")
        return REAL / relative

    return path
