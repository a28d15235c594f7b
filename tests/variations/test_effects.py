"""Every variation takes effect in a real process on this machine, or says why it cannot be made."""

from __future__ import annotations

import importlib.util

import pytest

from pytest_repro.report.variations import one_text, text
from pytest_repro.variations.registry import MEMBERS, VARIATIONS, variation
from pytest_repro.variations.trial import Trial, trials


@pytest.fixture(scope="module")
def tried() -> dict[str, Trial]:
    return {trial.variation.name: trial for trial in trials(VARIATIONS)}


@pytest.mark.parametrize("name", [one.name for one in VARIATIONS])
def test_a_variation_that_can_be_made_here_proves_its_effect(tried, name):
    trial = tried[name]
    if trial.missing:
        library = variation(name).library
        absent = f"{library} is not installed" if library and importlib.util.find_spec(library) is None else ""
        assert trial.missing == (variation(name).missing() or absent)
        return
    single = name == "threads" and trial.before == trial.after  # one core has one thread, changed or not
    assert trial.works or single, trial.words


def test_the_table_tells_of_each_what_it_changes_what_it_does_here_and_how_that_is_proved(tried):
    shown = text(list(tried.values()), MEMBERS)
    for name, trial in tried.items():
        one = variation(name)
        assert f"{'*' if name in MEMBERS else ' '} {name:<17}{one.changes}" in shown
        assert trial.words.split(" ", maxsplit=1)[0] in shown
    assert max(map(len, shown.splitlines())) <= 120


def test_a_variation_alone_tells_how_to_mend_and_how_to_run_it(tried):
    shown = one_text(tried["hashseed"])
    assert shown.startswith("hashseed: sets of texts come in another order\n")
    assert "    mend         sort before using: sorted(...) over a set, or a dict in place of it\n" in shown
    assert shown.endswith("    alone        pytest --repro-vary=hashseed")


def test_no_effect_is_told_as_such_and_never_as_the_same():
    trial = Trial(variation=variation("blas"), value="Haswell", before="Haswell; 1", after="Haswell; 1")
    assert not trial.works
    assert trial.words == "no effect here: Haswell; 1"
