"""``pylock.toml``: the standard's markers, groups and files; what packaging itself selects is what is pinned."""

from __future__ import annotations

import sys

import pytest

from pytest_repro.locks import pylock
from pytest_repro.locks.markers import environment
from pytest_repro.locks.pylock import Pylock
from pytest_repro.locks.reading import read, staleness

FORM = Pylock()

HEAD = 'lock-version = "1.0"\ncreated-by = "some-tool"\n'


def package(name, *lines, version="1.0", wheel="py3-none-any", sdist=False):
    text = f'\n[[packages]]\nname = "{name}"\nversion = "{version}"\n' + "".join(f"{line}\n" for line in lines)
    if sdist:
        text += f'sdist = {{ url = "https://example.org/{name}-1.tar.gz", hashes = {{ sha256 = "aa" }} }}\n'
    if wheel:
        file = f"https://example.org/{name.replace('-', '_')}-{version}-{wheel}.whl"
        text += f'wheels = [{{ url = "{file}", hashes = {{ sha256 = "aa" }} }}]\n'
    return text


GROUPS = (
    HEAD
    + 'extras = ["plot"]\ndependency-groups = ["default", "docs"]\ndefault-groups = ["default"]\n'
    + package("always")
    + package("main", "marker = \"'default' in dependency_groups\"")
    + package("writer", "marker = \"'docs' in dependency_groups\"")
    + package("drawing", "marker = \"'plot' in extras and python_version >= '3.8'\"")
    + package("windows", "marker = \"sys_platform == 'none' and 'plot' in extras\"")
    + package("young", 'requires-python = ">=3.99"')
)


def test_groups_and_extras_are_taken_over_all_and_a_plain_install_is_default(opened, pins):
    lock = FORM.read(opened("pylock.toml", GROUPS))
    assert pins(lock) == ["always 1.0", "drawing 1.0 optional", "main 1.0", "writer 1.0 optional"]
    assert lock.skipped == {
        "windows": "sys_platform == 'none' and 'plot' in extras does not hold here",
        "young": "it is for Python >=3.99",
    }
    assert (lock.tool, lock.version, lock.complete, lock.closed) == ("some-tool", "1.0", True, True)
    assert all(pin.hashed for pin in lock.pins)


@pytest.mark.parametrize(
    "relative",
    [
        "pylock/pdm-project+pdm/tests/fixtures/projects/demo/pylock.toml",
        "uv/Comfy-Org+comfy-cli/pylock.toml",
    ],
)
def test_what_packaging_selects_is_what_is_pinned(real, relative):
    standard = pytest.importorskip("packaging.pylock", reason="packaging 26.1 has the standard's own selection")
    import tomllib  # noqa: PLC0415  # only here

    path = real(relative)
    parsed = standard.Pylock.from_dict(tomllib.loads(path.read_text(encoding="utf-8")))
    if not hasattr(parsed, "select"):
        pytest.skip("packaging 26.1 has the standard's own selection")
    lock = read(path, project=path.parent)

    def selected(**chosen):
        return {(one.name, str(one.version)) for one, _ in parsed.select(**chosen) if one.name != lock.root}

    everything = selected(extras=parsed.extras, dependency_groups=parsed.dependency_groups)
    assert {(pin.name, pin.version) for pin in lock.pins} == everything
    assert {(pin.name, pin.version) for pin in lock.pins if pin.default} == selected()


def test_sources_are_told_apart_and_the_project_is_the_root(opened):
    commit = "0123456789abcdef0123456789abcdef01234567"
    text = (
        HEAD
        + package("me", 'directory = { path = ".", editable = true }', wheel="")
        + package("near", 'directory = { path = "near", editable = true }', wheel="")
        + package("flat", 'directory = { path = "flat" }', wheel="")
        + package("git", f'vcs = {{ type = "git", url = "https://example.org", commit-id = "{commit}" }}', wheel="")
        + package("file", 'archive = { url = "https://example.org/f.zip", hashes = { sha256 = "aa" } }', wheel="")
        + package("disk", 'archive = { path = "d.zip", hashes = { sha256 = "aa" } }', wheel="")
    )
    lock = FORM.read(opened("pylock.toml", text))
    assert lock.root == "me"
    assert [(pin.name, pin.source, pin.ref, pin.hashed) for pin in lock.pins] == [
        ("disk", "file", None, True),
        ("file", "url", None, True),
        ("flat", "directory", None, False),
        ("git", "vcs", commit, False),
        ("near", "editable", None, False),
    ]


def test_a_package_without_a_file_for_this_interpreter_means_another_interpreters_lock(opened):
    fits = HEAD + package("a", wheel="cp27-cp27m-win32", sdist=True) + package("b", wheel="py2.py3-none-any")
    assert FORM.read(opened("pylock.toml", fits)).elsewhere == ""
    tag = f"cp{sys.version_info.major}{sys.version_info.minor}"
    assert FORM.read(opened("pylock.toml", HEAD + package("c", wheel=f"{tag}-none-any"))).elsewhere == ""
    unfit = HEAD + package("c", wheel="cp27-cp27m-win32")
    lock = FORM.read(opened("pylock.toml", unfit))
    assert lock.elsewhere == "its c 1.0 has no file for this interpreter"
    optional = HEAD + 'extras = ["x"]\n' + package("c", "marker = \"'x' in extras\"", wheel="cp27-cp27m-win32")
    lock = FORM.read(opened("pylock.toml", optional))
    assert (lock.elsewhere, dict(lock.skipped)) == ("", {"c": "c 1.0 has no file for this interpreter"})


def test_a_lock_for_another_interpreter_says_so(opened):
    text = HEAD + 'requires-python = ">=3.99"\npackages = []\n'
    here = environment()["python_full_version"]
    source = opened("pylock.toml", text, python_full_version=here)
    assert FORM.read(source).elsewhere == f"it is for Python >=3.99, and this is {here}"
    text = HEAD + "environments = [\"sys_platform == 'none'\"]\npackages = []\n"
    assert (
        FORM.read(opened("pylock.toml", text)).elsewhere == "it is for sys_platform == 'none', which does not hold here"
    )


def test_requirements_under_this_name_are_read_as_requirements(write, tmp_path, pins):
    path = write("pylock.toml", "# This file was autogenerated by uv via the following command:\n-e .\nnumpy==2.1.0\n")
    lock = read(path, project=tmp_path)
    assert (lock.form, lock.tool, pins(lock)) == ("requirements", "uv", ["numpy 2.1.0"])


def test_older_packaging_is_told_and_the_lock_is_read_all_the_same(opened, monkeypatch, pins):
    monkeypatch.setitem(sys.modules, "packaging.pylock", None)
    lock = FORM.read(opened("pylock.toml", GROUPS))
    assert lock.notes == ("packaging 26.1 or newer is needed to check the file against the standard",)
    assert len(pins(lock)) == 4


def test_a_newer_minor_version_is_read_with_a_note_and_without_a_log(opened, caplog):
    lock = FORM.read(opened("pylock.toml", GROUPS.replace("1.0", "1.9", 1)))
    assert lock.notes == ("of format 1.9, what 1.0 knows is read",)
    assert caplog.records == []


PROJECT = '[project]\nname = "me"\ndependencies = ["numpy>=2", "gone; sys_platform == \'none\'"]\n'


@pytest.mark.parametrize(
    ("project", "state", "reason"),
    [
        (PROJECT, "fresh", "what is locked satisfies the dependencies in pyproject.toml"),
        (PROJECT.replace(">=2", ">=3"), "stale", "numpy>=3 is asked for and 2.1.0 is locked"),
        (PROJECT.replace("gone;", "gone; python_version > '3' or"), "stale", "gone is not locked"),
        (PROJECT + '[dependency-groups]\ndev = ["unlocked"]\n', "fresh", None),
        (PROJECT + '[tool.uv]\noverride-dependencies = ["numpy<3"]\n', "fresh", None),
        ("[tool.black]\n", "unknown", "no pyproject.toml tells what the project asks for"),
    ],
)
def test_a_lock_without_a_hash_is_stale_only_where_it_does_not_satisfy(write, tmp_path, project, state, reason):
    path = write("pylock.toml", HEAD + package("numpy", version="2.1.0"))
    write("pyproject.toml", project)
    found = staleness(path, project=tmp_path)
    assert (found.state, found.reason) == (
        state,
        reason or "what is locked satisfies the dependencies in pyproject.toml",
    )


def test_a_named_lock_is_for_something_that_it_does_not_tell(write, tmp_path):
    write("pyproject.toml", PROJECT)
    assert staleness(write("pylock.docs.toml", HEAD), project=tmp_path).state == "unknown"


def test_pdms_hash_is_asked_where_pdm_wrote_it(write, tmp_path):
    path = write("pylock.toml", HEAD + '[tool.pdm]\nhashes = { sha256 = "00" }\n')
    write("pyproject.toml", PROJECT)
    assert staleness(path, project=tmp_path).reason == "the content hash is not that of pyproject.toml"
    path = write("pylock.toml", HEAD + '[tool.pdm]\nhashes = { shake_128 = "00" }\n')
    assert staleness(path, project=tmp_path).state == "unknown"


MEND = "\n  mend: pip lock, or what wrote the file"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('lock-version = "1.0"\n', "not as the standard says: missing required value in 'created-by' in 'pylock.toml'"),
        (
            HEAD.replace("1.0", "2.0"),
            "pylock.toml has format version 2.0, and pytest-repro reads up to 1.x in 'pylock.toml'  [RPR-L407]",
        ),
        (
            HEAD + "packages = []\n[tool]\n[tool.pdm]\nhashes = 1\n",
            None,
        ),
        (HEAD.replace("some-tool", "uv") + package("a", "marker = 1"), "marker"),
        (HEAD + package("Not_Normal"), "not as the standard says: name 'Not_Normal' is not normalized"),
    ],
)
def test_what_the_standard_does_not_allow_is_refused(write, refused, tmp_path, text, message):
    pytest.importorskip("packaging.pylock", reason="packaging 26.1 checks against the standard")
    path = write("pylock.toml", text)
    if message is None:
        said = refused(staleness, path, project=tmp_path)
        assert said == f"hashes of the file is not a table but a number in 'pylock.toml'  [RPR-L406]{MEND}"
    elif message == "marker":
        said = refused(read, path, project=tmp_path)
        assert said.startswith("not as the standard says: ")
        assert said.endswith(" in 'marker' in 'pylock.toml:4'  [RPR-L406]\n  mend: uv export --format=pylock.toml")
    else:
        assert refused(read, path, project=tmp_path).startswith(message)
    assert pylock.Pylock().name == "pylock.toml"
