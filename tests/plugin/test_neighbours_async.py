"""The neighbours pytest-asyncio and anyio: coroutines are replayed on loops of their own."""

from __future__ import annotations

import pytest

ASYNCIO = """
import asyncio, pytest, pytest_asyncio
pytestmark = pytest.mark.replay
N = {}
def n(key):
    N[key] = N.get(key, 0) + 1
    return N[key]

@pytest_asyncio.fixture
async def box():
    await asyncio.sleep(0)
    yield []
    n("torn down")

@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def wide():
    assert n("wide") == 1
    yield asyncio.get_running_loop()

@pytest.mark.asyncio
async def test_function_loop(box):
    assert box == []
    box.append(1)
    await asyncio.sleep(0)
    assert asyncio.get_running_loop() is not None
    value = 3

@pytest.mark.asyncio(loop_scope="module")
async def test_module_loop(wide):
    assert asyncio.get_running_loop() is wide
    value = await asyncio.sleep(0, 3)

@pytest.mark.asyncio
class TestMethods:
    async def test_method(self, box):
        assert not hasattr(self, "z") and box == []
        self.z = 1
        await asyncio.sleep(0)

@pytest.mark.asyncio
@pytest.mark.parametrize("value", [1, 2])
async def test_parameter(value):
    total = await asyncio.sleep(0, value)

@pytest.mark.asyncio
async def test_fails():
    await asyncio.sleep(0)
    assert 1 == 2

@pytest.mark.asyncio
@pytest.mark.xfail(strict=True)
async def test_expected(): assert 0

@pytest.mark.asyncio
async def test_drifts():
    import random
    await asyncio.sleep(0)
    drawn = random.SystemRandom().random()

@pytest.mark.asyncio
async def test_gathers_in_order():
    got = await asyncio.gather(*(asyncio.sleep(0, i) for i in range(3)))

def test_plain_between():
    x = N["torn down"]
    assert x >= 2
"""

ANYIO = """
import anyio, pytest, random
pytestmark = [pytest.mark.replay, pytest.mark.anyio]
@pytest.fixture(params=["asyncio"])
def anyio_backend(request): return request.param
@pytest.fixture
async def box():
    await anyio.sleep(0)
    yield []
async def test_box(box):
    assert box == []
    box.append(1)
    await anyio.sleep(0)
async def test_tasks():
    got = []
    async def work(i): got.append(i)
    async with anyio.create_task_group() as group:
        for i in range(3): group.start_soon(work, i)
    got.sort()
async def test_drifts():
    await anyio.sleep(0)
    drawn = random.SystemRandom().random()
async def test_seeded():
    drawn = random.random()
def test_not_async(): x = 1
"""

IDLE = "asyncio_default_fixture_loop_scope=function"


def outcomes(session):
    return [(name.partition("::")[2], when, outcome) for name, when, outcome in session.reports if outcome != "passed"]


def test_asyncio_tests_end_as_without_replay_and_their_drift_is_seen(apart, pytester):
    pytest.importorskip("pytest_asyncio")
    pytester.makepyfile(test_it=ASYNCIO)
    off = apart("-o", IDLE, "--repro=off", plugins="asyncio")
    on = apart("-o", IDLE, plugins="asyncio")
    assert outcomes(off) == [("test_fails", "call", "failed"), ("test_expected", "call", "xskipped")]
    expected = [
        (name, when, "failed" if (name, when) == ("test_it.py::test_drifts", "call") else outcome)
        for name, when, outcome in off.reports
    ]
    assert on.reports == expected
    on.result.stdout.fnmatch_lines(
        ["RPR-R101 value drift: *", "  drawn *", "FAILED *::test_drifts - RPR-R101 value drift: *"]
    )
    assert ", 1 drift" in on.summary()
    assert "warned" not in on.summary()


def test_asyncio_in_its_automatic_mode_is_replayed_without_an_edit(apart, pytester):
    pytest.importorskip("pytest_asyncio")
    pytester.makepyfile("async def test_it():\n    value = 3\n")
    session = apart("-o", IDLE, "--asyncio-mode=auto", "--repro=all", plugins="asyncio")
    session.result.assert_outcomes(passed=1)
    assert session.summary() == "repro: 1 test replayed, 1 value compared, no drift (session seed 0)"


def test_anyio_tests_end_as_without_replay_and_their_drift_is_seen(apart, pytester):
    pytest.importorskip("anyio")
    pytester.makepyfile(test_it=ANYIO)
    off, on = apart("--repro=off", plugins="anyio"), apart(plugins="anyio")
    off.result.assert_outcomes(passed=5)
    assert outcomes(on) == [("test_drifts[asyncio]", "call", "failed")]
    assert len(on.reports) == len(off.reports) == 15
    assert on.summary().startswith("repro: 5 tests replayed, ")
