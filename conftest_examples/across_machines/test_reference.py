"""A model whose numbers were recorded in two environments, and hold in a third within a stated tolerance.

Needs scikit-learn. ``recorded="*"`` compares with every profile that was recorded; ``pytest-repro compare`` shows them
side by side. Record your own: ``pytest --repro-record conftest_examples/across_machines``.
"""

import pytest

pytest.importorskip("sklearn", reason="the lesson is about scikit-learn")

from sklearn.datasets import load_diabetes
from sklearn.decomposition import PCA
from sklearn.linear_model import Ridge


@pytest.mark.replay(recorded="*", tol=1e-8)
def test_ridge(repro) -> None:
    """A direct solver: another BLAS kernel rounds otherwise, and no more than that."""
    x, y = load_diabetes(return_X_y=True)
    model = Ridge(alpha=0.1).fit(x, y)
    repro.record(coefficients=model.coef_, intercept=model.intercept_, score=model.score(x, y))


@pytest.mark.replay(recorded="*", tol=1e-8)
def test_variances(repro) -> None:
    """Singular values are stable; the signs of the vectors are nobody's choice, and are not recorded."""
    x, _ = load_diabetes(return_X_y=True)
    repro.record(ratios=PCA(n_components=4).fit(x).explained_variance_ratio_)
