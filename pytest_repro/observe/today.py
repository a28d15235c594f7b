"""What stands for ``datetime.datetime`` and ``datetime.date`` while the clock of a run is recorded or served.

Their classes cannot be changed, and the moment that they call the present is read by no function of ``time``. So the
names that are bound to them, or to their module, are bound to something that does all that they do, but for the
present. What is made of it is always an object of the real class.
"""

from __future__ import annotations

import datetime as dt
import sys
from types import ModuleType, new_class
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PRESENT = {dt.datetime: ("now", "utcnow", "today"), dt.date: ("today",)}
"""Methods that read the clock, by class."""


class StandIn(type):
    """All that a class does; some of its methods are others.

    No subclass of it, since the real methods would make objects of that, and it would be pickled by the wrong name.
    """

    real: type
    methods: Mapping[str, Callable[..., Any]]

    def __new__(cls, name: str, bases: tuple[type, ...], names: dict[str, Any], **words: Any) -> Any:
        """Whoever derives from a stand-in derives from the real class, and is an ordinary class."""
        if not any(isinstance(base, StandIn) for base in bases):
            return super().__new__(cls, name, bases, names)
        reals = tuple(base.real if isinstance(base, StandIn) else base for base in bases)
        return new_class(name, reals, words, lambda own: own.update(names))

    @classmethod
    def of(cls, real: type, methods: Mapping[str, Callable[..., Any]]) -> StandIn:
        """What stands for a class.

        Args:
            real: The class.
            methods: What is called in the stead of its own, by name.
        """
        made: StandIn = cls(real.__name__, (), {"__module__": real.__module__, "__doc__": real.__doc__})
        made.real, made.methods = real, methods
        return made

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        """An object of the real class."""
        return cls.real(*args, **kwargs)

    def __getattr__(cls, name: str) -> Any:
        """The method that stands for one, else what the class has."""
        if name in ("real", "methods"):  # not there yet
            raise AttributeError(name)
        return cls.methods.get(name) or getattr(cls.real, name)

    def __instancecheck__(cls, value: object) -> bool:
        """As of the real class."""
        return isinstance(value, cls.real)

    def __subclasscheck__(cls, subclass: type) -> bool:
        """As of the real class."""
        return issubclass(subclass, cls.real)

    def __eq__(cls, other: object) -> bool:
        """Equal to the real class, as ``type(value) == datetime`` expects."""
        return other is cls.real or other is cls

    def __hash__(cls) -> int:
        """As the real class, which may be the key of a table."""
        return hash(cls.real)

    def __or__(cls, other: Any) -> Any:
        """As of the real class: ``datetime | None``."""
        return cls.real | other

    def __ror__(cls, other: Any) -> Any:
        """As of the real class."""
        return other | cls.real


def stand_ins(wrapper: Callable[[str, Callable[..., Any]], Callable[..., Any]]) -> list[tuple[object, object]]:
    """The real classes and their module, each with what stands for it.

    None where freezegun is at work: it looks for the names that are bound to the real ones, to stop their clock.

    Args:
        wrapper: Makes of a method's name and the method what is called in its stead.
    """
    if "freezegun" in sys.modules:
        return []
    classes = [
        (real, StandIn.of(real, {name: wrapper(f"{real.__name__}.{name}", getattr(real, name)) for name in names}))
        for real, names in PRESENT.items()
    ]
    module = ModuleType(dt.__name__, dt.__doc__)
    vars(module).update({**vars(dt), **{real.__name__: stand_in for real, stand_in in classes}})
    return [*classes, (dt, module)]


def replaceable(names: Mapping[str, object]) -> bool:
    """Whether a module's names may be bound to stand-ins: it is written in Python, and not of the standard library.

    Compiled modules ask for the class itself, and what pickles looks a class up by its name.
    """
    root = str(names.get("__name__", "")).partition(".")[0]
    return root not in sys.stdlib_module_names and str(names.get("__file__") or "").endswith(".py")
