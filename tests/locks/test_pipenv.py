"""``Pipfile.lock``: categories, markers, and pipenv's own hash."""

from __future__ import annotations

import hashlib
import json

import pytest

from pytest_repro.locks.pipenv import PipfileLock
from pytest_repro.locks.reading import read, staleness

FORM = PipfileLock()

SOURCES = [{"name": "index", "url": "https://example.org/simple", "verify_ssl": True}]


def lock(default=None, develop=None, *, digest="0" * 64, requires=None, **more):
    about = {"hash": {"sha256": digest}, "pipfile-spec": 6, "requires": requires or {}, "sources": SOURCES}
    return json.dumps({"_meta": about, "default": default or {}, "develop": develop or {}, **more}, indent=4)


def pin(version, **more):
    return {"hashes": ["sha256:aa"], "index": "index", "version": version, **more}


def test_every_category_is_read_and_only_default_is_plain(opened, pins):
    text = lock(
        {
            "NumPy": pin("==2.1.0"),
            "both": pin("==1"),
            "win": pin("==1", markers="sys_platform == 'win32'"),
            "loose": {"version": "*"},
            "ranged": {"version": ">=2"},
            "cloned": {"git": "https://example.org/r", "ref": "0123abc"},
            "local": {"path": ".", "editable": True},
        },
        {"both": pin("==1"), "tester": pin("==8.1")},
        docs={"writer": pin("==3")},
    )
    found = FORM.read(opened("Pipfile.lock", text))
    assert pins(found) == [
        "both 1",
        "cloned vcs 0123abc",
        "local editable",
        "loose any version",
        "numpy 2.1.0",
        "ranged range >=2",
        "tester 8.1 optional",
        "writer 3 optional",
    ]
    assert found.skipped == {"win": "sys_platform == 'win32' does not hold here"}
    assert {one.name: one.hashed for one in found.pins}["numpy"]
    assert (found.tool, found.version, found.complete) == ("pipenv", "6", True)


@pytest.mark.parametrize(
    ("requires", "elsewhere"),
    [
        ({}, ""),
        ({"python_version": "3.12"}, ""),
        ({"python_version": "3"}, ""),
        ({"python_full_version": "3.12.4"}, ""),
        ({"python_version": "3.1"}, "it is for Python 3.1, and this is 3.12.4"),
        ({"python_full_version": "3.12.3"}, "it is for Python 3.12.3, and this is 3.12.4"),
    ],
)
def test_a_lock_is_for_its_python(opened, requires, elsewhere):
    assert FORM.read(opened("Pipfile.lock", lock(requires=requires))).elsewhere == elsewhere


PIPFILE = """
[packages]
NumPy = ">=2"
plain = "*"
[dev-packages]
tester = {version = ">=8", extras = ["more"]}
"""


def digest_of(names):
    content = {
        "_meta": {"sources": SOURCES, "requires": {}},
        "default": {names[0]: ">=2", "plain": "*"},
        "develop": {"tester": {"version": ">=8", "extras": ["more"]}},
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


@pytest.mark.parametrize("spelling", ["NumPy", "numpy"], ids=["as written", "as newer pipenv normalises"])
def test_the_hash_is_pipenvs_own_and_its_own_source_comes_from_the_lock(write, tmp_path, spelling):
    locked = {"numpy": pin("==2.1.0"), "plain": pin("==1")}
    path = write("Pipfile.lock", lock(locked, {"tester": pin("==8.1")}, digest=digest_of([spelling])))
    assert staleness(path, project=tmp_path).state == "unknown"
    write("Pipfile", PIPFILE)
    assert staleness(path, project=tmp_path).state == "fresh"


def test_another_hash_alone_proves_nothing_since_pipenv_hashes_the_machines_indexes(write, tmp_path):
    locked = {"numpy": pin("==2.1.0"), "plain": pin("==1")}
    path = write("Pipfile.lock", lock(locked, {"tester": pin("==8.1")}))
    write("Pipfile", PIPFILE)
    found = staleness(path, project=tmp_path)
    assert (found.state, found.reason) == (
        "changed",
        "the hash is not that of the Pipfile, which what is locked satisfies",
    )
    write("Pipfile", PIPFILE.replace(">=2", ">=3") + 'new = "*"\n')
    found = staleness(path, project=tmp_path)
    assert (found.state, found.reason) == ("stale", "numpy>=3 is asked for and 2.1.0 is locked; new is not locked")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{}", "the lock has no _meta in 'Pipfile.lock:1'"),
        (
            lock().replace('"pipfile-spec": 6', '"pipfile-spec": 7'),
            "Pipfile.lock has format version 7, and pytest-repro reads up to 6 in 'Pipfile.lock'",
        ),
        (lock({"a": "==1"}), "a is not a table in 'Pipfile.lock:17'"),
        (lock({"a": {"version": 1}}), "version of a is not text but a number in 'Pipfile.lock'"),
        (lock({"a": pin("==1", markers="what is this")}), "not a marker: what is this in 'Pipfile.lock:23'"),
        (lock(docs=[1]), "docs of the file is not a table but a list in 'Pipfile.lock'"),
    ],
)
def test_what_the_format_does_not_promise_is_refused(write, refused, tmp_path, text, message):
    assert refused(read, write("Pipfile.lock", text), project=tmp_path).startswith(message)
