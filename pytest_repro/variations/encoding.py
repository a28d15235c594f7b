"""Another default encoding: what reads and writes text without saying how gets ASCII."""

from __future__ import annotations

import locale
import sys
from typing import TYPE_CHECKING

from pytest_repro.variations.variation import Variation

if TYPE_CHECKING:
    from collections.abc import Mapping


def _variables(_value: str, _environment: Mapping[str, str]) -> Mapping[str, str]:
    return {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


def _read(_value: str) -> str:
    return f"{locale.getencoding()}, file names {sys.getfilesystemencoding()}"


ENCODING = Variation(
    name="encoding",
    kind="behaviour",
    changes="text is read and written as ASCII where nobody says how",
    stands_for="an old container, a cron job, Windows",
    proof="encoding of files that are opened without one",
    mend="state the encoding: open(path, encoding='utf-8'), path.read_text(encoding='utf-8')",
    nightly=True,
    usual=lambda: ("ascii",),
    check=lambda value: "" if value == "ascii" else f"encoding has the one value ascii, not {value!r:.40}",
    variables=_variables,
    read=_read,
)
