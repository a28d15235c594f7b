"""Real locks: what holds of every one, and what is known of single ones."""

from __future__ import annotations

import random

import pytest

from pytest_repro.errors import ReproError
from pytest_repro.locks.form import open_lock
from pytest_repro.locks.reading import read, staleness
from pytest_repro.locks.registry import form_of

UV = "uv/modelcontextprotocol+python-sdk/uv.lock"
EVERY = [
    UV,
    "uv/Comfy-Org+comfy-cli/uv.lock",
    "uv/Comfy-Org+comfy-cli/pylock.toml",
    "poetry/python-poetry+poetry/poetry.lock",
    "poetry/rsundqvist+time-split/poetry.lock",
    "pdm/pdm-project+pdm/pdm.lock",
    "pipenv/MrFlygerian+emissions-analysis/Pipfile.lock",
    "pipenv/MrFlygerian+emissions-analysis/requirements.txt",
    "pylock/BonnBytes+paper_crawler/pylock.toml",
    "pylock/Cambridge-ICCS+differentiable-programming-summer-school-2025/pylock.toml",
    "pylock/pdm-project+pdm/tests/fixtures/projects/demo/pylock.toml",
    "requirements/pypi+warehouse/requirements.txt",
    "requirements/pypi+warehouse/requirements/main.txt",
]

ON_LINUX = {
    "python_version": "3.12",
    "python_full_version": "3.12.4",
    "implementation_version": "3.12.4",
    "implementation_name": "cpython",
    "platform_python_implementation": "CPython",
    "sys_platform": "linux",
    "platform_system": "Linux",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "platform_release": "6.1.0",
    "platform_version": "#1 SMP",
}


def read_on_linux(path):
    """As on Python 3.12 and Linux, whatever runs the test."""
    source = open_lock(path, project=path.parent, boundary=path.parent, environment=ON_LINUX)
    return form_of(path.name, source.data[:65536]).read(source)


@pytest.mark.parametrize("relative", EVERY)
def test_a_pin_is_a_name_of_the_lock_and_no_pin_is_skipped(real, relative):
    path = real(relative)
    lock = read(path, project=path.parent)
    pinned = {pin.name for pin in lock.pins}
    assert pinned
    assert pinned <= lock.names
    assert pinned.isdisjoint(lock.skipped)
    assert lock.root not in pinned
    assert [pin.name for pin in lock.pins] == sorted(pin.name for pin in lock.pins)


@pytest.mark.parametrize(
    ("relative", "pins", "default", "hashed"),
    [
        ("uv/Comfy-Org+comfy-cli/uv.lock", 69, 49, 69),
        (UV, 126, 100, 110),
        ("poetry/python-poetry+poetry/poetry.lock", 70, 69, 70),
        ("poetry/rsundqvist+time-split/poetry.lock", 193, 137, 193),
        ("pdm/pdm-project+pdm/pdm.lock", 91, 91, 91),
        ("pipenv/MrFlygerian+emissions-analysis/Pipfile.lock", 126, 126, 126),
    ],
)
def test_the_pins_of_one_platform_are_counted(real, relative, pins, default, hashed):
    lock = read_on_linux(real(relative))
    counted = (len(lock.pins), sum(pin.default for pin in lock.pins), sum(pin.hashed for pin in lock.pins))
    assert counted == (pins, default, hashed)


@pytest.mark.parametrize(
    ("relative", "state"),
    [
        ("uv/Comfy-Org+comfy-cli/uv.lock", "fresh"),
        ("uv/Comfy-Org+comfy-cli/pylock.toml", "stale"),
        (UV, "unknown"),  # its requirements are computed when it is built
        ("poetry/python-poetry+poetry/poetry.lock", "fresh"),
        ("poetry/rsundqvist+time-split/poetry.lock", "fresh"),
        ("pdm/pdm-project+pdm/pdm.lock", "fresh"),
        ("pipenv/MrFlygerian+emissions-analysis/Pipfile.lock", "changed"),  # its hosts were replaced
    ],
)
def test_real_projects_are_as_their_tools_say(real, relative, state):
    path = real(relative)
    assert staleness(path, project=path.parent).state == state


@pytest.mark.parametrize("relative", ["uv/Comfy-Org+comfy-cli/uv.lock", "poetry/python-poetry+poetry/poetry.lock"])
def test_a_lock_cut_anywhere_is_read_or_refused_and_never_a_traceback(real, tmp_path, relative):
    path = real(relative)
    data = path.read_bytes()[:30_000]
    cut = tmp_path / path.name
    generator = random.Random(0)
    for _ in range(40):
        place = generator.randrange(len(data))
        damaged = bytearray(data[: generator.randrange(1, len(data))])
        damaged[place % len(damaged)] = generator.randrange(256)
        cut.write_bytes(bytes(damaged))
        for asked in (read, staleness):
            try:
                asked(cut, project=tmp_path)
            except ReproError as error:
                assert error.code in {"L406", "L407"}  # noqa: PT017  # a whole lock is right too
                assert str(tmp_path) not in str(error)  # noqa: PT017  # as above
