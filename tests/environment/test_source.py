"""The digest of a test's source: what is read by people alone does not count."""

from __future__ import annotations

import functools
import importlib.util
import linecache
import re

import pytest

from pytest_repro.environment.source import source_digest

PLAIN = '''
def test_it():
    """Says something.

    Twice."""
    x = [
        1,
        2,
    ]
    text = f"{x[0]} # no comment"
    assert x, text
'''


@pytest.fixture
def digest(tmp_path):
    """The digest of ``test_it`` in a file with the given text."""
    count = iter(range(100))

    def of(text, name="test_it"):
        path = tmp_path / f"made_{next(count)}.py"
        path.write_text(text, encoding="utf-8")
        spec = importlib.util.spec_from_file_location(path.stem, path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        owner = getattr(module, "TestIt", module)
        return source_digest(getattr(owner, name))

    return of


@pytest.mark.parametrize(
    "other",
    [
        "\n# moved down\nimport re\n" + PLAIN,
        PLAIN.replace("    x = [", "    # a comment\n\n    x = [  # another"),
        PLAIN.replace("        2,\n", "        2,\n\n        # none\n"),
        PLAIN.replace("1,\n", "1,   \n"),
        "class TestIt:\n" + re.sub(r"(?m)^(?=[^\n])(?!    Twice)", "    ", PLAIN).replace("(self)", ""),
    ],
    ids=["moved", "comments", "within brackets", "blanks at the end", "into a class"],
)
def test_comments_blank_lines_and_place_do_not_count(digest, other):
    assert re.fullmatch("[0-9a-f]{16}", digest(PLAIN))
    assert digest(other) == digest(PLAIN)


@pytest.mark.parametrize(
    "other",
    [
        PLAIN.replace("2,", "3,"),
        PLAIN.replace("# no comment", "# a comment"),
        PLAIN.replace("Twice", "\n    Twice"),
        PLAIN.replace("def test_it", "@staticmethod\ndef test_it"),
    ],
    ids=["a number", "in a string", "a blank line in a string", "a decorator"],
)
def test_what_the_test_does_counts(digest, other):
    assert digest(other) != digest(PLAIN)


def test_the_digest_is_the_same_on_every_python(digest):
    assert digest(PLAIN) == "bffe133dcd5662d4"


def test_a_wrapped_function_is_looked_through(digest):
    text = f"import functools\n{PLAIN}\noriginal = test_it\n@functools.wraps(original)\ndef wrapper(): ...\n"
    assert digest(text, "wrapper") == digest(PLAIN)


def test_where_there_is_no_source_there_is_no_digest():
    assert source_digest(len) == ""
    assert source_digest(functools.partial(len)) == ""
    made = {}
    exec(compile("def test_it(): ...", "<made up>", "exec"), made)  # noqa: S102  # a function without a file
    assert source_digest(made["test_it"]) == ""


def test_a_file_that_was_cut_since_has_no_digest(tmp_path):
    path = tmp_path / "made_cut.py"
    path.write_text("def test_it():\n    return (\n        1\n    )\n")
    made = {}
    exec(compile(path.read_text(), str(path), "exec"), made)  # noqa: S102  # a function of a file that is edited
    path.write_text("def test_it():\n    return (\n")
    linecache.clearcache()
    assert source_digest(made["test_it"]) == ""
