"""The README keeps its word: its report is a real one, its tables name what exists, its links lead somewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_repro.controls.catalogue import CATALOGUE
from pytest_repro.plugin.hooks import INI
from pytest_repro.plugin.marks import ARGUMENTS
from pytest_repro.values.address import CATEGORIES

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
CI = {"PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "80"}


def block(marker: str, language: str) -> str:
    """The code block below a marker."""
    found = re.search(rf"<!-- {re.escape(marker)} -->\s*```{language}\n(.*?)```", README, re.DOTALL)
    assert found, marker
    return found[1]


def skeleton(report: str) -> str:
    """A report without what differs between runs and machines: numbers, line breaks, hardware, environment."""
    lines = [re.sub(r"^(  (?:hardware|environment)).*", r"\1", line) for line in report.splitlines()]
    numbers = re.compile(r"\[[^]]*\.\.\.\]|\b[0-9a-f]{6}\b|[-+]?\d[\d.e+-]*")
    plain = numbers.sub("#", " ".join(lines)).replace("(#,) float64", "(#,)")  # the dtype stands where there is room
    return re.sub(r"[_\s]+", " ", plain.replace("(#,) float#", "(#,)")).strip()


def pytest_run(*arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:randomly", *arguments]
    environment = {**os.environ, **(env or {})}
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=environment)


def test_the_report_of_the_readme_is_what_the_quickstart_prints():
    done = pytest_run("conftest_examples/quickstart", "--repro-policy=R101=fail")
    assert done.returncode == 1
    assert skeleton(block("report", "text")) in skeleton(done.stdout)


def test_the_map_of_the_readme_is_what_the_lesson_prints():
    done = pytest_run("conftest_examples/varied_conditions", "--repro-vary=combined", env={"PYTHONHASHSEED": "1"})
    assert done.returncode == 0
    shown, printed = block("map", "text").splitlines(), done.stdout.splitlines()
    # what numbers do is the processor's; what sets and zones do is the same everywhere
    assert shown[0] in printed
    assert {line for line in shown if "_drift" in line} <= set(printed)


def test_the_test_of_the_readme_is_the_one_of_the_quickstart():
    shown = re.search(r"```python\n(@pytest.mark.replay\(tol=1e-9\).*?)```", README, re.DOTALL)
    assert shown
    source = (ROOT / "conftest_examples/quickstart/test_quickstart.py").read_text(encoding="utf-8")
    plain = re.sub(r"data: np.ndarray\) -> None", "data)", re.sub(r'    """.*?"""\n', "", source, flags=re.DOTALL))
    assert shown[1].strip() in plain


@pytest.mark.parametrize("name", ["quickstart", "tests"])
def test_both_setup_commands_make_their_own_environment(name):
    command = block(f"command: {name}", "sh")
    assert command.startswith("python3 -m venv .venv && .venv/bin/pip install -e ")
    assert " && .venv/bin/pytest" in command


def test_every_category_argument_option_and_code_is_told():
    for word in (
        *CATEGORIES,
        *(f"`{name}`" for name in ARGUMENTS),
        *(f"`{name}`" for name, _, _ in INI),
    ):
        assert word in README
    findings = (ROOT / "docs/reference/findings.md").read_text(encoding="utf-8")
    for control in CATALOGUE:
        assert f"| `RPR-{control.code}` | {control.title} | {control.action} |" in findings


def test_every_link_of_readme_and_docs_leads_somewhere():
    for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")):
        for target in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_no_text_names_a_registry_host_or_a_path_of_some_machine():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    hosts = re.compile("py" + r"pi\.org|python" + r"hosted|/ro" + "ot/|/wo" + "rk/")
    named = [name for name in listed if hosts.search((ROOT / name).read_text(encoding="utf-8", errors="replace"))]
    assert named == []
