"""A store behind a URL: what is written there is read there, by names of a store alone, and nothing is lost."""

from __future__ import annotations

import importlib.util
import socket
import sys

import numpy as np
import pytest

from pytest_repro.errors import ReproError
from pytest_repro.store import remote
from pytest_repro.store.change import Change
from pytest_repro.store.remote import Copy, RemoteStore, is_url, shown, store

fsspec = pytest.importorskip("fsspec")

URL = "memory://store/envelopes"
BIG = np.arange(500.0)


@pytest.fixture(autouse=True)
def empty():
    fsspec.filesystem("memory").store.clear()


@pytest.fixture
def opened(module):
    """A store whose copy is new, as each session has one."""

    def opened(url=URL, limit=1 << 20):
        found = store(url, limit, module.parent)
        assert isinstance(found, RemoteStore)
        return found

    return opened


@pytest.fixture
def change(module, recorded):
    def made(name="test_fit", profile="default", path=None, **values):
        found = {f"record.{key}": value for key, value in values.items()} or None
        return Change(module=path or module, profile=profile, name=name, recorded=recorded(found), wish="changed")

    return made


def there():
    return sorted(path.removeprefix("/store/envelopes/") for path in fsspec.filesystem("memory").find("/store"))


def test_what_is_written_is_read_by_another_session(opened, change, module):
    written = opened().write([change(loss=0.5, w=BIG), change("test_other", loss=1.5)])
    assert (len(written.written), len(written.files), written.refused) == (2, 1, ())
    array, book = there()
    assert book == "__envelopes__/test_m.default.json"
    assert array.startswith("__envelopes__/arrays/")
    other = opened()
    found = other.book(module, "default")
    assert sorted(found.names) == ["test_fit", "test_other"]
    values = found.get("test_fit").observations["record.w"]
    assert np.array_equal(values.values, BIG)
    assert other.profiles(module) == ("default",)


def test_one_session_merges_with_what_another_wrote_meanwhile(opened, change, module):
    first, second = opened(), opened()
    first.book(module, "default")
    second.book(module, "default")
    first.write([change("test_a", loss=1.0, w=BIG)])
    done = second.write([change("test_b", loss=2.0, w=BIG + 1)])
    assert [one.name for one in done.written] == ["test_b"]
    last = opened()
    found = last.book(module, "default")
    assert np.array_equal(found.get("test_a").observations["record.w"].values, BIG)
    assert np.array_equal(found.get("test_b").observations["record.w"].values, BIG + 1)


def test_folders_are_mirrored_and_profiles_are_files_of_their_own(opened, change, module):
    deep = module.parent / "deep" / "test_n.py"
    opened().write([change(profile="a", loss=1), change(profile="b", loss=2), change(path=deep, loss=3)])
    assert there() == [
        "__envelopes__/test_m.a.json",
        "__envelopes__/test_m.b.json",
        "deep/__envelopes__/test_n.default.json",
    ]
    assert opened().profiles(module) == ("a", "b")


def test_nothing_but_names_of_a_store_is_copied(opened, change, module, tmp_path):
    opened().write([change(loss=1.0)])
    files = fsspec.filesystem("memory")
    for name in ("__envelopes__/evil.py", "__envelopes__/arrays/x.npy", "__envelopes__/..%2F.json", "conftest.py"):
        files.pipe(f"/store/envelopes/{name}", b"x")
    copy = Copy(URL, tmp_path / "copy")
    copy.pull_all()
    found = sorted(path.relative_to(tmp_path).as_posix() for path in (tmp_path / "copy").rglob("*") if path.is_file())
    assert found == ["copy/__envelopes__/test_m.default.json"]
    assert opened().book(module, "default").names


def test_a_file_above_the_limit_is_refused(opened, change, module):
    opened().write([change(loss="x" * 500)])
    with pytest.raises(ReproError) as caught:
        opened(limit=100).book(module, "default")
    assert caught.value.code == "B606"


class Broken(fsspec.AbstractFileSystem):
    """A file system that nobody can reach; the message of its error holds a secret."""

    protocol = "broken"
    asked = 0

    def ls(self, path, detail=True, **_kwargs):  # noqa: FBT002
        type(self).asked += 1
        raise ConnectionError(f"token=SECRET {path} {detail}")


def test_a_store_that_cannot_be_reached_is_an_error_that_holds_no_secret(opened, change, module):
    fsspec.register_implementation("broken", Broken, clobber=True)
    lost = opened("broken://user:secret@host/store?key=secret")
    for _ in range(3):
        with pytest.raises(ReproError) as caught:
            lost.book(module, "default")
        assert (caught.value.code, caught.value.place) == ("B602", "broken://host/store")
        assert "secret" not in str(caught.value).lower()
    assert Broken.asked == 1, "each attempt may take a minute"
    done = lost.write([change(loss=1.0)])
    assert [one.error.code for one in done.refused] == ["B602"]
    assert done.written == ()


def test_what_cannot_be_written_is_refused_and_the_rest_is_written(opened, change, module, monkeypatch):
    writer = opened()
    real = Copy.push

    def push(self, path):
        if "test_m.bad" in path:
            raise ReproError("B607", "cannot be written", place="there", mend="")
        real(self, path)

    monkeypatch.setattr(Copy, "push", push)
    done = writer.write([change(profile="bad", loss=1.0), change(profile="good", loss=1.0)])
    assert [one.profile for one in done.written] == ["good"]
    assert [one.change.profile for one in done.refused] == ["bad"]
    assert len(done.files) == 1
    assert opened().profiles(module) == ("good",)


@pytest.mark.parametrize(
    ("url", "said"),
    [("nothing://x", "no such store: Protocol not known"), ("memory://x", "needs fsspec, which is not installed")],
)
def test_a_url_that_nothing_serves_is_told_at_once(url, said, monkeypatch, tmp_path):
    if "fsspec" in said:
        monkeypatch.setattr(remote, "find_spec", lambda _name: None)
    with pytest.raises(ReproError, match=said) as caught:
        Copy(url, tmp_path).reach()
    assert caught.value.code == "U102"


def test_what_is_a_url_and_what_of_it_is_shown():
    assert is_url("s3://bucket/x")
    assert not is_url("../envelopes")
    assert not is_url("C:\\envelopes")
    assert shown("sftp://me:word@host:22/x?token=1#y") == "sftp://host:22/x"


@pytest.fixture
def bucket(served, monkeypatch):
    """A server that speaks S3, in a process of its own, with an empty bucket."""
    for name in ("moto", "s3fs"):
        if importlib.util.find_spec(name) is None:
            pytest.skip(f"needs {name}")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    variables = {"AWS_ENDPOINT_URL": address, "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "y"}
    for name, value in (variables | {"AWS_DEFAULT_REGION": "us-east-1"}).items():
        monkeypatch.setenv(name, value)

    def answers():
        try:
            fsspec.filesystem("s3", skip_instance_cache=True).mkdir("kept")
        except Exception:  # noqa: BLE001  # until it does, each library of the way has errors of its own
            return False
        return True

    served([sys.executable, "-m", "moto.server", "-p", str(port)], answers)
    return "s3://kept/envelopes"


@pytest.fixture
def folder(ssh_server, tmp_path):
    """A folder that a server hands out by SFTP."""
    if importlib.util.find_spec("paramiko") is None:
        pytest.skip("needs paramiko")
    port = (ssh_server / "port").read_text(encoding="ascii")
    return f"sftp://me:secret@127.0.0.1:{port}{tmp_path}/kept"


@pytest.mark.parametrize("where", ["bucket", "folder"])
def test_a_store_on_a_server_keeps_what_two_sessions_write(where, request, opened, change, module):
    bucket = request.getfixturevalue(where)
    assert opened(bucket).write([change("test_a", loss=1.0, w=BIG)]).refused == ()
    first, second = opened(bucket), opened(bucket)
    assert first.book(module, "default").names == second.book(module, "default").names == ("test_a",)
    assert first.write([change("test_b", loss=2.0)]).refused == ()
    assert second.write([change("test_a", loss=3.0, w=BIG + 1)]).refused == ()
    last = opened(bucket)
    found = last.book(module, "default")
    assert sorted(found.names) == ["test_a", "test_b"]
    assert found.get("test_a").observations["record.loss"].value == 3.0
    assert np.array_equal(found.get("test_a").observations["record.w"].values, BIG + 1)
