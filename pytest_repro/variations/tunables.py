"""The variable GLIBC_TUNABLES, which serves many purposes at once: one setting is put among those that are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME = "GLIBC_TUNABLES"


def with_masked(environment: Mapping[str, str], features: tuple[str, ...]) -> Mapping[str, str]:
    """The variable with processor features masked, whatever else it says.

    Args:
        environment: Of the parent.
        features: Names as glibc knows them; those that it does not know are ignored there.
    """
    settings = [part for part in environment.get(NAME, "").split(":") if part]
    key = "glibc.cpu.hwcaps="
    masked = [mask for part in settings if part.startswith(key) for mask in part.removeprefix(key).split(",")]
    masked += [f"-{feature}" for feature in features if f"-{feature}" not in masked]
    others = [part for part in settings if not part.startswith(key)]
    return {NAME: ":".join([*others, f"{key}{','.join(masked)}"])}
