"""Frames of polars and tables of arrow, column by column; rows have a place, and whether it is promised matters.

Needs polars and pyarrow. Threads share the rows: groups come out in the order in which threads happen to end, unless
``maintain_order=True`` or a sort asks for one, and the sums are rounded in their last bits as the rows were shared. The
tolerance is for the second; without the order ``totals["shop"]`` drifts.
"""

import numpy as np
import pytest

pl = pytest.importorskip("polars", reason="the lesson is about polars")
pytest.importorskip("pyarrow", reason="the lesson is about arrow as well")


@pytest.mark.replay(tol={"*": 0, 'totals*["price"]': 1e-12, 'table*["price"]': 1e-12})
def test_totals_by_shop(repro_rng) -> None:
    """One row a shop, in the order in which the shops first appear."""
    sales = pl.DataFrame({"shop": np.arange(200_000) % 100, "price": repro_rng.lognormal(size=200_000)})
    totals = sales.group_by("shop", maintain_order=True).agg(pl.col("price").sum())
    table = totals.to_arrow()
    assert table.num_rows == 100
