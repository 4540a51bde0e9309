"""Step kinds: one module each, found by looking into this folder.

A module defines `KIND` (the meaning of one `kind:` word, or a runner that has no word), a `Config` (core.shape) of
the kind's own fields, `lower`, and for leaves `run`. Adding a kind is adding a file; nothing else changes.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any, Final

from flujo.core.graph import Call, Flow, Names, Node, Reduce, Ref, Retry, Template
from flujo.core.outcomes import Outcome
from flujo.core.ports import CallContext, Lowering, StepKind
from flujo.core.record import dataclass
from flujo.core.suggest import did_you_mean
from flujo.core.values import EMPTY, JsonObject, JsonValue

AGENT_RETRY: Final = Retry(attempts=3, on=frozenset({"invalid_output"}), delay=0.0)
"""A reply that does not fit is asked for again at once: waiting would not make it better."""

MAX_CONCURRENCY: Final = 1000

MAX_KEY: Final = 64
"""Characters of a branch's name; it becomes a part of addresses."""

_WORDS: Final = ("concat", "sum", "merge", "first", "last", "majority")
_OTHERS: Final = "a template over `results`, a skill's id, `agents.NAME`, or `{uses: ..., with: ...}`"

HISTORY: Final = "@history"
"""What was said in the conversation around an agent: a name that it sees, and the parameter it is given as."""

RESULTS: Final = frozenset({"results"})
"""The names that `reduce` sees besides the usual ones."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A step kind (port `StepKind`).

    A `Config` may say more of its fields in ClassVars, which the compiler reads:
    `LATER`: the fields of a later version; `DURATIONS`: fields written as durations and given in seconds;
    `GIVES`: by field, the names its steps and templates see besides the usual ones;
    `AFTER`: by field, the body at whose end its templates look; `CALLS`: bodies of one call that has no name;
    `SCHEMA`: what a JSON Schema says of the fields together.
    """

    word: str
    summary: str
    config: type[Any] | None = None
    lower: Callable[[Any, Lowering], Node] | None = None
    run: Callable[[Call, JsonObject, CallContext], Awaitable[Outcome]] | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """A template that nobody wrote (port `Template`): what a kind that is sugar needs between its parts.

    `source` stands for it in digests.
    """

    source: JsonValue
    say: Callable[[Names], JsonValue]
    refs: frozenset[Ref]
    functions: frozenset[str] = EMPTY

    def render(self, names: Names) -> JsonValue:
        """Return the value."""
        return self.say(names)

    def reveal(self, shown: JsonValue, names: Names) -> tuple[JsonValue, list[JsonValue]]:
        """Return the value as it is: secrets are read by what is written only."""
        return shown, []


@cache
def kinds() -> Mapping[str, StepKind]:
    """Return every kind of this folder by its word, in the order of the file names."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    found = [importlib.import_module(f"{__name__}.{name}").KIND for name in names]
    return {kind.word: kind for kind in found}


def check_branches(branches: JsonObject, low: Lowering, field: str = "branches", what: str = "branch") -> None:
    """Report a lack of branches, and names that cannot be a part of an address."""
    if not branches:
        low.report(
            "FLJ0204",
            f"`{field}` needs at least one {what}",
            field,
            help=f"write `{field}: {{NAME: {{name: STEP, ...}}}}`",
        )
    for key in branches:
        if not key or len(key) > MAX_KEY or not key.isprintable():
            message = f"the {what} key `{key}` is empty, over {MAX_KEY} characters, or not printable"
            low.report("FLJ0205", message, field, key, on_key=True)


def lower_branches(branches: JsonObject, low: Lowering) -> tuple[Flow, ...]:
    """Return branches that run side by side, a list of steps each."""
    check_branches(branches, low)
    flows = [(name, low.body(steps, "branches", name)) for name, steps in branches.items()]
    return tuple(replace(flow, meta=replace(flow.meta, kind="branch")) for _, flow in flows)


def lower_agent(name: str, arguments: Template | None, low: Lowering, schema: JsonObject | None = None) -> Call:
    """Return the call of an agent; its replies must fit `schema`, by default the agent's own `output_schema`."""
    agent = low.agents.get(name)
    if agent is None:
        near = did_you_mean(name, low.agents)
        help = f"did you mean `agents.{near}`?" if near else "declare it under the top-level key `agents`"
        low.report("FLJ0304", f"unknown agent `{name}`", "uses", help=help)
        agent = {}
    if schema is not None:
        agent = {**agent, "output_schema": schema}
    if low.gives(HISTORY):
        arguments = _with_history(arguments)
    meta = low.meta
    if meta.retry is None and (agent.get("output_schema") is not None or meta.verify):
        meta = replace(meta, retry=AGENT_RETRY)
    return Call(meta, "agent", name, arguments, main="input", config=agent, effect="read")


def _with_history(arguments: Template | None) -> Template:
    """Return the arguments of an agent in a conversation: besides its own, what was said before."""

    def say(names: Names) -> JsonValue:
        own = {} if arguments is None else arguments.render(names)
        history = names.get((HISTORY,))
        return {**own, HISTORY: history} if history else own

    if arguments is None:
        return Made("history", say, frozenset({(HISTORY,)}))
    return Made(["history", arguments.source], say, arguments.refs | {(HISTORY,)}, arguments.functions)


def lower_reduce(value: JsonValue, low: Lowering) -> Reduce | None:
    """Return what `reduce` says: a word, a template over `results`, a skill or agent, or `{uses, with}`.

    The kind's Config names `reduce` in `GIVES` and `CALLS`.
    """
    match value:
        case None:
            return None
        case "concat" | "sum" | "merge" | "first" | "last" | "majority" as word:
            return Reduce(word=word)
    if isinstance(value, str) and ("{{" in value or "{%" in value):
        return Reduce(template=low.template(value, "reduce"))
    if isinstance(value, str) and low.catalogue.skill(value) is None and "." not in value:
        near = did_you_mean(value, _WORDS)
        help = f"did you mean `{near}`?" if near else f"write {', '.join(f'`{word}`' for word in _WORDS)}, {_OTHERS}"
        low.report("FLJ0204", f"`{value}` is no way to reduce results", "reduce", help=help)
        return None
    call = {"uses": value} if isinstance(value, str) else value
    if not isinstance(call, dict):
        low.report("FLJ0203", "`reduce` must be text, or a mapping with `uses`", "reduce", help=f"write {_OTHERS}")
        return None
    for key in sorted(call.keys() - {"uses", "with"}):
        low.report("FLJ0201", f"unknown key `{key}`", "reduce", key, help="`reduce` has `uses` and `with`", on_key=True)
    if "uses" not in call:
        low.report("FLJ0202", "the key `uses` is missing", "reduce", help="add `uses:`")
        return None
    nodes = low.body({key: call[key] for key in ("uses", "with") if key in call}, "reduce").children
    return next((Reduce(call=node) for node in nodes if isinstance(node, Call)), None)
