"""Counting: how numbers of things are said."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """``1 test``, ``2 tests``: the number with the noun in the form that goes with it."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
