"""``conda-lock.yml``."""

from __future__ import annotations

import pytest

from pytest_repro.locks.conda_lock import CondaLock
from pytest_repro.locks.reading import read, staleness
from pytest_repro.locks.registry import form_of

HEAD = """\
version: 1
metadata:
  content_hash:
    linux-64: ab1eae89
  channels:
  - url: conda-forge
    used_env_vars: []
  platforms:
  - linux-64
  - osx-arm64
  sources:
  - environment.yml
package:
"""


def package(name="numpy", version="2.4.1", platform="linux-64", manager="conda", **more):
    build = f"{name}-{version}-h0_0.conda" if manager == "conda" else f"{name}-{version}.tar.gz"
    url = more.pop("url", f"https://example.org/{platform}/{build}")
    lines = [f"- name: {name}", f"  version: '{version}'", f"  manager: {manager}", f"  platform: {platform}"]
    lines += ["  dependencies:", "    name: '*'", "    platform: '>=1'", f"  url: {url}"]
    lines += ["  hash:", "    md5: d7c89558", "    sha256: fe51de61"]
    lines += [f"  {key}: {value}" for key, value in {"category": "main", "optional": "false", **more}.items()]
    return "\n".join(lines) + "\n"


LINUX = {"sys_platform": "linux", "platform_machine": "x86_64"}
MEND = "\n  mend: conda-lock lock --lockfile conda-lock.yml"


def lock_of(opened, *packages, head=HEAD, **here):
    return CondaLock().read(opened("conda-lock.yml", head + "".join(packages), **{**LINUX, **here}))


def test_what_is_for_this_platform_is_pinned_and_the_rest_is_skipped(opened, pins):
    lock = lock_of(
        opened,
        package(),
        package(platform="osx-arm64", version="2.3.0"),
        package("appnope", platform="osx-arm64"),
        package("Sam_Algorithm", "1.0.2", manager="pip"),
    )
    assert pins(lock) == ["numpy 2.4.1 conda h0_0", "sam-algorithm 1.0.2"]
    assert [pin.manager for pin in lock.pins] == ["conda", "python"]
    assert all(pin.hashed and pin.default for pin in lock.pins)
    assert dict(lock.skipped) == {"appnope": "another platform"}
    assert {"numpy", "appnope", "sam-algorithm"} <= lock.names
    assert (lock.version, lock.tool, lock.elsewhere) == ("1", "conda-lock", "")


def test_another_category_is_optional_and_a_package_of_two_is_not(opened, pins):
    lock = lock_of(
        opened,
        package(category="dev", optional="true"),
        package("scipy", category="dev", optional="true"),
        package("scipy", category="main"),
    )
    assert pins(lock) == ["numpy 2.4.1 conda h0_0 optional", "scipy 2.4.1 conda h0_0"]


def test_a_repository_is_pinned_by_its_commit(opened, pins):
    url = "git+https://example.org/a.git@1f3c9e2aa0b1c2d3e4f5061728394a5b6c7d8e9f"
    assert pins(lock_of(opened, package("a", "1", manager="pip", url=url))) == [
        "a 1 vcs 1f3c9e2aa0b1c2d3e4f5061728394a5b6c7d8e9f"
    ]


def test_a_platform_that_is_not_locked_is_elsewhere(opened):
    lock = lock_of(opened, package(), package(platform="osx-arm64"), sys_platform="win32", platform_machine="AMD64")
    assert lock.elsewhere == "it is for linux-64, osx-arm64, and this is win-64"
    assert lock.pins == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD.replace("package:", "packages:"), "it has no list of packages in 'conda-lock.yml'  [RPR-L406]" + MEND),
        (HEAD + "- version: 1\n  platform: linux-64\n", "a package without name in 'conda-lock.yml:14'  [RPR-L406]"),
        (HEAD + package(manager="npm"), "manager is neither conda nor pip but npm in 'conda-lock.yml:14'"),
        (HEAD + package(url="https://example.org/x"), "the address of no conda package in 'conda-lock.yml:14'"),
        (HEAD + package() + "  category: main\n", "the key category stands twice in 'conda-lock.yml:27'"),
        (HEAD + "  nothing\n", "package is not a list in 'conda-lock.yml:13'"),
        (HEAD.replace("1", "2", 1) + package(), "conda-lock.yml has format version 2, and pytest-repro reads up to 1"),
        (HEAD.replace("1", "one", 1), "version is not a number in 'conda-lock.yml:1'"),
        (HEAD + "<<<<<<< HEAD\n" + package(), "a merge conflict is not resolved in 'conda-lock.yml:14'"),
        ("metadata:\n" + HEAD, "the key metadata stands twice in 'conda-lock.yml:3'"),
        ("", "the lock file is empty in 'conda-lock.yml'"),
        (b"\xff\xfe", "the lock file is not UTF-8 text in 'conda-lock.yml:1'"),
        ("conda-lock-python-3.14.yaml\n", "it has no list of packages in 'conda-lock.yml'"),
    ],
)
def test_a_broken_lock_is_refused_with_its_line_and_the_command_that_writes_it_anew(opened, refused, text, said):
    assert refused(CondaLock().read, opened("conda-lock.yml", text, **LINUX)).startswith(said)


def test_a_cut_lock_is_refused(opened, refused):
    text = HEAD + package()
    assert refused(CondaLock().read, opened("conda-lock.yml", text[: text.index("  url:")], **LINUX)).startswith(
        "a package without url in 'conda-lock.yml:14'  [RPR-L406]"
    )


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ("- numpy>=2\n- pip:\n  - rich\n", "fresh: every package that environment.yml asks for is locked as asked"),
        ("- scipy\n", "stale: environment.yml asks for scipy, which is not locked"),
        ("- numpy=2.5\n", "stale: environment.yml asks for numpy =2.5, and 2.4.1 is locked"),
        ("- scipy  # [win]\n", "fresh: every package that environment.yml asks for is locked as asked"),
        ("a\tb: [", "unknown: none of the files it was made from is beside it"),
    ],
)
def test_it_is_stale_where_the_file_it_was_made_from_asks_for_something_else(
    write, opened, tmp_path, environment, told
):
    write("environment.yml", f"name: x\ndependencies:\n{environment}")
    staleness = CondaLock().staleness(opened("conda-lock.yml", HEAD + package(), **LINUX), tmp_path)
    assert f"{staleness.state}: {staleness.reason}" == told


def test_a_source_outside_the_project_is_not_read(opened, tmp_path):
    text = HEAD.replace("environment.yml", "../../environment.yml") + package()
    told = CondaLock().staleness(opened("conda-lock.yml", text, **LINUX), tmp_path)
    assert told.state == "unknown"


def test_content_decides_whose_a_file_is():
    assert form_of("locked.yml", HEAD.encode()).name == "conda-lock.yml"
    assert form_of("environment.yml", b"# lock it with conda-lock\nname: x\ndependencies:\n- numpy\n") is None
    assert form_of("conda-lock.yml", b"rubbish").name == "conda-lock.yml"


def test_a_real_lock_is_read_whole_and_fresh(real):
    folder = real("conda-lock/AlexsLemonade+OpenScPCA-analysis/analyses/cell-type-ETP-ALL-03")
    lock = read(folder / "conda-lock.yml", project=folder)
    if lock.elsewhere:
        pytest.skip("the real lock is not for this platform")
    expected = {"linux-64": 180, "osx-64": 162, "osx-arm64": 162}
    assert len(lock.pins) in expected.values()
    assert sum(pin.manager == "python" for pin in lock.pins) == 2
    assert all(pin.hashed for pin in lock.pins)
    assert staleness(folder / "conda-lock.yml", project=folder).state == "fresh"
