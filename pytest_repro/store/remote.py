"""A store behind a URL: a copy of it on this machine, filled as modules ask for it, written back file by file.

Any URL that fsspec knows: S3 and what speaks like it, GCS, sftp, memory. Only names of a store are copied in either
direction, whatever else lies there; nothing that lies there is executed, and no link leads out of the copy.
"""

from __future__ import annotations

import shutil
import tempfile
import weakref
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from pytest_repro.errors import ReproError
from pytest_repro.store import file, place
from pytest_repro.store.change import Refused, Written
from pytest_repro.store.local import LIMIT, LocalStore
from pytest_repro.store.shelf import NAME

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_repro.store.book import Book
    from pytest_repro.store.change import Change

MEND = "pytest --repro-store=s3://bucket/envelopes"

ATTEMPTS = 3
"""Times that a book is merged anew because somebody else wrote it meanwhile."""


def is_url(said: str) -> bool:
    """Whether a store is named by a URL."""
    return "://" in said


def shown(url: str) -> str:
    """A URL without who logs in, and without what follows a question mark: both may hold a secret."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, "", ""))


@dataclass(slots=True, weakref_slot=True)
class Copy:
    """The copy of a store behind a URL.

    Attributes:
        url: Of the store.
        folder: Of the copy; private to this session.
        limit: Bytes that one file may have.
    """

    url: str
    folder: Path
    limit: int = LIMIT
    _files: Any = None
    _lost: ReproError | None = None
    _root: str = ""
    _seen: dict[str, object] = field(default_factory=dict)
    _pulled: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, url: str, limit: int) -> Copy:
        """An empty copy, which goes when nobody holds it any more.

        Args:
            url: Of the store.
            limit: Bytes that one file may have.
        """
        copy = cls(url, Path(tempfile.mkdtemp(prefix="pytest-repro-store-")), limit)
        weakref.finalize(copy, shutil.rmtree, copy.folder, ignore_errors=True)
        return copy

    def reach(self) -> None:
        """Nothing where there is a library for such a URL, and it can be set up.

        Raises:
            ReproError: ``U102``, there is none; ``B602``, it cannot be reached.
        """
        self._opened()

    def pull(self, home: str) -> None:
        """Copy a folder of envelopes here, once.

        Args:
            home: As it is called below the store: ``tests/__envelopes__``.

        Raises:
            ReproError: ``U102``, no library for such a URL; ``B602``, it cannot be reached; ``B606``, a file is larger
                than allowed.
        """
        if home in self._pulled:
            return
        if self._lost is not None:  # each attempt may take a minute, and there is one a test
            raise self._lost
        for name, size, mark in self._listed(home):
            self._fetch(f"{home}/{name}", size, mark)
        for name, size, mark in self._listed(f"{home}/{place.ARRAYS}"):
            self._fetch(f"{home}/{place.ARRAYS}/{name}", size, mark)
        self._pulled.add(home)

    def pull_all(self) -> None:
        """Copy the whole store here.

        Raises:
            ReproError: As :meth:`pull`.
        """
        files, root = self._opened()
        try:
            found = files.find(root)
        except Exception as error:  # noqa: BLE001  # each library of a protocol has errors of its own
            raise self._unreachable(error) from None
        homes = {PurePosixPath(path).relative_to(root).parent for path in map(_plain, found) if _below(path, root)}
        for home in sorted({str(home.parent if home.name == place.ARRAYS else home) for home in homes}):
            if PurePosixPath(home).name == place.FOLDER and ".." not in PurePosixPath(home).parts:
                self.pull(home)

    def again(self, home: str, names: Iterable[str]) -> None:
        """Copy some books anew, and arrays that are not here."""
        self._pulled.discard(home)
        for name in names:
            self._seen.pop(f"{home}/{name}", None)
        self.pull(home)

    def changed(self, path: str) -> bool:
        """Whether somebody wrote a file since it was copied."""
        files, root = self._opened()
        try:
            files.invalidate_cache()
            now = _mark(files.info(f"{root}/{path}")) if files.exists(f"{root}/{path}") else None
        except Exception as error:  # noqa: BLE001  # likewise
            raise self._unreachable(error) from None
        return now != self._seen.get(path)

    def push(self, path: str) -> None:
        """Write a file back.

        Raises:
            ReproError: ``B607``, it cannot be written.
        """
        files, root = self._opened()
        target = f"{root}/{path}"
        try:
            files.makedirs(target.rpartition("/")[0], exist_ok=True)
            files.put_file(str(self.folder / path), target)
            files.invalidate_cache()
            self._seen[path] = _mark(files.info(target))
        except Exception as error:  # noqa: BLE001  # likewise
            said = f"cannot be written: {type(error).__name__}"
            mend = "look at the rights and the network, or record to a folder: --repro-store=DIR"
            raise ReproError("B607", said, place=shown(self.url), mend=mend) from None

    def has(self, path: str) -> bool:
        """Whether a file was there when its folder was copied, or was written since."""
        return path in self._seen

    def _opened(self) -> tuple[Any, str]:
        if self._files is None:
            if find_spec("fsspec") is None:
                sentence = "a store behind a URL needs fsspec, which is not installed"
                raise ReproError("U102", sentence, place="repro_store", mend="pip install 'pytest-repro[remote]'")
            import fsspec  # noqa: PLC0415  # an extra

            try:
                self._files, root = fsspec.core.url_to_fs(self.url)
            except (ImportError, ValueError) as error:  # ImportError says which library to install
                raise ReproError("U102", f"no such store: {error}"[:200], place="repro_store", mend=MEND) from None
            except Exception as error:  # noqa: BLE001  # a login that fails, a host that is not there
                raise self._unreachable(error) from None
            self._root = _plain(root).rstrip("/")
        return self._files, self._root

    def _listed(self, folder: str) -> list[tuple[str, int, object]]:
        """Names of a store in a folder, with size and mark."""
        files, root = self._opened()
        try:
            files.invalidate_cache()
            found = files.ls(f"{root}/{folder}", detail=True)
        except FileNotFoundError:
            return []
        except Exception as error:  # noqa: BLE001  # likewise
            raise self._unreachable(error) from None
        arrays = folder.endswith(f"/{place.ARRAYS}")
        named = ((PurePosixPath(_plain(one["name"])).name, one) for one in found if one.get("type") == "file")
        return [
            (name, int(one.get("size") or 0), _mark(one))
            for name, one in named
            if (_is_array(name) if arrays else place.named(name) is not None)
        ]

    def _fetch(self, path: str, size: int, mark: object) -> None:
        if self._seen.get(path) == mark and (self.folder / path).exists():
            return
        if size > self.limit:
            raise file.costly(self.folder / path, size, self.limit)
        files, root = self._opened()
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with files.open(f"{root}/{path}", "rb") as stream:
                data = stream.read(self.limit + 1)
        except Exception as error:  # noqa: BLE001  # likewise
            raise self._unreachable(error) from None
        if len(data) > self.limit:
            raise file.costly(target, len(data), self.limit)
        target.write_bytes(data)
        self._seen[path] = mark

    def _unreachable(self, error: Exception) -> ReproError:
        mend = "look at the address, the login and the network, or use a folder: --repro-store=DIR"
        said = f"cannot be reached: {type(error).__name__}"
        self._lost = ReproError("B602", said, place=shown(self.url), mend=mend)
        return self._lost


def store(said: str, limit: int, root: Path) -> LocalStore:
    """The store that a setting names.

    Args:
        said: A URL, a folder, or nothing: beside the test modules.
        limit: Bytes that one file may have.
        root: The project.
    """
    if is_url(said):
        return RemoteStore(Copy.of(said, limit), root=root)
    return LocalStore(limit, folder=Path(said) if said else None, root=root)


class RemoteStore(LocalStore):
    """Reads and writes envelopes behind a URL, through a copy.

    Two sessions that record one module under one profile at the same moment may lose what one of them wrote: object
    stores have no locks. What was written since the copy was made is merged; jobs of a matrix record under profiles of
    their own.

    Args:
        copy: Of the store.
        root: The folder whose modules it mirrors.
    """

    def __init__(self, copy: Copy, *, root: Path) -> None:
        super().__init__(copy.limit, folder=copy.folder, root=root)
        self._copy = copy

    def book(self, module: Path, profile: str) -> Book:
        """As of a folder, copied first."""
        self._copy.pull(self._name(module))
        return super().book(module, profile)

    def profiles(self, module: Path) -> tuple[str, ...]:
        """As of a folder, copied first."""
        self._copy.pull(self._name(module))
        return super().profiles(module)

    def write(self, changes: Iterable[Change]) -> Written:
        """As of a folder; books that somebody wrote meanwhile are merged anew before they are written back."""
        waiting, done = list(changes), Written()
        for attempt in range(ATTEMPTS):
            merged = super().write(waiting)
            conflicts = set[str]() if attempt == ATTEMPTS - 1 else self._conflicts(merged)
            again = [change for change in merged.written if self._path(change) in conflicts]
            settled = [change for change in merged.written if self._path(change) not in conflicts]
            refused = self._push(settled)
            failed = {id(one.change) for one in refused}
            left = conflicts | {self._path(one.change) for one in refused}
            done = Written(
                written=(*done.written, *(change for change in settled if id(change) not in failed)),
                kept=(*done.kept, *merged.kept),
                refused=(*done.refused, *merged.refused, *refused),
                files=(*done.files, *(path for path in merged.files if self._below(path) not in left)),
            )
            waiting = again
            if not waiting:
                break
            for path in conflicts:
                home, _, name = path.rpartition("/")
                self._copy.again(home, [name])
        return done

    def _conflicts(self, merged: Written) -> set[str]:
        try:
            return {path for path in map(self._below, merged.files) if self._copy.changed(path)}
        except ReproError:  # told when it is written
            return set()

    def _push(self, changes: list[Change]) -> list[Refused]:
        """Write back arrays, then books; what cannot be written is refused."""
        refused: list[Refused] = []
        for path in dict.fromkeys(map(self._path, changes)):
            home = path.rpartition("/")[0]
            arrays = (f"{home}/{place.ARRAYS}/{name}" for name in file.names(self._copy.folder / home / place.ARRAYS))
            try:
                for one in arrays:
                    if not self._copy.has(one) and _is_array(PurePosixPath(one).name):
                        self._copy.push(one)
                self._copy.push(path)
            except ReproError as error:
                refused += [Refused(change=change, error=error) for change in changes if self._path(change) == path]
        return refused

    def _name(self, module: Path) -> str:
        return self._below(self.home(module))

    def _path(self, change: Change) -> str:
        return f"{self._name(change.module)}/{place.stem(change.module)}.{change.profile}{place.SUFFIX}"

    def _below(self, path: Path) -> str:
        return path.relative_to(self._copy.folder).as_posix()


def _is_array(name: str) -> bool:
    return name.endswith(".npy") and NAME.fullmatch(name.removesuffix(".npy")) is not None


def _plain(path: str) -> str:
    return path.replace("\\", "/")


def _below(path: str, root: str) -> bool:
    return _plain(path).startswith(f"{root}/")


def _mark(info: dict[str, Any]) -> object:
    """What changes when a file is written anew: a tag or a version where there is one, else size and time."""
    for key in ("ETag", "etag", "md5Hash", "version_aware", "generation"):
        if info.get(key):
            return str(info[key])
    moment = next((info[key] for key in ("mtime", "LastModified", "created", "modified") if info.get(key)), None)
    return (info.get("size"), str(moment))
