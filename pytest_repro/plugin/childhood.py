"""Names of plugins and places that are looked for in every run of pytest, above all whether it is a child."""

from __future__ import annotations

VARIABLE = "PYTEST_REPRO_CHILD"
"""The environment variable that names the file of its spec to a child."""

WORKER = "repro_child"
"""Under which xdist's workers of a child find the path of the spec."""

CHILD = "repro-child"
"""The name of the plugin that a child registers."""

PINNING = "repro-pinning"
"""The name of the plugin that serves entropy from the seed."""
