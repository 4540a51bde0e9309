"""What `flujo create` understood: the steps, the words of the goal each serves, and what is left."""

from __future__ import annotations

import shlex

from flujo.architect.create import Creation
from flujo.architect.plan import Approval, CallStep, Question, Step
from flujo.cli.render.diagnostics import render
from flujo.cli.render.run import usage_text
from flujo.cli.render.screen import Paint, visible
from flujo.cli.render.table import table


def creation_text(creation: Creation, columns: int, paint: Paint) -> str:
    """Return what came of a goal, for the person who is to agree with it."""
    spent = usage_text(creation.usage)
    rounds = f", {creation.rounds} rounds" if creation.rounds > 1 else ""
    planner = visible(creation.planner) + rounds + (f", {spent}" if spent else "")
    parts = [f"{paint('bold', 'goal')}     {visible(creation.goal, keep='')}\n{paint('bold', 'planner')}  {planner}\n"]
    plan = creation.plan
    if plan is not None and plan.steps:
        rows = [(step.name, _does(step), _serves(step)) for step in plan.steps]
        parts.append(table(("step", "skill", "serves in the goal"), rows, columns, paint))
    if plan is not None and plan.assumptions:
        parts.append(_listed("assumed", plan.assumptions, paint))
    if plan is not None and plan.unplaced:
        left = [f'"{item.words.text}": {item.why}' for item in plan.unplaced]
        parts.append(_listed("could not be placed", left, paint))
    if creation.remarks:
        parts.append(_listed("remarks", creation.remarks, paint))
    if not creation.text and creation.diagnostics:
        parts.append(render(creation.diagnostics, paint.on, columns))
    return "\n".join(parts)


def written_text(creation: Creation, path: str, extra: str = "") -> str:
    """Return where the blueprint is and what to do next."""
    file = shlex.quote(path)
    lines = [f"wrote {visible(path, keep='')}"]
    if creation.complete:
        lines += ["next:", f"  flujo validate {file}{extra}", f"  flujo run {file}{extra}"]
    else:
        lines += [
            "it is a draft: replace each `core.todo` by a step that does what its `need` says, then",
            f"  flujo validate {file}{extra}",
        ]
    return "\n".join(lines) + "\n"


def _does(step: Step) -> str:
    match step:
        case CallStep():
            return f"{step.skill}@{step.version}"
        case Approval():
            return "a person approves"
        case Question():
            return "a person answers"


def _serves(step: Step) -> str:
    return ", ".join(f'"{words.text}"' for words in step.because) or "(joins the steps around it)"


def _listed(head: str, lines: tuple[str, ...] | list[str], paint: Paint) -> str:
    return "\n".join([paint("bold", head), *(f"  - {visible(line, keep='')}" for line in lines)]) + "\n"
