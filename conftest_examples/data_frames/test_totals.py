"""A frame of pandas, column by column: each has an address, and a tolerance finds it by pattern.

Needs pandas. The rows come in an order that nobody controls, as from several workers, and a sum of floats depends on it
in its last bits. The tolerance is given to the one column that may differ so; labels, counts and dtypes stay exact.
With ``tol=0`` the report names the column, ``totals["price"]``, and the place of the worst of its elements.
"""

import numpy as np
import pytest

pd = pytest.importorskip("pandas", reason="the lesson is about pandas")


def totals_by_shop(sales: "pd.DataFrame") -> "pd.DataFrame":
    """Sums over the rows in the order in which they happened to arrive."""
    arrived = sales.iloc[np.random.default_rng().permutation(len(sales))]
    return arrived.groupby("shop")[["price", "pieces"]].sum()


@pytest.mark.replay(tol={"*": 0, 'totals*["price"]': 1e-12})
def test_totals(repro_rng) -> None:
    """One column within a tolerance, everything else bit for bit."""
    sales = pd.DataFrame(
        {
            "shop": np.arange(2000) % 100,
            "price": repro_rng.lognormal(size=2000),
            "pieces": pd.array([1, None, 3, 4] * 500, dtype="Int64"),  # what is missing is compared as a mask
        }
    )
    totals = totals_by_shop(sales)
    assert list(totals.index) == list(range(100))
