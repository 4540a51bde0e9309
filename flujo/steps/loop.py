"""A list of steps again and again, until an exit is true or a bound is reached; or a conversation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, Final, Literal

from flujo.core.graph import Branch, Call, Conversation, Flow, Loop, Node, Question, Wait
from flujo.core.ids import Address, child, quoted
from flujo.core.ports import Lowering
from flujo.core.shape import Field, Shape
from flujo.core.suggest import did_you_mean, hint
from flujo.core.values import EMPTY
from flujo.steps import HISTORY, Kind

MAX_ITERATIONS: Final = 1_000_000
MAX_TURNS: Final = 20
MAX_TOKENS: Final = 4096
"""How much of a conversation is kept, when `history` does not say."""

PEOPLE: Final = "hitl"
_TALK: Final = ("ai_turn_source", "history", "history_template", "named_steps", "user_turn_sources")
_HISTORY: Final = ("max_tokens", "max_turns", "strategy", "summarize_with")
_BOUNDS: Final = {"truncate_tokens": "max_tokens", "truncate_turns": "max_turns"}

Place = tuple[Address, Node]
"""A step of an iteration, with its address in it."""


class Config(Shape):
    """The steps, when to stop, and what goes from one iteration to the next."""

    GIVES: ClassVar = {"steps": frozenset({"loop"}), "history_template": frozenset({"history"})}
    SCHEMA: ClassVar = {
        "if": {"not": {"properties": {"conversation": {"const": True}}, "required": ["conversation"]}},
        "then": {"properties": dict.fromkeys(_TALK, False)},
    }
    AFTER: ClassVar = {"until": "steps", "while": "steps", "next_input": "steps", "output": "steps"}

    steps: Any = Field(form="steps", description="the steps of an iteration, which see `loop`")
    max: int = Field(ge=1, le=MAX_ITERATIONS, description="how many iterations there are at most")
    until: Any = Field(None, form="condition", description="the loop ends when this is true after an iteration")
    while_: Any = Field(
        None, alias="while", form="condition", description="the loop ends when this is false before an iteration"
    )
    init: Any = Field(None, description="the input of the first iteration; the loop's input by default")
    next_input: Any = Field(None, description="the input of the next iteration; the last output by default")
    output: Any = Field(None, description="the loop's output; the last iteration's by default")
    on_max: Literal["fail", "continue"] = Field("fail", description="what happens at `max` without an exit being true")
    conversation: bool = Field(False, description="agents are given what was said in the iterations before")
    ai_turn_source: Literal["last", "all_agents", "named_steps"] = Field(
        "last", description="whose outputs are what the assistant said"
    )
    user_turn_sources: list[str] = Field([PEOPLE], description="whose outputs are what the person said")
    named_steps: list[str] = Field([], description="the steps that `ai_turn_source: named_steps` means")
    history: dict[str, Any] | None = Field(None, form="history", description="how much of it agents are given")
    history_template: Any = Field(None, description="makes one text of `history`, the turns")


def lower(config: Config, low: Lowering) -> Node:
    """Turn the step into a Loop."""
    body = low.body(config.steps, "steps", gives=frozenset({HISTORY}) if config.conversation else EMPTY)
    given = config.given
    if not config.conversation:
        for key in sorted(given & set(_TALK)):
            low.report("FLJ0204", f"`{key}` has no meaning without `conversation: true`", key, on_key=True)
    return Loop(
        meta=low.meta,
        body=body,
        max=config.max,
        until=low.condition(config.until, "until") if "until" in given else None,
        while_=low.condition(config.while_, "while") if "while_" in given else None,
        init=low.template(config.init, "init") if "init" in given else None,
        next_input=low.template(config.next_input, "next_input") if "next_input" in given else None,
        output=low.template(config.output, "output") if "output" in given else None,
        fails_at_max=config.on_max == "fail",
        conversation=_conversation(config, body, low) if config.conversation else None,
    )


def _conversation(config: Config, body: Flow, low: Lowering) -> Conversation:
    places = list(_places(body, Address("")))
    people: list[Address] = []
    for index, source in enumerate(config.user_turn_sources):
        if source == PEOPLE:
            people += [at for at, node in places if isinstance(node, Wait) and isinstance(node.on, Question)]
        else:
            people += _named(source, places, low, ("user_turn_sources", index))
    if config.ai_turn_source == "named_steps":
        if not config.named_steps:
            low.report("FLJ0202", "the key `named_steps` is missing", help="name the steps that speak: `named_steps:`")
        names = [_named(name, places, low, ("named_steps", at)) for at, name in enumerate(config.named_steps)]
        agents = [at for found in names for at in found]
    else:
        if config.named_steps:
            help = "write `ai_turn_source: named_steps`, or remove it"
            low.report("FLJ0204", f"`named_steps` has no meaning with `{config.ai_turn_source}`", "named_steps",
                       help=help, on_key=True)  # fmt: skip
        agents = [at for at, node in places if isinstance(node, Call) and node.runner == "agent"]
    bounds = _bounds(config.history, low)
    return Conversation(
        people=_each_once(people),
        agents=_each_once(agents),
        last_only=config.ai_turn_source == "last",
        max_turns=bounds.get("max_turns"),
        max_tokens=bounds.get("max_tokens"),
        template=None if config.history_template is None else low.template(config.history_template, "history_template"),
    )


def _places(flow: Flow, region: Address) -> Iterator[Place]:
    """Yield the steps of an iteration with their addresses in it; those of loops and maps inside have no fixed one."""
    for node in flow.children:
        at = child(region, node.meta.name)
        yield at, node
        lists: list[tuple[str, Flow]] = []
        match node:
            case Branch():
                lists = [(quoted(key), branch) for key, branch in node.branches]
            case Flow():
                lists = [(quoted(part.meta.name), part) for part in node.children if isinstance(part, Flow)]
        if isinstance(node.meta.on_error, Flow):
            lists.append(("@catch", node.meta.on_error))
        for name, inner in lists:
            yield from _places(inner, child(at, name))


def _named(name: str, places: Iterable[Place], low: Lowering, at: tuple[str | int, ...]) -> list[Address]:
    """Return the addresses of the steps of a name; report it if there are none."""
    found = [address for address, node in places if node.meta.name == name]
    if not found:
        near = did_you_mean(name, [node.meta.name for _, node in places])
        help = f"did you mean `{near}`?" if near else "name a step of this loop that is in no other loop or map"
        low.report("FLJ0301", f"there is no step `{name}` in this loop", *at, help=help)
    return found


def _each_once(places: Iterable[Address]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(places))


def _bounds(history: dict[str, Any] | None, low: Lowering) -> dict[str, int]:
    """Return how much of a conversation agents are given; all of it when nothing is said."""
    if history is None:
        return {}
    strategy = history.get("strategy", "truncate_turns" if "max_turns" in history else "truncate_tokens")
    if strategy == "summarize" or "summarize_with" in history:
        key = "summarize_with" if "summarize_with" in history else "strategy"
        low.report("FLJ0207", "`summarize` is not in this version of flujo yet", "history", key)
        return {}
    if not isinstance(strategy, str) or strategy not in _BOUNDS:
        message, help = "`strategy` must be `truncate_tokens` or `truncate_turns`", hint(strategy, _BOUNDS)
        low.report("FLJ0204", message, "history", "strategy", help=help)
        return {}
    bound, found = _BOUNDS[strategy], {}
    for key, value in history.items():
        if key not in _HISTORY:
            near = did_you_mean(key, _HISTORY)
            help = (
                f"did you mean `{near}`?" if near else f"the keys here are {', '.join(f'`{one}`' for one in _HISTORY)}"
            )
            low.report("FLJ0201", f"unknown key `{key}`", "history", key, help=help, on_key=True)
        elif key == bound and (type(value) is not int or value < 1):
            low.report("FLJ0204", f"`{key}` must be a number from 1", "history", key)
        elif key == bound:
            found[key] = value
        elif key != "strategy":
            low.report("FLJ0204", f"`{key}` has no meaning with `{strategy}`", "history", key, on_key=True)
    return found or {bound: MAX_TURNS if bound == "max_turns" else MAX_TOKENS}


KIND = Kind("loop", "A list of steps again and again, until an exit is true.", Config, lower)
