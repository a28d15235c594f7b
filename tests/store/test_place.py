"""Names of files: one for each module and profile, on every file system."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_repro.errors import ReproError
from pytest_repro.store import place


@pytest.mark.parametrize(
    ("module", "stem"),
    [
        ("test_fit.py", "test_fit"),
        ("test_a.b.py", "test_a%2Eb"),
        ("README.md", "README%2Emd"),
        ("README.rst", "README%2Erst"),
        ("tést_ñ.py", "tést_ñ"),
        ("a%b?.py", "a%25b%3F"),
        ("CON.py", "CO%4E"),
        ("aux.py", "au%78"),
        ("com1.py", "com%31"),
    ],
)
def test_a_modules_name_becomes_a_name_that_every_file_system_takes(module, stem):
    assert place.stem(Path(module)) == stem


@pytest.mark.parametrize("profile", ["default", "linux-x86_64-py3.11+cu12", "-", "a" * 100, ".a"])
def test_a_profile_is_a_plain_name(profile):
    assert place.checked(profile) == profile
    assert place.named(f"test_m.{profile}.json") == ("test_m", profile)


@pytest.mark.parametrize("profile", ["", ".", "..", "...", "a/b", "a\\b", "a b", "é", "a\n", "a" * 101, "{system}"])
def test_any_other_profile_is_refused(profile, refused):
    assert refused(place.checked, profile) == (
        "a profile is 1 to 100 of the characters A-Z a-z 0-9 . _ + - and not dots alone, "
        f"not {profile!r:.60} in 'repro_profile'  [RPR-U102]\n"
        '  mend: write repro_profile = "{system}-py{python}", for instance'
    )


@given(st.text(st.characters(exclude_characters="/\0", codec="utf-8"), min_size=1), st.text(min_size=1))
def test_stem_and_profile_are_told_apart_in_every_name(name, profile):
    try:
        place.checked(profile)
    except ReproError:
        return
    stem = place.stem(Path(f"{name}.py"))
    if stem:
        assert place.named(f"{stem}.{profile}.json") == (stem, profile)


@pytest.mark.parametrize("file", ["test_m.json", ".json", "x.txt", "a..json", "a.b c.json", ".repro-abc"])
def test_files_of_others_are_no_books(file):
    assert place.named(file) is None
