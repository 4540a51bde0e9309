"""The typed plan: what both planners make, what is shown to the user, and all the renderer needs.

A plan never holds YAML. Its steps are a flat list: an approval guards everything that follows it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace

from flujo.architect.words import Words
from flujo.core.record import dataclass
from flujo.core.values import JsonObject, JsonValue


@dataclass(frozen=True, slots=True)
class Fixed:
    """A parameter whose value is known now; it is data, whatever characters it has."""

    value: JsonValue


@dataclass(frozen=True, slots=True)
class Output:
    """A parameter that is the output of an earlier step."""

    step: str


@dataclass(frozen=True, slots=True)
class RunInput:
    """A parameter that is the input of the run."""


@dataclass(frozen=True, slots=True)
class Computed:
    """A parameter that a template of the blueprint language computes."""

    template: str


Param = Fixed | Output | RunInput | Computed


@dataclass(frozen=True, slots=True)
class CallStep:
    """A step that calls a skill. `because` are the words of the goal it serves."""

    name: str
    skill: str
    version: str = "1"
    params: Mapping[str, Param] = field(default_factory=dict)
    main: str | None = None
    because: tuple[Words, ...] = ()


@dataclass(frozen=True, slots=True)
class Approval:
    """A person says yes or no to what is shown; nothing after it happens unless they say yes."""

    name: str
    message: str
    show: Mapping[str, Param] = field(default_factory=dict)
    because: tuple[Words, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """A person is asked; the answer is the step's output: a text, or one of the choices."""

    name: str
    message: str
    choices: tuple[str, ...] = ()
    because: tuple[Words, ...] = ()


Step = CallStep | Approval | Question


@dataclass(frozen=True, slots=True)
class Unplaced:
    """Words of the goal that no step serves, and why."""

    words: Words
    why: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A goal, the steps that serve it, what was taken for granted, and what could not be placed."""

    goal: str
    steps: tuple[Step, ...] = ()
    unplaced: tuple[Unplaced, ...] = ()
    assumptions: tuple[str, ...] = ()
    planner: str = "offline"

    @property
    def complete(self) -> bool:
        """Whether every part of the goal has its steps."""
        return bool(self.steps) and not self.unplaced

    def step(self, name: str) -> Step | None:
        """Return the step of that name."""
        return next((step for step in self.steps if step.name == name), None)

    def to_json(self) -> JsonObject:
        """Return the plan as `create --json` prints it."""
        return {
            "goal": self.goal,
            "planner": self.planner,
            "complete": self.complete,
            "steps": [_step_json(step) for step in self.steps],
            "unplaced": [{"words": _words_json(item.words), "why": item.why} for item in self.unplaced],
            "assumptions": list(self.assumptions),
        }


def with_placeholders(plan: Plan) -> Plan:
    """Return the plan with a blocking `core.todo` where each unplaced part would stand."""
    steps = list(plan.steps)
    for number, item in enumerate(plan.unplaced, start=1):
        todo = CallStep(
            f"todo_{number}" if len(plan.unplaced) > 1 else "todo",
            "core.todo",
            params={"need": Fixed(f"{item.words.text} ({item.why})")},
            main="need",
            because=(item.words,),
        )
        place = next((index for index, step in enumerate(steps) if _start(step) > item.words.start), len(steps))
        steps.insert(place, todo)
    return replace(plan, steps=tuple(steps))


def _start(step: Step) -> int:
    return min((words.start for words in step.because), default=-1)


def _words_json(words: Words) -> JsonObject:
    return {"text": words.text, "start": words.start, "end": words.end}


def _step_json(step: Step) -> JsonObject:
    shared: JsonObject = {"name": step.name, "because": [_words_json(words) for words in step.because]}
    match step:
        case CallStep():
            params = {name: _param_json(param) for name, param in step.params.items()}
            return {"kind": "call", **shared, "skill": step.skill, "version": step.version, "params": params}
        case Approval():
            show = {name: _param_json(param) for name, param in step.show.items()}
            return {"kind": "approval", **shared, "message": step.message, "show": show}
        case Question():
            return {"kind": "question", **shared, "message": step.message, "choices": list(step.choices)}


def _param_json(param: Param) -> JsonObject:
    match param:
        case Fixed(value=value):
            return {"value": value}
        case Output(step=step):
            return {"step": step}
        case RunInput():
            return {"input": True}
        case Computed(template=template):
            return {"template": template}
