"""Four tests that pass twice in one process; in another process, region or on another processor two compute otherwise.

Run it: pytest conftest_examples/varied_conditions
"""

import datetime as dt

import numpy as np
import pytest

SPECIES = {"adelie", "chinstrap", "emperor", "gentoo", "macaroni", "rockhopper"}


@pytest.mark.replay
def test_columns_drift() -> None:
    """The order of a set of texts is drawn anew by each process, and with it the order of the columns."""
    columns = [f"is_{name}" for name in SPECIES]
    assert len(columns) == 6


@pytest.mark.replay
def test_columns_hold() -> None:
    """Sorted, it is the same everywhere."""
    columns = [f"is_{name}" for name in sorted(SPECIES)]
    assert columns[0] == "is_adelie"


@pytest.mark.replay
def test_day_drifts() -> None:
    """A moment without a zone is told in local time: in another region it is another day."""
    day = dt.datetime.fromtimestamp(1_700_000_000).date()  # noqa: DTZ006  # the bug of this lesson
    assert day.year == 2023


@pytest.mark.replay(tol=0, under={"blas": 1e-9})
def test_solution_holds() -> None:
    """Bit for bit on this processor, within what rounding may do on another."""
    matrix = (np.arange(1.0, 401.0) * 0.618 % 1.0).reshape(20, 20) + 4 * np.eye(20)
    solution = np.linalg.solve(matrix, matrix[0])
    assert solution.shape == (20,)
