"""A parcel: a change in types that travel between processes which may share no disk."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_repro.store import npy, recorded
from pytest_repro.store.change import Change
from pytest_repro.store.shelf import NAME, Shelf
from pytest_repro.values import entry

if TYPE_CHECKING:
    from pytest_repro.store.change import Wish
    from pytest_repro.store.recorded import Recorded


def packed(change: Change, root: Path, limit: int) -> dict[str, Any]:
    """A change as plain values and bytes.

    Args:
        change: What is to be recorded.
        root: The project; the module is named relative to it.
        limit: Bytes that one array may have.

    Raises:
        ReproError: ``B606``, an array above the limit.
    """
    return {
        "module": change.module.relative_to(root).as_posix(),
        "profile": change.profile,
        "name": change.name,
        "wish": change.wish,
        **content(change.recorded, limit),
    }


def content(test: Recorded, limit: int) -> dict[str, Any]:
    """A recorded test as plain values and bytes.

    Args:
        test: The test.
        limit: Bytes that one array may have.

    Raises:
        ReproError: ``B606``, an array above the limit.
    """
    shelf = Shelf(Path(), limit)
    return {
        "entry": recorded.written(test, shelf),
        "environment": dict(test.environment),
        "arrays": {
            digest: npy.header(values.dtype, values.shape) + bytes(npy.raw(values))
            for digest, values in shelf.waiting.items()
        },
    }


def unpacked(parcel: dict[str, Any], root: Path, folder: Path, limit: int) -> Change:
    """The change that was packed.

    Args:
        parcel: Of a worker of this session.
        root: The project.
        folder: Where its arrays are put until they are recorded.
        limit: Bytes that one array may have.

    Raises:
        ReproError: ``B602``, it is not what was packed.
    """
    wish: Wish = parcel["wish"]
    return Change(
        module=root / parcel["module"],
        profile=parcel["profile"],
        name=parcel["name"],
        recorded=opened(parcel, folder, limit),
        wish=wish,
    )


def opened(parcel: dict[str, Any], folder: Path, limit: int) -> Recorded:
    """The recorded test that :func:`content` gave.

    Args:
        parcel: Of a worker of this session.
        folder: Where its arrays are put.
        limit: Bytes that one array may have.

    Raises:
        ReproError: ``B602``, it is not what was packed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    test = entry.field(_table(parcel), "entry", dict)
    environment = entry.field(parcel, "environment", dict)
    for digest, data in entry.field(parcel, "arrays", dict).items():
        # the digest becomes the name of a file
        if not isinstance(digest, str) or not NAME.fullmatch(digest) or not isinstance(data, bytes):
            raise entry.malformed("an array that is not under its digest", "arrays")
        (folder / f"{digest}.npy").write_bytes(data)
    kept = entry.field(entry.field(test, recorded.RECORDED, dict), "environment", str)
    return recorded.read(test, {kept: environment} if kept else {}, Shelf(folder, limit))


def _table(data: object) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise entry.malformed("no parcel")
    return data
