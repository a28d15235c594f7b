"""``pixi.lock``."""

from __future__ import annotations

import sys

import pytest

from pytest_repro.errors import ReproError
from pytest_repro.locks.pixi import PixiLock
from pytest_repro.locks.reading import read, staleness
from pytest_repro.locks.registry import form_of

NUMPY = "https://example.org/conda-forge/linux-64/numpy-2.4.1-py312h0_0.conda"
OLDER = "https://example.org/conda-forge/linux-64/numpy-1.26.4-py312h0_0.conda"
MAC = "https://example.org/conda-forge/osx-arm64/numpy-2.4.1-py312h9_0.conda"
RICH = "https://example.org/packages/rich-13.7-py3-none-any.whl"
GIT = "git+https://example.org/a.git@1f3c9e2aa0b1c2d3e4f5061728394a5b6c7d8e9f"

SIX = f"""\
version: 6
environments:
  default:
    channels:
    - url: https://example.org/conda-forge/
    packages:
      linux-64:
      - conda: {NUMPY}
      - pypi: {RICH}
      - pypi: {GIT}
      - pypi: ./lib
      - conda: .
      osx-arm64:
      - conda: {MAC}
  old:
    channels:
    - url: https://example.org/conda-forge/
    packages:
      linux-64:
      - conda: {OLDER}
packages:
- conda: {OLDER}
  md5: d7c89558ba9fa0495403155b64376d81
- conda: {NUMPY}
  sha256: fe51de6107f9edc7aa4f786a70f4a883943bc9d39b3bb7307c04c41410990726
  purls:
  - pkg:pypi/numpy?source=hash-mapping
- conda: {MAC}
  sha256: fe51de6107f9edc7aa4f786a70f4a883943bc9d39b3bb7307c04c41410990726
- conda: .
  name: thisproject
  version: 1.0.0
  build: hbf21a9e_0
  subdir: linux-64
- pypi: ./lib
  name: My_Lib
  version: '0.3'
  editable: true
- pypi: {GIT}
  name: a
  version: 0.1.dev0
- pypi: {RICH}
  name: rich
  version: '13.7'
  sha256: fe51de6107f9edc7aa4f786a70f4a883943bc9d39b3bb7307c04c41410990726
"""

SEVEN = f"""\
version: 7
platforms:
  - name: laptop
    subdir: linux-64
    virtual-packages:
      - __glibc=2.28
environments:
  default:
    channels:
      - url: https://example.org/conda-forge/
    packages:
      laptop:
        - conda: {NUMPY}
        - conda_source: "tool[ac2e8eb3] @ ../tool"
        - conda_source: thisproject[38b8d5ef] @ ./
packages:
  - conda: {NUMPY}
    sha256: fe51de6107f9edc7aa4f786a70f4a883943bc9d39b3bb7307c04c41410990726
  - conda_source: "tool[ac2e8eb3] @ ../tool"
    version: "0.1"
    build: h0
  - conda_source: thisproject[38b8d5ef] @ ./
    version: "0.1"
"""

FIVE = f"""\
version: 5
environments:
  default:
    channels:
    - url: https://example.org/conda-forge/
    packages:
      linux-64:
      - conda: {NUMPY}
      - pypi: {RICH}
packages:
- kind: conda
  name: numpy
  version: 2.4.1
  build: py312h0_0
  subdir: linux-64
  url: {NUMPY}
  sha256: fe51de6107f9edc7aa4f786a70f4a883943bc9d39b3bb7307c04c41410990726
- kind: pypi
  name: rich
  version: '13.7'
  url: {RICH}
  sha256: fe51de6107f9edc7aa4f786a70f4a883943bc9d39b3bb7307c04c41410990726
"""

LINUX = {"sys_platform": "linux", "platform_machine": "x86_64"}


def lock_of(opened, text, **here):
    return PixiLock().read(opened("pixi.lock", text, **{**LINUX, **here}))


def test_the_default_environment_is_pinned_for_this_platform(opened, pins):
    lock = lock_of(opened, SIX)
    assert pins(lock) == [
        "numpy 2.4.1 conda py312h0_0",
        "thisproject conda",
        "a 0.1.dev0 vcs 1f3c9e2aa0b1c2d3e4f5061728394a5b6c7d8e9f",
        "my-lib 0.3 editable",
        "rich 13.7",
    ]
    assert [pin.hashed for pin in lock.pins] == [True, True, False, False, True]
    assert (lock.root, lock.version, lock.elsewhere) == ("thisproject", "6", "")
    assert lock.notes == ("environment default",)


def test_the_environment_of_this_interpreter_is_known_by_its_folder(opened, pins, monkeypatch):
    monkeypatch.setattr(sys, "prefix", "/made-up/.pixi/envs/old")
    assert pins(lock_of(opened, SIX)) == ["numpy 1.26.4 conda py312h0_0"]
    monkeypatch.setattr(sys, "prefix", "/made-up/.pixi/envs/other")
    assert pins(lock_of(opened, SIX))[0] == "numpy 2.4.1 conda py312h0_0"


def test_platforms_of_version_seven_have_names_of_their_own(opened, pins):
    lock = lock_of(opened, SEVEN)
    assert pins(lock) == ["numpy 2.4.1 conda py312h0_0", "thisproject conda", "tool conda"]
    assert lock.root == "thisproject"


def test_records_of_version_five_begin_with_their_kind(opened, pins):
    lock = lock_of(opened, FIVE)
    assert pins(lock) == ["numpy 2.4.1 conda py312h0_0", "rich 13.7"]
    assert all(pin.hashed for pin in lock.pins)


def test_two_records_of_one_address_are_told_apart_by_what_the_entry_says(opened, pins):
    text = SIX.replace("- pypi: ./lib\n  name", "- pypi: ./lib\n  build: x\n  name").replace(
        "      - conda: .\n", "      - conda: ../two\n        name: second\n"
    )
    text += "- conda: ../two\n  name: first\n- conda: ../two\n  name: second\n"
    assert "second conda" in pins(lock_of(opened, text))


def test_a_platform_that_is_not_locked_is_elsewhere(opened):
    lock = lock_of(opened, SIX, sys_platform="win32", platform_machine="AMD64")
    assert lock.elsewhere == "its environment default is for linux-64, osx-arm64, and this is win-64"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SIX.replace("version: 6", "version: 8", 1), "pixi.lock has format version 8, and pytest-repro reads up to 7"),
        (SIX.replace("version: 6", "version: 3", 1), "format version 3 is no longer written by pixi in 'pixi.lock'"),
        (SIX.replace("version: 6", "version: [6]", 1), "version is not a number in 'pixi.lock:1'"),
        (SIX.replace("version: 6\n", "", 1), "it has no version in 'pixi.lock'"),
        (SIX.replace("environments:", "environment:", 1), "it has no environments in 'pixi.lock'"),
        ("version: 6\nenvironments: {}\npackages: []\n", "it locks no environment in 'pixi.lock:2'"),
        (SIX.replace("      - conda: .\n", "      - snap: .\n"), "linux-64 of environment default lists something"),
        (SIX.replace(f"- pypi: {RICH}\n  name: rich\n", "- pypi: x\n  name: rich\n"), "no package is described for ri"),
        (SIX.replace("  name: My_Lib\n", ""), "a package without a name in 'pixi.lock:11'"),
        (SIX.replace("  name: My_Lib\n", "  version: '0.3'\n"), "the key version stands twice in 'pixi.lock:37'"),
        (SIX + "=======\n", "a merge conflict is not resolved in 'pixi.lock:46'"),
        (SIX[: SIX.index("packages:\n- conda")], "no package is described for numpy-2.4.1-py312h0_0.conda in 'pixi."),
        (SIX[: SIX.index("channels")], "environment default has no packages in 'pixi.lock:3'"),
        ("", "the lock file is empty in 'pixi.lock'"),
        (b"PK\x03\x04\0\0", "the lock file holds bytes that are no text in 'pixi.lock:1'"),
    ],
)
def test_a_broken_lock_is_refused_with_its_line(opened, refused, text, said):
    told = refused(lock_of, opened, text)
    assert told.startswith(said)
    assert told.endswith("mend: pixi lock") or "pip install" in told


@pytest.mark.parametrize(
    ("manifest", "told"),
    [
        (
            '[dependencies]\nnumpy = ">=2"\n[pypi-dependencies]\nrich = "*"\n',
            "fresh: every package that pixi.toml asks for is locked within its bounds",
        ),
        ('[dependencies]\nscipy = "*"\n', "stale: pixi.toml asks for scipy, which is not locked"),
        (
            '[dependencies]\nnumpy = { version = "<2" }\n',
            "stale: pixi.toml asks for numpy <2, and 2.4.1 is locked",
        ),
        (
            '[target.win-64.dependencies]\nscipy = "*"\n',
            "fresh: every package that pixi.toml asks for is locked within its bounds",
        ),
        ('[target.unix.dependencies]\nscipy = "*"\n', "stale: pixi.toml asks for scipy, which is not locked"),
        ('[pypi-dependencies]\nscipy = "*"\n', "stale: pixi.toml asks for scipy, which is not locked"),
        (
            '[environments]\ndefault = { features = ["a"], no-default-feature = true }\n',
            "unknown: pixi.toml is judged for the default environment only",
        ),
        ("broken", "unknown: there is no pixi.toml and no [tool.pixi] in pyproject.toml"),
    ],
)
def test_it_is_stale_where_the_manifest_asks_for_something_else(write, opened, tmp_path, manifest, told):
    write("pixi.toml", manifest)
    staleness = PixiLock().staleness(opened("pixi.lock", SIX, **LINUX), tmp_path)
    assert f"{staleness.state}: {staleness.reason}" == told


def test_the_manifest_may_be_a_pyproject(write, opened, tmp_path):
    write("pyproject.toml", '[tool.pixi.dependencies]\nnumpy = "=1.26"\n')
    told = PixiLock().staleness(opened("pixi.lock", SIX, **LINUX), tmp_path)
    assert told.reason == "pyproject.toml asks for numpy =1.26, and 2.4.1 is locked"


def test_content_decides_whose_a_file_is():
    assert form_of("x.yml", SIX.encode()).name == "pixi.lock"
    assert form_of("pixi.lock", b"rubbish").name == "pixi.lock"


def test_a_real_lock_is_read_whole_and_fresh(real):
    folder = real("pixi/3DBAG+geodepot")
    lock = read(folder / "pixi.lock", project=folder)
    if lock.elsewhere:
        pytest.skip("the real lock is not for this platform")
    assert lock.root == "geodepot"
    assert len(lock.pins) > 80
    assert all(pin.hashed for pin in lock.pins)
    assert staleness(folder / "pixi.lock", project=folder).state == "fresh"


def test_half_of_a_surrogate_pair_is_an_error_of_ours(opened):
    text = 'version: 6\nenvironments:\n  default:\n    packages:\n      linux-64:\n      - conda: "\\ud800"\n'
    with pytest.raises(ReproError) as caught:
        lock_of(opened, text)
    str(caught.value).encode()
