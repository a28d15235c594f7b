"""Models of pydantic and classes of attrs, field by field; identifiers and moments are no drift, draws are.

Needs pydantic and attrs. ``trial.key`` is another one in each run and ``trial.begun`` is now; both are known by their
looks and compare as what they are. A default that draws a number drifts under the name of its field,
``trial.settings.rate``, unless it draws from what is seeded.
"""

import random
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

attrs = pytest.importorskip("attrs", reason="the lesson is about attrs")
pydantic = pytest.importorskip("pydantic", reason="the lesson is about pydantic")


@attrs.frozen
class Settings:
    """How a model is fitted. Attributes: rate, of learning."""

    rate: float = attrs.Factory(lambda: 10 ** random.uniform(-4, -1))  # noqa: S311  # pinned, as it is global


class Trial(pydantic.BaseModel):
    """One of many fits."""

    model_config = pydantic.ConfigDict(arbitrary_types_allowed=True)
    key: UUID = pydantic.Field(default_factory=uuid4)
    begun: datetime = pydantic.Field(default_factory=lambda: datetime.now(UTC))
    settings: Settings = pydantic.Field(default_factory=Settings)


@pytest.mark.replay
def test_a_trial_begins_with_a_rate() -> None:
    """Its rate is drawn, and the same in both runs."""
    trial = Trial()
    assert 1e-4 <= trial.settings.rate <= 1e-1
