"""Values of options that need no conversion, taken as they are.

For each option typer 0.29 builds a pydantic adapter, also for those that were not given or are plain text; the
import of pydantic alone is a third of what `flujo validate` takes.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, Literal, get_origin

import typer


class AsGiven:
    """What converts the value of one parameter; typer's own way is taken where there is something to convert."""

    def __init__(self, parameter: Any) -> None:
        self._type = parameter.type_descriptor
        self._default = parameter.default

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """Return the value that the verb's function gets; raise typer.BadParameter when it does not fit."""
        if value is None:
            return () if param.multiple or param.nargs == -1 else None
        wanted = self._type.annotation
        if wanted is str or (value == self._default and (type(value) is wanted or get_origin(wanted) is Literal)):
            return value
        if wanted == list[str] and type(value) is tuple:
            return list(value)
        return import_module("typer._coercion").build_runtime_param(self._type).coerce(value, param=param, ctx=ctx)


def take_as_given(command: Any, around: typer.Context | None = None) -> None:
    """Have the parameters of a command, and of those below it, taken as they are; nothing where typer is another."""
    context = typer.Context(command, around, **command.context_settings)
    for parameter in command.get_params(context):
        if hasattr(parameter, "_runtime_param") and hasattr(parameter, "type_descriptor"):
            parameter._runtime_param = AsGiven(parameter)
    for below in getattr(command, "commands", {}).values():
        take_as_given(below, context)
