"""Values that are whole numbers: what may be written behind the ``=`` of a variation."""

from __future__ import annotations


def whole(value: str, low: int, high: int, noun: str) -> str:
    """Why a value is no whole number from ``low`` to ``high``; empty where it is one."""
    if value.isascii() and value.isdecimal() and len(value) < 20 and low <= int(value) <= high:  # noqa: PLR2004  # 64 bits
        return ""
    return f"{noun} is a whole number from {low} to {high}, not {value!r:.40}"
