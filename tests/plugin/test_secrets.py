"""Secrets that a test holds, prints, raises or asserts on: none of them is in what we print, report or write."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from textwrap import dedent

import pytest

_SPEC = importlib.util.spec_from_file_location("planted", Path(__file__).parent.parent / "values" / "planted.py")
_MODULE = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(_MODULE)
PLANTED = _MODULE.PLANTED

SUITE = """
    import json, logging, pathlib, sys, warnings
    import pytest
    TEXTS = json.loads(pathlib.Path("texts.json").read_text())
    def turned(text, secret):
        sys.repro_turn = getattr(sys, "repro_turn", 0) + 1
        return text.replace(secret, secret[::-1]) if sys.repro_turn % 2 else text
    class Config:
        def __init__(self, text):
            self.password = text[::-1]
            self.url = text
    def echo(value):
        return value

    @pytest.mark.replay(observe=("+stdout", "+stderr", "+warnings", "+logs", "+locals", "+asserted"))
    @pytest.mark.parametrize("at", range(len(TEXTS)))
    def test_holds(at, repro):
        text = turned(*TEXTS[at])
        listed, keyed, nested = [text], {text: 1}, {"a": {"b": text}}
        config, raw, long = Config(text), text.encode(), "x " * 200 + text
        repro.record(url=text, listed=[text] * 20)
        print(text)
        print(text, file=sys.stderr)
        logging.getLogger("x").warning("seen %s", text)
        warnings.warn(text)
        assert echo(text) == text
        assert echo({text: 2})

    @pytest.mark.replay
    @pytest.mark.parametrize("at", range(len(TEXTS)))
    def test_raises(at):
        text = turned(*TEXTS[at])
        with pytest.raises(ValueError) as caught:
            raise ValueError(text)
        raise RuntimeError(text)
"""


@pytest.fixture
def suite(pytester):
    """The suite on disk, and whatever a nested session left of its turns gone."""
    vars(sys).pop("repro_turn", None)
    pytester.makepyfile(test_it=dedent(SUITE))
    (pytester.path / "texts.json").write_text(json.dumps(list(PLANTED.values())))
    return pytester


QUIET = ("-p", "no:cacheprovider", "-p", "no:randomly", "-p", "no:asyncio", "--show-capture=no")
"""Without what pytest itself prints of a test's streams: that is its own, and is asked for."""

KEPT = """
import json, pytest_repro.plugin.judging as judging
from pytest_repro.plugin.replay import Replay
plain = Replay.envelopes
def kept(self):
    found = plain(self)
    with open("envelopes.jsonl", "a") as file:
        for envelope in found:
            file.write(json.dumps(envelope.to_dict()) + "\\n")
    return found
Replay.envelopes = kept
def pytest_unconfigure(config):
    Replay.envelopes = plain
"""


def test_no_secret_is_in_what_the_terminal_the_report_and_the_envelopes_say(suite):
    suite.makeconftest(KEPT)
    told = ("--junit-xml=junit.xml", "-o", "repro_junit=all", "--tb=short", "-v")
    result = suite.runpytest(*QUIET, "--disable-warnings", "-W", "always", *told, "-k", "test_holds")
    result.assert_outcomes(failed=len(PLANTED))
    told = {
        "terminal": result.stdout.str() + result.stderr.str(),
        "junit": (suite.path / "junit.xml").read_text(encoding="utf-8"),
        "envelopes": (suite.path / "envelopes.jsonl").read_text(encoding="utf-8"),
    }
    assert told["terminal"].count("RPR-R101 value drift") >= len(PLANTED)
    assert told["envelopes"].count("<secret>") >= len(PLANTED)
    assert seen(told) == []


def test_an_exception_that_tells_a_secret_tells_none_in_our_own_words(suite):
    suite.makeconftest(KEPT)
    result = suite.runpytest(*QUIET, "--tb=no", "-rN", "-k", "test_raises")
    result.assert_outcomes(failed=len(PLANTED))
    told = {
        "terminal": result.stdout.str(),
        "envelopes": (suite.path / "envelopes.jsonl").read_text(encoding="utf-8"),
    }
    assert seen(told) == []


def seen(told: dict[str, str]) -> list[tuple[str, str]]:
    """Where which kind of secret can be read, forwards or backwards."""
    found = []
    for kind, (_, secret) in PLANTED.items():
        for form in (secret, secret[::-1]):
            found += [(place, kind) for place, text in told.items() if form in text or json.dumps(form)[1:-1] in text]
    return found


def test_a_secret_in_the_source_of_an_assertion_is_not_in_its_address(run):
    result = run(
        """
        import os, pytest
        def login(user, password):
            return int.from_bytes(os.urandom(8), "big")
        @pytest.mark.replay
        def test_login():
            assert login("kim", password="open5esame") >= 0
        """,
        "--show-capture=no",
        "--tb=short",
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(['*login("kim", password="<secret>")*'])
    assert "open5esame" not in result.stdout.str()
