"""The script: what it computes, under what, how it compares, and what it says of itself."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from pytest_repro.reproducer.recipe import Name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_repro.reproducer.recipe import Call
    from pytest_repro.reproducer.text import Text

NUMBERS = "numbers"
"""The outcome is an array or a number: it is compared by numpy, and its difference has a size."""

TEXT = "text"
"""The outcome is compared by its text."""

AGAIN = 10
"""Times that a script calls what gives another result each time: two may agree by chance."""

CONDITIONED = frozenset({"inv", "solve", "lstsq", "pinv", "det", "slogdet", "cholesky", "lu", "lu_factor", "expm"})
"""Functions of linear algebra whose error follows the condition number of their first argument."""

PRODUCTS = frozenset({"matmul", "dot", "inner", "vdot"})
"""Products, whose error is bounded by their length and the sizes of their terms (Higham 2002, 3.5)."""


class Member(NamedTuple):
    """One variation of a condition.

    Attributes:
        name: Of the variation.
        variables: Names of the variables by which it is made.
        changes: What it changes, in words.
        stands_for: What it stands for, where that is hardware which is not there; else empty.
    """

    name: str
    variables: frozenset[str]
    changes: str
    stands_for: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Under what a call is run twice.

    Attributes:
        first: Variables of the first process.
        second: Variables of the second; the same as the first where nothing is changed.
        members: Variations of the condition.
        unsteady: Whether outcomes may differ with nothing changed as well: those of memory that nobody wrote.
    """

    first: Mapping[str, str]
    second: Mapping[str, str]
    members: tuple[Member, ...] = ()
    unsteady: bool = False

    @property
    def condition(self) -> str:
        """Names of the variations that are left."""
        return ", ".join(one.name for one in self._left)

    @property
    def changes(self) -> str:
        """What they change."""
        return "; ".join(one.changes for one in self._left)

    @property
    def simulated(self) -> str:
        """What they stand for, as far as that is hardware which is not there."""
        return "; ".join(one.stands_for for one in self._left if one.stands_for)

    @property
    def _left(self) -> list[Member]:
        return [one for one in self.members if one.variables & self.second.keys()]

    @property
    def apart(self) -> bool:
        """Whether two processes are needed."""
        return dict(self.first) != dict(self.second)


def program(text: Text) -> str:
    """Source of imports, data and ``compute()``, for a worker; the script computes by the very same lines."""
    lines = [*sorted(text.imports), "import numpy as np", "DATA = dict(np.load(DATA_FILE)) if DATA_FILE else {}"]
    return "\n".join([*lines, *text.definitions, *_computing(text, apart=False)]) + "\n"


def _computing(text: Text, *, apart: bool) -> list[str]:
    """``compute()``, its arguments bound inside or before it."""
    bindings = [line for part in text.bindings for line in part.splitlines()]
    body = text.result if apart else [*bindings, *text.result]
    before = [*bindings, ""] if apart else []
    return [*before, "", "def compute():", *(f"    {line}" for line in body), ""]


def script(call: Call, text: Text, settings: Settings, kind: str, *, title: str, file: str) -> str:
    """The whole script.

    Args:
        call: What is called.
        text: Its source.
        settings: Under what.
        kind: How outcomes are compared.
        title: What the script says of itself, lines of text.
        file: Name of the file with its arrays, beside it; empty where there is none.
    """
    predicted = _predicted(call, text) if kind == NUMBERS else []
    needed = ["sys", *(("os", "subprocess", "tempfile") if settings.apart else ())]
    imports = {*text.imports, *(f"import {name}" for name in needed)}
    imports |= {"import numpy as np"} if kind == NUMBERS or text.data else set()
    imports |= {"import os"} if text.data else set()
    lines = ['"""' + title.rstrip() + '\n"""', "", *sorted(imports, key=_standing), ""]
    if text.data:
        lines += [f"DATA = dict(np.load(os.path.join(os.path.dirname(os.path.abspath(__file__)), {file!r})))"]
    lines += [line for definition in text.definitions for line in ("", definition, "")]
    lines += [*_computing(text, apart=bool(predicted)), ""]
    lines += _apart(settings, kind) if settings.apart else _twice(kind)
    lines += [*_told(kind), *predicted, "sys.exit(not same)"]
    return "\n".join(lines) + "\n"


def _standing(line: str) -> tuple[bool, bool, str]:
    """Modules of Python first, then libraries, ``import`` before ``from``."""
    root = line.split()[1].partition(".")[0]
    return (root not in sys.stdlib_module_names, line.startswith("from"), line)


def _twice(kind: str) -> list[str]:
    wrap = "np.asarray(compute())" if kind == NUMBERS else "repr(compute())"
    differs = "not np.array_equal(first, one)" if kind == NUMBERS else "one != first"
    return [
        f"outcomes = [{wrap} for _ in range({AGAIN})]",
        "first = outcomes[0]",
        f"second = next((one for one in outcomes if {differs}), first)",
    ]


def _apart(settings: Settings, kind: str) -> list[str]:
    keep = "np.save(sys.argv[1], compute())" if kind == NUMBERS else "open(sys.argv[1], 'w').write(repr(compute()))"
    take = "np.load(file)" if kind == NUMBERS else "open(file).read()"
    return [
        "if sys.argv[1:]:  # one of the two processes",
        f"    {keep}",
        "    sys.exit()",
        "",
        "outcomes = []",
        f"for variables in ({dict(settings.first)!r}, {dict(settings.second)!r}):",
        "    with tempfile.TemporaryDirectory() as folder:",
        "        file = os.path.join(folder, 'outcome.npy')",
        "        environment = {**os.environ, **variables}",
        "        subprocess.run([sys.executable, __file__, file], env=environment, check=True)",
        f"        outcomes.append({take})",
        "first, second = outcomes",
    ]


def _told(kind: str) -> list[str]:
    if kind == TEXT:
        return ["print('first: ', first[:300])", "print('second:', second[:300])", "same = first == second"]
    return [
        "print('first: ', first.ravel()[:4].tolist())",
        "print('second:', second.ravel()[:4].tolist())",
        "floats = first.dtype.kind in 'fc'",
        "same = np.array_equal(first, second, equal_nan=floats)",
        "if not same and floats and first.shape == second.shape:",
        "    size = np.nanmax(np.abs(first - second))",
        "    relative = size / np.nanmax(np.abs(first))",
        "    print(f'largest difference {size:.2g}, relative {relative:.2g}')",
    ]


def _predicted(call: Call, text: Text) -> list[str]:
    """What rounding may do by theory, for products and linear algebra of real numbers."""
    if not isinstance(call.function, Name) or call.part or call.changed >= 0:
        return []
    name = call.function.name.rpartition(".")[2]
    names = [one for one in text.operands if one.isidentifier()]
    if call.function.module.partition(".")[0] not in ("numpy", "scipy", "operator", "_operator"):
        return []
    if name in CONDITIONED and names[:1] == text.operands[:1]:
        matrix = names[0]
        return [
            f"condition = np.linalg.cond({matrix})",
            f"bound = condition * len({matrix}) * np.finfo(first.dtype).eps",
            "if not same:",
            "    words = 'within' if relative <= bound else 'beyond'",
            "    print(f'condition number {condition:.2g}: {words} what rounding may do, {bound:.2g} relative')",
        ]
    if name in PRODUCTS and len(names) == len(text.operands) == 2:  # noqa: PLR2004  # two operands
        left, right = names
        return [
            f"bound = 2 * {left}.shape[-1] * np.finfo(first.dtype).eps * (np.abs({left}) @ np.abs({right}))",
            "if not same:",
            "    words = 'within' if (np.abs(first - second) <= bound).all() else 'beyond'",
            "    print(f'{words} what rounding of sums of this length may do')",
        ]
    return []
