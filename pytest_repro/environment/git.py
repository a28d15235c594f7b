"""The commit that the tests stand on."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def facts(directory: Path) -> dict[str, str | None]:
    """Short commit and whether the tree is clean; None outside a repository or without git.

    Args:
        directory: Any folder of the repository.
    """
    command = ["git", "-C", str(directory), "status", "--porcelain=v2", "--branch", "--untracked-files=no"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)  # noqa: S603  # fixed words
    except (OSError, subprocess.SubprocessError):
        return {"git.commit": None, "git.state": None}
    if done.returncode:
        return {"git.commit": None, "git.state": None}
    lines = done.stdout.splitlines()
    commit = next((line.split()[-1] for line in lines if line.startswith("# branch.oid ")), "")
    if not commit or commit == "(initial)":
        return {"git.commit": None, "git.state": None}
    changed = any(not line.startswith("#") for line in lines)
    return {"git.commit": commit[:7], "git.state": "dirty" if changed else "clean"}
