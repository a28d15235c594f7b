"""`pytest-repro show NODEID --reproducer`: a script that shows the drift of one test, for whoever owns the code."""

from __future__ import annotations

import itertools
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pytest_repro.errors import ReproError
from pytest_repro.plugin import reproducing
from pytest_repro.report import reproducer as told

if TYPE_CHECKING:
    import argparse

SLUG = re.compile(r"\W+")

LONGEST = 60
"""Characters of a test's name in the file's."""


def run(options: argparse.Namespace) -> int:
    """Write the script and tell of it; 1 where there is none."""
    if not options.nodeid:
        mend = "pytest-repro show 'tests/test_model.py::test_fit' --reproducer"
        raise ReproError("U104", "--reproducer takes the id of a test", place="show", mend=mend)
    path = _free(options)
    words = [options.nodeid, *options.others, "--repro=all", "--repro-vary=none", "-p", "no:cacheprovider"]
    found = reproducing.run(words, vary=options.vary, file=path.name)
    if found.built is None:
        if not found.reasons:
            raise ReproError("U104", "pytest ran no test, see above", place="show", mend=f"pytest '{options.nodeid}'")
        sys.stdout.write(told.without(found.nodeid or options.nodeid, found.reasons, options.vary))
        return 1
    path.write_text(found.built.source, encoding="utf-8")
    if found.built.data:
        np.savez(path.with_suffix(".npz"), **found.built.data)  # type: ignore[arg-type]  # names of arrays
    sys.stdout.write(told.text(found.nodeid, found.built, path))
    return 0


def _free(options: argparse.Namespace) -> Path:
    """Where the script goes: nothing is overwritten.

    Raises:
        ReproError: ``U104``, the file that was asked for is there.
    """
    if options.output:
        path = Path(options.output)
        if path.exists() or path.with_suffix(".npz").exists():
            mend = f"--output={path.stem}_2.py"
            raise ReproError("U104", f"{path.name!r:.120} is there already", place="--output", mend=mend)
        if not path.parent.is_dir():
            raise ReproError("U104", f"no folder {str(path.parent)!r:.120}", place="--output", mend="--output=repro.py")
        return path
    name = SLUG.sub("_", options.nodeid.rpartition("::")[2]).strip("_")[:LONGEST] or "test"
    for number in itertools.count(1):
        path = Path(f"repro_{name}{f'_{number}' if number > 1 else ''}.py")
        if not path.exists() and not path.with_suffix(".npz").exists():
            return path
    raise AssertionError  # the count never ends
