"""Another locale: numbers, dates and the order of words follow other customs, where a program asks for its user's."""

from __future__ import annotations

import locale
import os
import shutil
import subprocess
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING

from pytest_repro.variations.variation import Variation

if TYPE_CHECKING:
    from collections.abc import Mapping

COMMA = ("de_", "fr_", "es_", "it_", "pl_", "nl_", "pt_", "ru_", "sv_")
"""Languages that write a comma where others write a decimal point."""

PATIENCE_S = 5


@lru_cache(maxsize=1)
def installed() -> tuple[str, ...]:
    """Names of the locales that are installed, those with a decimal comma first; without C and POSIX."""
    command = shutil.which("locale")
    if command is None:
        return ()
    try:
        done = subprocess.run(  # noqa: S603  # no shell, no word of a user's
            [command, "-a"], capture_output=True, timeout=PATIENCE_S, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired):
        return ()
    names = done.stdout.decode("ascii", "replace").split()
    others = [name for name in names if not name.startswith(("C.", "POSIX")) and name != "C" and "." in name]
    utf8 = [name for name in others if name.lower().replace("-", "").endswith("utf8")]
    here = os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    elsewhere = (name for name in utf8 if name[:5] != here[:5])
    return tuple(sorted(elsewhere, key=lambda name: (name[:3] not in COMMA, name)))


def _missing() -> str:
    return "" if installed() else "no locale beside C and POSIX is installed"


def _variables(value: str, _environment: Mapping[str, str]) -> Mapping[str, str]:
    return {"LC_ALL": value}


def _read(_value: str) -> str:
    """What a program gets that asks for its user's locale; this process's own is put back."""
    before = locale.setlocale(locale.LC_ALL)
    try:
        named = locale.setlocale(locale.LC_ALL, "")
        return f"{named}, decimal point {locale.localeconv()['decimal_point']}"
    except locale.Error as error:
        return f"refused: {error}"
    finally:
        with suppress(locale.Error):  # a name that the system gave and does not take
            locale.setlocale(locale.LC_ALL, before)


LOCALE = Variation(
    name="locale",
    kind="behaviour",
    changes="numbers, dates and the order of words follow other customs",
    stands_for="a machine in another language",
    proof="what a program gets that asks for its user's locale",
    mend="state the form: f'{x:.3f}', date.isoformat(), str.casefold; or locale.setlocale to a fixed one",
    usual=lambda: installed()[:1],
    missing=_missing,
    variables=_variables,
    read=_read,
)
