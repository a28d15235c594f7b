"""The command, run in a folder of its own as users run it."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def command(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """``command("env", "--json")`` in ``tmp_path``, which is a project of its own: it has a pytest.ini."""
    tmp_path.joinpath("pytest.ini").write_text("[pytest]\n", encoding="utf-8")

    def command(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        chosen = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "-p repro", **environment}
        return subprocess.run(
            [sys.executable, "-m", "pytest_repro.cli.main", *words],
            cwd=tmp_path,
            env=chosen,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return command
