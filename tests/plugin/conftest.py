"""Suites in a folder of their own, run by pytest inside this process."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent

import numpy as np  # noqa: F401  # imported here once: pytester throws out what a nested run imports, numpy minds
import numpy.random  # noqa: F401  # and it imports this part late
import pytest


@pytest.fixture
def run(pytester: pytest.Pytester) -> Callable[..., pytest.RunResult]:
    """Write a test module and run pytest on it: ``run(source, "--repro=all")``."""

    def run(source: str, *arguments: str, **files: str) -> pytest.RunResult:
        pytester.makepyfile(test_it=dedent(source), **{name: dedent(text) for name, text in files.items()})
        return pytester.runpytest("-p", "no:randomly", "-p", "no:cacheprovider", *arguments)

    return run
