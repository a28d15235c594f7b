"""Three hundred results of numpy, scipy and math, each a test: what moves when the numeric stack behaves otherwise.

Inputs are made by correctly rounded operations alone, so that only the probed step can differ.
"""

from __future__ import annotations

import cmath
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import scipy.fft
import scipy.integrate
import scipy.linalg
import scipy.optimize
import scipy.sparse
import scipy.sparse.linalg
import scipy.special
import scipy.stats

if TYPE_CHECKING:
    from collections.abc import Callable

COUNT = 10_007
X = (np.arange(1, COUNT + 1) * 0.6180339887498949 % 1.0 - 0.5) * 8
Y = np.arange(1, COUNT + 1) * 0.7548776662466927 % 1.0 + 0.1
SINGLE = {"f8": (X, Y), "f4": (X.astype("f4"), Y.astype("f4"))}
HILBERT = 1.0 / (np.arange(12)[:, None] + np.arange(12) + 1.0)

PROBES: dict[str, Callable[[], Any]] = {}


def _math() -> None:
    """The C library, through Python's own functions."""
    for name in ("exp", "sin", "cos", "tan", "atan", "tanh", "erf", "expm1", "sinh", "asinh"):
        PROBES[f"math.{name}"] = lambda f=getattr(math, name): [f(v) for v in X.tolist()]
    for name in ("log", "log2", "log10", "log1p", "gamma", "lgamma", "sqrt", "cbrt"):
        PROBES[f"math.{name}"] = lambda f=getattr(math, name): [f(v) for v in Y.tolist()]
    PROBES["math.pow"] = lambda: [math.pow(a, b) for a, b in zip(Y.tolist(), X.tolist(), strict=True)]
    PROBES["math.asin"] = lambda: [math.asin(v / 2) for v in Y.tolist()]
    PROBES["math.atan2"] = lambda: [math.atan2(a, b) for a, b in zip(X.tolist(), Y.tolist(), strict=True)]
    PROBES["math.fsum"] = lambda: math.fsum(X.tolist())
    PROBES["cmath.exp"] = lambda: [cmath.exp(complex(a, b)) for a, b in zip(X[:999], Y[:999], strict=True)]
    PROBES["builtin.sum"] = lambda: sum(X.tolist())


def _loops() -> None:
    """numpy's elementwise functions."""
    for kind, (x, y) in SINGLE.items():
        for name in (
            *("exp", "sin", "cos", "tan", "tanh", "sinh", "cosh", "arctan", "expm1", "exp2", "cbrt", "arcsinh"),
            *("square", "floor", "rint", "absolute", "sign", "deg2rad"),
        ):
            PROBES[f"np.{name}.{kind}"] = lambda f=getattr(np, name), x=x: f(x)
        for name in ("sqrt", "log", "log2", "log10", "log1p", "reciprocal"):
            PROBES[f"np.{name}.{kind}"] = lambda f=getattr(np, name), y=y: f(y)
        for name in ("power", "float_power"):
            PROBES[f"np.{name}.{kind}"] = lambda f=getattr(np, name), x=x, y=y: f(y, x)
        for name in ("arctan2", "hypot", "divide", "multiply", "add", "maximum", "fmod", "logaddexp"):
            PROBES[f"np.{name}.{kind}"] = lambda f=getattr(np, name), x=x, y=y: f(x, y)
    z, w = X + 1j * Y, Y - 1j * X
    for name, make in {
        "mul": lambda: z * w,
        "div": lambda: z / w,
        "abs": lambda: np.abs(z),
        "exp": lambda: np.exp(z),
        "sqrt": lambda: np.sqrt(z),
        "square": lambda: np.square(z),
        "sum": z.sum,
    }.items():
        PROBES[f"complex.{name}"] = make
    for name in ("exp", "sin", "log1p"):
        PROBES[f"np.{name}.f2"] = lambda f=getattr(np, name): f(Y.astype("f2"))


def _reductions() -> None:
    """Sums, orders and what is built on them."""
    for kind, (x, _) in SINGLE.items():
        found: dict[str, Callable[[], Any]] = {
            "sum": lambda x=x: x.sum(),
            "mean": lambda x=x: x.mean(),
            "var": lambda x=x: x.var(),
            "prod": lambda x=x: np.prod(np.abs(x[:200]) / 4 + 0.2),
            "cumsum": lambda x=x: np.cumsum(x),
            "dot": lambda x=x: x @ (x + 1),
            "norm": lambda x=x: np.linalg.norm(x),
            "einsum": lambda x=x: np.einsum("i,i->", x, x + 1),
            "convolve": lambda x=x: np.convolve(x[:500], x[500:700]),
            "corrcoef": lambda x=x: np.corrcoef(x[:9900].reshape(9, 1100)),
            "interp": lambda x=x: np.interp(x, np.sort(x[:100]), x[:100]),
            "sort": lambda x=x: np.sort(x),
            "argsort": lambda x=x: np.argsort(x),
            "argsort.ties": lambda x=x: np.argsort(np.rint(x * 4)),
            "argpartition": lambda x=x: np.argpartition(x, 100),
            "argpartition.ties": lambda x=x: np.argpartition(np.rint(x * 4), 100),
            "partition": lambda x=x: np.partition(x, 100),
            "median": lambda x=x: np.median(x),
            "percentile": lambda x=x: np.percentile(x, [5, 95]),
            "unique": lambda x=x: np.unique(np.rint(x * 4), return_index=True)[1],
            "fft": lambda x=x: np.fft.fft(x[:4096]),
        }
        PROBES.update({f"np.{name}.{kind}": make for name, make in found.items()})


def _algebra() -> None:
    """BLAS and LAPACK."""
    for kind, (x, _) in SINGLE.items():
        for n in (3, 8, 16, 50, 100):
            b = np.resize(x, (n, n))
            a = b[::-1] + np.eye(n, dtype=x.dtype) * n
            found: dict[str, Callable[[], Any]] = {
                "matmul": lambda a=a, b=b: a @ b,
                "gemv": lambda a=a, b=b: a @ b[0],
                "syrk": lambda a=a: a @ a.T,
                "solve": lambda a=a, b=b: np.linalg.solve(a, b[0]),
                "inv": lambda a=a: np.linalg.inv(a),
                "svd": lambda b=b: np.linalg.svd(b, compute_uv=False),
                "eigh": lambda a=a: np.linalg.eigh(a + a.T)[1],
                "qr": lambda b=b: np.linalg.qr(b)[0],
                "det": lambda a=a: np.linalg.det(a),
                "cholesky": lambda a=a, n=n: np.linalg.cholesky(a @ a.T + n * np.eye(n, dtype=a.dtype)),
                "lstsq": lambda a=a, b=b, n=n: np.linalg.lstsq(a[:, : max(1, n // 2)], b[0], rcond=None)[0],
                "pinv": lambda b=b: np.linalg.pinv(b),
            }
            PROBES.update({f"{name}.{n}.{kind}": make for name, make in found.items()})
    PROBES["matmul.500"] = lambda: np.resize(X, (500, 500)) @ np.resize(Y, (500, 500))
    PROBES["hilbert.solve"] = lambda: np.linalg.solve(HILBERT, np.ones(12))
    PROBES["hilbert.inv"] = lambda: np.linalg.inv(HILBERT[:8, :8])


def _scipy() -> None:
    """What users call."""
    square = np.resize(X, (60, 60)) + np.eye(60) * 60
    PROBES.update(
        {
            "scipy.erf": lambda: scipy.special.erf(X),
            "scipy.gamma": lambda: scipy.special.gamma(Y),
            "scipy.jv": lambda: scipy.special.jv(1.5, Y),
            "scipy.logsumexp": lambda: scipy.special.logsumexp(X),
            "scipy.expit": lambda: scipy.special.expit(X),
            "scipy.ndtri": lambda: scipy.special.ndtri(Y / 1.2),
            "scipy.solve": lambda: scipy.linalg.solve(square, X[:60]),
            "scipy.expm": lambda: scipy.linalg.expm(np.resize(X, (20, 20)) / 10),
            "scipy.lu": lambda: scipy.linalg.lu_factor(square)[0],
            "scipy.eigh": lambda: scipy.linalg.eigh(np.cov(np.resize(X, (30, 300))))[1],
            "scipy.fft": lambda: scipy.fft.fft(X[:4096]),
            "scipy.dct": lambda: scipy.fft.dct(X[:4096]),
            "scipy.bfgs": lambda: scipy.optimize.minimize(scipy.optimize.rosen, np.full(8, 1.3), method="BFGS").x,
            "scipy.lbfgsb": lambda: scipy.optimize.minimize(scipy.optimize.rosen, np.full(8, 1.3), method="L-BFGS-B").x,
            "scipy.neldermead": lambda: (
                scipy.optimize.minimize(scipy.optimize.rosen, np.full(4, 1.3), method="Nelder-Mead").x
            ),
            "scipy.quad": lambda: scipy.integrate.quad(lambda t: math.exp(-t * t) * math.sin(5 * t), 0, 4)[0],
            "scipy.norm": lambda: scipy.stats.norm.cdf(X),
            "scipy.ttest": lambda: scipy.stats.ttest_ind(X, Y)[1],
            "scipy.pearson": lambda: scipy.stats.pearsonr(X, np.roll(X, 1))[0],
            "scipy.eigsh": lambda: scipy.sparse.linalg.eigsh(
                scipy.sparse.diags([np.arange(1.0, 201.0)], [0]).tocsr(), 4, v0=np.ones(200)
            )[0],
        }
    )


def _draws() -> None:
    """Seeded draws: the bits are the generator's, the distributions use mathematics."""
    for name in ("standard_normal", "standard_exponential", "standard_cauchy", "random", "standard_gumbel"):
        if hasattr(np.random.Generator, name):
            PROBES[f"rng.{name}"] = lambda name=name: getattr(np.random.default_rng(1), name)(2000)
    for name, arguments in {
        "gamma": (2.5,),
        "beta": (0.5, 2.5),
        "poisson": (50,),
        "binomial": (100, 0.3),
        "lognormal": (),
        "vonmises": (0, 4),
        "weibull": (1.5,),
        "chisquare": (3,),
    }.items():
        PROBES[f"rng.{name}"] = lambda name=name, arguments=arguments: getattr(np.random.default_rng(1), name)(
            *arguments, size=2000
        )
    PROBES["rng.mvn"] = lambda: np.random.default_rng(1).multivariate_normal(np.zeros(5), np.eye(5) + 0.3, 100)


for _add in (_math, _loops, _reductions, _algebra, _scipy, _draws):
    _add()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", PROBES)
def test_probe(name: str) -> None:
    """The result is what is observed."""
    result = PROBES[name]()
    assert result is not None
