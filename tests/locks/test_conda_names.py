"""Conda's names for platforms, files and requirements."""

from __future__ import annotations

import pytest

from pytest_repro.locks.conda_names import CondaFile, conda_file, requirement, satisfied, subdir


@pytest.mark.parametrize(
    ("system", "machine", "name"),
    [
        ("linux", "x86_64", "linux-64"),
        ("linux", "aarch64", "linux-aarch64"),
        ("linux", "ppc64le", "linux-ppc64le"),
        ("linux", "i686", "linux-32"),
        ("darwin", "arm64", "osx-arm64"),
        ("darwin", "x86_64", "osx-64"),
        ("win32", "AMD64", "win-64"),
        ("win32", "ARM64", "win-arm64"),
        ("freebsd14", "amd64", "freebsd14-64"),
    ],
)
def test_a_platform_is_named_as_conda_names_it(system, machine, name):
    assert subdir({"sys_platform": system, "platform_machine": machine}) == name


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("https://example.org/linux-64/numpy-2.4.1-py312_0.conda", CondaFile("numpy", "2.4.1", "py312_0")),
        ("https://example.org/noarch/a-b-1.0-0.tar.bz2#d7c89558", CondaFile("a-b", "1.0", "0")),
        ("https://example.org/noarch/a-1%212.0-h0_0.conda", CondaFile("a", "1!2.0", "h0_0")),
        ("file:///pkgs/_x-1-0.conda", CondaFile("_x", "1", "0")),
        ("https://example.org/a-1-py3-none-any.whl", None),
        ("https://example.org/a.conda", None),
        (".", None),
    ],
)
def test_a_file_says_name_version_and_build(address, said):
    assert conda_file(address) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("numpy", ("numpy", "")),
        ("conda-forge::numpy>=2,<3", ("numpy", ">=2,<3")),
        ("python=3.11", ("python", "=3.11")),
        ("Numpy 1.26.* *_openblas", ("numpy", "1.26.* *_openblas")),
        ("pkg[build=h0] >=1", ("pkg", ">=1")),
        ("a/b", None),
    ],
)
def test_a_requirement_is_a_name_and_a_specifier(text, said):
    assert requirement(text) == said


@pytest.mark.parametrize(
    ("specifier", "version", "held"),
    [
        ("", "1", True),
        ("*", "1", True),
        ("=3.11", "3.11.9", True),
        ("=3.11", "3.12.0", False),
        ("3.11.*", "3.11.9", True),
        ("3.11", "3.11.9", True),
        ("==3.11.9", "3.11.9", True),
        ("==3.11.9", "3.11.8", False),
        (">=2,<3.0a0", "2.4", True),
        (">=2,<3.0a0", "3.1", False),
        ("1.2|1.3", "1.3.1", True),
        ("1.2|1.3", "1.4", False),
        ("3.11.* *_cpython", "3.12", False),
        (">=1.1.1w", "1.1.1t", True),
        (">=2024a", "2023b", False),
        (">=9e", "9d", True),
    ],
)
def test_bounds_hold_as_conda_says_and_what_is_not_surely_read_admits_everything(specifier, version, held):
    assert satisfied(specifier, version) is held
