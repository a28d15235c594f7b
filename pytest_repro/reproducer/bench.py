"""A bench: two processes side by side in which candidates are tried, and the trial of the finished script."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as Overdue
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import numpy as np

from pytest_repro.reproducer.script import program
from pytest_repro.reproducer.text import Writer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pytest_repro.reproducer.recipe import Call

PATIENCE_S = 60.0
"""Seconds that one candidate may take."""


TIMES = 6
"""Times that each process computes what may come out the same by chance."""

SILENT = "the process ended, or took too long"


class Ran(NamedTuple):
    """A script that was run.

    Attributes:
        status: Its exit status; None where it did not end.
        seconds: Wall-clock time.
        output: What it printed.
    """

    status: int | None
    seconds: float
    output: str


class Worker:
    """One process that answers.

    Args:
        variables: Environment variables that it starts with, beside this process's.
        folder: Temporary, for its arrays.
    """

    def __init__(self, variables: Mapping[str, str], folder: Path) -> None:
        self._folder = folder
        self._process = subprocess.Popen(  # this Python, a module of this package
            [sys.executable, "-m", "pytest_repro.reproducer.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env={**os.environ, **variables},
            text=True,
            encoding="utf-8",
        )
        self._reader = ThreadPoolExecutor(1)

    def ask(self, source: str, data: str, times: int = 1) -> None:
        """Send a candidate, to be computed some times."""
        assert self._process.stdin is not None  # noqa: S101  # for mypy: it is a pipe
        with suppress(OSError, ValueError):  # it died, which its silence tells
            self._process.stdin.write(json.dumps({"source": source, "data": data, "times": times}) + "\n")
            self._process.stdin.flush()

    def answers(self) -> list[dict[str, Any]]:
        """What it computed each time; ``raised`` where it did not, or does not answer."""
        assert self._process.stdout is not None  # noqa: S101  # likewise
        try:
            line = self._reader.submit(self._process.stdout.readline).result(PATIENCE_S)
            found = json.loads(line)
        except (Overdue, ValueError):
            self.stop()
            return [{"raised": SILENT}]
        return found if isinstance(found, list) else [{"raised": "no answer"}]

    def stop(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()
        self._reader.shutdown(wait=False)


class Bench:
    """Two workers, started once and again where one ended.

    Args:
        first: Variables of one.
        second: Variables of the other.
        folder: Temporary.

    Attributes:
        tried: Candidates so far.
        answers: The last answers of both.
    """

    def __init__(self, first: Mapping[str, str], second: Mapping[str, str], folder: Path) -> None:
        self.tried = 0
        self.answers: tuple[dict[str, Any], ...] = ()
        self._folder = folder
        self._variables = (first, second)
        self._workers: list[Worker] = []

    def __enter__(self) -> Self:
        """Ready for candidates."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Nothing is left running."""
        for worker in self._workers:
            worker.stop()

    def differs(self, call: Call, times: int = 1) -> bool:
        """Whether both processes compute the call, and not the same each time.

        Args:
            call: The candidate.
            times: That each of them computes it.
        """
        self.tried += 1
        if not self._workers:
            self._workers = [Worker(variables, self._folder) for variables in self._variables]
        text = Writer(call).write()
        data = self._folder / f"{self.tried}.npz" if text.data else None
        if data is not None:
            np.savez(data, **text.data)  # type: ignore[arg-type]  # names of arrays
        source = program(text)
        for worker in self._workers:
            worker.ask(source, "" if data is None else str(data), times)
        self.answers = tuple(answer for worker in self._workers for answer in worker.answers())
        if data is not None:
            data.unlink(missing_ok=True)
        if any(answer.get("raised") == SILENT for answer in self.answers):
            for worker in self._workers:
                worker.stop()
            self._workers = []
        if not all("parts" in answer for answer in self.answers):
            return False
        return any(answer["parts"] != self.answers[0]["parts"] for answer in self.answers)


def ran(path: Path, limit_s: float) -> Ran:
    """Run a script as whoever gets it will: this Python, nothing of the suite.

    Args:
        path: Of the script.
        limit_s: Seconds that it may take.
    """
    begun = time.monotonic()
    command = [sys.executable, str(path)]
    try:
        done = subprocess.run(  # noqa: S603  # this Python, a script that this package wrote
            command, capture_output=True, text=True, timeout=limit_s, cwd=path.parent, check=False
        )
    except subprocess.TimeoutExpired:
        return Ran(None, time.monotonic() - begun, "")
    return Ran(done.returncode, time.monotonic() - begun, done.stdout + done.stderr)
