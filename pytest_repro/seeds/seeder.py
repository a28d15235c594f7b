"""The protocol of a library's seeder: what it takes to pin one library's global random generators."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType


class Seeder(Protocol):
    """The global generators of one library that the user has imported.

    A seeder is made with the library's module in hand and imports nothing. It keeps no state of the user's: what it
    found travels in the value that :meth:`hold` returns. Holds nest, the last one is put back first. Like the
    generators themselves, a seeder is not for several threads at once.
    """

    def hold(self) -> object:
        """The state found, to be put back exactly; :meth:`pin` has to follow before anything is drawn."""
        ...

    def pin(self, seed: int) -> None:
        """Start every generator of the library from ``seed``; any int, wider ones lose their upper bits."""
        ...

    def put_back(self, found: object) -> None:
        """Give the library the state that :meth:`hold` found, its cached halves of normal draws included."""
        ...

    def state(self) -> str | None:
        """A digest of the present state in 16 hexadecimal digits, ``None`` where it cannot be read; draws nothing."""
        ...


class Library(NamedTuple):
    """One row of the registry: where a library keeps its generators, and what pins them.

    Attributes:
        name: As in the observation ``rng.<name>.state``.
        module: The module whose completed import brings the generators.
        needs: A name in that module that stands there once the generators can be used.
        open: Makes the seeder from the module.
    """

    name: str
    module: str
    needs: str
    open: Callable[[Any], Seeder]

    def loaded(self) -> ModuleType | None:
        """The library's module where the user imported it far enough to be pinned; never imports it."""
        module = sys.modules.get(self.module)
        if module is None:
            return None
        try:
            # Past the module's own __getattr__: a module under importlib.util.LazyLoader would be imported by a look.
            names = object.__getattribute__(module, "__dict__")
        except AttributeError:
            return None
        return module if self.needs in names else None
