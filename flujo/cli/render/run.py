"""What a run came to: failed, waiting, or done; and how to go on from there."""

from __future__ import annotations

import shlex

from flujo.cli.render.diagnostics import excerpt, general_help
from flujo.cli.render.screen import Paint, fit, visible
from flujo.cli.render.task import answer_commands, task_text
from flujo.cli.render.times import moment, span
from flujo.core.diagnostics import docs_page
from flujo.core.outcomes import Usage
from flujo.core.spans import Place, Source, Span
from flujo.engine.fold import RunView

_TASKS = 5
"""How many open questions are shown in full."""

_STEPS = 5
"""How many steps that were passed over are named."""


def failed_text(view: RunView, source: Source | None, paint: Paint, columns: int, extra: str = "") -> str:
    """Return why a run failed, the line of YAML, and how to see more and go on."""
    error = view.error or {}
    step = error.get("step") or ""
    message = visible(error.get("message", "failed"))
    at = f"step `{visible(step)}`: " if step and not message.startswith(f"`{visible(step)}`") else ""
    code = str(error.get("code"))
    lines = [f"{paint('red', f'error[{code}]')}: {paint('bold', at + message)}"]
    line, gutter = error.get("line"), ""
    if line:
        gutter = " " * len(str(line))
        place = line_place(source, line) if source is not None else None
        if place is not None:
            lines += [*excerpt(place, paint, columns=columns), paint("blue", f"{gutter} |")]
        else:
            lines.append(f"{gutter}{paint('blue', '-->')} {visible(str(error.get('file')))}:{line}")
    help = error.get("help") or general_help(code)
    notes = [("help", help), ("docs", docs_page(code))]
    lines += [f"{gutter} {paint('blue', '=')} {word}: {visible(text)}" for word, text in notes]
    word = {"denied": "was denied", "cancelled": "was cancelled"}.get(view.status, "failed")
    lines += ["", f"run {view.run_id} of `{visible(view.name)}` {word} after {span(view.duration_s) or '0 s'}"]
    if view.undone:
        lines.append(fit(f"  undone:    {visible(', '.join(view.undone), keep='')}", columns))
    more = f" {shlex.quote(step)}" if step else ""
    lines.append(f"  see more:  flujo lens show {view.run_id}{more}{extra}")
    lines.append(f"  go on:     flujo redrive {view.run_id}{extra}")
    return "\n".join(lines) + "\n"


def waiting_text(
    view: RunView, paint: Paint, columns: int, extra: str = "", *, wake: int | None = None, name_task: bool = False
) -> str:
    """Return what a suspended run waits for and the exact commands to go on; `wake` is when a wait of it is over.

    The commands name the task where the run asks more than once (`name_task`): typed again by mistake, they must not
    answer a question nobody has seen.
    """
    tasks = view.tasks
    events = list(dict.fromkeys(view.awaited.values()))
    whom = "a person" if tasks else f"the event `{visible(events[0])}`" if events else "a time to come"
    parts = [f"run {view.run_id} of `{visible(view.name)}` is waiting for {whom}\n"]
    parts += [task_text(task, columns, paint) for task in tasks[:_TASKS]]
    if len(tasks) > _TASKS:
        parts.append(f"and {len(tasks) - _TASKS} more: flujo tasks list --run {view.run_id}{extra}\n")
    if tasks:
        commands = answer_commands(tasks[:_TASKS], view.run_id, extra, name_task=name_task or len(tasks) > 1)
        parts.append("\n".join(["answer with:", *(f"  {command}" for command in commands)]) + "\n")
    if events:
        commands = [f"flujo event send {shlex.quote(event)}{extra} --json 'JSON'" for event in events[:_TASKS]]
        parts.append("\n".join(["send it with:", *(f"  {command}" for command in commands)]) + "\n")
    if wake is not None:
        parts.append(f"a wait is over at {moment(wake)}; go on then with:\n  flujo resume {view.run_id}{extra}\n")
    return "\n".join(parts)


def partial_text(view: RunView, paint: Paint, columns: int, extra: str = "", *, allowed: bool = False) -> str:
    """Return the closing lines of a run that went on after failures: which steps failed, and why that matters."""
    failed = [step for step in view.steps.values() if step.status == "continued"]
    lines = [done_text(view, paint).rstrip()]
    for step in failed[:_STEPS]:
        message = visible(str((step.error or {}).get("message", "")), keep="")
        lines.append(fit(f"  went on after `{visible(step.address, keep='')}` failed: {message}", columns))
    if len(failed) > _STEPS:
        lines.append(f"  and after {len(failed) - _STEPS:,} more")
    if not allowed:
        lines.append("  `--allow-partial` makes this exit 0")
    return "\n".join(lines) + "\n"


def done_text(view: RunView, paint: Paint) -> str:
    """Return the closing line of a run that ended: its id, status, time and cost."""
    style = {"completed": "green", "partial": "yellow"}.get(view.status, "red")
    spent = usage_text(view.usage)
    cost = f", {spent}" if spent else ""
    return f"run {view.run_id} {paint(style, view.status)} in {span(view.duration_s) or '0 s'}{cost}\n"


def usage_text(usage: Usage) -> str:
    """Return tokens and cost in words; nothing when no model was asked."""
    if not usage.calls:
        return ""
    price = "cost unknown" if usage.usd is None else f"${usage.usd:.4f}"
    return f"{usage.tokens_in} + {usage.tokens_out} tokens, {price}"


def line_place(source: Source, line: int) -> Place | None:
    """Return the place of a whole line without its indent and its list dash."""
    if not 1 <= line <= len(source.line_starts):
        return None
    text = source.line(line)
    start = source.line_starts[line - 1] + len(text) - len(text.lstrip(" -"))
    return Place(source, Span(start, max(start, source.line_starts[line - 1] + len(text.rstrip()))))
