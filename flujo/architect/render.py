"""The renderer: a plan becomes the text of a blueprint, always the same text for the same plan.

Comments say which words of the goal each step serves and by which version of which skill. Values are data: quotes,
colons, line breaks, template brackets and words like `yes` come out of the compiled blueprint as they went in.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from flujo.architect.plan import Approval, CallStep, Computed, Fixed, Output, Param, Plan, Question, RunInput, Step
from flujo.architect.words import Words
from flujo.core.values import JsonValue

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./+-]*(?: [A-Za-z0-9_./+-]+)*")
_RESERVED = {"true", "false", "null", "yes", "no", "on", "off", "y", "n", ".inf", ".nan"}
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
_NOT_PLAIN = re.compile(r"\{[{%#]|\x00")
"""What would be taken for a template, and the one character that YAML cannot write at all."""

_COMMENT_WIDTH = 116


def render(plan: Plan, name: str) -> str:
    """Return the blueprint's text."""
    lines = [*_header(plan), 'version: "0.1"', f"name: {scalar(name)}", "steps:", *_steps(plan.steps, None, 1)]
    return "\n".join(lines) + "\n"


def scalar(value: JsonValue) -> str:
    """Return a JSON value as YAML that stays on its line and reads back as exactly that value."""
    if isinstance(value, str):
        if _PLAIN.fullmatch(value) and value.casefold() not in _RESERVED:
            return value
        return _double(value)
    if isinstance(value, list):
        return "[" + ", ".join(scalar(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_quoted(key)}: {scalar(item)}" for key, item in value.items()) + "}"
    return json.dumps(value)


def _double(text: str) -> str:
    return _UNPRINTABLE.sub(lambda hit: f"\\u{ord(hit[0]):04x}", json.dumps(text, ensure_ascii=False))


def fixed(value: JsonValue) -> JsonValue:
    """Return a value in which no text is taken for a template."""
    if isinstance(value, str):
        return f"{{{{ {text_literal(value)} }}}}" if _NOT_PLAIN.search(value) else value
    if isinstance(value, list):
        return [fixed(item) for item in value]
    if isinstance(value, dict):
        return {key: fixed(item) for key, item in value.items()}
    return value


def text_literal(text: str) -> str:
    """Return a text as a literal of the expression language, with no brace in it."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return "'" + re.sub(r"[{}\x00-\x1f]", lambda hit: f"\\x{ord(hit[0]):02x}", escaped) + "'"


def _quoted(key: str) -> str:
    """Return a key; YAML has no way to write a NUL, so keys do without."""
    text = scalar(key.replace("\0", ""))
    return text if text.startswith('"') or " " not in text else _double(key)


def _header(plan: Plan) -> Iterator[str]:
    yield from _comment(f"Goal: {plan.goal}", "")
    yield from _comment(f"Planned by: {plan.planner}", "")
    if plan.assumptions:
        yield "# Taken for granted:"
        for text in plan.assumptions:
            yield from _comment(f"- {text}", "", hang="  ")
    if plan.unplaced:
        yield "# Not placed (replace each `core.todo` below by steps that do it):"
        for item in plan.unplaced:
            yield from _comment(f"- {item.words.text}: {item.why}", "", hang="  ")


def _comment(text: str, indent: str, hang: str = "") -> Iterator[str]:
    """Wrap a text into comment lines; whatever it holds, it stays a comment."""
    words = _UNPRINTABLE.sub(" ", text).split()
    line = ""
    for word in words:
        if line and len(indent) + len(line) + len(word) + 3 > _COMMENT_WIDTH:
            yield f"{indent}# {line}"
            line = hang
        line = f"{line} {word}" if line.strip() else f"{line}{word}"
    yield f"{indent}# {line}" if line else f"{indent}#"


def _steps(steps: tuple[Step, ...], before: str | None, depth: int) -> Iterator[str]:
    """Yield the lines of a list of steps; `before` is the step whose output the first one gets by itself."""
    indent = "  " * depth
    for index, step in enumerate(steps):
        yield from _comment(_reason(step), indent)
        yield f"{indent}- name: {scalar(step.name)}"
        match step:
            case CallStep():
                yield from _call(step, before, indent + "  ")
            case Question():
                yield from _question(step.message, {}, step.choices, indent + "  ")
            case Approval():
                yield from _question(step.message, step.show, ("yes", "no"), indent + "  ")
                yield from _guard(step, steps[index + 1 :], depth)
                return
        before = step.name


def _reason(step: Step) -> str:
    words = ", ".join(f'"{_short(item)}"' for item in step.because) or "needed in between"
    return f"{words} ({step.skill}@{step.version})" if isinstance(step, CallStep) else words


def _short(words: Words) -> str:
    return words.text if len(words.text) <= 200 else words.text[:199] + "…"


def _call(step: CallStep, before: str | None, indent: str) -> Iterator[str]:
    yield f"{indent}uses: {scalar(step.skill)}"
    given = dict(step.params)
    main = given.get(step.main) if step.main else None
    if step.main and isinstance(main, Output):
        del given[step.main]
        if main.step != before:
            yield f"{indent}input: {_param(main)}"
    elif before is not None and step.main and main is None:
        raise ValueError(f"the step `{step.name}` has no value for `{step.main}`")
    yield from _mapping("with", given, indent)


def _question(message: str, show: Mapping[str, Param], choices: tuple[str, ...], indent: str) -> Iterator[str]:
    yield f"{indent}kind: hitl"
    yield f"{indent}message: {scalar(fixed(message))}"
    yield from _mapping("show", show, indent)
    if choices:
        quoted = ", ".join(_double(choice) for choice in choices)
        yield f"{indent}choices: [{quoted}]"


def _guard(approval: Approval, rest: tuple[Step, ...], depth: int) -> Iterator[str]:
    """Yield the conditional round everything that needs the approval."""
    indent = "  " * depth
    inner = f"{indent}      "
    yield f"{indent}# only after a yes to `{approval.name}`"
    yield f"{indent}- name: {_after(approval, 'approved')}"
    yield f"{indent}  kind: conditional"
    yield f"{indent}  condition: \"{{{{ answer == 'yes' }}}}\""
    yield f"{indent}  branches:"
    if rest:
        yield f"{indent}    true:"
        yield from _steps(rest, None, depth + 3)
    else:
        yield f"{indent}    true:"
        yield f"{inner}- name: {_after(approval, 'result')}"
        yield f"{inner}  uses: core.pass"
        yield from _mapping("with", {"value": next(iter(approval.show.values()), Fixed("yes"))}, f"{inner}  ")
    yield f"{indent}    false:"
    yield f"{inner}- name: {_after(approval, 'not_approved')}"
    yield f"{inner}  uses: core.pass"
    yield f"{inner}  with:"
    yield f'{inner}    value: "not approved: nothing was done"'


def _after(approval: Approval, name: str) -> str:
    return name if approval.name == "approve" else scalar(f"{approval.name}_{name}")


def _mapping(key: str, params: Mapping[str, Param], indent: str) -> Iterator[str]:
    if params:
        yield f"{indent}{key}:"
        for name, param in params.items():
            yield f"{indent}  {_quoted(name)}: {_param(param)}"


def _param(param: Param) -> str:
    match param:
        case Fixed(value=value):
            return scalar(fixed(value))
        case Output(step=step):
            return scalar(f"{{{{ steps.{step}.output }}}}")
        case RunInput():
            return scalar("{{ input }}")
        case Computed(template=template):
            return scalar(template)
