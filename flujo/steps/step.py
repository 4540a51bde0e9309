"""One call of a skill or an agent, or another blueprint as one step."""

from __future__ import annotations

import contextvars
import importlib
import inspect
import threading
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any, Final

from flujo.core.errors import FlujoError, SkillError
from flujo.core.graph import Call, Flow, Import, Node, Template
from flujo.core.outcomes import Done, Failed, Outcome
from flujo.core.ports import (
    CallContext,
    Lowering,
    Skill,
    SkillContext,
    SkillSpec,
)
from flujo.core.shape import Field, Shape
from flujo.core.suggest import did_you_mean
from flujo.core.values import JsonObject, JsonValue, ValueProblem, check
from flujo.steps import Kind, lower_agent

PASS: Final = "core.pass"


class Config(Shape):
    """What is called, and with what."""

    uses: str | None = Field(
        None, form="uses", description="a skill id, with `@VERSION` if one is meant, `agents.NAME` or `imports.NAME`"
    )
    with_: dict[str, Any] | None = Field(None, alias="with", description="parameters by name; values may be templates")


def lower(config: Config, low: Lowering) -> Node:
    """Turn the step into a call of a skill, of an agent, or of `core.pass`, or into another blueprint.

    After a report the Node is only there for the checks that follow: a blueprint with errors gives no Graph.
    """
    uses = config.uses or PASS
    arguments = None if config.with_ is None else low.template(config.with_, "with")
    room, _, name = uses.partition(".")
    if room == "agents":
        return lower_agent(name, arguments, low)
    if room == "imports":
        return _import(name, arguments, low)
    if config.uses is None and low.meta.input is None and not low.meta.sets:
        low.report("FLJ0501", f"the step `{low.meta.name}` does nothing", help="add `uses: SKILL`, or remove the step")
    elif (spec := _spec(uses, low)) is not None:
        return Call(
            meta=low.meta,
            runner="step",
            target=spec.id,
            arguments=arguments,
            main=spec.main,
            revision=spec.digest,
            effect=spec.effect,
            idempotent=spec.idempotent,
        )
    return Call(low.meta, "step", "", arguments)


def _import(alias: str, arguments: Template | None, low: Lowering) -> Node:
    """Return the import as a Flow; its own `timeout` holds beside the step's, whichever is over first."""
    graph, meta = low.imported(alias), low.meta
    if graph is None:
        return Call(meta, "step", "", arguments)
    limits = [limit for limit in (meta.timeout, graph.root.meta.timeout) if limit is not None]
    return Flow(replace(meta, timeout=min(limits, default=None)), (), imported=Import(alias, graph, arguments))


def _spec(uses: str, low: Lowering) -> SkillSpec | None:
    id, _, version = uses.partition("@")
    spec = low.catalogue.skill(id)
    if spec is None:
        low.report("FLJ0601", f"unknown skill `{id}`", "uses", help=_unknown_help(id, low))
    elif "@" in uses and version != spec.version:
        message = f"the skill `{id}` has version {spec.version}, not `{version}`"
        low.report("FLJ0601", message, "uses", help=f"write `uses: {id}@{spec.version}`")
        return None
    return spec


def _unknown_help(id: str, low: Lowering) -> str:
    near = did_you_mean(id, low.catalogue.skill_ids()) or _same_verb(id, low)
    if ":" in id or (near is None and id.count(".") > 1):
        return "Python paths are not called; register the function as a skill with `@skill`, then `flujo skills lock`"
    return f"did you mean `{near}`?" if near else "`flujo skills list` shows what there is"


def _same_verb(id: str, low: Lowering) -> str | None:
    """Find the one skill whose verb alone was written (`parse_csv`), or whose family was mistaken."""
    verb = id.rpartition(".")[2]
    same = [known for known in low.catalogue.skill_ids() if known.rpartition(".")[2] == verb]
    return same[0] if len(same) == 1 else None


async def run(call: Call, args: JsonObject, ctx: CallContext) -> Outcome:
    """Call the skill; whatever it raises becomes a failure with a reason, never a traceback."""
    try:
        output = await _result(ctx.skills.load(call.target), args, ctx)
        check(output)
    except SkillError as error:
        return _said_why(error)
    except FlujoError as error:
        return Failed.of(error.diagnostic.code, str(error), retry="never", help=error.diagnostic.help)
    except ValueProblem as problem:
        return Failed.of("FLJ0611", f"the result of `{call.target}` cannot be kept: {problem}", retry="never")
    except _Crash as crash:
        return Failed.of("FLJ0610", f"`{call.target}` raised {crash}")
    return Done(output)


def _said_why(error: SkillError) -> Failed:
    item = error.diagnostic
    return Failed(item.code, item.message, retry=error.retry, error_class=error.error_class, help=item.help)


class _Crash(Exception):
    """Something other than a reason came out of a skill; the text is its type and message."""


async def _result(skill: Skill, args: JsonObject, ctx: CallContext) -> JsonValue:
    if skill.inline:
        result = _guarded(skill, args, ctx.skill_context)
    else:
        result = await _aside(partial(_guarded, skill, args, ctx.skill_context))
    if not inspect.isawaitable(result):
        return result
    try:
        return await result
    except FlujoError:
        raise
    except (Exception, SystemExit) as error:
        raise _Crash(_words(error)) from error


async def _aside(work: Callable[[], JsonValue | Awaitable[JsonValue]]) -> JsonValue | Awaitable[JsonValue]:
    """Do blocking work in a thread of its own that the end of the process does not wait for.

    The threads of `asyncio.to_thread` are joined at the end, so a skill that blocks would hold up Ctrl-C for as long.
    """
    # By name and late: `validate` imports this module too, and must not pay for asyncio (design 10).
    loop = importlib.import_module("asyncio").get_running_loop()
    done = loop.create_future()

    def settle(set_it: Callable[[Any], None], value: object) -> None:
        if not done.done():  # cancelled meanwhile
            set_it(value)

    def tell(set_it: Callable[[Any], None], value: object) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, set_it, value)

    def body() -> None:
        try:
            result = work()
        except BaseException as error:
            tell(done.set_exception, error)
        else:
            tell(done.set_result, result)

    context = contextvars.copy_context()
    threading.Thread(target=context.run, args=(body,), daemon=True).start()
    return await done


def _guarded(skill: Skill, args: JsonObject, context: SkillContext) -> JsonValue:
    """Call the skill's function; in a thread every kind of exception can only be the skill's own."""
    try:
        return skill.call(args, context)
    except FlujoError:
        raise
    except (Exception, SystemExit) as error:
        raise _Crash(_words(error)) from error
    except KeyboardInterrupt as error:
        if skill.inline:  # on the loop's thread it is a person at the keyboard
            raise
        raise _Crash(_words(error)) from error


def _words(error: BaseException) -> str:
    try:
        text = str(error)
    except Exception as inner:  # an exception class of a project may be broken itself
        text = f"(no message: its text raised {type(inner).__name__})"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


KIND = Kind("step", "One call of a skill or an agent, or another blueprint as one step.", Config, lower, run)
