"""Plugins that keep expectations, measure or shape a suite: replay disturbs none of them, and takes none of theirs for
a value. Each runs where it is installed: ``nox -s neighbours`` installs them all.
"""

from __future__ import annotations

import importlib.util
import json

import pytest

SYRUPY = """
import numpy as np, pytest
pytestmark = pytest.mark.replay
def test_kept(snapshot):
    kept = {"a": len("four")}
    assert kept == snapshot
"""

REGRESSIONS = """
import numpy as np, pytest
pytestmark = pytest.mark.replay
def test_kept(num_regression):
    num_regression.check({"a": np.arange(3.0)})
"""

BENCHMARK = """
import pytest
pytestmark = pytest.mark.replay
def test_sum(benchmark):
    total = benchmark(lambda: sum(range(100)))
    assert total == 4950
"""

MPL = """
import matplotlib
matplotlib.use("agg")
import matplotlib.pyplot as plt
import pytest
@pytest.mark.replay
@pytest.mark.mpl_image_compare
def test_figure():
    figure, axes = plt.subplots()
    axes.plot([1, 2, 3])
    return figure
"""

DJANGO = """
import pytest
from django.contrib.auth.models import User
pytestmark = pytest.mark.replay
@pytest.mark.django_db
def test_user():
    User.objects.create_user("kim")
    count = User.objects.count()
    assert count == 1
def test_client(client, settings):
    settings.DEBUG = False
    status = client.get("/nothing").status_code
    assert status == 404
"""

SETTINGS = """
SECRET_KEY = "x"
ROOT_URLCONF = "settings"
urlpatterns = []
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
"""

ORDER = """
import pytest
pytestmark = pytest.mark.replay
@pytest.mark.order(2)
def test_second(): place = 2
@pytest.mark.order(1)
def test_first(): place = 1
"""

MOCK = """
import os, pytest
@pytest.mark.replay
def test_patched(mocker):
    patched = mocker.patch("os.getcwd", return_value="/x")
    place = os.getcwd()
    assert place == "/x"
"""

PLAIN = """
import pytest
@pytest.mark.replay
def test_plain():
    place = 2
    assert place
"""


def needs(*modules: str) -> None:
    for name in modules:
        if importlib.util.find_spec(name) is None:
            pytest.skip(f"needs {name}")


@pytest.mark.parametrize(
    "more", [(), ("--repro-vary=hashseed",), ("--repro-record",)], ids=["replayed", "varied", "recorded"]
)
@pytest.mark.parametrize(
    ("module", "plugins", "source", "first"),
    [
        ("syrupy", "syrupy", SYRUPY, ("--snapshot-update",)),
        ("pytest_regressions", "pytest_regressions.plugin pytest_datadir.plugin", REGRESSIONS, ("--force-regen",)),
        ("pytest_benchmark", "pytest_benchmark.plugin", BENCHMARK, ()),
        ("pytest_mpl", "pytest_mpl.plugin", MPL, ("--mpl-generate-path=baseline",)),
        ("pytest_order", "pytest_order.plugin", ORDER, ()),
        ("pytest_mock", "pytest_mock", MOCK, ()),
        ("pytest_html", "pytest_html.plugin pytest_metadata.plugin", PLAIN, ()),
        ("pytest_sugar", "pytest_sugar", PLAIN, ()),
    ],
)
def test_each_works_beside_it(apart, pytester, module, plugins, source, first, more):
    needs(module)
    pytester.makepyfile(test_it=source)
    if first:
        apart(*first, "--repro=off", plugins=plugins)
    words = {"pytest_mpl": ("--mpl",), "pytest_html": ("--html=report.html",)}.get(module, ())
    done = apart(*words, *more, plugins=plugins)
    text = done.result.stdout.str()
    assert done.ret == 0, text
    assert "RPR-" not in text
    assert "no drift" in text
    if "--repro-record" in more:
        compared = apart(*words, plugins=plugins)
        assert compared.ret == 0, compared.result.stdout.str()
        assert "RPR-" not in compared.result.stdout.str()
        again = apart(*words, *more, plugins=plugins)
        assert ", recorded 0 tests in 0 files, kept " in again.summary()


def test_a_benchmark_has_one_row_and_one_entry_in_its_file(apart, pytester, monkeypatch):
    needs("pytest_benchmark")
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)  # there it measures nothing
    pytester.makepyfile(test_it=BENCHMARK)
    done = apart("--benchmark-json=kept.json", "--repro-vary=hashseed", plugins="pytest_benchmark.plugin")
    assert done.ret == 0
    assert "benchmark: 1 tests" in done.result.stdout.str()
    kept = json.loads((pytester.path / "kept.json").read_text(encoding="utf-8"))
    assert [one["name"] for one in kept["benchmarks"]] == ["test_sum"]


def test_a_database_is_put_back_between_the_runs(apart, pytester):
    needs("pytest_django", "django")
    pytester.makepyfile(test_it=DJANGO, settings=SETTINGS)
    done = apart("--ds=settings", "--repro-vary=hashseed", plugins="pytest_django.plugin")
    text = done.result.stdout.str()
    assert done.ret == 0, text
    assert "RPR-" not in text
    assert "repro: 2 tests replayed" in text


def test_all_plugins_of_this_environment_load_together(pytester):
    pytester.makepyfile(test_it="import pytest\n@pytest.mark.replay\ndef test_it(): x = 1\n")
    done = pytester.runpytest_subprocess("--strict-markers", "-p", "no:cacheprovider")
    assert done.ret == 0, done.stdout.str()
    assert "no drift" in done.stdout.str()
    markers = pytester.runpytest_subprocess("--markers").stdout.str()
    assert markers.count("@pytest.mark.replay(") == 1
