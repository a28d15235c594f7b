"""A condition: what differs in one fresh process: nothing, one variation with a value, or several at once."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, NamedTuple

from pytest_repro.variations.registry import variation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

COMBINED = "combined"
"""What several variations at once are called."""


class Condition(NamedTuple):
    """One condition.

    Attributes:
        label: As maps and tolerances name it: ``blas``, ``threads=4``, ``combined``.
        members: Name and value of each variation that is on.
    """

    label: str
    members: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, label: str, members: Iterable[Sequence[str]]) -> Condition:
        """The condition that travelled between processes as plain lists."""
        return cls(label, tuple((name, value) for name, value in members))

    @property
    def hardware(self) -> bool:
        """Whether it stands for hardware that is not here, and for nothing else."""
        return bool(self.members) and all(variation(name).kind == "hardware" for name, _ in self.members)

    def variables(self, environment: Mapping[str, str]) -> dict[str, str]:
        """The environment variables to set, each variation on top of the one before: some share a variable."""
        now, found = dict(environment), {}  # type: dict[str, str], dict[str, str]
        for name, value in self.members:
            wanted = variation(name).variables(value, now)
            now.update(wanted)
            found.update(wanted)
        return found

    @contextmanager
    def inside(self) -> Iterator[None]:
        """What is changed within a process rather than before its start."""
        with ExitStack() as stack:
            for name, value in self.members:
                stack.enter_context(variation(name).inside(value))
            yield

    def singles(self) -> tuple[Condition, ...]:
        """Each of its variations alone."""
        return tuple(Condition(labelled(name, value), ((name, value),)) for name, value in self.members)


FRESH = Condition("fresh")
"""Nothing is changed but the process."""


def labelled(name: str, value: str) -> str:
    """The label of a variation with a value: its name alone where that is the usual value."""
    return name if variation(name).usual() == (value,) else f"{name}={value}"
