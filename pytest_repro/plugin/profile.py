"""The profile under which a session records and compares: a name made of declared parts of the environment."""

from __future__ import annotations

import re
import string
from typing import TYPE_CHECKING

from pytest_repro.environment.fields import fields
from pytest_repro.errors import ReproError
from pytest_repro.store import place

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_repro.environment.snapshot import Snapshot

DEFAULT = "default"

LONGEST = 24
"""Characters of one part: several have to fit into the name of a file."""

SHORT = {
    "system": "system.name",
    "machine": "cpu.architecture",
    "python": "python.version",
    "numpy": "numpy.version",
    "blas": "blas.kernel",
    "libc": "system.libc",
    "simd": "numpy.simd",
    "gpu": "gpu.name",
}
"""Names that a part is called by beside the address of its fact; ``python`` is cut to 3.11."""

IDENTITIES = {"env_id": "env_id", "hardware": "hw_class", "numeric": "numeric_class"}
"""Parts that stand for a whole identity of the environment, cut to eight digits."""


def named(template: str, snapshot: Callable[[], Snapshot]) -> str:
    """The profile's name.

    Args:
        template: ``"{system}-{machine}-py{python}"``: names of :data:`SHORT`, of :data:`IDENTITIES`, or addresses of
            facts.
        snapshot: Called where the template names a part.

    Raises:
        ReproError: ``U102`` for a part that is no fact, and for a name that cannot be that of a file.
    """
    parts = _parts(template)
    return place.checked("".join(literal + (_part(field, snapshot()) if field else "") for literal, field in parts))


def checked(template: str) -> None:
    """Whether a template will give a name, told before any test is run.

    Raises:
        ReproError: ``U102``, as :func:`named`.
    """
    known = {info.address for info in fields()}
    tables = tuple(f"{info.address}." for info in fields() if info.table)
    parts = _parts(template)
    for _, field in parts:
        address = SHORT.get(field, field) if field else ""
        if field and field not in IDENTITIES and address not in known and not address.startswith(tables):
            raise _refused(f"{field!r:.40} is no part of the environment")
    place.checked("".join(literal + ("x" if field else "") for literal, field in parts))


def _parts(template: str) -> list[tuple[str, str | None]]:
    text = template.strip() or DEFAULT
    try:
        return [(literal, field) for literal, field, _, _ in string.Formatter().parse(text)]
    except ValueError:
        raise _refused(f"a brace is left open in {text!r:.60}") from None


def _part(name: str, snapshot: Snapshot) -> str:
    if name in IDENTITIES:
        return str(getattr(snapshot, IDENTITIES[name]))[:8]
    try:
        value = snapshot.at(SHORT.get(name, name))
    except KeyError:
        raise _refused(f"{name!r:.40} is no part of the environment") from None
    told = "unknown" if value is None else str(value)
    if name == "python":
        told = ".".join(told.split(".")[:2])
    return re.sub(r"[^A-Za-z0-9._+-]+", "-", told).strip("-").lower()[:LONGEST]


def _refused(sentence: str) -> ReproError:
    known = ", ".join((*SHORT, *IDENTITIES))
    mend = (
        f'write repro_profile = "{{system}}-{{machine}}-py{{python}}"; parts: {known}, or any fact of pytest-repro env'
    )
    return ReproError("U102", sentence, place="repro_profile", mend=mend)
