"""What a blueprint will do, and why a step is there, as text."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from textwrap import wrap

from flujo.cli.render.screen import Paint, visible
from flujo.cli.render.skill import type_words
from flujo.core.values import JsonObject

_GAP = 2
_MARKS = {
    "destroys": ("red", "destroys"),
    "changes": ("yellow", "changes"),
    "asks a person": ("cyan", "asks"),
    "asks a model": ("cyan", "asks"),
    "reads": ("dim", "reads"),
}
"""What is said of a step beside its name: the most that it does; with its style."""

_MARK = 10
_SAFELY = {
    "yes": "may be repeated safely",
    "by_key": "may be repeated with an idempotency key",
    "no": "is not repeated without a person",
}


def file_text(found: JsonObject, columns: int, paint: Paint) -> str:
    """Return what a blueprint does: a head, its steps as a tree, and what matters before it runs."""
    head = [("goal", found["goal"]), ("planner", found["planner"]), ("input", _inputs(found))]
    head += [("secrets", ", ".join(found["secrets"]))]
    title = f"{paint('bold', visible(found['file'], keep=''))}  {visible(found['name'], keep='')}"
    lines = [title]
    if found["description"]:
        lines += _wrapped(found["description"], columns)
    lines += ["", *_facts(head, columns, paint)] if any(value for _, value in head) else []
    rows = list(_rows(found["steps"], 0))
    left = max(_GAP * depth + len(name) for depth, name, _ in rows) + 2
    lines.append("")
    for depth, name, step in rows:
        lines += _row(depth, name, step, min(left, columns // 2), columns, paint)
    parts = [(word, found[word.replace(" ", "_")]) for word in ("reads", "changes", "destroys")]
    parts += [(word, found[word.replace(" ", "_")]) for word in ("asks a model", "asks a person")]
    facts = [(word, ", ".join(addresses)) for word, addresses in parts]
    facts.append(("output", found["output"] or "what the last step gives"))
    if not any(value for word, value in facts[:-1]):
        facts.insert(0, ("changes", "nothing: it only computes"))
    return "\n".join([*lines, "", *_facts(facts, columns, paint)]) + "\n"


def step_text(found: JsonObject, columns: int, paint: Paint) -> str:
    """Return why a step is there and what it does."""
    place = f"{found['file']}:{found['line']}" if found["line"] else found["file"]
    title = f"{paint('bold', visible(found['address'], keep=''))}  {visible(place, keep='')}"
    uses = found["uses"] or f"kind: {found['step_kind']}"
    version = f", version {found['version']}" if found["version"] else ""
    effect = ", ".join(found["effects"]) or "computes only"
    if found["repeats_safely"]:
        effect += f"; {_SAFELY[found['repeats_safely']]}"
    takes = found["input"]
    if takes and found["fills"]:
        takes += f", as `{found['fills']}`"
    facts = [
        ("does", found["does"]),
        ("", found["description"]),
        ("because", found["because"]),
        ("goal", found["goal"]),
        ("uses", f"{uses}{version}"),
        ("prompt", found["prompt"]),
        ("effect", effect),
        ("input", takes or "nothing but what is written in it"),
        *((f"  {name}", words) for name, words in found["with"].items()),
        ("used by", "; ".join(found["used_by"]) or "nobody uses what it gives"),
        *(("terms" if not at else "", words) for at, words in enumerate(found["terms"])),
        ("inside", ", ".join(found["inside"])),
    ]
    return "\n".join([title, "", *_facts(facts, columns, paint)]) + "\n"


def _facts(facts: Sequence[tuple[str, str | None]], columns: int, paint: Paint) -> list[str]:
    """Return facts with their words in a column; those without a value are left out."""
    shown = [(word, value) for word, value in facts if value]
    wide = max((len(visible(word, keep="")) for word, _ in shown), default=0) + 2
    lines = []
    for word, value in shown:
        first, *rest = _wrapped(value, columns - wide) or [""]
        label = visible(word, keep="").ljust(wide)
        lines += [f"{paint('bold', label) if word.strip() else label}{first}", *(" " * wide + line for line in rest)]
    return lines


def _wrapped(text: str, columns: int) -> list[str]:
    return wrap(visible(" ".join(text.split()), keep=""), max(20, columns), break_on_hyphens=False)


def _rows(steps: Sequence[JsonObject], depth: int) -> Iterator[tuple[int, str, JsonObject | None]]:
    """Yield the steps of a tree, and the heads of the lists inside them."""
    for step in steps:
        yield depth, step["name"].lstrip("@"), step
        for part in step["inside"]:
            if part["when"] == "undo" and part["steps"][0]["name"] == "@undo":
                yield from _rows(part["steps"], depth + 1)
                continue
            if part["when"] is not None:
                yield depth + 1, f"{part['when']}:", None
            yield from _rows(part["steps"], depth + (1 if part["when"] is None else 2))


def _row(depth: int, name: str, step: JsonObject | None, left: int, columns: int, paint: Paint) -> list[str]:
    """Return the lines of one step: its name, its effect, what it does; below it the terms."""
    label = f"{' ' * (_GAP * depth)}{visible(name, keep='')}"
    if step is None:
        return [label]
    given = ", ".join(f"{name} {words}" for name, words in step["with"].items())
    text = step["does"] + (f": {given}" if given else "")
    terms = [f"after {' and '.join(f'`{name}`' for name in step['needs'])}"] if step["needs"] else []
    mark = next((word for word in _MARKS if word in step["effects"]), "")
    style, shown = _MARKS.get(mark, ("dim", ""))
    room = columns - left - _MARK
    first, *rest = _wrapped(text, room)
    margin = " " * (left + _MARK)
    lines = [f"{label.ljust(left)}{paint(style, shown.ljust(_MARK))}{first}", *(f"{margin}{line}" for line in rest)]
    for term in [*terms, *step["terms"]]:
        first, *rest = _wrapped(term, room - 2)
        lines += [f"{margin}{paint('dim', f'- {first}')}", *(f"{margin}  {paint('dim', line)}" for line in rest)]
    return lines


def _inputs(found: JsonObject) -> str:
    """Return what a blueprint takes, in a few words."""
    schema = found["inputs"]
    if not isinstance(schema, dict):
        return "any" if found["reads_input"] else "none is used"
    required = schema.get("required", ())
    parts = []
    for name, part in schema.get("properties", {}).items():
        default = f" = {json.dumps(part['default'], ensure_ascii=False)}" if "default" in part else ""
        parts.append(f"{name}: {type_words(part)}{default or ('' if name in required else ' (may be missing)')}")
    return ", ".join(parts) or type_words(schema)
