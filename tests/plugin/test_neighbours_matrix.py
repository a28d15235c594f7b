"""Every neighbour with recording, comparison with the record, fresh processes and diagnosis, all of them on at once.

A suite has a sound test and one that draws: the first is recorded and stays silent, the second is refused, drifts once
and is told why and where; whatever the neighbour counts, it counts each test once.
"""

from __future__ import annotations

import html
import importlib.util
import json
import re
from typing import NamedTuple
from xml.etree import ElementTree as ET

import pytest


class Neighbour(NamedTuple):
    module: str
    plugins: str
    words: tuple[str, ...]
    source: str
    copies: int = 1
    files: tuple[tuple[str, str], ...] = ()
    begin: tuple[str, ...] = ()
    """Words of a session that comes first, without replay: the neighbour keeps its expectations in it."""


FUNCTIONS = """
import pytest, numpy as np
pytestmark = pytest.mark.replay
def test_sound(): kept = 2
def test_draws(): x = np.random.default_rng().random()
"""

COROUTINES = """
import asyncio, pytest, numpy as np
pytestmark = [pytest.mark.replay, pytest.mark.NAME]
@pytest.fixture
def anyio_backend(): return "asyncio"
async def test_sound():
    await asyncio.sleep(0)
    kept = 2
async def test_draws():
    await asyncio.sleep(0)
    x = np.random.default_rng().random()
"""

EXAMPLES = """
import pytest, numpy as np
from hypothesis import given, settings, strategies as st
pytestmark = pytest.mark.replay
@settings(deadline=None, max_examples=10)
@given(st.lists(st.integers()))
def test_sound(xs): kept = len(xs)
@settings(deadline=None, max_examples=3)
@given(st.integers())
def test_draws(i): x = np.random.default_rng().random()
"""

METHODS = """
import unittest, pytest, numpy as np
@pytest.mark.replay
class TestIt(unittest.TestCase):
    def setUp(self): self.held = [1]
    def test_sound(self):
        self.held.append(2)
        kept = len(self.held)
    def test_draws(self): x = np.random.default_rng().random()
"""

SUBTESTS = """
import pytest, numpy as np
pytestmark = pytest.mark.replay
def test_sound(subtests):
    for n in range(2):
        with subtests.test(n=n): kept = n
def test_draws(subtests):
    with subtests.test(): x = np.random.default_rng().random()
"""

MOCKED = """
import os, pytest, numpy as np
pytestmark = pytest.mark.replay
def test_sound(mocker):
    mocker.patch("os.getcwd", return_value="/x")
    mocker.patch("time.time", return_value=3.0)
    kept = os.getcwd()
def test_draws(mocker):
    mocker.patch("random.random", return_value=0.5)
    x = np.random.default_rng().random()
"""

KEPT = """
import pytest, numpy as np
pytestmark = pytest.mark.replay
def test_sound(FIXTURE):
    kept = 2
    CHECK
def test_draws(FIXTURE):
    x = np.random.default_rng().random()
    CHECK
"""

FIGURES = """
import matplotlib
matplotlib.use("agg")
import matplotlib.pyplot as plt
import pytest, numpy as np
pytestmark = [pytest.mark.replay, pytest.mark.mpl_image_compare]
def drawn():
    figure, axes = plt.subplots()
    axes.plot([1, 2, 3])
    return figure
def test_sound():
    figure = drawn()
    return figure
def test_draws():
    x = np.random.default_rng().random()
    return drawn()
"""

ORDERED = """
import pytest, numpy as np
pytestmark = pytest.mark.replay
@pytest.mark.order(2)
def test_sound(): kept = 2
@pytest.mark.order(1)
def test_draws(): x = np.random.default_rng().random()
"""

ROWS = """
import pytest, numpy as np
from django.contrib.auth.models import User
pytestmark = [pytest.mark.replay, pytest.mark.django_db]
def test_sound():
    User.objects.create_user("kim")
    count = User.objects.count()
def test_draws():
    User.objects.create_user("lee")
    x = np.random.default_rng().random()
"""

SETTINGS = """
SECRET_KEY = "x"
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
"""


def checked(fixture: str, check: str) -> str:
    return KEPT.replace("FIXTURE", fixture).replace("CHECK", check)


NEIGHBOURS = (
    Neighbour("pytest_asyncio", "asyncio", ("-o", "asyncio_default_fixture_loop_scope=function"), COROUTINES),
    Neighbour("anyio", "anyio", (), COROUTINES.replace("NAME", "anyio")),
    Neighbour("pytest_randomly", "pytest_randomly", (), FUNCTIONS),
    Neighbour("pytest_rerunfailures", "rerunfailures", ("--reruns=2",), FUNCTIONS),
    Neighbour("pytest_timeout", "timeout", ("--timeout=60",), FUNCTIONS),
    Neighbour("pytest_cov", "pytest_cov", ("--cov=.", "--cov-branch"), FUNCTIONS),
    Neighbour("xdist", "xdist", ("-n2",), FUNCTIONS),
    Neighbour("pytest_mock", "pytest_mock", (), MOCKED),
    Neighbour("hypothesis", "hypothesispytest", (), EXAMPLES),
    Neighbour("pytest_html", "pytest_html.plugin pytest_metadata.plugin", ("--html=page.html",), FUNCTIONS),
    Neighbour("pytest_sugar", "pytest_sugar", (), FUNCTIONS),
    Neighbour("pytest_repeat", "pytest_repeat", ("--count=2",), FUNCTIONS, 2),
    Neighbour("pytest_flakefinder", "flakefinder", ("--flake-finder", "--flake-runs=2"), FUNCTIONS, 2),
    Neighbour("syrupy", "syrupy", (), checked("snapshot", "assert 3 == snapshot"), begin=("--snapshot-update",)),
    Neighbour(
        "pytest_regressions",
        "pytest_regressions.plugin pytest_datadir.plugin",
        (),
        checked("num_regression", 'num_regression.check({"a": np.arange(3.0)})'),
        begin=("--force-regen",),
    ),
    Neighbour(
        "pytest_benchmark",
        "pytest_benchmark.plugin",
        ("--benchmark-min-rounds=1", "--benchmark-max-time=0.01"),
        checked("benchmark", "benchmark(sum, range(100))"),
    ),
    Neighbour("pytest_mpl", "pytest_mpl.plugin", ("--mpl",), FIGURES, begin=("--mpl-generate-path=baseline",)),
    Neighbour("pytest_django", "pytest_django.plugin", ("--ds=settings",), ROWS, files=(("settings", SETTINGS),)),
    Neighbour("pytest_order", "pytest_order.plugin", (), ORDERED),
    Neighbour("unittest", "", (), METHODS),
    Neighbour("_pytest.subtests", "", (), SUBTESTS),
)


def names_in(path):
    return [one.get("name", "") for one in ET.parse(path).iter("testcase")]  # noqa: S314  # our own file


@pytest.mark.parametrize("neighbour", NEIGHBOURS, ids=lambda one: one.module)
def test_recorded_varied_and_diagnosed_each_test_is_told_once(apart, pytester, neighbour):
    if importlib.util.find_spec(neighbour.module) is None:
        pytest.skip(f"needs {neighbour.module}")
    pytester.makepyfile(test_it=neighbour.source.replace("NAME", "asyncio"), **dict(neighbour.files))
    pytester.makeini("[pytest]\n")
    if neighbour.begin:
        apart(*neighbour.begin, "--repro=off", plugins=neighbour.plugins)
    count = neighbour.copies
    first = apart(*neighbour.words, "--repro-record", plugins=neighbour.plugins)
    text = first.result.stdout.str()
    assert first.ret == 1, text
    assert f"recorded {count} test" in first.summary(), text
    assert f"refused {count}" in first.summary(), text
    words = (*neighbour.words, "--repro-vary=hashseed", "--junitxml=kept.xml")
    second = apart(*words, plugins=neighbour.plugins)
    text = second.result.stdout.str()
    assert second.ret == 1, text
    assert f"repro: {2 * count} tests replayed" in second.summary(), text
    assert {nodeid for nodeid, _, outcome in second.reports if outcome != "passed"} == {
        nodeid for nodeid, _, _ in second.reports if "test_draws" in nodeid
    }
    assert set(re.findall(r"RPR-\w+", text)) <= {"RPR-R101", "RPR-S201"}, text
    assert " ".join(text.split()).count("(proved: serving the same entropy removes the drift)") == count
    assert len(re.findall(r"^RPR-R101 value drift", text, re.MULTILINE)) == count
    assert len(names_in(pytester.path / "kept.xml")) == 2 * count
    if neighbour.module == "pytest_html":
        page = (pytester.path / "page.html").read_text(encoding="utf-8")
        told = json.loads(html.unescape(re.findall(r'data-jsonblob="([^"]*)"', page)[0]))["tests"]
        assert {name: [row["result"] for row in rows] for name, rows in told.items()} == {
            "test_it.py::test_sound": ["Passed"],
            "test_it.py::test_draws": ["Failed"],
        }


@pytest.mark.parametrize("neighbour", [one for one in NEIGHBOURS if one.copies > 1], ids=lambda one: one.module)
def test_the_command_that_runs_a_copy_again_makes_the_copies_again(apart, pytester, neighbour):
    if importlib.util.find_spec(neighbour.module) is None:
        pytest.skip(f"needs {neighbour.module}")
    pytester.makepyfile(test_it=neighbour.source)
    text = apart(*neighbour.words, plugins=neighbour.plugins).result.stdout.str()
    commands = re.findall(r"run again +pytest '(.*)' --repro-seed=0 (.*)", text)
    assert [words for _, words in commands] == [" ".join(neighbour.words)] * 2
    again = apart(commands[1][0], *commands[1][1].split(), plugins=neighbour.plugins)
    assert {nodeid for nodeid, _, _ in again.reports} == {commands[1][0]}
