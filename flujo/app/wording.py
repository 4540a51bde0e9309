"""What a step does, and how, in words: for people who read a blueprint before it runs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final, assert_never

from flujo.core.graph import Awaited, Branch, Call, Flow, Loop, Map, Node, Question, Retry, Template, Timer, Wait
from flujo.core.ports import Catalogue
from flujo.core.values import JsonValue

_LONGEST: Final = 100
_WHOLE: Final = re.compile(r"\s*\{\{(.*)\}\}\s*", re.DOTALL)
_STEP: Final = re.compile(r"steps(?:\.([\w-]+)|\[['\"]([^'\"]+)['\"]\])\.(output|status|error)((?:\.\w+)*)")
_NAMES: Final = {
    "input": "the blueprint's input",
    "previous": "the output of the step before",
    "answer": "the last answer of a person",
    "item": "the item",
    "index": "the number of the item",
    "loop.index": "the number of the iteration",
    "loop.previous": "the output of the iteration before",
    "error": "the error",
    "this": "the step's own input",
    "output": "the step's output",
    "results": "the results",
}
_UNITS: Final = ((86400, "d"), (3600, "h"), (60, "m"), (1, "s"))


def value_words(source: JsonValue) -> str:
    """Return a value as it is written, or what a template that is one name stands for."""
    whole = _WHOLE.fullmatch(source) if isinstance(source, str) else None
    if whole is not None and "{{" not in whole[1] and "}}" not in whole[1]:
        return _name_words(whole[1].strip())
    if isinstance(source, str):
        return quoted(source)
    return shortened(json.dumps(source, ensure_ascii=False))


def _name_words(name: str) -> str:
    if name in _NAMES:
        return _NAMES[name]
    step = _STEP.fullmatch(name)
    if step is not None:
        part = f"`{step[4][1:]}` of " if step[4] else ""
        return f"{part}the {step[3]} of `{step[1] or step[2]}`"
    root, dot, rest = name.partition(".")
    if dot and re.fullmatch(r"\w+(?:\.\w+)*", rest):
        if root == "context":
            return f"`{rest}` of the context"
        if root == "secrets":
            return f"the secret `{rest}`"
        if root in _NAMES:
            return f"`{rest}` of {_NAMES[root]}"
    return f"`{{{{ {shortened(name)} }}}}`"


def quoted(text: str) -> str:
    """Return a text in quotes, on one line, not too long."""
    return json.dumps(shortened(text), ensure_ascii=False)


def shortened(text: str) -> str:
    """Return a text on one line, cut where it is too long."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 3]}..."


def condition_words(template: Template) -> str:
    """Return a condition as code."""
    source = template.source
    return f"`{shortened(source) if isinstance(source, str) else json.dumps(source)}`"


def duration(seconds: float) -> str:
    """Return a duration as blueprints write it."""
    if seconds < 1:
        return f"{seconds * 1000:g}ms"
    for size, unit in _UNITS:
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:g}{unit}"
    return f"{seconds:g}s"


def does(node: Node, catalogue: Catalogue) -> str:
    """Return what a step does, in one sentence without a period."""
    match node:
        case Call(runner="agent"):
            return f"Ask the model `{node.config.get('model')}` as the agent `{node.target}`"
        case Call(target="core.pass") if node.arguments is None:
            given = node.meta.input
            return "Give its input on" if given is None else f"Give {value_words(given.source)}"
        case Call():
            spec = catalogue.skill(node.target)
            return f"{spec.summary} (`{node.target}`)" if spec is not None else f"Call `{node.target}`"
        case Branch():
            return f"Choose by {condition_words(node.condition)}"
        case Flow(imported=imported) if imported is not None:
            return f"Run the blueprint `{imported.graph.source.name}` (`imports.{imported.alias}`)"
        case Flow():
            return _side_by_side(node)
        case Map():
            batch = f"{node.batch} items" if node.batch else "item"
            return f"For each {batch} of {value_words(node.over.source)}, {node.max_concurrency} at a time"
        case Loop():
            return _repeats(node)
        case Wait():
            return _waits(node)
        case _:
            assert_never(node)


def _side_by_side(node: Flow) -> str:
    join = node.join
    if join is None:
        return "Do its steps"
    if join.choice is not None:
        return f"Let the agent `{join.choice.target}` choose which of these to do"
    needed = f"; {join.needed} of them must succeed" if join.needed is not None else ""
    return f"Do these at the same time{needed}"


def _repeats(node: Loop) -> str:
    if node.meta.kind == "state_machine":
        return f"Go from state to state, through {node.max} at most"
    exits = [f"until {condition_words(node.until)}"] if node.until else []
    exits += [f"while {condition_words(node.while_)}"] if node.while_ else []
    if not exits:
        return f"Repeat {node.max} times"
    return f"Repeat {' and '.join(exits)}, {node.max} times at most"


def _waits(node: Wait) -> str:
    match node.on:
        case Question(message=message, choices=choices, to=to):
            named = to.source if to is not None else ""
            whom = f" ({named if isinstance(named, str) else value_words(named)})" if named else ""
            answers = f", to choose from {', '.join(choices)}" if choices else ""
            return f"Ask a person{whom}: {value_words(message.source)}{answers}"
        case Timer(seconds=seconds, until=until):
            return f"Wait until {value_words(until.source)}" if until else f"Wait for {duration(seconds or 0)}"
        case Awaited(event=event, match=match):
            fits = f" for which {condition_words(match)}" if match else ""
            return f"Wait for an event `{event}`{fits}"
        case _:
            assert_never(node.on)


def given(node: Node) -> dict[str, str]:
    """Return the parameters that are written out, in words."""
    if not isinstance(node, Call) or node.arguments is None or not isinstance(node.arguments.source, dict):
        return {}
    return {name: value_words(value) for name, value in node.arguments.source.items()}


def terms(node: Node) -> Iterator[str]:
    """Yield under which terms a step runs: when, how often, how long, who must agree, what a failure does."""
    meta = node.meta
    if meta.when is not None:
        yield f"only if {condition_words(meta.when)}"
    if meta.approval is not None:
        by = f" ({', '.join(meta.approval.by)})" if meta.approval.by else ""
        many = f"{meta.approval.quorum} people" if meta.approval.quorum > 1 else "a person"
        expires = f" within {duration(meta.approval.expires)}" if meta.approval.expires else ""
        yield f"{many}{by} must agree{expires} before it is done"
    if meta.cache is not None:
        age = f" that is not older than {duration(meta.cache.ttl)}" if meta.cache.ttl else ""
        yield f"an equal call{age} gives its output again"
    if meta.retry is not None and meta.retry.attempts > 1:
        yield _again(meta.retry)
    if meta.timeout is not None:
        yield f"{duration(meta.timeout)} at most" + (" for each attempt" if isinstance(node, Call) else "")
    if meta.key is not None:
        yield f"idempotency key {value_words(meta.key.source)}"
    if meta.verify:
        yield f"its output must keep {len(meta.verify)} rule{'s' * (len(meta.verify) > 1)} of `verify`"
    yield from _settings(node)
    if meta.on_error == "continue":
        yield "a failure is passed over"
    elif isinstance(meta.on_error, Flow):
        yield "a failure is caught"
    if meta.undo is not None:
        yield "undone when " + ("the run is rolled back" if meta.undo.rollback_only else "the run fails")


def _again(retry: Retry) -> str:
    causes = ", ".join(sorted(retry.on)).replace("any", "any failure")
    return f"{retry.attempts} attempts in all, on {causes}"


def _settings(node: Node) -> Iterator[str]:
    meta = node.meta
    if isinstance(node, Map) and node.tolerate:
        yield f"{node.tolerate}{'%' if node.percent else ''} of the items may fail"
    if isinstance(node, Loop) and not node.fails_at_max:
        yield "reaching the last iteration is no failure"
    paths = [f"`context.{'.'.join(path)}`" for path, _ in meta.sets]
    if isinstance(node, Wait) and isinstance(node.on, Question) and node.on.sink:
        paths.append(f"`context.{'.'.join(node.on.sink)}`")
    if paths or meta.merges_output:
        yield f"sets {', '.join(paths) or 'the context from its output'}"
