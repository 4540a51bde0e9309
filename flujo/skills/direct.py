"""Builtin skills, called without pydantic where the arguments plainly are what the catalogue asks for.

Importing pydantic takes as long as a quarter of `flujo run`. What is not plain (a list, a range, a misfit) goes the way
that a project's skills go, which converts, copies and explains.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from functools import cache
from importlib import import_module
from typing import Any, Final

from flujo.core.ports import Skill, SkillContext, SkillSpec
from flujo.core.values import JsonObject, JsonValue
from flujo.skills.decorator import definitions, public_name

BUILTIN_PACKAGE: Final = "flujo.skills.builtin"

_TYPES: Final = {"string": str, "boolean": bool, "integer": int}
_PLAIN: Final = frozenset({"type", "enum", "default", "description"})

_Accepts = Callable[[JsonValue], bool]


def builtin_skill(spec: SkillSpec) -> Skill:
    """Return a builtin skill; its family is imported."""
    family = import_module(f"{BUILTIN_PACKAGE}.{spec.id.partition('.')[0]}")
    definition = next(item for item in definitions(family) if item.id == spec.id)
    function = definition.function
    names = {public_name(name): name for name in inspect.signature(function).parameters}
    accepts = {key: _accepts(schema) for key, schema in spec.parameters["properties"].items()}
    required = frozenset(spec.parameters.get("required", ()))
    context_name = next((names[key] for key in names if key not in accepts), None)

    @cache
    def whole() -> Skill:
        made: Skill = import_module("flujo.skills.describing").skill_of(definition, spec)
        return made

    def call(arguments: JsonObject, context: SkillContext) -> JsonValue | Awaitable[JsonValue]:
        plain = required <= arguments.keys() and all(
            key in accepts and accepts[key](value) for key, value in arguments.items()
        )
        if not plain:
            return whole().call(arguments, context)
        keywords: dict[str, Any] = {names[key]: value for key, value in arguments.items()}
        if context_name is not None:
            keywords[context_name] = context
        return function(**keywords)

    return Skill(spec, call, inline=inspect.iscoroutinefunction(function) or spec.effect == "pure")


def _accepts(schema: JsonObject) -> _Accepts:
    """Return what says whether a value plainly fits a parameter's schema."""
    kind, words = schema.get("type"), schema.get("enum")
    if not schema.keys() <= _PLAIN or (kind is not None and kind not in _TYPES):
        return lambda value: False
    if kind is None:
        return lambda value: words is None
    wanted = _TYPES[kind]
    return lambda value: type(value) is wanted and (words is None or value in words)
