"""The catalogue of controls, and the policy that changes their actions."""

from __future__ import annotations

import pytest

from pytest_repro.controls.catalogue import ACTIONS, CATALOGUE, control, policy_from
from pytest_repro.controls.control import FAMILIES
from pytest_repro.controls.verdict import Finding, Verdict, action_of
from pytest_repro.errors import ReproError


def test_codes_are_unique_and_every_control_is_whole():
    assert len({entry.code for entry in CATALOGUE}) == len(CATALOGUE)
    for entry in CATALOGUE:
        assert entry.action in ACTIONS
        assert all((entry.title, entry.metric, entry.contract, entry.owner, entry.question))
        assert entry.version >= 1


def test_a_policy_replaces_the_catalogue_and_takes_the_code_with_or_without_prefix():
    policy = policy_from(["R101=warn", "RPR-R105 = fail"], "repro_policy")
    assert policy == {"R101": "warn", "R105": "fail"}
    assert action_of("R101", policy) == "warn"
    assert action_of("R102", policy) == "fail"


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("R101", "not a policy: 'R101' in 'p'"),
        ("R101=stop", "unknown action 'stop' in 'p.R101'"),
        ("R000=fail", "there is no control 'R000' in 'p'"),
    ],
)
def test_a_policy_of_another_form_is_refused_with_its_place(line, text):
    with pytest.raises(ReproError) as caught:
        policy_from([line], "p")
    assert str(caught.value).startswith(text)
    assert caught.value.code == "U103"


def test_the_strongest_action_of_all_findings_follows():
    def verdict(*actions):
        return Verdict(
            nodeid="t", findings=tuple(Finding(code="R101", sentence="", action=action) for action in actions)
        )

    assert verdict().action == "accept"
    assert verdict("accept", "warn").action == "warn"
    assert verdict("warn", "fail", "accept").action == "fail"


def test_the_headline_is_code_title_and_sentence():
    finding = Finding(code="R104", sentence="the test shows no value", action="warn")
    assert finding.headline == "RPR-R104 nothing compared: the test shows no value"
    assert control("R104").question == "unauditable"


def test_the_letter_of_a_code_is_its_family():
    letters = {letter for letter, _ in FAMILIES}
    assert {entry.code[0] for entry in CATALOGUE} == letters
    assert control("L401").family == "locks"
    assert control("R101").family == "replay limits"
