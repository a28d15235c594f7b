"""The project that a command is run in: its root and settings, as pytest itself reads them."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from pytest_repro.errors import ReproError
from pytest_repro.plugin.options import settings_from

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pytest_repro.plugin.options import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """What pytest would find here.

    Attributes:
        root: pytest's rootdir.
        cache: Folder for what is slow to find out, below pytest's own cache folder; None where there is none.
        settings: What options and ini file say.
    """

    root: Path
    cache: Path | None
    settings: Settings


class _Reader:
    """Takes pytest's configuration and ends the run before a session begins."""

    def __init__(self) -> None:
        self.config: pytest.Config | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_cmdline_main(self, config: pytest.Config) -> int:
        """Options and ini file are read; nothing is collected."""
        self.config = config
        return 0


def project(arguments: Sequence[str] = ()) -> Project:
    """The project of the working folder.

    The tests' ``conftest.py`` files are not imported where that can be avoided: they may import half the world, and no
    setting of ours depends on them.

    Args:
        arguments: Words for pytest, for instance ``("--repro-policy=L401=fail",)``.

    Raises:
        ReproError: ``U104`` where pytest itself refuses the arguments or the ini file; ``U102``, ``U103`` for ours.
    """
    said = ""
    for words in ((*arguments, "--noconftest"), tuple(arguments)):  # addopts may name an option of a conftest.py
        reader = _Reader()
        heard = io.StringIO()
        with contextlib.redirect_stderr(heard), contextlib.redirect_stdout(heard):
            pytest.main(list(words), plugins=[reader])
        if reader.config is not None:
            config = reader.config
            return Project(root=config.rootpath, cache=cache_of(config), settings=settings_from(config))
        said = heard.getvalue().strip()
    lines = said.splitlines()
    refused = [line.partition("error: ")[2] for line in lines if "error: " in line]
    refused += [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    sentence = (refused or ["pytest does not start here"])[0]
    raise ReproError("U104", sentence, place="pytest", mend="pytest --version")


def cache_of(config: pytest.Config) -> Path | None:
    """Where slow facts are kept: in pytest's own cache folder, and only where pytest made it.

    pytest writes its ``.gitignore`` into that folder when it makes it, so nobody else may.
    """
    if not config.pluginmanager.hasplugin("cacheprovider"):
        return None
    folder = config.rootpath / str(config.getini("cache_dir"))
    return folder / "d" / "pytest-repro" if folder.is_dir() else None
