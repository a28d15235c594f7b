"""What a run said, a line each."""

from __future__ import annotations

import logging
import warnings

from pytest_repro.observe import streams


def test_each_line_has_an_address():
    assert streams.lines("stdout", "a\n\nb") == {"stdout[0]": "a", "stdout[1]": "", "stdout[2]": "b"}
    assert streams.lines("stderr", "") == {}


def test_lines_beyond_the_bound_are_one_text():
    assert streams.lines("stdout", "a\nb\nc\nd\n", most=2) == {"stdout[0]": "a", "stdout[1]": "b", "stdout[2:]": "c\nd"}


def test_a_warning_is_its_category_and_message():
    class Odd(UserWarning):
        def __str__(self):
            raise KeyError

    seen = [
        warnings.WarningMessage(message, type(message), __file__, line)
        for line, message in enumerate([DeprecationWarning("first"), Odd()])
    ]
    assert streams.from_warnings(seen) == {
        "warnings[0]": "DeprecationWarning: first",
        "warnings[1]": "Odd: <no text: KeyError>",
    }


def record(message, *arguments):
    return logging.LogRecord("app.db", logging.WARNING, __file__, 12, message, arguments, None)


def test_a_log_record_is_its_level_logger_and_message():
    assert streams.from_records([record("took %d", 3), record("took %d", "x")]) == {
        "logs[0]": "WARNING app.db: took 3",
        "logs[1]": "WARNING app.db: 'took %d' <no text: TypeError>",
    }
