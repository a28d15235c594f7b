"""``uv.lock``: which packages are pinned here, and by whom they are asked for."""

from __future__ import annotations

import pytest

from pytest_repro.locks.reading import read
from pytest_repro.locks.uv import UvLock

FORM = UvLock()

INDEX = 'source = { registry = "https://example.org/simple" }'
WHEEL = 'wheels = [\n    { url = "https://example.org/x-1-py3-none-any.whl", hash = "sha256:aa", size = 1 },\n]'


def package(name, version="1", extra=""):
    return f'[[package]]\nname = "{name}"\nversion = "{version}"\n{INDEX}\n{WHEEL}\n{extra}\n'


HEAD = 'version = 1\nrevision = 3\nrequires-python = ">=3.10"\n\n'

PROJECT = (
    HEAD
    + """
[[package]]
name = "my-project"
version = "0.1"
source = { editable = "." }
dependencies = [
    { name = "always" },
    { name = "windows-only", marker = "sys_platform == 'win32'" },
]

[package.optional-dependencies]
plot = [
    { name = "drawing" },
]

[package.dev-dependencies]
dev = [
    { name = "tester" },
]
docs = [
    { name = "writer" },
]

"""
    + "".join(package(name) for name in ("always", "windows-only", "drawing", "tester", "writer", "forgotten"))
)


def test_pins_are_taken_over_all_groups_and_extras_and_only_a_plain_sync_is_default(opened, pins):
    lock = FORM.read(opened("uv.lock", PROJECT))
    assert pins(lock) == ["always 1", "drawing 1 optional", "tester 1", "writer 1 optional"]
    assert lock.skipped == {
        "forgotten": "nothing here asks for it",
        "windows-only": "sys_platform == 'win32' does not hold here",
    }
    assert lock.names == {"my-project", "always", "windows-only", "drawing", "tester", "writer", "forgotten"}
    assert (lock.root, lock.tool, lock.version, lock.complete, lock.closed) == ("my-project", "uv", "1.3", True, True)


def test_the_platform_decides(opened, pins):
    lock = FORM.read(opened("uv.lock", PROJECT, sys_platform="win32"))
    assert "windows-only 1" in pins(lock)


@pytest.mark.parametrize(
    ("setting", "default"),
    [
        ('default-groups = ["docs"]', {"always", "writer"}),
        ('default-groups = "all"', {"always", "writer", "tester"}),
        ("default-groups = []", {"always"}),
    ],
)
def test_default_groups_are_those_of_the_project_file(opened, write, setting, default):
    write("pyproject.toml", f"[tool.uv]\n{setting}\n")
    lock = FORM.read(opened("uv.lock", PROJECT))
    assert {pin.name for pin in lock.pins if pin.default} == default


def test_a_broken_project_file_leaves_uvs_own_default(opened, write):
    write("pyproject.toml", "[tool.uv\n")
    lock = FORM.read(opened("uv.lock", PROJECT))
    assert {pin.name for pin in lock.pins if pin.default} == {"always", "tester"}


def test_of_several_forks_the_edge_chooses_and_then_the_markers(opened, pins):
    old, new = "\"python_full_version < '3.12'\"", "\"python_full_version >= '3.12'\""
    text = (
        HEAD
        + '[[package]]\nname = "p"\nsource = { virtual = "." }\ndependencies = [\n'
        + '    { name = "edge", version = "2", source = { registry = "https://example.org/simple" } },\n'
        + '    { name = "fork" },\n]\n\n'
        + package("edge", "1")
        + package("edge", "2")
        + package("fork", "1", f"resolution-markers = [{old}]")
        + package("fork", "2", f"resolution-markers = [{new}]")
    )
    assert pins(FORM.read(opened("uv.lock", text))) == ["edge 2", "fork 2"]


def test_extras_that_exclude_one_another_pin_a_name_twice_and_neither_by_default(opened, pins):
    text = (
        HEAD
        + 'conflicts = [[\n    { package = "p", extra = "cpu" },\n    { package = "p", extra = "gpu" },\n]]\n\n'
        + '[[package]]\nname = "p"\nsource = { editable = "." }\n\n[package.optional-dependencies]\n'
        + 'cpu = [{ name = "torch", version = "2.4+cpu" }]\ngpu = [{ name = "torch", version = "2.4" }]\n\n'
        + package(
            "torch",
            "2.4",
            'dependencies = [\n    { name = "never", marker = "extra == \'extra-1-p-cpu\' and '
            'extra == \'extra-1-p-gpu\'" },\n    { name = "cuda", marker = "extra == \'extra-1-p-gpu\'" },\n]',
        )
        + package("torch", "2.4+cpu")
        + package("never")
        + package("cuda")
    )
    lock = FORM.read(opened("uv.lock", text))
    assert pins(lock) == ["cuda 1 optional", "torch 2.4 optional", "torch 2.4+cpu optional"]


def test_an_extra_that_a_dependency_asks_for_holds_in_the_markers_of_a_plain_install(opened, pins):
    text = (
        HEAD
        + '[manifest]\nmembers = ["p", "q"]\n\n'
        + '[[package]]\nname = "p"\nsource = { editable = "." }\ndependencies = [{ name = "q", extra = ["gpu"] }]\n\n'
        + '[[package]]\nname = "q"\nversion = "1"\nsource = { editable = "q" }\ndependencies = [\n'
        + '    { name = "cuda", marker = "extra == \'extra-1-q-gpu\'" },\n]\n\n'
        + "[package.optional-dependencies]\ngpu = []\n\n"
        + package("cuda")
    )
    assert pins(FORM.read(opened("uv.lock", text))) == ["cuda 1", "q 1 editable"]


WORKSPACE = (
    HEAD
    + '[manifest]\nmembers = ["root", "inner"]\n\n'
    + '[[package]]\nname = "root"\nsource = { virtual = "." }\ndependencies = [{ name = "outer-needs" }]\n\n'
    + '[[package]]\nname = "inner"\nversion = "3"\nsource = { editable = "packages/inner" }\n'
    + 'dependencies = [{ name = "inner-needs" }]\n\n'
    + package("outer-needs")
    + package("inner-needs")
)


def test_the_member_that_is_tested_is_the_root_and_the_others_are_optional(write, pins, tmp_path):
    path = write("uv.lock", WORKSPACE)
    inner = tmp_path / "packages" / "inner" / "tests"
    inner.mkdir(parents=True)
    lock = read(path, project=tmp_path)
    assert (lock.path, lock.root) == ("uv.lock", "root")
    assert pins(lock) == ["inner 3 editable optional", "inner-needs 1 optional", "outer-needs 1"]
    lock = read(path, project=inner)
    assert (lock.path, lock.root) == ("../../../uv.lock", "inner")
    assert pins(lock) == ["inner-needs 1", "outer-needs 1 optional"]


def test_a_script_s_lock_begins_at_its_own_requirements(opened, pins):
    text = HEAD + '[manifest]\nrequirements = [{ name = "always", specifier = ">=1" }]\n\n' + package("always")
    lock = FORM.read(opened("tool.py.lock", text))
    assert pins(lock) == ["always 1"]


def test_sources_are_told_apart_and_a_commit_is_a_ref(opened):
    commit = "0123456789abcdef0123456789abcdef01234567"
    rows = {
        "by-git": f'{{ git = "https://example.org/r?rev=main#{commit}" }}',
        "by-url": '{ url = "https://example.org/a-1.tar.gz" }',
        "by-file": '{ path = "wheels/a.whl" }',
        "by-folder": '{ directory = "lib" }',
    }
    text = HEAD + '[[package]]\nname = "p"\nsource = { virtual = "." }\ndependencies = [\n'
    text += "".join(f'    {{ name = "{name}" }},\n' for name in rows) + "]\n\n"
    text += "".join(
        f'[[package]]\nname = "{name}"\nversion = "1"\nsource = {source}\n\n' for name, source in rows.items()
    )
    found = {pin.name: (pin.source, pin.ref, pin.hashed) for pin in FORM.read(opened("uv.lock", text)).pins}
    assert found == {
        "by-file": ("file", None, False),
        "by-folder": ("directory", None, False),
        "by-git": ("vcs", commit, False),
        "by-url": ("url", None, False),
    }


def test_a_file_without_a_digest_is_seen_beside_files_with_one(opened):
    whole = (
        HEAD + '[[package]]\nname = "p"\nsource = { virtual = "." }\ndependencies = [{ name = "a" }]\n\n' + package("a")
    )
    assert [pin.hashed for pin in FORM.read(opened("uv.lock", whole)).pins] == [True]
    lacking = whole.replace("\n]\n", '\n    { url = "https://example.org/a-2.whl" },\n]\n', 1)
    assert lacking != whole
    assert [pin.hashed for pin in FORM.read(opened("uv.lock", lacking)).pins] == [False]


def test_a_lock_for_another_interpreter_says_so(opened):
    lock = FORM.read(opened("uv.lock", PROJECT, python_full_version="3.9.1", python_version="3.9"))
    assert lock.elsewhere == "it is for Python >=3.10, and this is 3.9.1"
    bound = PROJECT.replace("\n\n", "\nsupported-markers = [\n    \"sys_platform == 'darwin'\",\n]\n\n", 1)
    assert (
        FORM.read(opened("uv.lock", bound)).elsewhere == "it is for sys_platform == 'darwin', which does not hold here"
    )
    assert FORM.read(opened("uv.lock", bound, sys_platform="darwin")).elsewhere == ""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            HEAD.replace("1", "2", 1),
            (
                "uv.lock has format version 2, and pytest-repro reads up to 1 in 'uv.lock'  [RPR-L407]\n"
                "  mend: pip install --upgrade pytest-repro"
            ),
        ),
        ("revision = 3\n", "the file has no version in 'uv.lock'  [RPR-L406]\n  mend: uv lock"),
        (
            PROJECT.replace('name = "tester"\nversion', "version"),
            "entry 5 of [[package]] has no name in 'uv.lock:52'  [RPR-L406]\n  mend: uv lock",
        ),
        (
            PROJECT.replace('name = "tester"\nversion = "1"', 'name = "tester"\nversion = 1'),
            "version of tester is not text but a number in 'uv.lock:52'  [RPR-L406]\n  mend: uv lock",
        ),
        (
            PROJECT.replace('    { name = "tester" },', '    { name = "nobody" },'),
            "nobody is asked for and stands nowhere in the lock in 'uv.lock:22'  [RPR-L406]\n  mend: uv lock",
        ),
        (
            PROJECT.replace("sys_platform == 'win32'", "sys_platform is win"),
            "not a marker: sys_platform is win in 'uv.lock:12'  [RPR-L406]\n  mend: uv lock",
        ),
        (
            'version = 1\npackage = ["a"]\n',
            (
                "package of the file is not a list of tables but a list of other things in 'uv.lock'  [RPR-L406]\n"
                "  mend: uv lock"
            ),
        ),
    ],
)
def test_what_the_format_does_not_promise_is_refused_with_its_line(opened, refused, text, message):
    assert refused(FORM.read, opened("uv.lock", text)) == message


def test_a_format_of_thousands_of_digits_is_told_as_newer(opened, refused):
    told = refused(FORM.read, opened("uv.lock", f"version = 0x{'f' * 5000}\n"))
    assert "format version ?, and pytest-repro reads up to 1" in told
