"""Markers: the environment as packaging sees it, and extras and groups as choices."""

from __future__ import annotations

import pytest
from packaging.markers import Marker, default_environment

from pytest_repro.locks.markers import Markers, environment, mentioned, settled

HERE = {**environment(), "sys_platform": "linux", "python_full_version": "3.12.4", "python_version": "3.12"}


def test_the_environment_is_packagings_own():
    assert environment() == {key: value for key, value in default_environment().items() if key != "extra"}


@pytest.mark.parametrize(
    ("marker", "active", "plain", "possible"),
    [
        ("sys_platform == 'linux'", [], True, True),
        ("sys_platform == 'win32'", [], False, False),
        ("extra == 'a'", [], False, True),
        ("extra == 'a'", ["a"], True, True),
        ("extra != 'a'", [], True, True),
        ("extra == 'a' and sys_platform == 'win32'", ["a"], False, False),
        ("extra == 'a' and extra == 'b'", ["a"], False, True),
        ("(extra == 'a' or python_version < '3') and extra != 'b'", ["a", "b"], False, True),
        ("'a' in extras", [], False, True),
        ("'a' in extras", ["extras:a"], True, True),
        ("'a' not in extras", ["extras:a"], False, True),
        ("'g' in dependency_groups and 'a' in extras", ["dependency_groups:g"], False, True),
    ],
)
def test_extras_and_groups_hold_where_they_are_chosen(marker, active, plain, possible):
    markers = Markers(HERE)
    assert markers.says(marker, active=active) is plain
    assert markers.can_say(marker) is possible


def test_extras_that_exclude_one_another_are_never_chosen_together():
    marker = "extra == 'a' and extra == 'b'"
    assert Markers(HERE).can_say(marker) is True
    assert Markers(HERE).can_say(marker, [frozenset("ab")]) is False


def test_more_extras_than_can_be_tried_accuse_nobody():
    marker = " and ".join(f"extra == 'e{number}'" for number in range(40)) + " and sys_platform == 'win32'"
    assert Markers(HERE).can_say(marker) is True


@pytest.mark.parametrize("marker", ["platform_release >= '5.0'", "platform_version == '1' or platform_release > '4'"])
def test_what_cannot_be_compared_is_not_decided_by_an_error(marker):
    odd = {**HERE, "platform_release": "6.1.0-13-amd64", "platform_version": "#1 SMP"}
    assert Markers(odd).says(marker) in {None, True, False}


@pytest.mark.parametrize("marker", ["", "what", "extra == ", "(" * 2000, "python_version >= '3' and"])
def test_what_is_no_marker_is_a_value_error_with_its_text(marker):
    with pytest.raises(ValueError, match=r"\A.{0,83}\Z"):
        Markers(HERE).says(marker)


def test_a_settled_marker_is_still_a_marker():
    marker = "extra == 'a' and ('b' not in extras or python_version >= '3')"
    assert mentioned(marker) == {"a", "extras:b"}
    assert Marker(settled(marker, lambda _name: True)).evaluate(HERE) is True
    assert mentioned("python_version > '3'") == frozenset()
