"""Reproducibility as tests: a pytest plugin that fails a test when it computes something else the second time.

The door: public names, loaded only when asked for, because pytest imports this package in every run of every user.
"""

from __future__ import annotations

__version__ = "0.1.0"
