"""Every folder of conftest_examples/ is a lesson that runs."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TOLD = {
    "quickstart": ["4 passed", "repro: 4 tests replayed", "1 warned", "RPR-R101 value drift"],
    "recording": ["2 passed", "no drift"],
    "custom_seeder": ["1 passed", "no drift"],
    "sklearn_model": ["2 passed", "no drift"],
    "data_frames": ["1 passed", "no drift"],
    "across_machines": ["2 passed", "4 values compared, no drift"],
    "first_replay": ["1 passed", "no drift"],
    "continuous_integration": ["1 passed", "no drift"],
    "xdist_workers": ["4 passed", "repro: 4 tests replayed, 16 values compared, no drift"],
    "hypothesis_examples": ["2 passed", "no drift"],
    "torch_training": ["2 passed", "no drift"],
    "jax_sampling": ["1 passed", "no drift"],
    "tensorflow_training": ["2 passed", "no drift"],
    "existing_suite": ["4 passed", "repro: 3 tests replayed", "1 warned", "RPR-R101 value drift"],
    "decided_tolerance": ["1 passed", "no drift"],
    "value_kind": ["2 passed", "no drift"],
    "variation": ["3 passed", "no drift"],
    "optimisation": ["1 passed", "no drift"],
    "columnar_frames": ["1 passed", "no drift"],
    "labelled_arrays": ["1 passed", "no drift"],
    "graphs": ["1 passed", "1 test the same under hashseed", "no drift"],
    "symbolic_expressions": ["1 passed", "no drift"],
    "pictures": ["2 passed", "no drift"],
    "data_models": ["1 passed", "no drift"],
    "varied_conditions": ["4 passed", "RPR-R111 drift under a condition", "reproducibility map"],
}
NEEDS = {
    "sklearn_model": "sklearn",
    "data_frames": "pandas",
    "across_machines": "sklearn",
    "hypothesis_examples": "hypothesis",
    "torch_training": "torch",
    "jax_sampling": "jax",
    "tensorflow_training": "tensorflow",
    "optimisation": "scipy",
    "columnar_frames": "polars pyarrow",
    "labelled_arrays": "xarray",
    "graphs": "networkx",
    "symbolic_expressions": "sympy",
    "pictures": "matplotlib",
    "data_models": "pydantic",
}

SLIPS = {
    "optimisation": (
        "repro_rng.uniform(0.5, 1.5, size=4)",
        "[__import__('random').SystemRandom().uniform(0.5, 1.5) for _ in range(4)]",
        [r"\n  found\.nfev .*exact  drift", r"\n  found\.hess_inv .*0      drift"],
    ),
    "columnar_frames": (
        'tol={"*": 0, \'totals*["price"]\': 1e-12, \'table*["price"]\': 1e-12})|, maintain_order=True',
        "runs=5)|",
        [r'\n  totals\["shop"\] ', r'also table\["shop"\]'],
    ),
    "labelled_arrays": (
        "10 + repro_rng",
        "10 + np.random.default_rng()",
        [r'\n  climate\["warmer"\] .*1e-09  drift', r'\n  climate\["degrees"\] .*0      drift'],
    ),
    "graphs": ("sorted(ROADS)", "ROADS", ["RPR-R111 drift under a condition", "under hashseed"]),
    "symbolic_expressions": ("range(-9, 10)", "range(-99, 100)", [r"\n  drawn "]),
    "pictures": ('{"svg.hashsalt": "lesson"}', "{}", [r"\n  svg", r"part at .*id=\"m"]),
    "data_models": (
        "random.uniform(",
        "random.SystemRandom().uniform(",
        [r"\n  trial\.settings\.rate .*exact  drift", "random.SystemRandom"],
    ),
}
"""What a lesson is taught against: texts that are changed, those that come in their place, and what is told then."""


def skipped_without_its_library(name: str) -> None:
    for library in NEEDS.get(name, "").split():
        if find_spec(library) is None:
            pytest.skip(f"the lesson is about {library}")  # which the lesson itself skips without


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:randomly", str(folder), *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_every_lesson_is_listed_here():
    folders = {
        path.name for path in (ROOT / "conftest_examples").iterdir() if path.is_dir() and path.name[0] not in "._"
    }
    assert folders == TOLD.keys()


@pytest.mark.parametrize("name", TOLD)
def test_a_lesson_runs_and_teaches_what_it_says(name):
    skipped_without_its_library(name)
    done = run(ROOT / "conftest_examples" / name)
    assert done.returncode == 0, done.stdout
    for text in TOLD[name]:
        assert text in done.stdout


@pytest.mark.parametrize(
    ("page", "files"),
    [
        ("add-a-value-kind", {"gridlib.py": "value_kind/gridlib.py", "grid.py": "value_kind/grid.py"}),
        ("add-a-variation", {"terminal_width.py": "variation/terminal_width.py"}),
    ],
)
def test_the_files_of_a_how_to_are_those_of_its_lesson(page, files):
    text = (ROOT / f"docs/how-to/{page}.md").read_text(encoding="utf-8")
    for name, path in files.items():
        assert f'{name}"\n{(ROOT / "conftest_examples" / path).read_text(encoding="utf-8")}```' in text


def test_the_measured_tolerance_holds_under_the_condition_that_it_names():
    done = run(ROOT / "conftest_examples/decided_tolerance", "--repro-vary=blas", "--repro-calibrate")
    assert done.returncode == 0, done.stdout
    assert "no drift" in done.stdout
    assert "repro: replay limits" in done.stdout
    assert "paste  @pytest.mark.replay(tol=0" in done.stdout
    assert "R302" not in done.stdout, "the tolerance fits what is measured here"


def test_without_a_tolerance_the_column_is_told_by_its_address(tmp_path):
    pytest.importorskip("pandas", reason="the lesson is about pandas")
    source = (ROOT / "conftest_examples/data_frames/test_totals.py").read_text(encoding="utf-8")
    (tmp_path / "test_totals.py").write_text(source.replace("""tol={"*": 0, 'totals*["price"]': 1e-12}""", "tol=0"))
    done = run(tmp_path)
    assert done.returncode == 1, done.stdout
    assert "RPR-R101 value drift: 1 of" in done.stdout
    assert '  totals["price"]  ' in done.stdout


@pytest.mark.parametrize("name", SLIPS)
def test_a_lesson_that_is_not_heeded_is_told_by_the_names_of_the_library(name, tmp_path):
    skipped_without_its_library(name)
    old, new, told = SLIPS[name]
    (source,) = (ROOT / "conftest_examples" / name).glob("test_*.py")
    text = source.read_text(encoding="utf-8")
    for before, after in zip(old.split("|"), new.split("|"), strict=True):
        assert before in text
        text = text.replace(before, after)
    (tmp_path / source.name).write_text(text, encoding="utf-8")  # without the conftest.py that stands beside it
    done = run(tmp_path)
    assert done.returncode == 1, done.stdout
    for line in told:
        assert re.search(line, done.stdout), done.stdout


def test_without_its_hook_the_custom_generator_drifts(tmp_path):
    for file in ("lottery.py", "pytest.ini", "test_lottery.py"):
        (tmp_path / file).write_text((ROOT / "conftest_examples/custom_seeder" / file).read_text(encoding="utf-8"))
    done = run(tmp_path)
    assert "RPR-R105 not idempotent: module global lottery._state changed by the test" in done.stdout


def test_the_recorded_numbers_are_compared_with_and_hold_to_their_tolerance(tmp_path):
    pytest.importorskip("sklearn", reason="the lesson is about scikit-learn")
    lesson = ROOT / "conftest_examples/across_machines"
    shutil.copytree(lesson, tmp_path / "lesson", ignore=shutil.ignore_patterns("__pycache__", ".*"))
    source = tmp_path / "lesson/test_reference.py"
    text = source.read_text(encoding="utf-8")
    for alpha, status in (("alpha=0.1", 0), ("alpha=0.1001", 1)):
        source.write_text(text.replace("alpha=0.1", alpha), encoding="utf-8")
        done = run(tmp_path / "lesson")
        assert done.returncode == status, done.stdout
    assert "RPR-R101 value drift: 2 of 3 values differ from those recorded" in done.stdout
