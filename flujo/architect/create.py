"""Creating a blueprint from a goal: plan with the model or offline, render, compile, say honestly what came of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from flujo.architect.extract import files_of
from flujo.architect.guard import faults
from flujo.architect.offline import Project, plan_offline
from flujo.architect.plan import Plan, Unplaced, with_placeholders
from flujo.architect.reading import Reading
from flujo.architect.render import render
from flujo.architect.retrieval import Retriever
from flujo.architect.with_model import Attempt, plan_with_model
from flujo.architect.words import Words
from flujo.architect.workbench import Workbench
from flujo.core.diagnostics import Diagnostic, Severity, has_errors
from flujo.core.outcomes import NOTHING_SPENT, Usage
from flujo.core.ports import SkillSpec
from flujo.core.record import dataclass
from flujo.core.values import JsonObject

_TODO = "FLJ0605"
MAX_GOAL = 16 * 1024


@dataclass(frozen=True, slots=True)
class Options:
    """How to create: the blueprint's `name` (else it follows from the goal), and whether to leave the model out."""

    name: str | None = None
    offline: bool = False


@dataclass(frozen=True, slots=True)
class Creation:
    """What came of a goal. `text` is the blueprint, a draft with blocking placeholders unless `complete`.

    `text` is empty when there is nothing to write: then `diagnostics` say why. `planner` is `offline` or `model NAME`;
    `remarks` are sentences for the user about how it went.
    """

    goal: str
    name: str
    plan: Plan | None
    text: str
    planner: str
    complete: bool
    diagnostics: tuple[Diagnostic, ...] = ()
    rounds: int = 0
    usage: Usage = NOTHING_SPENT
    remarks: tuple[str, ...] = ()

    def to_json(self) -> JsonObject:
        """Return the creation as `create --json` prints it."""
        return {
            "goal": self.goal,
            "name": self.name,
            "complete": self.complete,
            "planner": self.planner,
            "plan": None if self.plan is None else self.plan.to_json(),
            "text": self.text,
            "diagnostics": [item.to_json() for item in self.diagnostics],
            "rounds": self.rounds,
            "usage": self.usage.to_json(),
            "remarks": list(self.remarks),
        }


async def create(goal: str, options: Options, workbench: Workbench) -> Creation:
    """Turn a goal into a blueprint. With a model it plans; what it gets wrong three times the offline planner does."""
    goal = goal.strip()
    name = options.name or name_for(goal)
    problem = _goal_problem(goal)
    if problem is not None:
        return Creation(goal, name, None, "", "none", False, (problem,))
    model = None if options.offline else workbench.model
    attempt = Attempt(None)
    if model is not None:
        attempt = await plan_with_model(goal, name, model, workbench)
        if attempt.refused is not None:
            remark = f"{model} could not be asked; `--offline` plans without a model"
            return _nothing(goal, name, f"model {model}", attempt, (remark,))
    specs = {spec.id: spec for spec in workbench.specs()}
    if attempt.plan is not None:
        return _finished(attempt.plan, name, attempt, specs, workbench)
    plan = plan_offline(goal, Project(tuple(specs.values()), workbench.files(), workbench.sample))
    remarks: tuple[str, ...] = ()
    if model is not None:
        codes = ", ".join(sorted({item.code for item in attempt.diagnostics}))
        remarks = (f"{model} gave no valid plan in {attempt.rounds} rounds ({codes}); this one was made offline",)
    return _finished(plan, name, attempt, specs, workbench, remarks)


def _goal_problem(goal: str) -> Diagnostic | None:
    if not goal:
        return Diagnostic("FLJ0005", "the goal is empty", help="say in a sentence what should be done")
    if len(goal) > MAX_GOAL:
        return Diagnostic("FLJ0005", f"the goal is longer than {MAX_GOAL} characters", help="split it into several")
    return None


def _nothing(goal: str, name: str, planner: str, attempt: Attempt, remarks: tuple[str, ...]) -> Creation:
    return Creation(goal, name, None, "", planner, False, attempt.diagnostics, attempt.rounds, attempt.usage, remarks)


def _finished(
    plan: Plan,
    name: str,
    attempt: Attempt,
    specs: Mapping[str, SkillSpec],
    workbench: Workbench,
    remarks: tuple[str, ...] = (),
) -> Creation:
    """Render and compile a plan; one that does not compile is never handed out as complete."""
    forbidden = faults(plan, specs) if plan.complete else []
    if forbidden:
        whole = Words(plan.goal, 0, len(plan.goal))
        plan = replace(plan, unplaced=tuple(Unplaced(whole, item.message) for item in forbidden[:1]))
    text = render(with_placeholders(plan), name)
    found = tuple(workbench.compile(text, f"{name}.yaml"))
    errors = [item for item in found if item.severity is Severity.ERROR and item.code != _TODO]
    if errors:
        remark = "the planned blueprint does not compile, so nothing is written; please report the goal"
        return Creation(
            plan.goal, name, plan, "", plan.planner, False, found, attempt.rounds, attempt.usage, (*remarks, remark)
        )
    remarks = (*remarks, *_near(plan, tuple(specs.values())))
    complete = plan.complete and not has_errors(found)
    return Creation(plan.goal, name, plan, text, plan.planner, complete, found, attempt.rounds, attempt.usage, remarks)


def _near(plan: Plan, specs: Sequence[SkillSpec]) -> tuple[str, ...]:
    """Say which skills come nearest to what could not be placed."""
    if not plan.unplaced:
        return ()
    retriever = Retriever([spec for spec in specs if not spec.id.startswith("core.")])
    remarks = []
    for item in plan.unplaced:
        near = ", ".join(f"`{hit.spec.id}`" for hit in retriever.search(item.words.text, 3))
        if near:
            remarks.append(f"skills near to `{_short(item.words.text)}`: {near}")
    return tuple(remarks)


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"


def name_for(goal: str) -> str:
    """Return a name for the blueprint of a goal: after the file it writes or reads, else its first words."""
    files = files_of(Reading(goal), ())
    paths = [*files.sinks, *files.sources]
    stem = paths[0].rpartition("/")[2].partition(".")[0] if paths else "_".join(re.findall(r"\w+", goal)[:4])
    name = re.sub(r"[^A-Za-z0-9_-]+", "_", stem).strip("_-").lower()[:40] or "pipeline"
    return f"_{name}" if name[0].isdigit() else name
