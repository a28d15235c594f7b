"""What all tests share: a profile of hypothesis for machines that are slow at times, and a server on loopback."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

# hypothesis draws the same examples in each run where it sees CI, and some of our tests are about what it draws
os.environ.pop("CI", None)
settings.register_profile("steady", deadline=None, derandomize=False, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Callable[..., None]]:
    """Start a process that serves until the test is over: ``served(words, ready)`` comes back once it is ready."""
    log = tmp_path / "server.txt"
    started = []

    def start(words: Sequence[str | Path], ready: Callable[[], bool], **more: Any) -> None:
        with log.open("wb") as output:
            started.append(subprocess.Popen(words, stdout=output, stderr=output, **more))
        until = time.monotonic() + 60
        while not ready():
            assert time.monotonic() < until, log.read_text(encoding="utf-8")
            time.sleep(0.1)

    yield start
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture
def ssh_server(tmp_path: Path, served: Callable[..., None]) -> Path:
    """A folder with the key ``client`` and the ``port`` of a server that speaks SSH and SFTP, in another process."""
    if importlib.util.find_spec("asyncssh") is None:
        pytest.skip("needs asyncssh")  # of the sessions fleet and remote, not of the extra test
    folder = tmp_path / "ssh"
    folder.mkdir()
    served([sys.executable, Path(__file__).with_name("ssh_server.py"), folder], (folder / "port").exists)
    return folder
