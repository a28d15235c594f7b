"""Where a distribution was installed from: its ``direct_url.json`` (PEP 610)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pytest_repro.environment.place import Place

Source = Literal["index", "editable", "directory", "vcs", "url", "file", "conda"]


def origin(folder: str, place: Place) -> tuple[Source, str | None]:
    """The kind of source, and of a vcs the commit; the URL itself, which may hold credentials, is not kept.

    Args:
        folder: The ``*.dist-info``.
        place: Cleans what is kept.
    """
    try:
        with open(f"{folder}/direct_url.json", "rb") as file:  # noqa: PTH123  # strings, as in packages
            data = json.load(file)
    except OSError:
        return "index", None  # an installer writes the file for everything else
    except ValueError:
        return "url", None  # there, and unreadable
    if not isinstance(data, dict):
        return "url", None
    if isinstance(about := data.get("dir_info"), dict):
        return ("editable" if about.get("editable") is True else "directory"), None
    if isinstance(about := data.get("vcs_info"), dict):
        commit = about.get("commit_id")
        return "vcs", place.clean(commit) if isinstance(commit, str) else None
    return ("file" if str(data.get("url")).startswith("file:") else "url"), None
