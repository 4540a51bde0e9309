"""What a picture of a blueprint shows: boxes with words, and lists of boxes inside them; no places and no sizes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import field, replace
from typing import Final

from flujo.core.graph import (
    Awaited,
    Branch,
    Call,
    Flow,
    Graph,
    Loop,
    Map,
    Meta,
    Node,
    Preset,
    Question,
    Reduce,
    Template,
    Timer,
    Wait,
)
from flujo.core.record import dataclass
from flujo.core.values import JsonValue

MAX_WORDS: Final = 46
"""Characters of a text in a picture; the rest is left out."""

_UNITS: Final = ((86_400, "d"), (3_600, "h"), (60, "m"), (1, "s"))


@dataclass(frozen=True, slots=True)
class Lane:
    """A list of parts: a chain, or with `needs` a graph (for each part the numbers of those before it).

    `aside` lists run only when something went wrong; `notes` stand below them.
    """

    parts: tuple[Part, ...]
    label: str = ""
    needs: tuple[tuple[int, ...], ...] | None = None
    aside: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A step: its name, a `word` that says what it is, lines about it, tags for the fields of every step.

    `tone` is what it may do: pure, read, write, destructive, agent, person, wait or region.
    """

    name: str
    word: str
    tone: str
    lines: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    lanes: tuple[Lane, ...] = ()
    repeats: bool = field(default=False)


def parts_of(graph: Graph) -> Lane:
    """Return what a picture of a graph shows."""
    return _lane(graph.root)


def _lane(flow: Flow, label: str = "", *, aside: bool = False) -> Lane:
    steps = [node for node in flow.children if node.meta.kind != "transition"]
    number = {node.meta.name: at for at, node in enumerate(steps)}
    needs = None
    if any(node.meta.needs for node in steps):
        needs = tuple(tuple(number[name] for name in node.meta.needs) for node in steps)
    notes = tuple(note for node in flow.children if isinstance(node, Call) for note in _transitions(node))
    return Lane(tuple(_part(node) for node in steps), label, needs, aside, notes)


def _part(node: Node) -> Part:
    meta = node.meta
    extra = []
    if isinstance(meta.on_error, Flow):
        extra.append(_lane(meta.on_error, "on error", aside=True))
    if meta.undo is not None and meta.undo.body.children[0].meta.name != "@undo":
        extra.append(_lane(meta.undo.body, "undo", aside=True))
    tags = tuple(_tags(meta))
    name, lanes = meta.name, tuple(extra)
    match node:
        case Call(runner="agent"):
            return Part(name, "agent", "agent", (f"agents.{node.target}",), tags, lanes)
        case Call():
            return Part(name, "" if node.effect == "pure" else node.effect, node.effect, _calls(node), tags, lanes)
        case Wait(on=Question() as question):
            return _question(node, question, tags, lanes)
        case Wait():
            return Part(name, "wait", "wait", (_waits(node.on),), tags, lanes)
        case Branch():
            ways = tuple(_lane(flow, key + " (default)" * (key == node.default)) for key, flow in node.branches)
            return Part(name, meta.kind, "region", (words(node.condition),), tags, ways + lanes)
        case Map():
            return Part(name, "map", "region", tuple(_maps(node)), tags, (_lane(node.body), *lanes))
        case Loop() if meta.kind == "state_machine":
            return _states(node, tags, lanes)
        case Loop():
            return Part(name, "loop", "region", tuple(_loops(node)), tags, (_lane(node.body), *lanes), repeats=True)
        case Flow():
            return _flow(node, tags, lanes)


def _flow(node: Flow, tags: tuple[str, ...], extra: tuple[Lane, ...]) -> Part:
    if node.imported is not None:
        inner = _lane(node.imported.graph.root)
        return Part(node.meta.name, "import", "region", (f"imports.{node.imported.alias}",), tags, (inner, *extra))
    lines, join = [], node.join
    if join is not None and join.choice is not None:
        lines.append(f"agents.{join.choice.target} chooses")
    if join is not None and join.needed is not None:
        lines.append(f"{join.needed} of {len(node.children)} must succeed")
    if join is not None and join.ignores_failures:
        lines.append("failures are ignored")
    if join is not None and join.max_concurrency < len(node.children):
        lines.append(f"{join.max_concurrency} at a time")
    lines += _reduced(join.reduce if join is not None else None)
    lanes = tuple(_lane(flow, flow.meta.name) for flow in node.children if isinstance(flow, Flow))
    return Part(node.meta.name, node.meta.kind, "region", tuple(lines), tags, lanes + extra)


def _states(node: Loop, tags: tuple[str, ...], extra: tuple[Lane, ...]) -> Part:
    """Return a state machine with a list for each state, as it was written."""
    choice = next(step for step in node.body.children if isinstance(step, Branch))
    source: JsonValue = choice.condition.source
    first = source.get("start", "") if isinstance(source, dict) else ""
    caught = choice.meta.on_error.children if isinstance(choice.meta.on_error, Flow) else ()
    lanes = []
    for key, flow in choice.branches:
        lane = _lane(flow, key + " (start)" * (key == first))
        failing = [note for step in caught if isinstance(step, Call) for note in _transitions(step, key)]
        lanes.append(replace(lane, notes=(*lane.notes, *failing)))
    lines = (f"at most {node.max} states",)
    return Part(node.meta.name, node.meta.kind, "region", lines, tags, (*lanes, *extra))


def _transitions(node: Call, state: str | None = None) -> Iterator[str]:
    """Yield where a state goes: its own last step says it, of failures one step for all states."""
    source: JsonValue = None if node.arguments is None else node.arguments.source
    if node.meta.kind != "transition" or not isinstance(source, list) or len(source) < 2:
        return
    if source[1] is True:
        yield "end"
    for origin, on_failure, when, to in source[2:]:
        if state is None or state == origin:
            why = f" when {_bare(when)}" if when is not None else ""
            yield f"→ {to}{' on failure' * bool(on_failure)}{why}"


def _question(node: Wait, question: Question, tags: tuple[str, ...], extra: tuple[Lane, ...]) -> Part:
    lines = [words(question.message)]
    if question.choices:
        lines.append(text(" / ".join(question.choices)))
    if question.to is not None:
        lines.append(f"asks {words(question.to)}")
    if question.quorum > 1:
        lines.append(f"{question.quorum} people must agree")
    if isinstance(question.on_timeout, Preset):
        lines.append(f"without an answer: {text(question.on_timeout.answer)}")
    lanes = extra
    if isinstance(question.on_timeout, Flow):
        lanes = (_lane(question.on_timeout, "without an answer", aside=True), *extra)
    return Part(node.meta.name, node.meta.kind, "person", tuple(lines), tags, lanes)


def _waits(on: Question | Timer | Awaited) -> str:
    match on:
        case Awaited(event=event):
            return f"for the event {text(event)}"
        case Timer(seconds=float() | int() as seconds):
            return f"for {duration(seconds)}"
        case Timer(until=until) if until is not None:
            return f"until {words(until)}"
    return ""


def _calls(node: Call) -> tuple[str, ...]:
    if node.target == "core.pass":
        given = node.meta.input if node.arguments is None else node.arguments
        return () if given is None else (f"= {words(given)}",)
    return (node.target,)


def _maps(node: Map) -> Iterator[str]:
    yield f"for each of {words(node.over)}"
    if node.batch is not None:
        yield f"in batches of {node.batch}"
    yield f"{node.max_concurrency} at a time"
    if node.tolerate:
        yield f"{node.tolerate}{'%' * node.percent} may fail"
    yield from _reduced(node.reduce)


def _loops(node: Loop) -> Iterator[str]:
    if node.until is not None:
        yield f"until {words(node.until)}"
    if node.while_ is not None:
        yield f"while {words(node.while_)}"
    times = "at most " * (node.until is not None or node.while_ is not None)
    yield f"{times}{node.max} time{'s' * (node.max != 1)}"
    if node.conversation is not None:
        yield "a conversation"


def _reduced(reduce: Reduce | None) -> Iterator[str]:
    if reduce is None:
        return
    if reduce.call is not None:
        yield f"reduced by {reduce.call.target}"
    elif reduce.template is not None:
        yield f"reduced to {words(reduce.template)}"
    else:
        yield f"reduced: {reduce.word}"


def _tags(meta: Meta) -> Iterator[str]:
    if meta.when is not None:
        yield f"when {words(meta.when)}"
    if meta.approval is not None:
        yield text("approval" + (": " + ", ".join(meta.approval.by) if meta.approval.by else ""))
    if meta.retry is not None and meta.retry.attempts > 1 and meta.retry.on != {"invalid_output"}:
        yield f"retry × {meta.retry.attempts}"
    if meta.timeout is not None:
        yield f"timeout {duration(meta.timeout)}"
    if meta.on_error == "continue":
        yield "on error: continue"
    if meta.cache is not None:
        yield "cache"
    if meta.verify:
        yield "verify"
    if meta.undo is not None and meta.undo.body.children[0].meta.name == "@undo":
        step = meta.undo.body.children[0]
        yield f"undo: {step.target}" if isinstance(step, Call) else "undo"
    if meta.sets:
        yield text("sets " + ", ".join(".".join(path) for path, _ in meta.sets))


def words(template: Template) -> str:
    """Return a template as it is written."""
    return _bare(template.source)


def _bare(source: JsonValue) -> str:
    """Return what was written; the braces round a single expression are left out."""
    if isinstance(source, str):
        inner = source.strip()
        if inner.startswith("{{") and inner.endswith("}}") and "{{" not in inner[2:]:
            source = inner[2:-2]
    return text(source)


def text(value: JsonValue) -> str:
    """Return a value in one line of at most `MAX_WORDS` characters that can be printed."""
    said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    said = "".join(char if char.isprintable() else " " for char in said)
    said = " ".join(said.split())
    return said if len(said) <= MAX_WORDS else said[: MAX_WORDS - 1].rstrip() + "…"


def duration(seconds: float) -> str:
    """Return seconds as blueprints write them."""
    if seconds < 1:
        return f"{seconds * 1000:g}ms"
    size, unit = next(((size, unit) for size, unit in _UNITS if seconds >= size and seconds % size == 0), (1, "s"))
    return f"{seconds / size:g}{unit}"
