"""What the tests of values share: the way through JSON and back, and the text of a refusal."""

from __future__ import annotations

import json

import pytest

from pytest_repro.errors import ReproError
from pytest_repro.values.registry import from_dict


@pytest.fixture(scope="session")
def through_json():
    """A frozen value as it comes back from strict JSON."""

    def travel(frozen):
        return from_dict(json.loads(json.dumps(frozen.to_dict(), allow_nan=False)))

    return travel


@pytest.fixture(scope="session")
def refused():
    """The whole message with which a call is refused."""

    def call(function, *arguments):
        with pytest.raises(ReproError) as caught:
            function(*arguments)
        return str(caught.value)

    return call
