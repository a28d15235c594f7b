"""What all tests share: the profiles of hypothesis."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# shared machines are slow at times: no deadline, and examples that are the same in each run of CI
settings.register_profile("ci", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("dev", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "dev")
