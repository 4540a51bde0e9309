"""`dataclass` as the standard library has it, made in a third of the time.

Start-up is what a person feels of a command line, and flujo has some 150 dataclasses. The standard decorator compiles
six methods for each; here only `__init__` is compiled, the others are shared. Type checkers see the standard one. What
it does not do is stop an assignment to a field of a frozen class at run time: mypy does that.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(cls: type | None = None, /, **options: Any) -> Any:
        """Make a dataclass: as `dataclasses.dataclass`, without order and without a frozen `__setattr__`."""
        if cls is None:
            return lambda late: _made(late, options)
        return _made(cls, options)


def _made(cls: type, options: dict[str, Any]) -> Any:
    frozen, eq = options.pop("frozen", False), options.pop("eq", True)
    made: Any = dataclasses.dataclass(cls, repr=False, eq=False, **options)
    made.__repr__ = _repr
    if eq:
        items = dataclasses.fields(made)
        made.__compared__ = tuple(item.name for item in items if item.compare)
        made.__eq__ = _eq
        made.__hash__ = _hash if frozen else None
    return made


def _repr(self: Any) -> str:
    shown = (f"{item.name}={getattr(self, item.name)!r}" for item in dataclasses.fields(self) if item.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _eq(self: Any, other: Any) -> Any:
    if self is other:
        return True
    if type(self) is not type(other):
        return NotImplemented
    return all(getattr(self, name) == getattr(other, name) for name in self.__compared__)


def _hash(self: Any) -> int:
    return hash(tuple([getattr(self, name) for name in self.__compared__]))
