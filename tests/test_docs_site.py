"""The site keeps its word: each page is in the nav, each name in the reference, each example runs as it stands."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from textwrap import dedent
from typing import NamedTuple

import pytest

from pytest_repro.cli.main import SUBCOMMANDS, Parser
from pytest_repro.controls.catalogue import CATALOGUE
from pytest_repro.plugin.hooks import INI, OPTIONS
from pytest_repro.plugin.marks import ARGUMENTS
from pytest_repro.report import document
from pytest_repro.seeds.registry import LIBRARIES
from pytest_repro.values.address import CATEGORIES
from pytest_repro.variations.registry import MEMBERS, VARIATIONS

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md"))
NAV = re.findall(r"^ +- .+: (\S+\.md)$", (ROOT / "mkdocs.yml").read_text(encoding="utf-8"), re.MULTILINE)
FENCE = re.compile(
    r'(?P<said>(?:^<!-- .+? -->\n)*)^```(?P<language>\w+)(?: title="(?P<title>[^"]+)")?\n(?P<text>.*?)^```$',
    re.DOTALL | re.MULTILINE,
)
TOOLS = {"pytest": ["-m", "pytest"], "pytest-repro": ["-m", "pytest_repro.cli.main"]}


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


class Block(NamedTuple):
    language: str
    title: str
    text: str
    said: dict[str, str]


def blocks(name: str) -> list[Block]:
    return [
        Block(
            found["language"],
            found["title"] or "",
            found["text"],
            dict(re.findall(r"<!-- (\w+): (\S+) -->", found["said"])),
        )
        for found in FENCE.finditer(page(name))
    ]


RUN = [name for name in PAGES if any(block.title for block in blocks(name))]
"""Pages whose examples have names of files: they run as they stand. The others are run by test_docs.py."""


def commands(block: Block) -> list[str]:
    """Command lines of pytest and of pytest-repro; of a workflow those that its jobs run."""
    text = re.sub(r"\s*>-\n((?: {10}.+\n)+)", lambda found: " " + " ".join(found[1].split()) + "\n", block.text)
    lines = [re.sub(r"^- (?:run: )?", "", line.strip()) for line in text.splitlines()]
    return [line for line in lines if line.partition(" ")[0] in TOOLS]


def skeleton(text: str) -> str:
    """Output without what differs between runs, machines and the room there is: numbers, hardware, breaks."""
    text = re.sub(r"^(  (?:hardware|environment) ).*", r"\1", text, flags=re.MULTILINE)
    numbers = re.compile(r"\[[^]]*\.\.\.\]|\b[0-9a-f]{6}\b|[-+]?\d[\d.e+-]*")
    plain = re.sub(r"\s+", " ", numbers.sub("#", text)).replace("(#,) float#", "(#,)")
    return re.sub(r"[# ]+", "#", plain).strip("#")


def patched(text: str, patch: str) -> str:
    """The text with the lines that begin with + put behind those that stand above them."""
    for hunk in patch.split("...\n"):
        lines = hunk.splitlines()
        before = "\n".join(line[1:] for line in lines if not line.startswith("+"))
        assert before in text, f"not there: {before}"
        text = text.replace(before, "\n".join(line[1:] for line in lines), 1)
    return text


@pytest.fixture
def place(pytester, monkeypatch):
    """An empty folder whose tools are those of this environment, seen as by a user at a terminal."""
    for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "CI"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:cacheprovider -p no:randomly")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("PYTHONPATH", str(pytester.path))
    return pytester


def written(pytester, block: Block) -> None:
    """Write a file, or patch one; what belongs to the package goes to a copy of it."""
    path = pytester.path / block.title
    if block.title.startswith("pytest_repro/") and not (pytester.path / "pytest_repro").exists():
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "pytest_repro", pytester.path / "pytest_repro", ignore=ignored)
    path.parent.mkdir(parents=True, exist_ok=True)
    text = patched(path.read_text(encoding="utf-8"), block.text) if block.language == "diff" else block.text
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("name", RUN)
def test_a_page_runs_from_top_to_bottom_and_shows_what_is_printed(name, place, monkeypatch):
    shown = ""
    for block in blocks(name):
        if "needs" in block.said and find_spec(block.said["needs"]) is None:
            pytest.skip(f"needs {block.said['needs']}")
        if block.title:
            written(place, block)
        for variable, value in re.findall(r"^export (\w+)=(\S+)$", block.text, re.MULTILINE):
            monkeypatch.setenv(variable, value)
        if block.language in ("sh", "yaml"):
            for command in commands(block):
                tool, *words = [text for word in shlex.split(command) for text in globbed(place.path, word)]
                result = place.run(sys.executable, *TOOLS[tool], *words)
                shown = result.stdout.str()
                assert result.ret == int(block.said.get("exits", 0)), (command, shown, result.stderr.str())
        if block.language == "text":
            for part in block.text.split("\n...\n"):
                assert skeleton(part) in skeleton(shown)
                for counted in re.findall(r"\d+ values? compared|compared \d+ values?|\d+ tests? replayed", part):
                    assert counted in shown


def globbed(folder: Path, word: str) -> list[str]:
    """A word as a shell passes it on; without the artefacts of other jobs, the report that is here."""
    if "*" not in word or word.startswith("-"):
        return [word]
    return sorted(str(path) for path in folder.glob(word)) or [str(path) for path in folder.glob(Path(word).name)]


def test_every_python_block_is_run_here_or_beside():
    beside = (ROOT / "tests/test_docs.py").read_text(encoding="utf-8")
    for name in PAGES:
        untitled = [block for block in blocks(name) if block.language == "python" and not block.title]
        assert not untitled or f'"{name}"' in beside, name


def test_what_stands_behind_the_entry_point_of_the_how_to_is_called(place):
    named = {block.title: block.text for block in blocks("how-to/write-a-seeder.md") if block.title != "conftest.py"}
    for title in ("dice.py", "test_dice.py"):
        place.path.joinpath(title).write_text(named[title], encoding="utf-8")
    table = re.fullmatch(r'\[project\.entry-points\."(.+)"\]\n(\w+) = "(.+)"\n', named["pyproject.toml"])
    assert table
    folder = place.path / "dice-1.0.dist-info"
    folder.mkdir()
    folder.joinpath("METADATA").write_text("Metadata-Version: 2.1\nName: dice\nVersion: 1.0\n", encoding="utf-8")
    folder.joinpath("entry_points.txt").write_text(f"[{table[1]}]\n{table[2]} = {table[3]}\n", encoding="utf-8")
    result = place.run(sys.executable, "-m", "pytest")
    result.stdout.fnmatch_lines(["repro: 1 test replayed, * no drift *"])


def test_the_row_of_the_how_to_pins_and_reads_the_generator(place):
    for block in blocks("how-to/write-a-seeder.md"):
        if block.title and block.title not in ("conftest.py", "pyproject.toml"):
            written(place, block)
    result = place.run(sys.executable, "-m", "pytest")
    result.stdout.fnmatch_lines(["repro: 1 test replayed, * no drift *"])


def test_the_files_of_the_lesson_about_ci_are_those_of_the_how_to():
    shown = {Path(block.title).name: block.text for block in blocks("how-to/run-in-ci.md")}
    for title, name in (("tests.yml", "github.yml"), (".gitlab-ci.yml", "gitlab.yml")):
        assert (ROOT / "conftest_examples/continuous_integration" / name).read_text(encoding="utf-8") == shown[title]


def test_on_github_a_drift_is_annotated_and_summed_up_and_silence_is_kept_otherwise(place, monkeypatch):
    drifting, mended = (block.text for block in blocks("tutorial/first-replay.md") if block.language == "python")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(place.path / "summary.md"))
    place.makepyfile(test_slope=mended)
    assert "::error" not in place.run(sys.executable, "-m", "pytest").stdout.str()
    assert not place.path.joinpath("summary.md").exists()
    place.makepyfile(test_slope=drifting)
    result = place.run(sys.executable, "-m", "pytest", "--repro=all")
    result.stdout.fnmatch_lines(["::error file=test_slope.py,line=5,title=RPR-R101 *"])
    assert "RPR-R101 value drift" in place.path.joinpath("summary.md").read_text(encoding="utf-8")


def test_a_stranger_reads_three_pages_at_most_before_a_job_is_green():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "](docs/tutorial/first-replay.md)" in readme
    assert "](../how-to/run-in-ci.md)" in page("tutorial/first-replay.md")
    for name in ("tutorial/first-replay.md", "how-to/run-in-ci.md"):
        assert any("runs-on" in block.text for block in blocks(name) if block.language == "yaml")


def test_every_page_is_in_the_nav_once_and_nothing_else_is():
    assert sorted(NAV) == PAGES


def test_the_nav_goes_by_what_a_reader_wants():
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    parts = re.findall(r"^  - ([\w-]+):", text[text.index("\nnav:") :], re.MULTILINE)
    assert parts == ["Home", "Tutorial", "How-to", "Reference", "Explanation"]


def test_every_option_ini_name_argument_category_and_library_is_in_the_reference():
    text = page("reference/options.md")
    flags = ["--repro", "--repro-policy", "--repro-report", *(flag for flag, _, _ in OPTIONS)]
    for flag in flags:
        assert re.search(rf"^\| `{flag}[=`]", text, re.MULTILINE), flag
    for name, _, _ in INI:
        assert re.search(rf"^\| [^|]*(?:\\\|[^|]*)*\| `{name}` \|", text, re.MULTILINE), name
    for word in (*ARGUMENTS, *CATEGORIES):
        assert f"`{word}`" in text
    for library in LIBRARIES:
        assert library.name in text.replace("`random`", "python"), library.name


def test_every_option_of_the_reference_is_one():
    known = {"--repro", "--repro-policy", "--repro-report", *(flag for flag, _, _ in OPTIONS)}
    for name in PAGES:
        for flag in re.findall(r"(--repro\b(?:-(?!waivers)[a-z]+)*)", page(name)):
            assert flag in known or flag == "--reproducer", (name, flag)
        for word in re.findall(r"\brepro_[a-z_]+\b(?= =)", page(name)):
            assert word in {ini for ini, _, _ in INI}, (name, word)


def test_every_subcommand_and_each_of_its_words_is_in_the_reference():
    text = page("reference/command-line.md")
    choices = Parser().add_subparsers(parser_class=Parser)
    for module in SUBCOMMANDS:
        module.add(choices)
    assert re.findall(r"^## (\w+)$", text, re.MULTILINE) == list(choices.choices)
    for name, parser in choices.choices.items():
        part = text.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
        words = {flag for action in parser._actions for flag in action.option_strings} - {"-h", "--help"}
        assert set(re.findall(r"^\| `(--[a-z-]+)", part, re.MULTILINE)) == words, name


def test_every_finding_has_a_page_of_the_site_that_the_table_leads_to():
    text = page("reference/findings.md")
    shipped = {path.stem for path in (ROOT / "pytest_repro/report/pages").glob("*.md")}
    assert shipped >= {control.code for control in CATALOGUE}
    assert set(re.findall(r"^\| `RPR-(\w+)`.*pages/\1\.md\) \|$", text, re.MULTILINE)) == shipped


def test_every_field_of_the_document_is_in_the_reference():
    test = document.Test(nodeid="", place=document.Place("", 1), state="same")
    texts = dict.fromkeys(("tool", "created", "summary", "hardware", "environment"), "")
    whole = document.to_dict(document.Document(**texts, exit_status=0, session_seed=0, tests=(test,)))
    for field in (*whole, *whole["tests"][0]):
        assert f"`{field}`" in page("reference/reports.md"), field


def test_hardware_conditions_are_named_as_such():
    named = re.search(r"Simulated hardware \((.+?)\)", page("explanation/why-hardware-informs.md"))
    assert named
    assert set(re.findall(r"`(\w+)`", named[1])) == {one.name for one in VARIATIONS if one.kind == "hardware"}
    assert set(MEMBERS) <= {one.name for one in VARIATIONS}


def test_every_file_of_the_package_that_a_page_names_is_there():
    made = {block.title for name in PAGES for block in blocks(name) if block.language == "python"}
    for name in PAGES:
        for path in re.findall(r"`((?:pytest_repro|tests|conftest_examples)/[\w./]+)`", page(name)):
            assert (ROOT / path).exists() or path in made or Path(path).name == "test_grid.py", (name, path)


def test_examples_of_pages_are_formatted_and_clean():
    for name in RUN:
        for block in blocks(name):
            if block.language == "python":
                assert block.text == dedent(block.text)
                assert max(map(len, block.text.splitlines())) <= 118, name
                compile(block.text, f"{name}:{block.title}", "exec", dont_inherit=True)


@pytest.mark.skipif(find_spec("mkdocs") is None or find_spec("mkdocstrings") is None, reason="needs the extra docs")
def test_the_site_is_built_without_a_warning_and_fetches_nothing(tmp_path):
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    for control in CATALOGUE:
        assert (tmp_path / "reference/findings" / control.code / "index.html").is_file()
    for path in tmp_path.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"<(?:script|img|iframe)[^>]+src=\"?https?:|<link[^>]+stylesheet[^>]+https?:", text), path
