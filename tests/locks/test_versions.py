"""Versions and specifiers that nobody can read accuse nobody."""

from __future__ import annotations

from pytest_repro.locks.versions import admits, canonical, same_version

LONG = "1" * 5001


def test_numbers_of_thousands_of_digits_are_no_versions():
    assert admits(f">={LONG}", "1.0")
    assert admits(">=1", LONG)
    assert canonical(f"=={LONG}") == f"=={LONG}"
    assert not same_version(LONG, "1.0")
    assert same_version(LONG, LONG)


def test_what_can_be_read_is_judged():
    assert not admits(">=2", "1.0")
    assert admits(">=1", "1.0rc1") is False
    assert canonical(">=1.0.0,<3") == canonical("<3,>=1")
    assert same_version("2.0", "2.0.0")
