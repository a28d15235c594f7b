"""Calibration as a user sees it: a table, a line to paste that holds, evidence that is kept."""

from __future__ import annotations

import json
import re

SUITE = """
    import numpy as np
    import pytest
    @pytest.mark.replay
    def test_solve():
        a = (np.arange(1.0, 901.0) * 0.618034 % 1.0).reshape(30, 30)
        solution = np.linalg.solve(a + 4 * np.eye(30), a[0])
        return float(solution.sum())
    @pytest.mark.replay
    def test_words():
        name = "a"
"""


def test_limits_are_printed_and_the_line_to_paste_holds(pytester, apart):
    pytester.makepyfile(test_it=SUITE.replace("    import", "import").replace("\n    ", "\n"))
    session = apart("--repro-calibrate", "--repro-vary=blas,hashseed", "--repro-record")
    assert session.ret == 0, session.result.stdout.str()
    told = session.result.stdout.str().partition("repro: replay limits")[2]
    assert "test_it.py::test_solve" in told
    assert "test_it.py::test_words" not in told
    (pasted,) = re.findall(r"paste  (@pytest.mark.replay\(.*?\))   \(5 runs here", told)
    text = pytester.path.joinpath("test_it.py").read_text().replace("@pytest.mark.replay", pasted, 1)
    pytester.path.joinpath("test_it.py").write_text(text)
    session = apart("--repro-vary=blas,hashseed")
    assert session.ret == 0, session.result.stdout.str()
    (book,) = pytester.path.glob("__envelopes__/*.json")
    limits = json.loads(book.read_text())["tests"]["test_solve"]["limits"]
    assert set(limits) >= {"replay", "hashseed"}
    assert limits["replay"] == 0


def test_evidence_stays_while_the_values_do(pytester, apart):
    pytester.makepyfile(test_it=SUITE.replace("    import", "import").replace("\n    ", "\n"))
    assert apart("--repro-calibrate", "--repro-vary=hashseed", "--repro-record").ret == 0
    (book,) = pytester.path.glob("__envelopes__/*.json")
    before = book.read_text()
    assert apart("--repro-record-all").ret == 0
    assert book.read_text() == before


def test_a_wide_tolerance_is_told(pytester, apart):
    pytester.makepyfile(
        test_it=SUITE.replace("    import", "import").replace("\n    ", "\n").replace("replay", "replay(tol=1e-3)")
    )
    session = apart("--repro-calibrate", "--repro-vary=hashseed")
    assert session.ret == 0
    assert "RPR-R302 tolerance far from its limit: replay" in session.result.stdout.str()
    assert "R302" not in apart().result.stdout.str()
