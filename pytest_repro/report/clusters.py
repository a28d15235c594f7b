"""Clusters: columns whose results are the same bit for bit, and the facts of their environments that part them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_repro.report import table
from pytest_repro.values.entry import cut

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_repro.controls.origin import Origin
    from pytest_repro.environment.differences import EnvironmentDifference

FACTS = 3
"""Facts that are named where clusters part."""


def lines(found: Sequence[Sequence[str]], origins: Mapping[str, Origin]) -> list[str]:
    """Which columns agree bit for bit, and in what their environments differ from the first of the clusters.

    Args:
        found: The clusters, the largest first.
        origins: Where the tests of each column ran, by its name.
    """
    first, *others = found
    if not others:
        return [f"{_all(first)} bit for bit"]
    told_lines = [_these(first)]
    for cluster in others:
        told = parted(first, cluster, origins)
        differ = "differs" if len(cluster) == 1 else "agree; they differ"
        names = _listed(cluster)
        if told is None:
            why = "; why is not known: an environment cannot be read"
        elif told:
            why = " in " + ", ".join(_fact(one) for one in told[:FACTS])
            why += f" and {len(told) - FACTS} more" if len(told) > FACTS else ""
        else:
            why = " in nothing known of the environment: look at code, data and seeds"
        told_lines.append(f"  {names} {differ} from {_pronoun(first)}{why}")
    indented = [(line[: len(line) - len(line.lstrip())], line.lstrip()) for line in told_lines]
    return [part for indent, line in indented for part in table.filled(indent, line, 4)]


def _all(cluster: Sequence[str]) -> str:
    return f"all {len(cluster)} agree" if len(cluster) > 1 else "one column alone"


def _these(cluster: Sequence[str]) -> str:
    if len(cluster) == 1:
        return f"no two columns agree bit for bit; {cluster[0]} is the first"
    return f"these {len(cluster)} agree bit for bit: {_listed(cluster)}"


def _pronoun(cluster: Sequence[str]) -> str:
    return "it" if len(cluster) == 1 else "them"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)


def _fact(one: Mapping[str, object]) -> str:
    return f"{one['address']} ({_value(one['before'])} -> {_value(one['after'])})"


def _value(value: object) -> str:
    return "none" if value is None else cut(str(value), 32)


def parted(
    first: Sequence[str], cluster: Sequence[str], origins: Mapping[str, Origin]
) -> list[dict[str, object]] | None:
    """The facts in which two clusters differ; None where they are unknown."""
    if tuple(first) == tuple(cluster):
        return []
    from pytest_repro.controls.origin import parting  # noqa: PLC0415  # 30 ms, and most columns agree

    found = parting([origins[name] for name in first], [origins[name] for name in cluster])
    return None if found is None else [_difference(one) for one in found]


def _difference(one: EnvironmentDifference) -> dict[str, object]:
    return {"address": one.address, "before": one.before, "after": one.after, "why": one.why}
