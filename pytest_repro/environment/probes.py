"""The behavioural fingerprint: what tiny computations gave, each as a digest of its bits."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_repro.environment.fact import fact
from pytest_repro.probes.registry import run

if TYPE_CHECKING:
    from pytest_repro.environment.place import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """Digests by the name of the probe."""

    digests: dict[str, str] | None = fact(  # noqa: RUF009  # it makes a field, as dataclasses.field does
        "digest of a probe's bits; equal digests mean that this part of the numeric stack behaves alike",
        ids=("numeric",),
        rank=2,
        table=True,
    )


def read(place: Place) -> Fingerprint:  # noqa: ARG001  # sections have one signature
    """numpy's probes run where numpy is imported, and nothing imports it for them."""
    return Fingerprint(digests=run(sys.modules.get("numpy")))
