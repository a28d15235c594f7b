"""The pins: every loaded library's global generators held, seeded and put back as one."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pytest_repro.seeds import third_party
from pytest_repro.seeds.registry import LIBRARIES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import ModuleType

    from pytest_repro.errors import ReproError
    from pytest_repro.seeds.seeder import Library, Seeder


class _Stretch:
    """What one hold set aside, and the seed that was pinned since."""

    __slots__ = ("found", "seed")

    def __init__(self, found: list[tuple[Library, Seeder, object]]) -> None:
        self.found = found
        self.seed: int | None = None


class Pins:
    """Seeds what the user has imported, and gives it back as it was found.

    ``hold`` and ``release`` nest like brackets; ``pin`` may follow a ``hold`` any number of times. Before anything is
    held, ``pin`` seeds for good. Nothing is imported, but what third-party entry points import when they are loaded.
    Not for several threads at once, as the generators themselves are not.

    A generator whose library was imported between ``hold`` and ``release`` has no state found: its first state came
    from the operating system. It stays as pinned, or is pinned to the surrounding seed where there is one, because
    entropy is the one thing that no second run could give back. So it is with third-party callables, which cannot be
    read at all.

    Args:
        libraries: Rows of the registry.
        extra: Further callables by name, each taking one int; called as the entry points are.
        entries: Yields the third-party entry points; called once, when pins are first used.
    """

    def __init__(
        self,
        *,
        libraries: tuple[Library, ...] = LIBRARIES,
        extra: Mapping[str, third_party.Seed] | None = None,
        entries: Callable[[], list[third_party.Entry]] = third_party.declared,
    ) -> None:
        self._extra = dict(extra or {})
        self._entries = entries
        self._foreign: list[third_party.Foreign] | None = None
        self._rows = tuple((library.module, library.name, library) for library in libraries)
        self._opened: dict[str, tuple[ModuleType, tuple[Library, Seeder]]] = {}
        self._broken: set[str] = set()
        self._notices: dict[str, ReproError] = {}
        self._stumbled: dict[str, ReproError] = {}
        self._stretches: list[_Stretch] = []
        self._settled: int | None = None

    @property
    def notices(self) -> tuple[ReproError, ...]:
        """One S203 for each seeder that failed, in the order of failure; none for one that works again by now.

        A test may patch what a seeder calls, which is over with the test.
        """
        return (*self._notices.values(), *self._stumbled.values())

    @property
    def seed(self) -> int | None:
        """The seed that is pinned at present, ``None`` if none is."""
        for stretch in reversed(self._stretches):
            if stretch.seed is not None:
                return stretch.seed
        return self._settled

    def hold(self) -> None:
        """Remember the state found of every loaded library; ``pin`` follows before anything is drawn."""
        found: list[tuple[Library, Seeder, object]] = []
        for library, seeder in self._loaded():
            try:
                found.append((library, seeder, seeder.hold()))
            # A library that cannot even be read, for instance for want of a GPU, is left alone for good; within a test
            # it may be the test's own doing, and the test's own hold gives all back.
            except Exception as error:  # noqa: BLE001
                (self._stumble if self._stretches else self._give_up)(library, error)
        self._stretches.append(_Stretch(found))

    def pin(self, seed: int) -> None:
        """Start every generator from ``seed``: first third-party callables, then each loaded library.

        In this order, whatever a third party draws from ``random`` or numpy, or sets there, is undone.
        """
        if self._stretches:
            self._stretches[-1].seed = seed
        else:
            self._settled = seed
        self._call_foreign(seed)
        for library, seeder in self._loaded():
            self._pin_one(library, seeder, seed)

    def release(self) -> None:
        """Put back what the last ``hold`` found.

        Raises:
            IndexError: Nothing is held.
        """
        stretch = self._stretches.pop()
        surrounding = self.seed
        if stretch.seed is not None and surrounding is not None:
            self._call_foreign(surrounding)
            held = {library.name for library, _, _ in stretch.found}
            for library, seeder in self._loaded():
                if library.name not in held:
                    self._pin_one(library, seeder, surrounding)
        for library, seeder, state in reversed(stretch.found):
            try:
                seeder.put_back(state)
            except Exception as error:  # one library's fault keeps no other from its state  # noqa: BLE001
                self._stumble(library, error)

    @contextmanager
    def under(self, seed: int) -> Iterator[None]:
        """Run something under a seed of its own; afterwards every stream goes on where it was.

        So a session's fixture draws the same whichever test is the first to ask for it, and the test draws the same
        whether or not the fixture was there already.
        """
        self.hold()
        try:
            self.pin(seed)
            yield
        finally:
            self.release()

    def arrived(self, module: str) -> None:
        """Pin the library that ``module`` brings to the present seed; its import has just been completed."""
        seed = self.seed
        if seed is None:
            return
        for library, seeder in self._loaded():
            if library.module == module:
                self._pin_one(library, seeder, seed)

    def states(self) -> dict[str, str]:
        """A digest of the present state by library, for the observations ``rng.<name>.state``; draws nothing."""
        digests: dict[str, str] = {}
        for library, seeder in self._loaded():
            try:
                digest = seeder.state()
            except Exception as error:  # noqa: BLE001
                self._stumble(library, error)
                continue
            if digest is not None:
                digests[library.name] = digest
        return digests

    def modules(self) -> frozenset[str]:
        """The modules whose import brings generators: what an arrival looks out for."""
        return frozenset(module for module, _, _ in self._rows)

    def _loaded(self) -> list[tuple[Library, Seeder]]:
        # Twice a test: one look into a dictionary for each absent library (0.7 us; all nine by loaded(): 1.5).
        modules = sys.modules
        present: list[tuple[Library, Seeder]] = []
        for where, name, library in self._rows:
            module = modules.get(where)
            if module is None:
                continue
            opened = self._opened.get(name)
            # A test may have thrown the module out and imported it again: another module, other generators.
            if opened is None or opened[0] is not module:
                opened = self._open(library)
                if opened is None:
                    continue
            present.append(opened[1])
        return present

    def _open(self, library: Library) -> tuple[ModuleType, tuple[Library, Seeder]] | None:
        module = library.loaded()
        if module is None or library.name in self._broken:
            return None
        try:
            opened = self._opened[library.name] = (module, (library, library.open(module)))
        except Exception as error:  # noqa: BLE001
            self._give_up(library, error)
            return None
        return opened

    def _pin_one(self, library: Library, seeder: Seeder, seed: int) -> None:
        try:
            seeder.pin(seed)
        except Exception as error:  # noqa: BLE001
            self._stumble(library, error)
        else:
            if self._stumbled:
                self._stumbled.pop(library.name, None)

    def _call_foreign(self, seed: int) -> None:
        if self._foreign is None:
            loaded, notices = third_party.load(self._entries())
            self._foreign = loaded + third_party.handed_in(self._extra)
            for notice in notices:
                self._notices[notice.sentence] = notice
        for foreign in self._foreign:
            try:
                foreign.seed(seed)
            # Called again next time: another seed may suit it. Told once.
            except Exception as error:  # noqa: BLE001
                self._notices.setdefault(foreign.name, third_party.not_usable(foreign.name, "raised", error))

    def _stumble(self, library: Library, error: Exception) -> None:
        """It may work again for the next test, and is told if it never does."""
        self._stumbled.setdefault(library.name, third_party.not_usable(library.name, "raised", error))

    def _give_up(self, library: Library, error: Exception) -> None:
        self._broken.add(library.name)
        self._opened.pop(library.name, None)
        self._notices.setdefault(library.name, third_party.not_usable(library.name, "raised", error))
