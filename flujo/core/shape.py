"""Shapes: classes whose annotated fields say what a mapping from YAML holds, and what is wrong with one that differs.

    class Config(Shape):
        uses: str | None = Field(None, description="a skill id")
        max: int = Field(ge=1, description="how many")

    Config.read({"max": 3}).max == 3

Types are `Any`, `str`, `int`, `float`, `bool`, lists, mappings with text keys, `Literal`s, and unions of one of these
with None. Nothing is converted but an integer where a float is meant. (pydantic does this too, and takes as long to
import as half of all that `flujo validate` does.)
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from functools import cache
from inspect import get_annotations
from types import NoneType, UnionType
from typing import Any, ClassVar, Final, Literal, Self, Union, get_args, get_origin

from flujo.core.record import dataclass
from flujo.core.suggest import hint
from flujo.core.values import JsonObject, JsonValue

REQUIRED: Final = object()
"""The default of a field that must be given."""

_WORDS: Final = {str: "text", int: "an integer", float: "a number", bool: "true or false"}


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of a field besides its type; `before` changes what is given before it is checked.

    `form` is the JSON Schema of what the type does not say, or the name of one in `blueprints.schema`.
    """

    default: Any = REQUIRED
    alias: str | None = None
    description: str = ""
    ge: float | None = None
    le: float | None = None
    min_length: int = 0
    form: str | JsonObject | None = None
    before: Callable[[JsonValue], JsonValue] | None = None


def Field(default: Any = REQUIRED, **known: Any) -> Any:
    """Return the Entry of a field, in a form that type checkers take for its default."""
    return Entry(default, **known)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where, in what way, with which value.

    `text` says what is wanted of a wrong `type`, and all there is to say of a wrong `value`.
    """

    at: tuple[str | int, ...]
    kind: Literal["unknown", "missing", "type", "value"]
    value: JsonValue = None
    text: str = ""
    help: str | None = None


class Misfit(ValueError):
    """A mapping does not have the shape it should have."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(f"{item.kind} {item.at}" for item in problems))
        self.problems = problems


class Shape:
    """A mapping that was read; `given` are the names of the fields that were in it. Subclasses have the fields."""

    entries: ClassVar[Mapping[str, Entry]] = {}
    keys: ClassVar[frozenset[str]] = frozenset()
    given: frozenset[str]

    def __init_subclass__(cls) -> None:
        """Collect the fields."""
        own = {}
        for name, annotation in get_annotations(cls).items():
            if not str(annotation).startswith("ClassVar"):
                default = cls.__dict__.get(name, REQUIRED)
                own[name] = default if isinstance(default, Entry) else Entry(default)
        cls.entries = own
        cls.keys = frozenset(entry.alias or name for name, entry in own.items())

    @classmethod
    def allowed(cls) -> frozenset[str]:
        """Return the keys that a mapping may have."""
        return cls.keys

    @classmethod
    def types(cls) -> dict[str, Any]:
        """Return the types of the fields by name."""
        return {name: _type(cls.__module__, cls.__annotations__[name]) for name in cls.entries}

    @classmethod
    def read(cls, mapping: JsonObject) -> Self:
        """Return the mapping as an object; raise Misfit with all that is wrong with it."""
        made, given, problems = cls.__new__(cls), set(), []
        for name, entry in cls.entries.items():
            key = entry.alias or name
            value = mapping.get(key, REQUIRED)
            if value is REQUIRED:
                if entry.default is REQUIRED:
                    problems.append(Problem((key,), "missing"))
                value = entry.default.copy() if type(entry.default) in (dict, list) else entry.default
            else:
                given.add(name)
                value = entry.before(value) if entry.before else value
                value = _fit(_type(cls.__module__, cls.__annotations__[name]), value, (key,), problems)
                _within(entry, value, (key,), problems)
            setattr(made, name, value)
        problems += [Problem((key,), "unknown") for key in mapping.keys() - cls.keys]
        if problems:
            raise Misfit(problems)
        made.given = frozenset(given)
        return made


@cache
def _type(module: str, annotation: Any) -> Any:
    return eval(annotation, vars(sys.modules[module])) if isinstance(annotation, str) else annotation


def _fit(wanted: Any, value: JsonValue, at: tuple[str | int, ...], problems: list[Problem]) -> JsonValue:
    """Return a value that has the type it should have, after a report as it is."""
    if wanted is Any or type(value) is wanted:
        return value
    if wanted is float and type(value) is int:
        return float(value)
    origin, inner = get_origin(wanted), get_args(wanted)
    if origin in (Union, UnionType):
        (rest,) = (part for part in inner if part is not NoneType)
        return None if value is None else _fit(rest, value, at, problems)
    if origin is list and type(value) is list:
        return [_fit(inner[0], item, (*at, place), problems) for place, item in enumerate(value)]
    if origin is dict and type(value) is dict:
        return {key: _fit(inner[1], item, (*at, key), problems) for key, item in value.items()}
    if origin is Literal:
        if not any(value == word and type(value) is type(word) for word in inner):
            text = f"`{value}` is not one of {_one_of(inner)}"
            problems.append(Problem(at, "value", value, text, hint(value, inner)))
        return value
    word = {list: "a list", dict: "a mapping"}.get(origin or wanted) or _WORDS[wanted]
    problems.append(Problem(at, "type", value, word))
    return value


def _within(entry: Entry, value: JsonValue, at: tuple[str | int, ...], problems: list[Problem]) -> None:
    number = value if type(value) in (int, float) else None
    if number is not None and entry.le is not None and number > entry.le:
        problems.append(Problem(at, "value", value, f"`{at[-1]}` is {value}, and must be at most {entry.le}"))
    elif number is not None and entry.ge is not None and number < entry.ge:
        problems.append(Problem(at, "value", value, f"`{at[-1]}` is {value}, and must be at least {entry.ge}"))
    elif type(value) is str and len(value) < entry.min_length:
        problems.append(Problem(at, "value", value, f"`{at[-1]}` may not be empty"))


def _one_of(words: tuple[Any, ...]) -> str:
    *most, last = [f"`{word}`" for word in words]
    return f"{', '.join(most)} or {last}" if most else last
