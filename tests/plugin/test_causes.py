"""Not idempotent is not nondeterministic: what outlives a test is named, and so is the clock."""

from __future__ import annotations

from textwrap import dedent

import pytest

PROVED = "state outlives the test: {named} (proved: put back, the drift is gone)"

TORN_DOWN = "{named}: torn down between two runs in a fresh process, the drift is gone*proved)"

LEAKS = {
    "a-module-cache": (
        """
        CACHE = []
        @pytest.mark.replay
        def test_it():
            CACHE.append(1)
            size = len(CACHE)
        """,
        "module global test_it.CACHE",
        PROVED,
    ),
    "a-counter": (
        """
        N = 0
        @pytest.mark.replay
        def test_it():
            global N
            N += 1
            n = N
        """,
        "module global test_it.N",
        PROVED,
    ),
    "a-parameter": (
        """
        @pytest.mark.replay
        @pytest.mark.parametrize("G", [{"a": 1}])
        def test_it(G):
            G[len(G)] = 1
            size = len(G)
        """,
        "parametrize argument G",
        PROVED,
    ),
    "a-class-attribute": (
        """
        class Model:
            made = []
        @pytest.mark.replay
        def test_it():
            Model.made.append(1)
            n = len(Model.made)
        """,
        "class attribute test_it.Model.made",
        PROVED,
    ),
    "a-session-fixture": (
        """
        @pytest.fixture(scope="session")
        def box(): return []
        @pytest.mark.replay
        def test_it(box):
            box.append(1)
            size = len(box)
        """,
        "session fixture box",
        PROVED,
    ),
    "a-module-generator": (
        """
        import numpy as np
        RNG = np.random.default_rng(0)
        @pytest.mark.replay
        def test_it():
            x = RNG.normal(size=3)
        """,
        "module global test_it.RNG",
        PROVED,
    ),
    "a-consumed-session-fixture": (
        """
        @pytest.fixture(scope="session")
        def lines(): return iter("abcdefgh")
        @pytest.mark.replay
        def test_it(lines):
            first = next(lines)
        """,
        "session fixture lines",
        TORN_DOWN,
    ),
    "a-generator-as-fixture": (
        """
        @pytest.fixture(scope="module")
        def numbers(): return (i * i for i in range(9))
        @pytest.mark.replay
        def test_it(numbers):
            first = next(numbers)
        """,
        "module fixture numbers",
        TORN_DOWN,
    ),
}


@pytest.mark.parametrize(("source", "named", "reason"), LEAKS.values(), ids=LEAKS)
def test_what_outlives_the_test_is_named_and_warned_of(run, source, named, reason):
    result = run(f"import pytest\n{dedent(source)}")
    result.assert_outcomes(passed=1)
    assert result.ret == 0
    result.stdout.fnmatch_lines(
        [
            f"RPR-R105 not idempotent: {named} changed by the test; *",
            f"  why           {reason.format(named=named)}",
            "  next          give each run its own: *",
            "repro: 1 test replayed, * no drift, 1 warned *",
        ]
    )


def test_state_of_another_module_of_the_project_is_seen(run):
    source = "import pytest, model\n@pytest.mark.replay\ndef test_it():\n    n = model.fit()\n"
    result = run(source, model="RUNS = {'n': 0}\ndef fit():\n    RUNS['n'] += 1\n    return RUNS['n']\n")
    result.stdout.fnmatch_lines(["RPR-R105 not idempotent: module global model.RUNS changed by the test*"])


def test_a_leak_beside_true_nondeterminism_does_not_hide_it(run):
    result = run(
        "import pytest, random\nRUNS = []\n@pytest.mark.replay\ndef test_it():\n    RUNS.append(1)\n"
        "    draw = random.SystemRandom().random()\n    n = len(RUNS)\n"
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["RPR-R101 value drift: 1 of *", "RPR-R105 not idempotent: module global test_it.RUNS*"]
    )


def test_durations_and_readings_of_the_clock_are_no_drift(run):
    result = run(
        """
        import pytest, time, datetime
        from time import perf_counter
        class Fit:
            def __init__(self):
                start = perf_counter()
                sum(range(1000))
                self.elapsed = perf_counter() - start
                self.times = [time.perf_counter() - start for _ in range(3)]
        @pytest.mark.replay
        def test_it():
            started, ns, now = time.time(), time.time_ns(), datetime.datetime.now()
            fit = Fit()
            stamp = f"fitted at {now.isoformat()}"
            total = 1
        """
    )
    result.assert_outcomes(passed=1)
    assert "RPR-" not in result.stdout.str()


def test_what_dates_and_times_of_day_make_of_the_clock_is_no_drift(run):
    result = run(
        """
        import datetime as dt, pytest, time
        from datetime import datetime
        def fit():
            start = dt.datetime.now(dt.timezone.utc)
            sum(range(10_000))
            return dt.datetime.now(dt.timezone.utc) - start
        @pytest.mark.replay
        def test_it():
            start = datetime.now()
            elapsed, took = fit(), fit().total_seconds()
            seconds = (datetime.now() - start).total_seconds()
            name = f"fit {start:%H-%M-%S.%f}"
        """,
        "--repro-policy=R106=warn",
    )
    result.assert_outcomes(passed=1)
    assert "values come from the clock" in result.stdout.str()
    assert "RPR-R101" not in result.stdout.str()


def test_durations_of_pandas_come_from_the_clock_as_well(run):
    pytest.importorskip("pandas", reason="its clock is what is asked")
    result = run(
        """
        import pandas as pd, pytest
        @pytest.mark.replay
        def test_it():
            start = pd.Timestamp.now()
            took = pd.Timestamp.now() - start
            seconds = (pd.Timestamp.now() - start).total_seconds()
        """
    )
    result.assert_outcomes(passed=1)
    assert "RPR-R101" not in result.stdout.str()


def test_a_date_that_freezegun_stops_stands_still_while_the_clock_is_served(run):
    result = run(
        """
        import pytest, random
        from datetime import datetime
        from freezegun import freeze_time
        @pytest.mark.replay
        @freeze_time("2020-05-17")
        def test_it():
            assert datetime.now().year == 2020
            drawn = random.SystemRandom().random()
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*RPR-S201 operating-system entropy*", "*(proved*"])


@pytest.mark.parametrize("moment", ["time.time_ns()", "datetime.now().timestamp() * 1e6"])
def test_a_generator_seeded_with_the_time_is_a_drift(run, moment):
    result = run(
        f"""
        import pytest, random, time
        from datetime import datetime
        @pytest.mark.replay
        def test_it():
            draws = [random.Random({moment}).gauss(0, 9) for _ in range(200)]
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["RPR-R101 value drift*", "*unrelated draws*"])


def test_what_is_lost_while_the_clock_is_served_proves_nothing(run):
    result = run(
        """
        import pytest, random
        from datetime import datetime
        @pytest.mark.replay
        def test_it():
            start = datetime.now()
            if type(time.time) is type(len):  # which is not so of what stands for it while the clock is served
                drawn = random.SystemRandom().random()
        """
    )
    result.assert_outcomes(failed=1)
    assert "from the clock" not in result.stdout.str()
    assert "proved" not in result.stdout.str()


@pytest.mark.parametrize(
    "drawn",
    [
        "random.Random(time.time()).random()",
        "random.Random(datetime.now().timestamp()).random()",
        "random.Random(str(datetime.now())).randrange(1000)",
        "[random.Random(time.time_ns()).random() for _ in range(3)]",
    ],
)
def test_a_small_number_that_was_drawn_by_the_time_is_no_time(run, drawn):
    result = run(
        f"""
        import pytest, random, time
        from datetime import datetime
        @pytest.mark.replay
        def test_it():
            start = time.perf_counter()
            time.sleep(0.002)
            drawn = {drawn}
            elapsed = time.perf_counter() - start
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["RPR-R101 value drift: 1 of *", "  drawn *drift", "*the clock decides it (proved*"])


def test_what_a_test_keeps_of_the_clock_neither_outlives_its_diagnosis_nor_excuses_a_drift(run):
    result = run(
        """
        import logging, pytest, random, time, types
        from datetime import datetime
        CONFIG = types.SimpleNamespace(now=None)
        @pytest.mark.replay
        def test_it():
            logging.Formatter.converter = time.gmtime
            CONFIG.now, CONFIG.time = datetime.now, time.time
            drawn = random.SystemRandom().random()
        def test_later():
            record = logging.LogRecord("a", 1, "b", 1, "c", (), None)
            assert logging.Formatter("%(asctime)s").format(record)
            assert type(CONFIG.now()) is datetime
        """
    )
    result.assert_outcomes(failed=1, passed=1)
    result.stdout.fnmatch_lines(["RPR-R101 value drift*", "*RPR-S201 operating-system entropy*", "*(proved*"])
    assert "R105" not in result.stdout.str()


def test_a_test_that_finds_what_its_first_run_left_is_not_idempotent(run):
    result = run(
        """
        import pytest
        CACHE = {}
        @pytest.mark.replay
        def test_it():
            assert "k" not in CACHE
            CACHE["k"] = 1
        """
    )
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        [
            "RPR-R105 not idempotent: module global test_it.CACHE keeps what an earlier run left; *",
            "  why           module global test_it.CACHE: put back between two runs in a fresh process*",
        ]
    )


def test_the_stamp_of_a_file_written_just_now_comes_from_the_clock(run):
    result = run(
        """
        import os, pytest
        @pytest.mark.replay
        def test_it(tmp_path):
            path = tmp_path / "out.txt"
            path.write_text("x")
            stamp, exact = os.path.getmtime(path), path.stat().st_mtime_ns
            assert path.stat().st_mtime > 0
        """,
        "--repro-policy=R106=warn",
    )
    result.assert_outcomes(passed=1)
    assert "values come from the clock" in result.stdout.str()
    assert "RPR-R101" not in result.stdout.str()
