"""Runs and steps in full, and what a replay found."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from flujo.cli.render.run import usage_text
from flujo.cli.render.screen import Paint, visible
from flujo.cli.render.table import table
from flujo.cli.render.task import indented, value_text
from flujo.cli.render.times import moment, span
from flujo.core.ports import RunHeader
from flujo.core.values import JsonObject, JsonValue
from flujo.engine.fold import RunView, StepView
from flujo.engine.replay import Difference, Replay

_SHOWN_DIFFERENCES = 10
_EXCERPT = 200


def run_json(run: RunHeader) -> JsonObject:
    """Return a run's entry in `lens list --json`."""
    return {
        "run_id": run.run,
        "blueprint": run.name,
        "status": run.status,
        "created_at": _iso(run.created),
        "updated_at": _iso(run.updated),
    }


def runs_text(runs: Sequence[RunHeader], columns: int, paint: Paint) -> str:
    """Return runs as a table."""
    rows = [(run.run, run.status, moment(run.created), moment(run.updated), run.name) for run in runs]
    return table(("run", "status", "started", "last event", "blueprint"), rows, columns, paint)


def run_text(view: RunView, columns: int, paint: Paint) -> str:
    """Return where a run stands: its facts, its steps, its input and output."""
    facts = [
        ("run", str(view.run_id)),
        ("blueprint", f"{view.name} ({view.digest[:12]})"),
        ("status", view.status),
        ("started", moment(view.created)),
        ("took", span(view.duration_s)),
        ("spent", usage_text(view.usage)),
    ]
    parts = [_facts(facts, paint)]
    rows = [
        (step.address, step.status, "" if step.status == "skipped" else span(step.duration_s), _about(step))
        for step in view.steps.values()
    ]
    parts.append(table(("step", "status", "took", "what"), rows, columns, paint) if rows else "no steps yet\n")
    parts.append(_section("input", view.input, columns, paint))
    if view.error:
        parts.append(_error(view.error, paint))
    if view.status in ("completed", "partial"):
        parts.append(_section("output", view.output, columns, paint))
    for task in view.tasks:
        parts.append(f"{paint('bold', 'waits for an answer')}: flujo tasks show {task.id}\n")
    return "\n".join(parts)


def step_text(step: StepView, columns: int, paint: Paint) -> str:
    """Return a step in full: facts, input, output, error."""
    facts = [
        ("step", step.address),
        ("kind", step.kind),
        ("uses", step.uses or ""),
        ("status", step.status),
        ("attempt", str(step.attempt) if step.attempt > 1 else ""),
        ("started", moment(step.started) if step.started is not None else ""),
        ("took", span(step.duration_s)),
        ("branch", step.decision if isinstance(step.decision, str) else ""),
        ("spent", usage_text(step.usage)),
    ]
    parts = [_facts(facts, paint), _section("input", step.input, columns, paint)]
    if step.status == "completed":
        parts.append(_section("output", step.output, columns, paint))
    if step.error:
        parts.append(_error(step.error, paint))
    if step.detail:
        parts.append(_section("detail", step.detail, columns, paint))
    return "\n".join(parts)


def find_step(view: RunView, wanted: str) -> StepView | None:
    """Return the step with that address, or the only one with that name."""
    exact = [step for address, step in view.steps.items() if address == wanted]
    named = exact or [step for step in view.steps.values() if step.name == wanted]
    return named[0] if len(named) == 1 else None


def replay_json(replay: Replay) -> JsonObject:
    """Return the document of `lens replay --json`."""
    differences = [difference.to_json() for difference in replay.differences]
    return {"run_id": replay.run, "equal": replay.equal, "compared": replay.compared, "differences": differences}


def replay_text(replay: Replay, paint: Paint) -> str:
    """Return what a replay found: byte-equal, or the steps that differ."""
    if replay.equal:
        return f"run {replay.run}: {paint('green', 'byte-equal')}, {replay.compared} recorded results compared\n"
    count = len(replay.differences)
    lines = [f"run {replay.run}: {paint('red', 'diverged')}, {count} difference{'s' * (count != 1)}"]
    for difference in replay.differences[:_SHOWN_DIFFERENCES]:
        lines += _difference(difference)
    if count > _SHOWN_DIFFERENCES:
        lines.append(f"... and {count - _SHOWN_DIFFERENCES} more (`--json` shows all)")
    return "\n".join(lines) + "\n"


def _difference(difference: Difference) -> list[str]:
    where = f"step `{visible(difference.address)}`" if difference.address else "the run"
    return [
        f"  {where}, {difference.field}:",
        f"    recorded: {_excerpt(difference.recorded)}",
        f"    now:      {_excerpt(difference.now)}",
    ]


def _excerpt(value: JsonValue) -> str:
    text = visible(json.dumps(value, ensure_ascii=False))
    return text if len(text) <= _EXCERPT else f"{text[:_EXCERPT]}... ({len(text)} characters)"


def _about(step: StepView) -> str:
    words = [step.uses or step.kind, f"branch {step.decision}" if isinstance(step.decision, str) else ""]
    words += [f"attempt {step.attempt}" if step.attempt > 1 else "", str((step.error or {}).get("message", ""))]
    return ", ".join(word for word in words if word)


def _facts(facts: Sequence[tuple[str, str]], paint: Paint) -> str:
    given = [(name, text) for name, text in facts if text]
    wide = max(len(name) for name, _ in given)
    return "".join(f"{paint('bold', name.ljust(wide))}  {visible(text, keep='')}\n" for name, text in given)


def _section(name: str, value: JsonValue, columns: int, paint: Paint) -> str:
    return f"{paint('bold', name)}\n{indented(value_text(value, columns - 2))}"


def _error(error: JsonObject, paint: Paint) -> str:
    where = f"{error['file']}:{error['line']}" if error.get("line") else ""
    told = {"": error.get("message"), "step": error.get("step"), "at": where, "help": error.get("help")}
    lines = [f"  {name + ': ' if name else ''}{visible(str(text))}" for name, text in told.items() if text]
    return "\n".join([paint("red", f"error {error.get('code')}"), *lines]) + "\n"


def _iso(microseconds: int) -> str:
    return datetime.fromtimestamp(microseconds / 1_000_000, UTC).isoformat().replace("+00:00", "Z")
