"""Ini values, as pytest hands them out: read by kind, empty where nobody wrote them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


def text(config: pytest.Config, name: str) -> str:
    """One word or line."""
    value = config.getini(name)
    return str(value).strip() if value is not None else ""


def lines(config: pytest.Config, name: str) -> list[str]:
    """One entry a line."""
    return [str(line).strip() for line in config.getini(name) or [] if str(line).strip()]


def words(config: pytest.Config, name: str) -> list[str]:
    """Entries separated by blanks or commas."""
    return [word for line in lines(config, name) for word in line.replace(",", " ").split()]
