"""The arrival of a library: its generators are pinned as its import completes.

numpy is not imported yet when pytest starts to collect, and data drawn inside ``@parametrize`` is drawn right after the
import: a pin before collection comes too soon, one before the first test too late. So a finder stands first on
``sys.meta_path`` for as long as it is wanted. It finds nothing itself: for the few modules of interest it asks the
finders behind it, and wraps the loader that they give so that the end of ``exec_module`` is seen.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Self

from pytest_repro.seeds import third_party

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType, TracebackType

    from pytest_repro.errors import ReproError
    from pytest_repro.seeds.pins import Pins


class Arrival:
    """Pins what is imported already, and then each library as it comes; a context manager.

    Starting twice or stopping twice does nothing more. A module whose import began before the end is still pinned
    when it completes. Reloads are pinned again, since a reload may make a new generator.

    Args:
        pins: What seeds the libraries, now and on arrival.
    """

    def __init__(self, pins: Pins) -> None:
        self._pins = pins
        self._modules = pins.modules()
        self.notices: list[ReproError] = []

    def start(self, seed: int) -> None:
        """Pin what is there to ``seed``, and look out for the rest."""
        self._pins.pin(seed)
        if not self._stands():
            sys.meta_path.insert(0, self)

    def stop(self) -> None:
        """Look out no longer."""
        sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not self]

    def __enter__(self) -> Self:
        """Look out, for the seed that the pins have or will have."""
        if not self._stands():
            sys.meta_path.insert(0, self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self.stop()

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec that the finders behind give, with its loader wrapped; ``None`` for all other modules."""
        if fullname not in self._modules:
            return None
        for finder in self._behind():
            # Their own errors are the import's errors: a finder that forbids a module raises.
            spec: ModuleSpec | None = finder.find_spec(fullname, path, target)
            if spec is not None:
                # A namespace package has nothing to run, and a loader of old has no exec_module.
                if hasattr(spec.loader, "exec_module"):
                    spec.loader = _Watched(spec.loader, self._seen)  # type: ignore[assignment]
                return spec
        return None

    def _stands(self) -> bool:
        return any(finder is self for finder in sys.meta_path)

    def _behind(self) -> list[Any]:
        finders: list[Any] = list(sys.meta_path)
        # Asked by hand after it was taken away, it has the whole path behind it.
        start = next((place + 1 for place, finder in enumerate(finders) if finder is self), 0)
        return [finder for finder in finders[start:] if hasattr(finder, "find_spec")]

    def _seen(self, module: str) -> None:
        try:
            self._pins.arrived(module)
        # The user's import has succeeded, and nothing of ours may make it fail.
        except Exception as error:  # noqa: BLE001
            self.notices.append(third_party.not_usable(module, "failed on arrival", error))


class _Watched:
    """A loader that tells when its module has run, and passes for the loader beneath in everything else.

    Whoever only asks ``importlib.util.find_spec`` keeps this one, hence the care. A module that runs sees the loader
    beneath: it is back in place before the module's first line.
    """

    def __init__(self, beneath: Any, seen: Callable[[str], None]) -> None:
        self._beneath = beneath
        self._seen = seen

    @property  # isinstance(spec.loader, SourceFileLoader) stays true
    def __class__(self) -> type:
        beneath: type = self._beneath.__class__
        return beneath

    @__class__.setter
    def __class__(self, kind: type) -> None:
        raise TypeError(f"__class__ of a watched loader cannot become {kind.__name__}")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._beneath, name)

    def exec_module(self, module: ModuleType) -> None:
        spec: Any = module.__spec__
        if spec.loader is self:
            spec.loader = self._beneath
        if getattr(module, "__loader__", None) is self:
            module.__loader__ = self._beneath
        self._beneath.exec_module(module)
        self._seen(spec.name)
