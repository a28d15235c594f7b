"""The error that users see."""

from __future__ import annotations

from pytest_repro.errors import ReproError


def test_the_text_holds_sentence_place_code_and_mend():
    error = ReproError("U101", "ulp is a whole number >= 0, not -1", place="ulp", mend="write ulp=4")
    assert str(error) == "ulp is a whole number >= 0, not -1 in 'ulp'  [RPR-U101]\n  mend: write ulp=4"


def test_each_container_adds_its_key_to_the_place():
    error = ReproError("B602", "missing field", place="dtype").within('values["loss"]').within('tests["t.py::t"]')
    assert str(error) == 'missing field in \'tests["t.py::t"].values["loss"].dtype\'  [RPR-B602]'
    assert ReproError("B602", "x", place="[3]").within("values").place == "values[3]"


def test_half_of_a_surrogate_pair_is_shown_as_its_escape():
    error = ReproError("B602", "odd \ud800 and \u00e9", place="\udfff", mend="\ud800").within("\ud801")
    assert str(error).encode("utf-8").decode("utf-8") == str(error)
    assert str(error).startswith("odd \\ud800 and \u00e9 in '\\ud801.\\udfff'")
