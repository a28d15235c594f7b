"""Two runs of an @given test draw the same examples, and the test stands as before afterwards."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import seed as fix_seed
from hypothesis import strategies as st
from hypothesis.database import InMemoryExampleDatabase

from pytest_repro.seeds.hypothesis_examples import is_given, same_examples

if TYPE_CHECKING:
    from collections.abc import Callable


def plainly(function: Any) -> Any:
    return function


def make(*, decorate: Any = plainly, **chosen: Any) -> tuple[Any, Callable[[int], list[int]]]:
    seen: list[int] = []

    @settings(max_examples=20, **{"database": None, **chosen})
    @given(st.integers())
    def plain(x: int) -> None:
        seen.append(x)

    test = decorate(plain)

    def examples(seed: int) -> list[int]:
        seen.clear()
        with same_examples(test, seed):
            test()
        return list(seen)

    return test, examples


def test_a_seed_draws_the_same_examples_and_another_seed_others() -> None:
    _, examples = make()
    first = examples(1)
    assert examples(1) == first
    assert examples(2) != first


def test_a_failure_kept_by_the_first_run_is_not_replayed_in_the_second() -> None:
    database = InMemoryExampleDatabase()
    seen: list[int] = []

    @settings(max_examples=20, database=database)
    @given(st.integers())
    def test(x: int) -> None:
        seen.append(x)
        assert abs(x) < 3

    def examples() -> list[int]:
        seen.clear()
        with same_examples(test, 1), pytest.raises(AssertionError):
            test()
        return list(seen)

    assert examples() == examples()
    assert database.data == {}


def test_the_test_stands_as_before_afterwards() -> None:
    test, examples = make(database=InMemoryExampleDatabase())
    before = dict(vars(test))
    examples(1)
    after = dict(vars(test))
    after.pop("_hypothesis_internal_use_generated_seed", None)
    before.pop("_hypothesis_internal_use_generated_seed", None)
    assert after == before


@pytest.mark.parametrize(
    "fixed",
    [
        pytest.param({"decorate": fix_seed(4)}, id="seed"),
        pytest.param({"derandomize": True}, id="derandomize"),
    ],
)
def test_a_seed_that_the_user_fixed_stays(fixed: dict[str, Any]) -> None:
    test, examples = make(**fixed)
    with same_examples(test, 1):
        assert test._hypothesis_internal_use_seed == (4 if "decorate" in fixed else None)
    assert examples(1) == examples(2)


def test_a_seed_forced_on_the_command_line_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hypothesis.core.global_force_seed", 9)
    _, examples = make()
    assert examples(1) == examples(2)


def test_a_method_is_reached_through_its_binding() -> None:
    class TestCase:
        @given(st.integers())
        def test(self, x: int) -> None:
            pass

    method: Any = TestCase().test
    with same_examples(method, 6):
        assert method.__func__._hypothesis_internal_use_seed == 6
    assert method.__func__._hypothesis_internal_use_seed is None


def test_anything_else_is_left_alone() -> None:
    def plain() -> None:
        pass

    with same_examples(plain, 1):
        assert vars(plain) == {}
    assert not is_given(plain)


def test_hypothesis_is_never_imported() -> None:
    code = (
        "import sys; from pytest_repro.seeds.hypothesis_examples import same_examples\n"
        "with same_examples(print, 1): print('hypothesis' in sys.modules)"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "False\n"
