"""What all tests share: a profile of hypothesis for machines that are slow at times."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# hypothesis draws the same examples in each run where it sees CI, and some of our tests are about what it draws
os.environ.pop("CI", None)
settings.register_profile("steady", deadline=None, derandomize=False, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")
