"""Where the command stands: the project, its settings, and the folder of its recorded envelopes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_repro.plugin.project import project
from pytest_repro.store.remote import Copy, is_url

if TYPE_CHECKING:
    import argparse

    from pytest_repro.plugin.options import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """The project that the command is run in.

    Attributes:
        root: pytest's rootdir, from which node ids begin.
        folder: Where envelopes are looked for: the root, or the folder of a store of its own.
        limit: Bytes that one file of the store may have.
        settings: What options and ini file say.
        copy: Of a store behind a URL; it goes with this object.
    """

    root: Path
    folder: Path
    limit: int
    settings: Settings
    copy: Copy | None = None


def add(parser: argparse.ArgumentParser) -> None:
    """Add the option that says where the store is."""
    parser.add_argument(
        "--store", default="", metavar="DIR", help="folder or URL of the recorded envelopes, as --repro-store"
    )


def here(options: argparse.Namespace) -> Here:
    """The project of the working folder.

    Raises:
        ReproError: ``U102``, ``U104``; ``B602``, a store behind a URL cannot be reached.
    """
    found = project([f"--repro-store={options.store}"] if options.store else [])
    settings = found.settings
    if is_url(settings.store):
        copy = Copy.of(settings.store, settings.store_limit)
        copy.pull_all()
        return Here(root=found.root, folder=copy.folder, limit=settings.store_limit, settings=settings, copy=copy)
    folder = Path(settings.store) if settings.store else found.root
    return Here(root=found.root, folder=folder, limit=settings.store_limit, settings=settings)
