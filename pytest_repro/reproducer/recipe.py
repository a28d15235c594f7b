"""Recipes: how a value is made again from source text and arrays; what would need pickle is told by name, never kept.

A recipe is plain data, so that it passes between processes as JSON: arrays are kept beside it, by number.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_repro.values import entry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import numpy as np


class Literal(NamedTuple):
    """A value that its text makes: a number, a string, None."""

    text: str


class Array(NamedTuple):
    """An array that is kept beside the recipe, by its number there."""

    number: int


class Drawn(NamedTuple):
    """An array of normal numbers of a seeded generator: where any numbers do."""

    shape: tuple[int, ...]
    dtype: str


class Items(NamedTuple):
    """A list, tuple, set or frozenset of recipes, or a dict of pairs of them."""

    kind: str
    items: tuple[Recipe, ...]


class Name(NamedTuple):
    """Something that a module of a library or of Python itself has under a name."""

    module: str
    name: str


class Made(NamedTuple):
    """The result of a call; keywords by name."""

    function: Recipe
    arguments: tuple[Recipe, ...]
    named: tuple[tuple[str, Recipe], ...] = ()


class Attribute(NamedTuple):
    """A method or an attribute of a value that can be made."""

    of: Recipe
    name: str


class Source(NamedTuple):
    """A function of the user's, as its source, and what its text refers to by name."""

    name: str
    text: str
    needs: tuple[tuple[str, Recipe], ...] = ()


class Lost(NamedTuple):
    """What cannot be made again without pickle."""

    reason: str


Recipe = Literal | Array | Drawn | Items | Name | Made | Attribute | Source | Lost

_CLASSES: dict[str, type[Any]] = {
    "literal": Literal,
    "array": Array,
    "items": Items,
    "name": Name,
    "made": Made,
    "attribute": Attribute,
    "source": Source,
    "lost": Lost,
}
_TAGS = {cls: tag for tag, cls in _CLASSES.items()}


@dataclass(slots=True, kw_only=True)
class Call:
    """A call of a library and its arguments.

    Attributes:
        function: What is called.
        arguments: By position.
        named: By keyword.
        names: What the source calls the positional arguments; empty where they have no name there.
        text: The source of the call.
        part: Python's way from the result to the part that differs: ``[2]``, ``.x``; empty for the whole.
        changed: Number of the argument that the call changes and that is looked at in place of the result; -1 for none.
        arrays: Of the recipes.
    """

    function: Recipe
    arguments: tuple[Recipe, ...]
    named: tuple[tuple[str, Recipe], ...] = ()
    names: tuple[str, ...] = ()
    text: str = ""
    part: str = ""
    changed: int = -1
    arrays: list[np.ndarray[Any, Any]] = field(default_factory=list)

    @property
    def recipes(self) -> tuple[Recipe, ...]:
        """Of the function and of all arguments."""
        return (self.function, *self.arguments, *(recipe for _, recipe in self.named))

    def exchanged(self, change: Callable[[Recipe], Recipe]) -> Call:
        """The call with every recipe of its arguments exchanged."""
        return replace(
            self,
            function=exchanged(self.function, change),
            arguments=tuple(exchanged(one, change) for one in self.arguments),
            named=tuple((name, exchanged(one, change)) for name, one in self.named),
        )

    @property
    def lost(self) -> tuple[str, ...]:
        """Why it cannot be made again; empty where it can."""
        return tuple(dict.fromkeys(one.reason for one in walked(self.recipes) if isinstance(one, Lost)))


def parts(recipe: Recipe) -> tuple[Recipe, ...]:
    """The recipes that stand directly in one."""
    match recipe:
        case Items(_, items):
            return items
        case Made(function, arguments, named):
            return (function, *arguments, *(one for _, one in named))
        case Attribute(of, _):
            return (of,)
        case Source(_, _, needs):
            return tuple(one for _, one in needs)
    return ()


def exchanged(recipe: Recipe, change: Callable[[Recipe], Recipe]) -> Recipe:
    """The recipe with every part, and then itself, exchanged for what ``change`` makes of it."""

    def inner(one: Recipe) -> Recipe:
        return exchanged(one, change)

    match recipe:
        case Items(kind, items):
            recipe = Items(kind, tuple(map(inner, items)))
        case Made(function, arguments, named):
            recipe = Made(
                inner(function), tuple(map(inner, arguments)), tuple((name, inner(one)) for name, one in named)
            )
        case Attribute(of, name):
            recipe = Attribute(inner(of), name)
    return change(recipe)


def walked(recipes: Sequence[Recipe]) -> Iterator[Recipe]:
    """All of them, and all that stand in them."""
    for recipe in recipes:
        yield recipe
        yield from walked(parts(recipe))


def to_data(recipe: Recipe) -> list[object]:
    """The recipe as lists and texts."""
    tag = _TAGS[type(recipe)]
    return [tag, *map(_data, recipe)]


def _data(value: object) -> object:
    if type(value) in _TAGS:
        return to_data(value)  # type: ignore[arg-type]  # the classes of a recipe
    return [_data(one) for one in value] if isinstance(value, tuple) else value


def from_data(data: object) -> Recipe:
    """The recipe in lists and texts.

    Raises:
        ReproError: ``B602``, they are none.
    """
    if not isinstance(data, list) or not data or data[0] not in _CLASSES:
        raise entry.malformed("no recipe")
    tag, *values = data
    texts = all(isinstance(value, str) for value in values)
    many = len(values)
    match tag:
        case "literal" | "lost" if texts and many == 1:
            found: Recipe = Literal(values[0]) if tag == "literal" else Lost(values[0])
        case "array" if many == 1 and type(values[0]) is int:
            found = Array(values[0])
        case "name" if texts and many == 2:  # noqa: PLR2004  # module and name
            found = Name(*values)
        case "items" if many == 2 and isinstance(values[0], str):  # noqa: PLR2004  # kind and items
            found = Items(values[0], tuple(map(from_data, _listed(values[1]))))
        case "made" if many == 3:  # noqa: PLR2004  # function, arguments, keywords
            found = Made(from_data(values[0]), tuple(map(from_data, _listed(values[1]))), _pairs(values[2]))
        case "attribute" if many == 2 and isinstance(values[1], str):  # noqa: PLR2004  # of, name
            found = Attribute(from_data(values[0]), values[1])
        case "source" if many == 3 and isinstance(values[0], str) and isinstance(values[1], str):  # noqa: PLR2004  # likewise
            found = Source(values[0], values[1], _pairs(values[2]))
        case _:
            raise entry.malformed(f"no {tag} of a recipe")
    return found


def _listed(value: object) -> list[object]:
    if not isinstance(value, list):
        raise entry.malformed("no list of recipes")
    return value


def _pairs(value: object) -> tuple[tuple[str, Recipe], ...]:
    found = []
    for pair in _listed(value):
        if not isinstance(pair, list) or len(pair) != 2 or not isinstance(pair[0], str):  # noqa: PLR2004  # name and recipe
            raise entry.malformed("no named recipe")
        found.append((pair[0], from_data(pair[1])))
    return tuple(found)
