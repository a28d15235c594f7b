"""The container around the process, told by the marks that engines leave."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_repro.environment.fact import fact

if TYPE_CHECKING:
    from pytest_repro.environment.place import Place

FILES = (("/run/.containerenv", "Podman"), ("/.dockerenv", "Docker"))
VARIABLES = (
    ("APPTAINER_CONTAINER", "Apptainer"),
    ("SINGULARITY_CONTAINER", "Singularity"),
    ("KUBERNETES_SERVICE_HOST", "Kubernetes"),  # before the engines: it runs one of them
    ("FLATPAK_ID", "Flatpak"),
    ("WSL_DISTRO_NAME", "WSL"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """Facts about the container."""

    kind: str | None = fact("the engine, or none", rank=11)


def read(place: Place) -> Container:  # noqa: ARG001  # sections have one signature
    """The outermost that has left a mark."""
    found = next((kind for name, kind in VARIABLES if name in os.environ), None)
    found = found or next((kind for path, kind in FILES if Path(path).exists()), None)
    return Container(kind=found or os.environ.get("container") or "none")  # noqa: SIM112  # systemd-nspawn and LXC write it so
