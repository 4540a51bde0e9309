"""Regions in the original's spelling: a rule for each kind, which changes the entries of one step."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from flujo.blueprints.document import Element
from flujo.blueprints.original.edits import adding, flattening
from flujo.blueprints.original.parts import Parts, made, span_of
from flujo.core.diagnostics import Edit, Severity
from flujo.core.spans import Span

PYTHON_PATH: Final = re.compile(r"\(?\s*(lambda\b.*|[A-Za-z_][\w.]*:[A-Za-z_]\w*)\Z")
MAX_LOOPS: Final = 10
MAX_STATES: Final = 100
_REGISTER: Final = "write an expression, or register the function as a skill with `@skill` and call it in a step"
_LOOP: Final = {
    "body": "steps",
    "max_loops": "max",
    "exit_expression": "until",
    "history_management": "history",
    "output_template": "output",
    "propagate": "propagation",
}
_CODE_KEYS: Final = ("exit_condition", "initial_input_mapper", "iteration_input_mapper", "loop_output_mapper")
_NEXT: Final = {"context": "{{ context }}", "previous_output": "{{ previous }}", "output": "{{ previous }}"}
_MERGE: Final = {"no_merge": "none", "overwrite": "last", "context_update": "last", "error_on_conflict": "strict"}
_REDUCE: Final = {"majority_vote": "majority", "values": "{{ results }}", "union": "merge"}
_NAME: Final = re.compile(r"[A-Za-z_]\w*\Z")
_PATH: Final = re.compile(r"[A-Za-z_]\w*(\.\w+|\[[^\]]*\])*\Z")
_ROOTS: Final = frozenset({"context", "steps", "input", "previous", "previous_step", "initial_prompt", "item", "this"})


def replaced(element: Element, text: str) -> tuple[Edit, ...] | None:
    """Return the replacement of a scalar or a value in `{ }` or `[ ]`."""
    return None if element.style in ("-", "|", ">", "made") else (Edit(span_of(element), text),)


def conditional(parts: Parts) -> None:
    """Rename `condition_expression`; refuse Python paths."""
    parts.rename_all({"condition_expression": "condition"})
    value = parts.value("condition")
    if isinstance(value, str) and PYTHON_PATH.match(value.strip()):
        element = parts.fields["condition"]
        message = f"`{value}` is Python, which a blueprint does not call"
        parts.findings.wrong("FLJ0601", message, span_of(element), parts.paths["condition"], _REGISTER)
        parts.change("condition", replace(element, value="{{ previous }}"))


def loop(parts: Parts) -> None:
    """Flatten `loop`, and rename what is in it."""
    original = "loop" in parts or "body" in parts
    begin = parts.keys.get("loop") or parts.keys.get("body")
    if "loop" in parts:
        parts.flatten("loop")
    parts.rename_all(_LOOP)
    for key in _CODE_KEYS:
        if key in parts:
            span, path = parts.keys[key], parts.paths[key]
            parts.findings.wrong(
                "FLJ0601", f"`{key}` names Python, which a blueprint does not call", span, path, _REGISTER
            )
            parts.drop(key)
    if "propagation" in parts:
        _propagation(parts)
    if original:
        _initial(parts)
    if original and begin is not None and "max" not in parts:
        edit = _bound(parts, begin, MAX_LOOPS)
        message = f"`max_loops` is missing: the loop runs {MAX_LOOPS} times at most"
        parts.findings.old(message, begin, parts.path, (f"write `max: {MAX_LOOPS}`", (edit,)), Severity.WARNING)


def _bound(parts: Parts, key: Span, count: int) -> Edit:
    """Add the `max` that the original does without; return the edit that writes it before the key at `key`."""
    parts.add("max", count, parts.element)
    return adding(parts.findings.source.text, key, f"max: {count}", inline=parts.inline)


def _propagation(parts: Parts) -> None:
    """Turn `propagation: {next_input: WHAT}` or `propagation: WHAT` into `next_input`."""
    element, key, path = parts.fields["propagation"], parts.keys["propagation"], parts.paths["propagation"]
    value: Element | None = element
    edits: Sequence[Edit] | None = (Edit(key, "next_input"),)
    if element.fields is not None and element.keys is not None:
        value = element.fields.get("next_input")
        edits = flattening(parts.findings.source.text, key, element, inline=parts.inline)
        if value is None or len(element.fields) != 1:
            help = "write `next_input:` with a template"
            parts.findings.wrong("FLJ0207", "this form of `propagation` is not in flujo", key, path, help)
            parts.drop("propagation")
            return
    if value is None or not isinstance(value.value, str):
        parts.findings.wrong("FLJ0203", "`propagation` must be text or a mapping", key, path)
        parts.drop("propagation")
        return
    word = value.value
    if word == "auto":
        word = "context" if _writes_context(parts.fields.get("steps")) else "previous_output"
    new = _NEXT.get(word, word)
    if new != value.value and edits is not None:
        edits = [*edits, Edit(span_of(value), f'"{new}"')]
    parts.swap("propagation", [("next_input", "propagation", replace(value, value=new), key)])
    parts.findings.old("`propagation` is an old spelling", key, path, ("write `next_input`", edits))


def _writes_context(body: Element | None) -> bool:
    steps = body.value if body is not None else []
    listed = steps if isinstance(steps, list) else [steps]
    return any(isinstance(step, dict) and (step.get("updates_context") or "sink_to" in step) for step in listed)


def _initial(parts: Parts) -> None:
    """Turn what `init` sets in the context before the first iteration into a step of it."""
    for key in ("init", "state"):
        element = parts.fields.get(key)
        if element is None or (key == "init" and not _is_operations(element)):
            continue
        sets = _sets(element)
        span, path = parts.keys[key], parts.paths[key]
        parts.drop(key)
        body = parts.fields.get("steps")
        if sets is None or key == "state" or body is None or body.items is None:
            help = 'write a step in the body with `set`, and `when: "{{ loop.first }}"` for what is done once'
            parts.findings.wrong("FLJ0207", f"this form of `{key}` is not in flujo", span, path, help)
            continue
        step = {"name": "loop_init", "kind": "step", "when": "{{ loop.first }}", "set": {}}
        first = made(step, element)
        assert first.fields is not None and first.keys is not None
        given = replace(element, value={name: part.value for name, part in sets.items()}, fields=sets)
        given.keys = {name: span_of(part) for name, part in sets.items()}
        given.items = None
        first.fields["set"] = given
        first.value = {name: part.value for name, part in first.fields.items()}
        items = [first, *body.items]
        parts.change("steps", replace(body, value=[item.value for item in items], items=items))
        title = 'write a first step with `when: "{{ loop.first }}"` and `set`'
        parts.findings.old(f"`{key}` with `set` is an old spelling", span, path, (title, None))


def _is_operations(element: Element) -> bool:
    words = {"set", "append", "merge", "history"}
    if element.fields is not None:
        return bool(element.fields) and element.fields.keys() <= words
    return bool(element.items) and all(item.fields and item.fields.keys() & words for item in element.items or ())


def _sets(element: Element) -> dict[str, Element] | None:
    """Return what is set, by path; None for operations that are more than that."""
    groups = list(element.items or ()) if element.fields is None else [element]
    found: dict[str, Element] = {}
    for group in groups:
        fields = group.fields or {}
        given = fields.get("set")
        if given is None or fields.keys() - {"set", "value"}:
            return None
        pairs = [(item.part("target"), item.part("value")) for item in given.items or ()]
        if any((item.fields or {}).keys() - {"target", "value"} for item in given.items or ()):
            return None
        if given.items is None:
            pairs = [(given, fields.get("value"))]
        for target, value in pairs:
            if target is None or value is None or not isinstance(target.value, str):
                return None
            found[target.value] = value
    return found


def map_(parts: Parts) -> None:
    """Flatten `map`, and rename what is in it."""
    if "map" in parts:
        parts.flatten("map")
    if "iterable_input" in parts:
        _iterable(parts)
    parts.rename_all({"body": "steps"})
    if "finalize" in parts:
        _finalize(parts)


def _iterable(parts: Parts) -> None:
    """Turn a name in the context, or an expression, into the template of `over`."""
    element = parts.fields["iterable_input"]
    text = element.value
    if not isinstance(text, str) or "{{" in text or not _PATH.match(text.strip()):
        parts.rename("iterable_input", "over")
        return
    text = text.strip()
    root = re.split(r"[.\[]", text)[0]
    path = f"context.{text}" if root not in _ROOTS or (_NAME.match(text) and root in ("steps", "context")) else text
    quote = "'" if '"' in path else '"'
    value = f"{{{{ {path} }}}}"
    edits = (Edit(span_of(element), f"{quote}{value}{quote}"),)
    parts.rename("iterable_input", "over", replace(element, value=value), edits)


def _finalize(parts: Parts) -> None:
    """Turn `finalize`, which makes the output of all results, into `reduce`."""
    element, key, path = parts.fields["finalize"], parts.keys["finalize"], parts.paths["finalize"]
    fields, keys = element.fields or {}, element.keys or {}
    word = next(iter(fields), "")
    if len(fields) != 1 or word not in ("output", "output_template"):
        help = "`finalize` has `output_template` or `output`; ours is `reduce`"
        parts.findings.wrong("FLJ0204", "this form of `finalize` is not in flujo", key, path, help)
        parts.drop("finalize")
        return
    value, span = fields[word], keys[word]
    edits = flattening(parts.findings.source.text, key, element, inline=parts.inline)
    if isinstance(value.value, str) and "{{" in value.value:
        reduced = value
    else:
        call = made({"uses": "core.pass", "with": {"value": None}}, value)
        assert call.fields is not None and call.fields["with"].fields is not None
        call.fields["with"].fields["value"] = value
        call.fields["with"].value["value"] = call.value["with"]["value"] = value.value
        reduced = call
        wrap = (
            [
                Edit(Span(value.start, value.start), "{uses: core.pass, with: {value: "),
                Edit(Span(value.end, value.end), "}}"),
            ]
            if value.style not in ("-", "|", ">")
            else None
        )
        edits = None if edits is None or wrap is None else [*edits, *wrap]
    parts.swap("finalize", [("reduce", "finalize", reduced, key)])
    whole = None if edits is None else [*edits, Edit(span, "reduce")]
    parts.findings.old("`finalize` is an old spelling", key, path, ("write `reduce`", whole))


def parallel(parts: Parts) -> None:
    """Rename `merge_strategy` and its words, and what `on_branch_failure` and `reduce` say."""
    strategy = parts.fields.get("merge_strategy")
    if strategy is not None:
        word = strategy.value.lower() if isinstance(strategy.value, str) else ""
        if word in _MERGE:
            edits = (Edit(span_of(strategy), _MERGE[word]),)
            parts.rename("merge_strategy", "merge", replace(strategy, value=_MERGE[word]), edits)
        else:
            span, path = span_of(strategy), parts.paths["merge_strategy"]
            help = "write `merge: strict`, `last` or `none`"
            parts.findings.wrong("FLJ0204", f"the strategy `{strategy.value}` is not in flujo", span, path, help)
            parts.drop("merge_strategy")
    if parts.value("on_branch_failure") == "propagate":
        parts.revalue("on_branch_failure", "fail", "fail")
    word = parts.value("reduce")
    if isinstance(word, str) and word in _REDUCE:
        new = _REDUCE[word]
        parts.revalue("reduce", new, f'"{new}"' if "{" in new else new)


def router(parts: Parts) -> None:
    """Flatten `router`, and rename its agent."""
    if "router" in parts:
        parts.flatten("router")
    parts.rename_all({"router_agent": "uses"})


def state_machine(parts: Parts) -> None:
    """Rename where it starts and ends; leave out transitions on a pause, which is no end of a state here."""
    if "start_state" in parts:
        begin = parts.keys["start_state"]
        bound = () if "max" in parts else (_bound(parts, begin, MAX_STATES),)
        parts.rename("start_state", "start", edits=bound)
    if "end_states" in parts:
        ends = parts.fields["end_states"]
        listed = made([ends.value], ends) if isinstance(ends.value, str) else ends
        edits = (Edit(span_of(ends), f"[{ends.value}]"),) if listed is not ends else ()
        parts.rename("end_states", "ends", listed, edits)
    transitions = parts.fields.get("transitions")
    if transitions is None or transitions.items is None:
        return
    paused = [item for item in transitions.items if (item.fields or {}).get("on", item).value == "pause"]
    if paused:
        for item in paused:
            message = "a state that waits for a person goes on by itself: this transition does nothing"
            fix = ("remove it", None)
            parts.findings.old(message, span_of((item.fields or {})["on"]), parts.paths["transitions"], fix)
        items = [item for item in transitions.items if item not in paused]
        parts.change("transitions", replace(transitions, value=[item.value for item in items], items=items))
