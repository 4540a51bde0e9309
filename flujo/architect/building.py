"""Steps put one after the other, each fed by the one before; skills are only used as their specs allow."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from flujo.architect.plan import CallStep, Fixed, Output, Param, RunInput, Step
from flujo.architect.words import Words
from flujo.core.ports import SkillSpec
from flujo.core.values import JsonObject


class CannotBuild(ValueError):
    """A skill is missing, or does not take what it would have to be given; the text says which."""


class Chain:
    """A chain of steps under construction; `at` is the step whose output is the current value."""

    def __init__(self, specs: Mapping[str, SkillSpec]) -> None:
        self.specs = specs
        self.steps: list[Step] = []
        self.at: str | None = None
        self.type: str = "string"

    def call(
        self, name: str, skill: str, params: Mapping[str, Param], because: Sequence[Words] = (), type: str = ""
    ) -> str:
        """Add a call; the current value fills the main parameter unless `params` does. Return the step's name."""
        spec = self.specs.get(skill)
        if spec is None:
            raise CannotBuild(f"the skill `{skill}` is not there")
        given = dict(params)
        if spec.main is not None and spec.main not in given:
            given[spec.main] = Output(self.at) if self.at is not None else RunInput()
            self._check_type(spec, self.type)
        problems = parameter_problems(spec, given)
        if problems:
            raise CannotBuild(problems[0])
        step = CallStep(self.unique(name), skill, spec.version, given, spec.main, tuple(because))
        self.steps.append(step)
        self.at, self.type = step.name, type or str(spec.result.get("type", ""))
        return step.name

    def add(self, step: Step) -> None:
        """Add a step that leaves the current value as it is."""
        self.steps.append(step)

    def unique(self, name: str) -> str:
        """Return a step name made of `name` that no other step has."""
        clean = re.sub(r"\W+", "_", name).strip("_").lower()[:40] or "step"
        clean = f"_{clean}" if clean[0].isdigit() else clean
        taken = {step.name for step in self.steps}
        number = 2
        result = clean
        while result in taken:
            result, number = f"{clean}_{number}", number + 1
        return result

    def _check_type(self, spec: SkillSpec, type: str) -> None:
        wanted = schema_types(spec.parameters.get("properties", {}).get(spec.main, {}))
        if type and wanted and type not in wanted and not (type == "integer" and "number" in wanted):
            raise CannotBuild(f"`{spec.id}` takes {' or '.join(sorted(wanted))}, not {type}")


def schema_types(schema: JsonObject) -> frozenset[str]:
    """Return the JSON types a schema allows; empty when it allows any."""
    type_ = schema.get("type")
    if isinstance(type_, str):
        return frozenset((type_,))
    if isinstance(type_, list):
        return frozenset(type_)
    found: set[str] = set()
    for part in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        inner = schema_types(part)
        if not inner:
            return frozenset()
        found |= inner
    return frozenset(found)


def parameter_problems(spec: SkillSpec, params: Mapping[str, Param]) -> list[str]:
    """Return what is wrong with the parameters of a call: unknown, missing, or of the wrong type."""
    properties: JsonObject = spec.parameters.get("properties", {})
    problems = [f"`{spec.id}` has no parameter `{name}`" for name in params if name not in properties]
    problems += [
        f"`{spec.id}` needs the parameter `{name}`"
        for name in spec.parameters.get("required", ())
        if name not in params
    ]
    for name, param in params.items():
        wanted = schema_types(properties.get(name, {}))
        if isinstance(param, Fixed) and wanted and json_type(param.value) not in _widened(wanted):
            problems.append(f"`{name}` of `{spec.id}` must be {' or '.join(sorted(wanted))}")
    return problems


def _widened(types: frozenset[str]) -> frozenset[str]:
    return types | {"integer"} if "number" in types else types


def json_type(value: object) -> str:
    """Return the JSON Schema type of a value."""
    names = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array", dict: "object"}
    return names.get(type(value), "null")
