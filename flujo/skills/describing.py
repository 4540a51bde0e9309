"""Descriptions: the SkillSpec of a function, the rules for what `@skill` may say, and the function as a Skill."""

from __future__ import annotations

import inspect
import re
import typing
from collections.abc import Awaitable
from typing import Any, Literal

from flujo.core.graph import Effect
from flujo.core.ports import Skill, SkillContext, SkillSpec
from flujo.core.sinks import is_sink
from flujo.core.values import JsonObject, JsonValue
from flujo.skills.decorator import Definition
from flujo.skills.docstring import read_docstring
from flujo.skills.signature import Signature, bad_skill

_ID: typing.Final = re.compile(r"[A-Za-z][\w-]*(?:\.[A-Za-z][\w-]*)+")
_VERSION: typing.Final = re.compile(r"[A-Za-z0-9._-]{1,32}")

_SECRET: typing.Final = frozenset({"secret", "secrets", "password", "token"})


def spec_of(definition: Definition) -> SkillSpec:
    """Return the description of a skill, with neither origin nor file; raise FlujoError FLJ0607."""
    return _describe(Signature.of(definition))


def skill_of(definition: Definition, spec: SkillSpec) -> Skill:
    """Return a skill that can be called as `spec` says."""
    signature = Signature.of(definition)
    function = definition.function
    builtin = spec.origin == "builtin"

    def call(arguments: JsonObject, context: SkillContext) -> JsonValue | Awaitable[JsonValue]:
        keywords = signature.bind(arguments)
        if signature.context is not None:
            keywords[signature.context] = context
        result = function(**keywords)
        if builtin:
            return result  # ours give JSON data; tests of each see to it
        return _later(signature, result) if inspect.isawaitable(result) else signature.give(result)

    return Skill(spec, call, inline=inspect.iscoroutinefunction(function) or (builtin and spec.effect == "pure"))


async def _later(signature: Signature, result: Awaitable[Any]) -> JsonValue:
    return signature.give(await result)


def _describe(signature: Signature) -> SkillSpec:
    definition = signature.definition
    options = definition.options
    prose = read_docstring(inspect.unwrap(definition.function).__doc__)
    if not prose.summary:
        raise bad_skill(definition, "has no docstring; its first line is what people and the architect choose it by")
    _check_options(definition)
    parameters, result = signature.schemas()
    for name in {options.get("main"), *options.get("sinks", ())} - {None, *parameters["properties"]}:
        raise bad_skill(definition, f"names `{name}` as `main` or among `sinks`, but has no such parameter")
    return SkillSpec(
        id=definition.id,
        summary=prose.summary,
        description=prose.description,
        parameters=parameters,
        result=result,
        version=options.get("version", "1"),
        main=_main(definition, parameters),
        effect=options.get("effect", "write"),
        idempotent=_idempotent(options.get("idempotent", "no")),
        permissions=tuple(options.get("permissions", ())),
        sinks=tuple(options.get("sinks", ())),
        examples=prose.examples,
    )


def _check_options(definition: Definition) -> None:
    options, id = definition.options, definition.id
    if not _ID.fullmatch(id) or len(id) > 64:
        raise bad_skill(definition, "has an id that is not of the form `family.name`, of at most 64 characters")
    if id.partition(".")[0] in ("agents", "imports"):
        raise bad_skill(definition, "cannot be used: `uses: agents.NAME` and `uses: imports.NAME` mean other things")
    if options.get("effect", "write") not in typing.get_args(Effect):
        raise bad_skill(
            definition, f"has the effect `{options['effect']}`; there are {', '.join(typing.get_args(Effect))}"
        )
    if options.get("idempotent", "no") not in (True, False, "no", "yes", "by_key"):
        raise bad_skill(definition, f"says `idempotent` is `{options['idempotent']}`; it is `no`, `yes` or `by_key`")
    for name, listed in (("permissions", options.get("permissions", ())), ("sinks", options.get("sinks", ()))):
        if isinstance(listed, str) or not all(isinstance(item, str) for item in listed):
            raise bad_skill(definition, f"has `{name}` that are not a tuple of texts")
    if not _VERSION.fullmatch(options.get("version", "1")):
        raise bad_skill(
            definition, f"has the version `{options['version']}`; letters, digits, `.`, `-` and `_` make one"
        )


def _idempotent(said: bool | Literal["no", "yes", "by_key"]) -> Literal["no", "yes", "by_key"]:
    return ("yes" if said else "no") if isinstance(said, bool) else said


def _main(definition: Definition, parameters: JsonObject) -> str | None:
    """Return the main parameter: the one named so, else the only required one, unless input must never fill it."""
    said = definition.options.get("main")
    required = parameters.get("required", [])
    name = said or (required[0] if len(required) == 1 else None)
    if name is None:
        return None
    if _may_be_main(name, parameters["properties"][name]):
        return str(name)
    if said:
        raise bad_skill(definition, f"says `main` is `{said}`; a path, URL, command, recipient or secret is never main")
    return None


def _may_be_main(name: str, schema: JsonObject) -> bool:
    secret = _SECRET & set(name.lower().split("_")) or schema.get("format") == "password"
    return not secret and not is_sink(name, schema)
