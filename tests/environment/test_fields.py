"""The table of facts: derived from the sections, complete, and without floats in identities."""

from __future__ import annotations

import dataclasses
from typing import get_type_hints

import pytest

from pytest_repro.environment.fact import fact
from pytest_repro.environment.fields import fields
from pytest_repro.environment.registry import SECTIONS
from pytest_repro.environment.snapshot import Snapshot


def test_every_section_is_an_attribute_of_the_snapshot_in_the_same_order():
    attributes = [one.name for one in dataclasses.fields(Snapshot)]
    assert [section.name for section in SECTIONS] == attributes[: len(SECTIONS)]


def test_every_fact_is_unknown_unless_it_is_read():
    for section in SECTIONS:
        empty = section.kind()
        assert all(getattr(empty, info.name) is None for info in fields() if info.section == section.name)


def test_every_fact_has_a_meaning_a_rank_and_a_reason():
    table = fields()
    assert len({info.address for info in table}) == len(table)
    for info in table:
        assert info.meaning, info
        assert not info.meaning.endswith("."), info
        assert 1 <= info.rank <= 12, info
        assert info.unknown, info


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.name)
def test_no_float_enters_an_identity(section):
    hints = get_type_hints(section.kind)
    for info in fields():
        if info.section == section.name and info.ids:
            assert "float" not in str(hints[info.name]).replace("FloatEnvironment", ""), info.address


def test_a_fact_is_a_field_that_is_none_by_default():
    @dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
    class Made:
        height: int | None = fact("how high it is", ids=("hardware",), rank=3, unknown="nobody measured it")

    assert Made().height is None
    assert Made(height=2).height == 2
    declared = dataclasses.fields(Made)[0].metadata["fact"]
    assert declared == ("how high it is", ("hardware",), 3, "nobody measured it", False)
