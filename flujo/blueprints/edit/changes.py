"""What can be changed in a blueprint: each change names a part by its address.

An address is keys and names of steps joined by dots (`steps.load.with.path`), or those as a tuple, for keys that have
dots; an item of a list without a name is its index, from 0.
"""

from __future__ import annotations

from typing import Final

from flujo.core.record import dataclass
from flujo.core.spans import Path
from flujo.core.values import JsonObject, JsonValue

Address = str | Path


@dataclass(frozen=True, slots=True)
class Set:
    """A value takes the place of the one that is there; a new key goes last in its mapping."""

    address: Address
    value: JsonValue


@dataclass(frozen=True, slots=True)
class Append:
    """A value goes last in a list."""

    address: Address
    value: JsonValue


@dataclass(frozen=True, slots=True)
class Remove:
    """A step, a key with its value, or an item is taken away."""

    address: Address


@dataclass(frozen=True, slots=True)
class InsertAfter:
    """A step, or another item, goes after one that is there."""

    address: Address
    value: JsonValue


@dataclass(frozen=True, slots=True)
class Rename:
    """A step, agent or import gets another name, everywhere it is named."""

    address: Address
    name: str


@dataclass(frozen=True, slots=True)
class AddBranch:
    """A step with branches (or states) gets another one."""

    address: Address
    key: str
    steps: list[JsonObject]


@dataclass(frozen=True, slots=True)
class WrapInMap:
    """A step becomes the body of a map, which takes its place: its `needs`, and what named its result."""

    address: Address
    name: str
    over: JsonValue


Change = Set | Append | Remove | InsertAfter | Rename | AddBranch | WrapInMap

OPS: Final = ("set", "append", "remove", "insert_after", "rename", "add_branch", "wrap_in_map")
"""The words for the changes, as `read_change` takes them."""


def read_change(op: str, address: Address, value: JsonValue) -> Change:
    """Return a change that is given as data; raise ValueError for a value that is not of its form."""
    match op, value:
        case "set", _:
            return Set(address, value)
        case "append", _:
            return Append(address, value)
        case "insert_after", _:
            return InsertAfter(address, value)
        case "remove", None:
            return Remove(address)
        case "rename", str():
            return Rename(address, value)
        case "add_branch", {"key": str() as key, "steps": list() as steps, **rest} if not rest:
            return AddBranch(address, key, steps)
        case "wrap_in_map", {"name": str() as name, "over": over, **rest} if not rest:
            return WrapInMap(address, name, over)
    raise ValueError(_FORMS.get(op, f"there is no edit `{op}`; there are {', '.join(f'`{word}`' for word in OPS)}"))


_FORMS: Final = {
    "remove": "`remove` takes no value",
    "rename": "the value of `rename` is the new name",
    "add_branch": 'the value of `add_branch` is `{"key": NAME, "steps": [...]}`',
    "wrap_in_map": 'the value of `wrap_in_map` is `{"name": NAME, "over": TEMPLATE}`',
}
