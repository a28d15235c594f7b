"""``uv.lock`` against pyproject.toml: equal in meaning is fresh, however uv has rewritten it."""

from __future__ import annotations

import pytest

from pytest_repro.locks.reading import staleness

LOCK = """
version = 1
revision = 3
requires-python = ">=3.10"

[manifest]
overrides = [{ name = "forced", specifier = "==1.0" }]

[[package]]
name = "my-project"
version = "0.1"
source = { editable = "." }
dependencies = [
    { name = "numpy" },
    { name = "old", marker = "python_full_version < '3.11'" },
    { name = "forced" },
    { name = "near" },
]

[package.optional-dependencies]
all = [{ name = "drawing" }, { name = "six" }]
plot = [{ name = "drawing" }]

[package.dev-dependencies]
dev = [{ name = "tester" }]

[package.metadata]
requires-dist = [
    { name = "drawing", marker = "extra == 'plot'", specifier = ">=1" },
    { name = "forced", specifier = ">=2" },
    { name = "my-project", extras = ["plot"], marker = "extra == 'all'" },
    { name = "near", editable = "near" },
    { name = "numpy", specifier = ">=2,<3" },
    { name = "old", marker = "python_full_version < '3.11'" },
    { name = "six", marker = "sys_platform == 'win32' and extra == 'all'" },
]

[package.metadata.requires-dev]
dev = [{ name = "tester", specifier = ">=8" }]
""" + "".join(
    f'\n[[package]]\nname = "{name}"\nversion = "{version}"\nsource = {{ {source} }}\n'
    for name, version, source in (
        ("numpy", "2.1.0", 'registry = "https://example.org/simple"'),
        ("old", "1", 'registry = "https://example.org/simple"'),
        ("forced", "1.0", 'registry = "https://example.org/simple"'),
        ("near", "0", 'editable = "near"'),
        ("drawing", "1.5", 'registry = "https://example.org/simple"'),
        ("six", "1", 'registry = "https://example.org/simple"'),
        ("tester", "8.1", 'registry = "https://example.org/simple"'),
    )
)

PROJECT = """
[project]
name = "My_Project"
version = "0.1"
requires-python = ">=3.10"
dependencies = ["numpy<3, >=2.0", "old; python_version < '3.11'", "forced>=2", "near"]

[project.optional-dependencies]
plot = ["Drawing>=1"]
all = ["my-project[plot]", "six; platform_system == 'Windows'"]

[dependency-groups]
dev = [{ include-group = "test" }]
test = []

[tool.uv]
override-dependencies = ["forced==1"]

[tool.uv.sources]
near = { path = "near", editable = true }
""".replace('dev = [{ include-group = "test" }]\ntest = []', 'dev = ["tester>=8"]')


@pytest.fixture
def told(write, tmp_path):
    """State and reason of the lock beside a project file."""

    def answer(project, lock=LOCK):
        path = write("uv.lock", lock)
        if project is not None:
            write("pyproject.toml", project)
        found = staleness(path, project=tmp_path)
        return found.state, found.reason

    return answer


FRESH = ("fresh", "the requirements in the lock are those of the project")


def test_what_uv_rewrote_is_the_same_requirement(told):
    assert told(PROJECT) == FRESH


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[project]", "# a comment\n[project]"),
        ("numpy<3, >=2.0", "NumPy >=2,<3.0"),
        ("python_version < '3.11'", "python_full_version < '3.11' and python_version >= '3.8'"),
        ("platform_system == 'Windows'", "sys_platform == 'win32' or sys_platform == 'win32'"),
        ('["my-project[plot]",', '["drawing >=1",'),
        ('["tester>=8"]', '[{ include-group = "test" }]\ntest = ["tester>=8"]'),
    ],
    ids=["comment", "spelling", "marker within the lock's Pythons", "marker", "own extra written out", "group"],
)
def test_another_spelling_of_the_same_is_fresh(told, old, new):
    project = PROJECT.replace(old, new)
    assert project != PROJECT
    if "test = [" in new:
        lock = LOCK.replace(
            '\ndev = [{ name = "tester", spec',
            '\ntest = [{ name = "tester", specifier = ">=8" }]\ndev = [{ name = "tester", spec',
        )
        assert told(project, lock) == FRESH
    else:
        assert told(project) == FRESH


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (
            "numpy<3, >=2.0",
            "numpy>=1.26",
            "numpy<3,>=2 stands in the lock only; numpy>=1.26 stands in pyproject.toml only",
        ),
        (', "forced>=2"', "", "forced stands in the lock only"),
        ("python_version < '3.11'", "python_version < '3.12'", "the marker of old differs"),
        ('"tester>=8"', "", "tester>=8 (group dev) stands in the lock only"),
        (
            '"Drawing>=1"',
            "",
            "drawing>=1 (extra all) stands in the lock only; drawing>=1 (extra plot) stands in the lock only",
        ),
        ('requires-python = ">=3.10"', "", "the lock is for Python >=3.10 and the project for any"),
        ("My_Project", "other", "the project is named other and the lock's my-project"),
        ('override-dependencies = ["forced==1"]\n', 'constraint-dependencies = ["forced==1"]\n', None),
    ],
)
def test_other_requirements_that_the_lock_satisfies_are_a_change_and_not_stale(told, old, new, reason):
    project = PROJECT.replace(old, new)
    assert project != PROJECT
    state, said = told(project)
    if reason is None:  # without its override the lock breaks the project's own bound
        assert (state, said) == ("stale", "forced>=2 is asked for and 1.0 is locked")
    else:
        assert (state, said) == ("changed", f"{reason}; what is locked still satisfies the project")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("numpy<3, >=2.0", "numpy>=2.2", "numpy>=2.2 is asked for and 2.1.0 is locked"),
        ('"near"]', '"near", "scipy", "pandas>2"]', "scipy is not locked; pandas is not locked"),
        ('"tester>=8"', '"tester>=9"', "tester>=9 is asked for and 8.1 is locked"),
        (
            '"near"]',
            '"near", "a", "b", "c", "d", "e"]',
            "a is not locked; b is not locked; c is not locked; and 2 more",
        ),
    ],
)
def test_requirements_that_the_lock_does_not_satisfy_are_stale(told, old, new, reason):
    assert told(PROJECT.replace(old, new)) == ("stale", reason)


def test_a_requirement_of_another_platform_is_not_missing(told):
    project = PROJECT.replace('"near"]', '"near", "pywin32; python_version < \'3\'"]')
    state, reason = told(project)
    assert state == "changed"
    assert reason.startswith("pywin32 stands in pyproject.toml only")


def test_an_addressed_package_is_free_of_its_version(told):
    assert told(PROJECT.replace('"near"]', '"near>=5"]')) == FRESH


@pytest.mark.parametrize(
    ("project", "reason"),
    [
        (None, "no pyproject.toml tells what the project asks for"),
        ("[project", "no pyproject.toml tells what the project asks for"),
        ("[tool.black]\n", "no pyproject.toml tells what the project asks for"),
        ('project = 1\ntool = "x"\n', "no pyproject.toml tells what the project asks for"),
        (
            '[project]\nname = "my-project"\ndynamic = ["dependencies"]\n',
            "the project computes its requirements when it is built",
        ),
    ],
    ids=["none", "broken", "no project", "wrong types", "dynamic"],
)
def test_where_nothing_tells_nothing_is_said(told, project, reason):
    assert told(project) == ("unknown", reason)


def test_a_member_s_requirements_are_judged_by_its_own_file(write, tmp_path):
    lock = """
        version = 1
        requires-python = ">=3.10"
        [manifest]
        members = ["root", "inner"]
        [[package]]
        name = "root"
        source = { virtual = "." }
        [[package]]
        name = "inner"
        version = "1"
        source = { editable = "inner" }
        """
    write("pyproject.toml", '[project]\nname = "root"\nrequires-python = ">=3.10"\n')
    write("inner/pyproject.toml", '[project]\nname = "inner"\nversion = "1"\ndependencies = ["numpy"]\n')
    found = staleness(write("uv.lock", lock), project=tmp_path)
    assert (found.state, found.reason) == ("stale", "numpy is not locked")
