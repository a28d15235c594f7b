"""Instructions of a session in which nothing is marked, with and without the plugin.

Run it: ``python benchmarks/instructions.py``. Valgrind counts them, so that neighbours on a shared machine change
nothing. Two lengths of one suite tell what loading costs once from what each test costs.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SUITE = """
import pytest
@pytest.mark.parametrize("i", range({number}))
def test_q(i):
    assert i >= 0
"""

OURS = ("-p", "pytest_repro.plugin.hooks")


def counted(folder: Path, *words: str) -> int:
    """Instructions of one pytest, compiled files and a fixed hash seed taken for granted."""
    environment = {**os.environ, "PYTHONHASHSEED": "0", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    environment["PYTHONPYCACHEPREFIX"] = str(folder / "compiled")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words]
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)  # compiles
    valgrind = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder / 'out'}"]
    done = subprocess.run(
        [*valgrind, *command], cwd=folder, env=environment, check=True, capture_output=True, text=True
    )
    return int(re.search(r"Collected : (\d+)", done.stderr)[1])  # type: ignore[index]  # valgrind ended well


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--few", type=int, default=200)
    parser.add_argument("--many", type=int, default=1200)
    chosen = parser.parse_args()
    if shutil.which("valgrind") is None:
        sys.exit("valgrind is not installed")
    found: dict[tuple[str, int], int] = {}
    with tempfile.TemporaryDirectory() as name:
        for number in (chosen.few, chosen.many):
            folder = Path(name, str(number))
            folder.mkdir()
            (folder / "test_idle.py").write_text(SUITE.format(number=number), encoding="utf-8")
            found["bare", number] = counted(folder)
            found["ours", number] = counted(folder, *OURS)
    each = {
        who: (found[who, chosen.many] - found[who, chosen.few]) / (chosen.many - chosen.few) for who in ("bare", "ours")
    }
    once = {who: found[who, chosen.few] - each[who] * chosen.few for who in each}
    print(f"{'instructions':<16}{'bare pytest':>16}{'with plugin':>16}{'ratio':>8}")
    for label, counts in (("to start", once), ("each test", each)):
        print(f"{label:<16}{counts['bare']:>16,.0f}{counts['ours']:>16,.0f}{counts['ours'] / counts['bare']:>8.4f}")
    whole = {who: once[who] + 5000 * each[who] for who in each}
    ratio = f"{whole['ours'] / whole['bare']:>8.4f}   (goal 1.02)"
    print(f"{'5,000 tests':<16}{whole['bare']:>16,.0f}{whole['ours']:>16,.0f}{ratio}")


if __name__ == "__main__":
    main()
