"""`dataclass` as the standard library has it, made in a quarter of the time.

Start-up is what a person feels of a command line, and flujo has some 150 dataclasses. The standard decorator compiles
six methods for each; here only `__init__` is compiled, when the first object is made, and the others are shared. Type
checkers see the standard one. What it does not do is stop an assignment to a field of a frozen class at run time: mypy
does that.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
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
    made: Any = dataclasses.dataclass(cls, init=False, repr=False, eq=False, **options)
    made.__init__ = _first_init(made)
    made.__repr__ = _repr
    if eq:
        items = dataclasses.fields(made)
        made.__compared__ = tuple(item.name for item in items if item.compare)
        made.__eq__ = _eq
        made.__hash__ = _hash if frozen else None
    return made


def _first_init(cls: Any) -> Callable[..., None]:
    """Return the `__init__` of a class that has no object yet: it puts the real one in its place."""

    def __init__(self: Any, *values: Any, **named: Any) -> None:
        cls.__init__ = _init(cls)
        cls.__init__(self, *values, **named)

    return __init__


def _init(cls: type) -> Callable[..., None]:
    """Return the `__init__` that the standard decorator would have made."""
    names: dict[str, Any] = {"LATER": dataclasses.MISSING}
    parameters, lines = ["self"], []
    for item in dataclasses.fields(cls):
        name = value = item.name
        standard, factory = item.default, item.default_factory
        if factory is not dataclasses.MISSING:
            names[f"of_{name}"] = factory
            value = f"of_{name}() if {name} is LATER else {name}" if item.init else f"of_{name}()"
        elif standard is not dataclasses.MISSING:
            names[f"of_{name}"] = standard
            value = name if item.init else f"of_{name}"
        if item.init:
            default = "=LATER" if factory is not dataclasses.MISSING else f"=of_{name}"
            parameters.append(f"{name}{default if f'of_{name}' in names else ''}")
        if item.init or f"of_{name}" in names:
            lines.append(f" self.{name} = {value}")
    exec(f"def __init__({', '.join(parameters)}):\n" + ("\n".join(lines) or " return"), names)
    made: Callable[..., None] = names["__init__"]
    made.__qualname__ = f"{cls.__qualname__}.__init__"
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
