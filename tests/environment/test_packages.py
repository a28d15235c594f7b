"""Installed distributions, from folders' names: their source, the digest of their files, conda's too."""

from __future__ import annotations

import importlib.metadata
import json
import sys
from types import ModuleType

import pytest

from pytest_repro.environment import packages
from pytest_repro.environment.distribution import Distribution
from pytest_repro.environment.installed_files import digest_of
from pytest_repro.environment.place import Place

RECORD = (
    "../../../bin/tool,sha256=aaa,200\n"
    "pkg/__init__.py,sha256=bbb,10\n"
    "pkg/__pycache__/__init__.cpython-311.pyc,,\n"
    "pkg/core.so,sha256=ccc,99\n"
    "pkg-1.0.dist-info/INSTALLER,sha256=ddd,4\n"
    "pkg-1.0.dist-info/RECORD,,\n"
)


@pytest.fixture
def site(monkeypatch, tmp_path):
    """Two folders on ``sys.path`` and nothing else; makes files in them."""
    folders = [tmp_path / "first", tmp_path / "second"]
    monkeypatch.setattr(sys, "path", [str(tmp_path / "absent.zip"), *map(str, folders), str(folders[0])])
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "prefix"))

    def make(name, text=None, *, folder="first"):
        path = tmp_path / folder / name
        if text is None:
            path.mkdir(parents=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    for path in folders:
        path.mkdir()
    return make


def installed(place):
    return packages.read(place).installed


def test_what_is_found_here_is_what_importlib_finds(place):
    ours = {(one.name, one.version) for one in packages.read(place).installed}
    theirs = {(packages._normalised(one.metadata["Name"]), one.version) for one in importlib.metadata.distributions()}
    assert ours == theirs


def test_names_are_normalised_and_versions_keep_their_local_part(site, place):
    site("Zope.Interface_x-6.0.dist-info")
    site("torch-2.13.0+cpu.dist-info")
    assert [(one.name, one.version) for one in installed(place)] == [
        ("torch", "2.13.0+cpu"),
        ("zope-interface-x", "6.0"),
    ]


def test_the_first_on_the_path_wins_and_leavings_of_pip_are_not_installed(site, place):
    site("pkg-1.0.dist-info")
    site("pkg-2.0.dist-info", folder="second")
    site("~kg-1.0.dist-info")
    assert installed(place) == (Distribution(name="pkg", version="1.0"),)


def test_eggs_tell_their_version_by_name_or_by_file(site, place):
    site("old-1.2-py3.11.egg-info")
    site("plain-3.egg-info", "Metadata-Version: 1.0\n")
    site("mine.egg-info/PKG-INFO", "Metadata-Version: 2.1\nName: mine\nVersion: 0.3.dev1\n")
    site("bare.egg-info")
    assert installed(place) == (
        Distribution(name="bare", version=None, source="editable"),
        Distribution(name="mine", version="0.3.dev1", source="editable"),
        Distribution(name="old", version="1.2"),
        Distribution(name="plain", version="3"),
    )


@pytest.mark.parametrize(
    ("direct", "source", "ref"),
    [
        ({"url": "file:///made/x", "dir_info": {"editable": True}}, "editable", None),
        ({"url": "file:///made/x", "dir_info": {}}, "directory", None),
        ({"url": "https://kim:word@example.org/x", "vcs_info": {"vcs": "git", "commit_id": "c0ffee"}}, "vcs", "c0ffee"),
        ({"url": "https://example.org/x", "vcs_info": {"vcs": "git"}}, "vcs", None),
        ({"url": "https://kim:word@example.org/x.whl", "archive_info": {}}, "url", None),
        ({"url": "file:///made/x.whl", "archive_info": {}}, "file", None),
        ([], "url", None),
        ("broken", "url", None),
    ],
)
def test_the_source_is_told_and_never_the_url(site, place, direct, source, ref):
    site("pkg-1.0.dist-info/direct_url.json", "{" if direct == "broken" else json.dumps(direct))
    assert installed(place) == (Distribution(name="pkg", version="1.0", source=source, ref=ref),)


def test_a_wheel_has_one_digest_whoever_installed_it_and_wherever():
    plain = digest_of(RECORD.encode())
    shuffled = "\r\n".join(reversed(RECORD.splitlines())).replace("aaa", "other-script").replace("ddd", "uv")
    assert digest_of(shuffled.encode()) == plain
    assert digest_of(RECORD.replace("__init__.cpython-311.pyc,,\n", "x.pyc,,\n").encode()) == plain
    assert digest_of(RECORD.replace("ccc", "another build").encode()) != plain


def test_the_digest_is_kept_where_there_is_a_cache_and_followed_when_files_change(site, tmp_path):
    site("pkg-1.0.dist-info/RECORD", RECORD)
    place = Place(directory=tmp_path, cache=tmp_path / "cache")
    first = installed(place)[0].record
    assert first == digest_of(RECORD.encode())
    kept = tmp_path / "cache" / "records.json"
    assert str(tmp_path) not in kept.read_text()
    data = json.loads(kept.read_text())
    kept.write_text(json.dumps({key: "form" if key == "form" else "1" * 16 for key in data} | {"form": "1"}))
    assert installed(place)[0].record == "1" * 16
    site("pkg-1.0.dist-info/RECORD", RECORD + "pkg/more.py,sha256=eee,1\n")
    assert installed(place)[0].record not in (first, "1" * 16)
    for broken in ("{", "[]", '{"form": "0"}', '{"form": "1", "x": 5}'):
        kept.write_text(broken)
        assert installed(place)[0].record == digest_of((RECORD + "pkg/more.py,sha256=eee,1\n").encode())


def test_two_installations_of_one_environment_have_one_digest_and_a_change_moves_it(site, place):
    site("pkg-1.0.dist-info/RECORD", RECORD)
    before = packages.read(place).digest
    assert packages.read(place).digest == before
    site("more-1.dist-info")
    assert packages.read(place).digest != before


def test_condas_packages_are_read_from_names_of_files(site, place):
    site("numpy-2.1.3.dist-info")
    for name in ("numpy-2.1.3-py312h58c1407_0.json", "ca-certificates-2024.8.30-hbcca054_0.json", "history", "x.json"):
        site(f"conda-meta/{name}", "never opened", folder="prefix")
    build = Distribution(name="numpy", version="2.1.3", ref="py312h58c1407_0", source="conda", manager="conda")
    assert build in installed(place)
    assert [(one.name, one.manager) for one in installed(place)] == [
        ("ca-certificates", "conda"),
        ("numpy", "conda"),
        ("numpy", "python"),
    ]


def test_of_more_than_300_those_that_are_imported_are_known(site, monkeypatch, place):
    for number in range(300):
        site(f"p{number}-1.dist-info")
    assert packages.read(place).loaded == frozenset()
    site("scikit_learn-1.5.dist-info/RECORD", "made_sklearn/__init__.py,sha256=a,1\n")
    site("six-1.dist-info/RECORD", "made_six.py,sha256=a,1\nsix-1.dist-info/RECORD,,\n")
    site("other-1.dist-info/RECORD", "made_other/__init__.py,sha256=a,1\n")
    for name in ("made_sklearn", "made_six"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    told = packages.read(place)
    assert told.count == 303
    assert told.loaded == {"scikit-learn", "six"}


def test_metadata_is_not_opened(site, place):
    site("pkg-1.0.dist-info/METADATA", "Name: another\nVersion: 9\n")
    assert installed(place) == (Distribution(name="pkg", version="1.0"),)
