"""A worker: a process that runs one candidate of a script after the other, under the conditions that it started with.

It reads lines of JSON, each with source text and a file of arrays, and answers with digests of what was computed. The
source is what this package wrote for values of the user's own test; nothing else is ever run.
"""

from __future__ import annotations

import json
import os
import sys


def main() -> None:
    """Answer until the input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints is no answer
    for line in sys.stdin:
        wanted = json.loads(line)
        found = [_answer(wanted["source"], wanted["data"]) for _ in range(wanted["times"])]
        answers.write(json.dumps(found) + "\n")
        answers.flush()


def _answer(source: str, data: str) -> dict[str, object]:
    from pytest_repro.reproducer.outcome import looked_at  # noqa: PLC0415  # after the answers have their own channel

    names: dict[str, object] = {"DATA_FILE": data, "__name__": "candidate"}
    try:
        exec(compile(source, "<candidate>", "exec"), names)  # noqa: S102  # see above
        outcome = names["compute"]()  # type: ignore[operator]  # the source defines it
    except Exception as error:  # noqa: BLE001  # a candidate may fail in any way, which is an answer
        return {"raised": f"{type(error).__name__}: {error}"[:300]}
    return looked_at(outcome)


if __name__ == "__main__":
    main()
