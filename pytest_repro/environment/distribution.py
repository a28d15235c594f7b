"""An installed distribution, as its folder of metadata tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """One installed package.

    Attributes:
        name: Normalised as in PEP 503; a conda name as conda writes it.
        version: With its local part (``2.13.0+cpu``); None where the folder's name does not tell.
        source: Where it was installed from.
        ref: Commit of a vcs source, build string of a conda package.
        record: Digest of its normalised RECORD, 16 hex digits, equal for two installations of one build; None if
            unknown.
        manager: Who installed it.
    """

    name: str
    version: str | None
    source: Literal["index", "editable", "directory", "vcs", "url", "file", "conda"] = "index"
    ref: str | None = None
    record: str | None = None
    manager: Literal["python", "conda"] = "python"
