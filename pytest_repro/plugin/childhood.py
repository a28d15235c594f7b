"""By what a process knows that it is a child: names that are looked for in every run of pytest, and nothing heavy."""

from __future__ import annotations

VARIABLE = "PYTEST_REPRO_CHILD"
"""The environment variable that names the file of its spec to a child."""

WORKER = "repro_child"
"""Under which xdist's workers of a child find the path of the spec."""

CHILD = "repro-child"
"""The name of the plugin that a child registers."""
