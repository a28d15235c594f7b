"""Names of distributions and groups, spelled one way."""

from __future__ import annotations

import re

_RUNS = re.compile(r"[-_.]+")


def normalised(name: str) -> str:
    """As in PEP 503: small letters, one dash for each run of dashes, underscores and dots."""
    return _RUNS.sub("-", name).lower()
