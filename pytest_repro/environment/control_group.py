"""The control group of this process: limits that its own folder and all above it set (version 2)."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

ROOT = "/sys/fs/cgroup"
MEMBERSHIP = "/proc/self/cgroup"


def limits(name: str) -> tuple[str, ...]:
    """The texts of a limit's file, ``cpu.max`` or ``memory.max``, from the process's group up to the root.

    In a container the group's own path is often not visible, and the root shows the container's limits.
    """
    try:
        lines = Path(MEMBERSHIP).read_text(encoding="utf-8").splitlines()
    except OSError:
        return ()
    own = next((line[3:] for line in lines if line.startswith("0::")), "/")
    found = []
    for group in (PurePosixPath(own), *PurePosixPath(own).parents):
        if ".." in group.parts:  # a group outside the container's own view
            continue
        try:
            found.append(Path(f"{ROOT}{group}", name).read_text(encoding="ascii").strip())
        except (OSError, ValueError):
            continue
    return tuple(found)
