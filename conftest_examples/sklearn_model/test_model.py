"""A scikit-learn model on data that scikit-learn ships: fitted attributes are compared one by one.

Needs scikit-learn. The estimator is a local variable, so ``model.coef_``, ``model.intercept_`` and the rest are
observed without a line about them; a tolerance finds them by pattern.
"""

import pytest

pytest.importorskip("sklearn", reason="the lesson is about scikit-learn")

from sklearn.datasets import load_diabetes
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import Ridge
from sklearn.model_selection import train_test_split


@pytest.mark.replay(tol={"*": 1e-10, "model.coef_": {"rtol": 1e-8, "atol": 1e-8}})
def test_ridge() -> None:
    """A direct solver: equal within rounding."""
    x, y = load_diabetes(return_X_y=True)
    x_train, x_test, y_train, y_test = train_test_split(x, y)  # draws from numpy's global generator, which is pinned
    model = Ridge(alpha=0.1).fit(x_train, y_train)
    assert model.score(x_test, y_test) > 0.3


@pytest.mark.replay(ignore=("*estimators_*",))
def test_forest(repro_seed) -> None:
    """A forest is reproducible once it is given a seed; its trees are many, its predictions say enough."""
    x, y = load_diabetes(return_X_y=True)
    model = RandomForestRegressor(n_estimators=10, random_state=repro_seed).fit(x, y)
    predicted = model.predict(x)
    assert model.score(x, y) > 0.8
    assert predicted.shape == y.shape
