"""Planted bugs with known answers: does a report name the line, and the cause? ``python benchmarks/planted.py``.

Every bug is a line marked ``# BUG name`` in ``benchmarks/planted``, found by the test of that name. A line counts when
the first line beneath *where* is the marked one, a class when the report's *why*, or its code, is of that class. What
is called *proved* and is wrong is counted apart: there must be none.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent / "planted"

ENTROPY = (
    *("deep", "split", "object", "generator", "coroutine", "thread", "pool", "ufunc", "uuid", "fixture"),
    *("comprehension", "recursion", "library"),
)
CLASSES = {
    **dict.fromkeys(ENTROPY, "entropy"),
    **dict.fromkeys(("clockseed", "paced"), "clock"),
    **dict.fromkeys(("cache", "history", "shared", "leak"), "state"),
    "completed": "threads in order",
    **dict.fromkeys(("set", "setdict"), "hashseed"),
    **dict.fromkeys(("listdir", "iterdir"), "file_order"),
    "empty": "uninitialized",
    "zone": "timezone",
    "product": "threads",
    "ties": "simd",
    "kernel": "blas",
    "libm": "libm",
}
TOO = {"product": {"blas"}, "kernel": {"threads"}, "empty": {"threads", "hashseed", "blas"}}
"""Conditions that move a value as well: products follow the kernel, and memory that nobody wrote holds anything."""

CONDITIONS = ("hashseed", "file_order", "uninitialized", "timezone", "threads", "simd", "blas", "libm")


class Answer(NamedTuple):
    """What a report said of one bug."""

    name: str
    wanted: str
    line: str
    told: str
    kind: str
    sure: bool


def planted() -> dict[str, str]:
    """``model.py:12`` by name of the bug."""
    found = {}
    for path in HERE.glob("*.py"):
        for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            mark = re.search(r"# BUG (\w+)", text)
            if mark:
                found[mark[1]] = f"{path.name}:{number}"
    return found


def reports(output: str) -> dict[str, str]:
    """The text of each test's report by the bug's name."""
    output = re.split(r"^=+ (?:short test summary|repro: )", output, maxsplit=1, flags=re.MULTILINE)[0]
    parts = re.split(r"^_{3,} .*?test_(\w+).* _{3,}$", output, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def section(report: str, heading: str) -> list[str]:
    """The lines beneath a heading."""
    found: list[str] = []
    for line in report.splitlines():
        if line.startswith(f"  {heading} ") or (found and line.startswith(" " * 16)):
            found.append(line[16:])
        elif found:
            break
    return found


def kinds(report: str) -> set[str]:
    """Classes of cause that a report names."""
    why = "\n".join(section(report, "why"))
    found = {name for name in CONDITIONS if re.search(rf"^{name}=", why, re.MULTILINE)}
    found |= {"entropy"} if "RPR-S201" in why else set()
    found |= {"clock"} if "the clock" in why or "RPR-R106" in report else set()
    found |= {"state"} if "RPR-R105" in report else set()
    found |= {"threads in order"} if "thread" in why and not found else set()
    return found


def asked() -> dict[str, str]:
    """All reports, from one run in process and one under conditions."""
    single = [name for name, kind in CLASSES.items() if kind in CONDITIONS]
    base = [sys.executable, "-m", "pytest", "-q", "-c", "/dev/null", "--rootdir=.", "-p", "no:cacheprovider"]
    base += ["-p", "no:randomly", "--repro=all", "--repro-policy=R105=fail", "--repro-policy=R106=fail"]
    found: dict[str, str] = {}
    for words in (
        ["-k", " or ".join(f"test_{name}" for name in CLASSES if name not in single)],
        ["-k", " or ".join(f"test_{name}" for name in single), f"--repro-vary={','.join(CONDITIONS)}"],
    ):
        done = subprocess.run([*base, *words], cwd=HERE, capture_output=True, text=True, check=False)
        found |= reports(done.stdout)
    return found


def handed_over() -> None:
    """Which bugs a script of their own shows, verified by its run."""
    done = 0
    for name in CLASSES:
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, "-m", "pytest_repro.cli.main", "show", f"test_planted.py::test_{name}"]
            command += ["--reproducer", f"--output={folder}/repro.py"]
            made = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False)
            script = Path(folder, "repro.py")
            source = script.read_text(encoding="utf-8") if script.exists() else ""
            again = subprocess.run([sys.executable, script], capture_output=True, check=False) if source else None
        done += again is not None and again.returncode == 1
        told = source.splitlines()[0].strip('"') if source else made.stdout.split("\n", 2)[1].strip()
        print(
            f"{name:14}{'verified' if source else 'none':10}{source.count(chr(10)) or '':>4}  {told[:100]}", flush=True
        )
    print(f"{done} of {len(CLASSES)} bugs have a script that exits 1 when it is run once more")


def main() -> None:
    """Ask, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reproducers", action="store_true", help="make a script of each bug instead")
    if parser.parse_args().reproducers:
        handed_over()
        return
    lines, told = planted(), asked()
    answers = []
    for name, kind in CLASSES.items():
        report = told.get(name, "")
        where = (section(report, "where") or ["-"])[0]
        named = kinds(report) - TOO.get(name, set())
        answers.append(
            Answer(name, lines[name], where.split("  ")[0], kind, "+".join(sorted(named)), "proved" in report)
        )
    for one in answers:
        exact, right = one.line == one.wanted, one.kind == one.told
        print(
            f"{one.name:14}{one.wanted:22}{one.line[:40]:42}{'exact' if exact else 'NOT':7}"
            f"{one.told:18}{one.kind or '-':24}{'right' if right else 'NOT':7}{'proved' if one.sure else ''}"
        )
    exact = sum(one.line == one.wanted for one in answers)
    right = sum(one.kind == one.told for one in answers)
    wrong = [one.name for one in answers if one.sure and one.kind != one.told]
    total = len(answers)
    print(
        f"{total} bugs: line exact {exact / total:.0%} (goal 90), class right {right / total:.0%} (goal 95), ", end=""
    )
    print(f"wrong proofs {wrong or 'none'}; Python {sys.version.split()[0]}")


if __name__ == "__main__":
    main()
