"""Exceptions: type and message, masked."""

from __future__ import annotations

import pytest

from pytest_repro.values.difference import IDENTICAL, Difference
from pytest_repro.values.outcome import Failure
from pytest_repro.values.registry import Freezer, from_dict, measure
from pytest_repro.values.tolerance import EXACT


class LoudError(Exception):
    def __str__(self):
        raise SystemError


def kept(value):
    (leaf,) = Freezer().freeze("x", value).values()
    return leaf


@pytest.mark.parametrize(
    ("value", "leaf"),
    [
        (ValueError("math domain error"), Failure("ValueError", "math domain error")),
        (KeyError("a"), Failure("KeyError", "'a'")),
        (RuntimeError("<f at 0x7f00>"), Failure("RuntimeError", "<f at 0x…>")),
        (KeyboardInterrupt(), Failure("KeyboardInterrupt", "")),
        (LoudError(), Failure(f"{__name__}.LoudError", "<message cannot be read: SystemError>")),
        (pytest.fail.Exception("no"), Failure("Failed", "no")),
    ],
)
def test_an_exception_is_its_type_and_its_masked_message(value, leaf, through_json):
    assert kept(value) == leaf == through_json(leaf)


@pytest.mark.parametrize(
    ("after", "found"),
    [
        (ValueError("abc"), IDENTICAL),
        (ValueError("abd"), Difference(shape="values differ", detail="part at character 2: 'abc', then 'abd'")),
        (TypeError("abc"), Difference(structural="ValueError, then TypeError")),
    ],
)
def test_another_type_is_structural_and_another_message_says_where_it_parts(after, found):
    assert measure(kept(ValueError("abc")), kept(after), EXACT) == found


def test_the_line_shown_is_the_first():
    assert kept(ValueError("one\ntwo")).show() == "ValueError: one"
    assert kept(ValueError()).show() == "ValueError"


def test_a_malformed_exception_is_named_with_its_place(refused):
    message = "missing field in 'message'  [RPR-B602]\n  mend: pytest --repro-record-all"
    assert refused(from_dict, {"kind": "exception", "type": "ValueError"}) == message


def test_orders_that_are_the_hash_seed_s_are_no_difference_between_two_assertions():
    one = (
        "assert {'a', 'b'} == {'c'}\n  \n  Extra items in the left set:\n  'a'\n  'b'\n  Extra items in the right set:"
    )
    two = (
        "assert {'b', 'a'} == {'c'}\n  \n  Extra items in the left set:\n  'b'\n  'a'\n  Extra items in the right set:"
    )
    assert measure(kept(AssertionError(one)), kept(AssertionError(two)), EXACT) == IDENTICAL
    assert not measure(kept(AssertionError(one)), kept(AssertionError(two.replace("'a'", "'d'"))), EXACT).identical
    assert not measure(kept(ValueError(one)), kept(ValueError(two)), EXACT).identical
    lists = AssertionError("assert [1, 2] == [3]"), AssertionError("assert [2, 1] == [3]")
    assert not measure(kept(lists[0]), kept(lists[1]), EXACT).identical


def test_the_exceptions_of_a_group_and_notes_are_compared():
    inner = ValueError("a")
    inner.add_note("seen at <f at 0x7f00>")
    group = ExceptionGroup("several", [inner, ExceptionGroup("more", [KeyError("b")])])
    assert {address: leaf.show(60) for address, leaf in Freezer().freeze("x", group).items()} == {
        "x": "ExceptionGroup: several (2 sub-exceptions)",
        "x.exceptions[0]": "ValueError: a",
        "x.exceptions[0].notes.len": "list of 1",
        "x.exceptions[0].notes[0]": "'seen at <f at 0x…>'",
        "x.exceptions[1]": "ExceptionGroup: more (1 sub-exception)",
        "x.exceptions[1].exceptions[0]": "KeyError: 'b'",
    }


def test_a_property_named_as_the_dictionary_is_not_asked():
    class Sly(Exception):  # noqa: N818  # it is no error
        @property
        def __dict__(self):
            raise SystemError

    assert kept(Sly("a")).message == "a"
