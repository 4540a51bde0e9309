"""`@skill`: marks a typed function as a skill. Nothing is analysed here, so that importing a skill file stays cheap."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path as FilePath
from types import ModuleType
from typing import Any, Literal, TypedDict, TypeVar, Unpack, overload

from flujo.core.graph import Effect
from flujo.core.record import dataclass

MARK = "__flujo_skill__"

Function = TypeVar("Function", bound=Callable[..., Any])


class SkillOptions(TypedDict, total=False):
    """What `@skill` can be told.

    `effect` is `write` unless said otherwise: what is not known to be harmless is treated as a change of the world,
    so it is not repeated silently. `idempotent` says that a second call with the same arguments changes nothing more;
    `by_key` that the receiver drops a repeated idempotency key. `main` is the parameter that the step's input fills,
    `sinks` are parameters that untrusted values reach only with approval. `id` is `FILE.FUNCTION` by default.
    """

    effect: Effect
    idempotent: bool | Literal["no", "yes", "by_key"]
    permissions: tuple[str, ...]
    main: str
    version: str
    sinks: tuple[str, ...]
    id: str


@dataclass(frozen=True, slots=True)
class Definition:
    """A function and what its `@skill` said."""

    function: Callable[..., Any]
    options: SkillOptions

    @property
    def id(self) -> str:
        """The skill's id: `tickets.priority` for the function `priority` in `tickets.py`.

        An underscore at the end, as in `list_`, only avoids a word of Python and is not part of the id.
        """
        function = inspect.unwrap(self.function)
        stem = FilePath(function.__code__.co_filename).stem
        return self.options.get("id") or f"{stem}.{public_name(function.__name__)}"


@overload
def skill(function: Function, /) -> Function: ...


@overload
def skill(**options: Unpack[SkillOptions]) -> Callable[[Function], Function]: ...


def skill(function: Any = None, /, **options: Unpack[SkillOptions]) -> Any:
    """Mark a function as a skill; it stays an ordinary function that tests can call.

    Its schema comes from the annotations of its parameters and of its result, its summary from the first line of its
    docstring, the parameters' descriptions from the docstring's `Args:` section, examples from the lines under
    `Examples:`. A parameter annotated `SkillContext` receives the context. Raise `SkillError` to fail with a reason.
    """
    unknown = set(options) - set(SkillOptions.__annotations__)
    if unknown:
        raise TypeError(f"`@skill` does not take {', '.join(f'`{name}`' for name in sorted(unknown))}")

    def mark(function: Function) -> Function:
        if not inspect.isfunction(inspect.unwrap(function)):
            raise TypeError("`@skill` marks functions, and stands above all other decorators")
        setattr(function, MARK, Definition(function, options))
        return function

    return mark if function is None else mark(function)


def public_name(name: str) -> str:
    """Return the name users see of a Python name: `class_` is `class`."""
    return name[:-1] if name.endswith("_") and not name.endswith("__") else name


def definitions(module: ModuleType) -> list[Definition]:
    """Return the skills a module defines, in the order they stand in it; imported ones are not among them."""
    found = (getattr(value, MARK, None) for value in vars(module).values())
    own = [item for item in found if isinstance(item, Definition) and item.function.__module__ == module.__name__]
    return list({id(item): item for item in own}.values())
