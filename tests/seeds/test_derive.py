"""A derived seed: stable for ever, in range, and another one for another name."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.seeds.derive import seed_for, seed_for_fixture, seed_for_test


@pytest.mark.parametrize(
    ("seed", "value"),
    [
        pytest.param(seed_for(0, "collection"), 3714238061, id="address"),
        pytest.param(seed_for_test(0, "tests/test_model.py::test_fit"), 67826524, id="test"),
        pytest.param(seed_for_test(7, "tests/test_model.py::test_fit"), 3096350285, id="other-session-seed"),
        pytest.param(seed_for_test(0, "tests/test_gr\u00f6\u00dfe.py::test[\ud800]"), 3072913724, id="any-characters"),
        pytest.param(seed_for_fixture(0, "", "data"), 911464984, id="session-fixture"),
        pytest.param(seed_for_fixture(0, "tests/test_model.py", "data", "small"), 3059376152, id="module-fixture"),
    ],
)
def test_known_names_keep_their_seeds_for_ever(seed: int, value: int) -> None:
    """A changed value would make every recorded baseline stale."""
    assert seed == value


@given(st.integers(), st.text(), st.text(), st.text())
def test_a_seed_is_32_bits_for_every_session_seed_and_name(
    session_seed: int, scope: str, name: str, parameter: str
) -> None:
    """numpy's legacy generator takes no more."""
    for seed in (seed_for_test(session_seed, scope), seed_for_fixture(session_seed, scope, name, parameter)):
        assert 0 <= seed < 2**32


@given(st.text(), st.text(), st.text(), st.text())
def test_fixtures_of_other_names_have_other_texts_behind_their_seeds(
    scope: str, name: str, other_scope: str, other_name: str
) -> None:
    """Where one name ends and the next begins is part of what is digested."""
    # Four billion seeds: two names that share one by chance would be a find.
    same = seed_for_fixture(0, scope, name) == seed_for_fixture(0, other_scope, other_name)
    assert same == ((scope, name) == (other_scope, other_name))


def test_a_test_and_a_fixture_of_the_same_name_differ() -> None:
    assert (
        len({seed_for(0, "a"), seed_for_test(0, "a"), seed_for_fixture(0, "a", ""), seed_for_fixture(0, "", "a")}) == 4
    )


def test_the_hash_seed_of_the_interpreter_plays_no_part() -> None:
    code = "from pytest_repro.seeds.derive import seed_for_test; print(seed_for_test(0, 'a::b'))"
    runs = {
        subprocess.check_output([sys.executable, "-c", code], text=True, env={"PYTHONHASHSEED": hash_seed})
        for hash_seed in ("0", "1", "2")
    }
    assert runs == {f"{seed_for_test(0, 'a::b')}\n"}
