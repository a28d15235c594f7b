"""Thousands of replays in one process: memory, file descriptors and threads over bare pytest's own growth.

Run it: ``python benchmarks/soak.py``. pytest keeps every item and every report, so that memory grows in any case; what
counts is how much more a replayed test leaves behind.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

OURS = ("-p", "pytest_repro.plugin.hooks", "--repro=all")

SUITE = """
import numpy as np, pytest, random
@pytest.mark.parametrize("number", range({number}))
def test_it(number, tmp_path):
    x = np.random.rand(50)
    words = sorted(str(random.random()) for _ in range(5))
    total = float(x.sum()) + len(words)
    assert total > 0
"""

WATCH = """
import os, threading
seen = []
def look():
    with open("/proc/self/statm") as file:
        pages = int(file.read().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024, len(os.listdir("/proc/self/fd")), threading.active_count()
def pytest_runtest_teardown(item, nextitem):
    number = len(seen)
    seen.append(None)
    if number in (STEP, TOTAL - 1):
        with open(os.environ["SOAK"], "a") as file:
            print(number, *look(), file=file)
"""


def grown(folder: Path, words: tuple[str, ...]) -> tuple[float, int, int]:
    """KiB a test, file descriptors and threads that came in from the first tenth of a session to its end."""
    told = folder / "told.txt"
    told.unlink(missing_ok=True)
    environment = {**os.environ, "SOAK": str(told), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words]
    subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, check=True)
    first, last = (list(map(int, line.split())) for line in told.read_text("ascii").splitlines())
    return (last[1] - first[1]) / (last[0] - first[0]), last[2] - first[2], last[3] - first[3]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tests", type=int, default=20_000)
    number = parser.parse_args().tests
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "test_soak.py").write_text(SUITE.format(number=number), encoding="utf-8")
        watch = WATCH.replace("STEP", str(number // 10)).replace("TOTAL", str(number))
        # of the replayed session hidden runs tear down, too: two of each
        (folder / "conftest.py").write_text(watch, encoding="utf-8")
        bare = grown(folder, ())
        watch = WATCH.replace("STEP", str(2 * number // 10)).replace("TOTAL", str(2 * number))
        (folder / "conftest.py").write_text(watch, encoding="utf-8")
        ours = grown(folder, OURS)
    print(f"{number} tests, each replayed once: {2 * number} runs")
    print(f"  memory a run: bare {bare[0]:.2f} KiB, replayed {ours[0]:.2f} KiB")
    print(f"  file descriptors {ours[1]:+d}, threads {ours[2]:+d} from the first tenth to the end")


if __name__ == "__main__":
    main()
