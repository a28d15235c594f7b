"""Planted bugs of every class: each is caught under the condition that it depends on, and under no other."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from textwrap import dedent

import pytest

from pytest_repro.variations.registry import variation

BED = """
import datetime, locale, math, os, threading, time
import numpy as np
import pytest

pytestmark = pytest.mark.replay(tol=0)
SEEN = []

def test_a_first():
    if "first" not in SEEN:
        SEEN.append("first")
    done = len(SEEN)

def test_b_needs_the_first():
    found = list(SEEN)

def test_set_order():
    names = list({"alpha", "beta", "gamma", "delta", "epsilon", "zeta"})

def test_time_zone():
    hour = datetime.datetime.fromtimestamp(0).hour

def test_encoding(tmp_path):
    path = tmp_path / "names.txt"
    path.write_bytes("gr\\u00fcn".encode("utf-8"))
    with path.open(errors="replace") as stream:
        length = len(stream.read())

def test_file_order(tmp_path):
    for name in "abcdefgh":
        (tmp_path / name).touch()
    names = sorted(os.listdir(tmp_path))
    first = os.listdir(tmp_path)[0] == names[0] and os.listdir(tmp_path)[1] == names[1]
    order = [each.name for each in tmp_path.iterdir()]

def test_thread_reduction():
    a = (np.arange(1.0, 250001.0) * 0.618034 % 1.0).reshape(500, 500)
    total = float((a @ a.T).sum())
    product = a @ a

def test_kernel():
    a = (np.arange(1.0, 901.0) * 0.618034 % 1.0).reshape(30, 30)
    solution = np.linalg.solve(a + 4 * np.eye(30), a[0])

def test_ties():
    keys = np.floor(np.arange(1.0, 3001.0) * 0.618034 % 1.0 * 9)
    order = np.argsort(keys)

def test_libm():
    values = [math.sin(0.137 * (i + 1) / 8) for i in (3498, 3843, 4030, 4970, 6030)]

def test_uninitialized():
    block = np.empty(400_000)
    block[:-1] = 1.0
    total = float(block.sum())

def test_lost_update():
    count = [0]
    def work():
        for _ in range(3000):
            seen = count[0]
            seen = int(str(seen)) + 1
            count[0] = seen
    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    lost = count[0] != 12000

def test_today():
    year = datetime.date.today().year

def test_sound():
    total = sum(i * i for i in range(100))
"""

GUILTY = {
    "test_b_needs_the_first": "test_order",
    "test_set_order": "hashseed",
    "test_time_zone": "timezone",
    "test_encoding": "encoding",
    "test_file_order": "file_order",
    "test_thread_reduction": "threads",
    "test_kernel": "blas",
    "test_ties": "simd",
    "test_libm": "libm",
    "test_uninitialized": "uninitialized",
    "test_today": "time",
}
"""The test, and the condition that its bug depends on."""

TOO = {"test_thread_reduction": {"blas"}, "test_kernel": {"threads"}, "test_today": {"timezone"}}
"""What moves a test as well: products follow the kernel, too, and in old OpenBLAS the threads; it may be tomorrow."""


def chart(lines: list[str]) -> dict[str, dict[str, str]]:
    """The reproducibility map that a session printed: words by label, by test."""
    found: dict[str, dict[str, str]] = {}
    columns: list[tuple[str, int]] = []
    for line in lines:
        if re.match(r"  test  +fresh|  test  ", line):
            columns = [(each[0], each.start()) for each in re.finditer(r"\S+", line)][1:]
        elif columns and "::" in line and line.startswith("  "):
            name = line.split()[0].rpartition("::")[2]
            ends = [start for _, start in columns[1:]] + [len(line)]
            cells = {label: line[start:end].strip() for (label, start), end in zip(columns, ends, strict=True)}
            found.setdefault(name, {}).update(cells)
        elif line.startswith("  = the same"):
            columns = []
    return found


@pytest.fixture(scope="module")
def bed(tmp_path_factory):
    """The bed, run once under every single condition, and its map."""
    folder = tmp_path_factory.mktemp("bed")
    (folder / "test_bed.py").write_text(dedent(BED), encoding="utf-8")
    words = ["-p", "no:randomly", "-v", "--repro-vary=all", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *words], cwd=folder, capture_output=True, text=True, check=False, timeout=600
    )
    return done, chart(done.stdout.splitlines())


@pytest.mark.parametrize(("test", "guilty"), GUILTY.items())
def test_a_planted_bug_drifts_under_its_own_condition_and_no_other(bed, test, guilty):
    done, found = bed
    missing = variation(guilty).missing()
    if missing:
        pytest.skip(f"{guilty} cannot be made here: {missing}")
    row = found[test]
    if row[guilty] == "no effect":
        pytest.skip(f"{guilty} has no effect on this machine")
    assert row[guilty] == "DRIFT", done.stdout
    others = {label for label, word in row.items() if word == "DRIFT"} - {guilty} - TOO.get(test, set())
    assert others - {"fresh"} == set(), done.stdout


def test_a_sound_test_is_the_same_under_all_conditions(bed):
    done, found = bed
    assert set(found["test_sound"].values()) <= {"=", "no effect"}, done.stdout


def test_a_lost_update_is_seen_when_threads_switch_often(bed):
    # whether an update is lost is chance; the law is that no other condition is blamed for it
    _, found = bed
    drifted = {label for label, word in found["test_lost_update"].items() if word == "DRIFT"}
    assert drifted <= {"thread_switching", "fresh"}


def test_hardware_stands_under_a_heading_of_its_own(bed):
    lines = bed[0].stdout.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("  test ") and "blas" in line)
    assert lines[at - 1].strip().startswith("simulated")
    assert lines[at - 1].index("simulated") == min(
        lines[at].index(name) for name in ("threads", "blas", "simd", "libm") if name in lines[at]
    )


@pytest.mark.skipif(shutil.which("localedef") is None, reason="no locale can be made here")
def test_a_number_that_follows_its_user_s_locale_drifts_under_another_one(tmp_path, apart, pytester, monkeypatch):
    made = subprocess.run(
        ["localedef", "-i", "de_DE", "-f", "UTF-8", str(tmp_path / "de_DE.UTF-8")], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("the sources of locales are not installed")
    pytester.makepyfile(
        test_it="""
        import locale, pytest
        @pytest.mark.replay
        def test_number():
            locale.setlocale(locale.LC_ALL, "")
            text = locale.format_string("%.2f", 1.5)
            locale.setlocale(locale.LC_ALL, "C")
        """
    )
    monkeypatch.setenv("LOCPATH", str(tmp_path))
    session = apart("--repro-vary=locale=de_DE.UTF-8")
    assert session.ret == 1
    assert "'1.50'" in session.result.stdout.str()
    assert "'1,50'" in session.result.stdout.str()
    assert "under locale=de_DE.UTF-8" in session.result.stdout.str()
