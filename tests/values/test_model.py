"""Models of pydantic."""

from __future__ import annotations

import functools

import pytest

from pytest_repro.values.registry import Freezer

pydantic = pytest.importorskip("pydantic", reason="models are those of pydantic")


class Point(pydantic.BaseModel):
    x: float
    path: list[float] = pydantic.Field(default_factory=list)
    _hops: int = pydantic.PrivateAttr(default=0)
    model_config = pydantic.ConfigDict(extra="allow")

    @functools.cached_property
    def norm(self):
        return abs(self.x)

    def __eq__(self, other):
        raise AssertionError

    __hash__ = None


def frozen(value):
    return Freezer().freeze("m", value)


def shown(value):
    return {address: leaf.show(60) for address, leaf in frozen(value).items()}


def test_a_model_is_its_fields_extra_fields_and_private_attributes():
    point = Point(x=1.5, z=3)
    point._hops = 2
    assert shown(point) == {
        "m.type": f"{__name__}.Point",
        "m.x": "1.5",
        "m.path.len": "list of 0",
        "m.z": "3",
        "m._hops": "2",
    }


def test_equal_models_freeze_alike_whatever_was_set_or_cached():
    first, same, other = Point(x=1.5), Point(x=1.5, path=[]), Point(x=2.5)
    assert first.norm == 1.5
    assert frozen(first) == frozen(same)
    assert frozen(first) != frozen(other)


def test_models_in_models_are_addressed_by_their_fields():
    class Road(pydantic.BaseModel):
        ends: list[Point]
        type: str = "gravel"

    leaves = shown(Road(ends=[Point(x=1), Point(x=2)]))
    assert (leaves["m.ends[1].x"], leaves["m.type"]) == ("2.0", "'gravel'")


def test_a_frozen_or_a_root_model_and_an_address_are_values():
    assert shown(pydantic.RootModel[list[float]]([1.5]))["m.root"] == "[1.5] (1,) float64"
    url = pydantic.TypeAdapter(pydantic.HttpUrl).validate_python("http://example.org/a")
    assert shown(url)["m"] == "'http://example.org/a'"


def test_a_secret_stays_one():
    assert frozen(pydantic.SecretStr("hunter2"))["m"].kind == "opaque"
