"""What can be changed in a blueprint: each change names a part by its address.

An address is keys and names of steps joined by dots (`steps.load.with.path`), or those as a tuple, for keys that have
dots; an item of a list without a name is its index, from 0.
"""

from __future__ import annotations

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
