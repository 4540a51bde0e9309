"""What `flujo create` understood: the steps, the words of the goal each serves, and what is left."""

from __future__ import annotations

from flujo.architect.plan import Approval, CallStep, Plan, Question, Step
from flujo.cli.render.screen import Paint, visible
from flujo.cli.render.table import table


def plan_text(plan: Plan, columns: int, paint: Paint) -> str:
    """Return a plan for the person who is to agree with it."""
    parts = [f"{paint('bold', 'goal')}     {visible(plan.goal, keep='')}\n{paint('bold', 'planner')}  {plan.planner}\n"]
    if plan.steps:
        rows = [(step.name, _does(step), _serves(step)) for step in plan.steps]
        parts.append(table(("step", "skill", "serves in the goal"), rows, columns, paint))
    if plan.assumptions:
        parts.append(_listed("assumed", plan.assumptions, paint))
    if plan.unplaced:
        left = [f'"{item.words.text}": {item.why}' for item in plan.unplaced]
        parts.append(_listed("could not be placed", left, paint))
    return "\n".join(parts)


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
