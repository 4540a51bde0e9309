"""A model's plan: the JSON Schema it is asked for, and the reading of what came back.

The form is flat and has no optional parts, so that every provider's strict mode can enforce it. Nothing in a reply is
believed: skills, parameters, references and quotations of the goal are checked, each fault is a diagnostic.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import field

from flujo.architect.building import parameter_problems
from flujo.architect.plan import (
    Approval,
    CallStep,
    Computed,
    Fixed,
    Output,
    Param,
    Plan,
    Question,
    RunInput,
    Step,
    Unplaced,
)
from flujo.architect.words import Words
from flujo.core.diagnostics import Diagnostic
from flujo.core.json_schema import problems as schema_misfits
from flujo.core.ports import SkillSpec
from flujo.core.record import dataclass
from flujo.core.spans import Path
from flujo.core.suggest import did_you_mean
from flujo.core.values import JsonObject, JsonValue, ValueProblem, check, load

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_FENCE = re.compile(r"\A```[a-z]*\s*\n(.*)\n```\Z", re.DOTALL)
MAX_STEPS = 100


def plan_schema(ids: Sequence[str]) -> JsonObject:
    """Return the JSON Schema of a plan; `ids` are the skills it may use."""
    text = {"type": "string"}
    param = _closed(name=text, kind={"enum": ["text", "json", "step", "input", "template"]}, value=text)
    step = _closed(
        kind={"enum": ["call", "approval", "question"]},
        name=text,
        because=text,
        skill={"enum": [*sorted(ids), ""]},
        params={"type": "array", "items": param},
        message=text,
        choices={"type": "array", "items": text},
    )
    return _closed(
        steps={"type": "array", "items": step},
        unplaced={"type": "array", "items": _closed(words=text, why=text)},
        assumptions={"type": "array", "items": text},
    )


def _closed(**properties: JsonValue) -> JsonObject:
    return {"type": "object", "properties": properties, "required": [*properties], "additionalProperties": False}


def read_reply(text: str, goal: str, specs: Sequence[SkillSpec], planner: str) -> tuple[Plan | None, list[Diagnostic]]:
    """Return the plan that a reply holds, or what is wrong with it."""
    stripped = text.strip()
    fenced = _FENCE.match(stripped)
    try:
        value = load(fenced[1] if fenced else stripped)
        check(value)
    except ValueProblem as problem:
        return None, [
            Diagnostic("FLJ0625", f"the reply is not JSON: {problem}", help="answer with the JSON object only")
        ]
    ids = [spec.id for spec in specs]
    schema = plan_schema(ids)
    schema["properties"]["steps"]["items"]["properties"]["skill"] = {"type": "string"}
    misfits = schema_misfits(value, schema)
    if misfits:
        return None, [Diagnostic("FLJ0625", f"the plan does not fit its schema: {misfit}") for misfit in misfits]
    if len(value["steps"]) > MAX_STEPS:
        return None, [Diagnostic("FLJ0625", f"the plan has more than {MAX_STEPS} steps")]
    reader = _Reader(goal, {spec.id: spec for spec in specs})
    plan = reader.plan(value, planner)
    return (None, reader.found) if reader.found else (plan, [])


@dataclass(slots=True)
class _Reader:
    goal: str
    specs: Mapping[str, SkillSpec]
    found: list[Diagnostic] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    def report(self, code: str, message: str, path: Path, help: str | None = None) -> None:
        self.found.append(Diagnostic(code, message, help=help, path=path))

    def plan(self, value: JsonObject, planner: str) -> Plan:
        steps = [self.step(item, ("steps", index)) for index, item in enumerate(value["steps"])]
        unplaced = []
        for index, item in enumerate(value["unplaced"]):
            for words in self.quoted(item["words"], ("unplaced", index, "words")):
                unplaced.append(Unplaced(words, item["why"].strip() or "the model did not say why"))
        if not steps and not unplaced:
            self.report("FLJ0625", "the plan has no steps", ("steps",), "name what cannot be placed in `unplaced`")
        placed = tuple(step for step in steps if step is not None)
        return Plan(self.goal, placed, tuple(unplaced), tuple(value["assumptions"]), planner)

    def step(self, item: JsonObject, path: Path) -> Step | None:
        name = item["name"]
        if not _NAME.fullmatch(name):
            self.report("FLJ0205", f"`{name}` is no name for a step", (*path, "name"), "use letters, digits and `_`")
        elif name in self.names:
            self.report("FLJ0303", f"two steps are called `{name}`", (*path, "name"))
        because = self.quoted(item["because"], (*path, "because"))
        params = self.params(item["params"], (*path, "params"))
        self.names.append(name)
        match item["kind"]:
            case "call":
                return self.call(item, params, because, path)
            case "approval":
                return Approval(name, item["message"] or "Is this right?", params, because)
            case _:
                return Question(name, item["message"] or name, tuple(item["choices"]), because)

    def call(
        self, item: JsonObject, params: Mapping[str, Param], because: tuple[Words, ...], path: Path
    ) -> CallStep | None:
        spec = self.specs.get(item["skill"])
        if spec is None:
            near = did_you_mean(item["skill"], self.specs)
            help = f"did you mean `{near}`" if near else "use one of the skills given, or put the words into `unplaced`"
            self.report("FLJ0601", f"unknown skill `{item['skill']}`", (*path, "skill"), help)
            return None
        for problem in parameter_problems(spec, params):
            code = "FLJ0603" if "needs" in problem else "FLJ0602" if "no parameter" in problem else "FLJ0604"
            self.report(code, problem, (*path, "params"))
        return CallStep(item["name"], spec.id, spec.version, params, spec.main, because)

    def params(self, items: Sequence[JsonObject], path: Path) -> dict[str, Param]:
        params: dict[str, Param] = {}
        for index, item in enumerate(items):
            param = self.param(item["kind"], item["value"], (*path, index, "value"))
            if param is not None:
                params[item["name"]] = param
        return params

    def param(self, kind: str, value: str, path: Path) -> Param | None:
        match kind:
            case "text":
                return Fixed(value)
            case "input":
                return RunInput()
            case "template":
                return Computed(value)
            case "step":
                if value not in self.names:
                    near = did_you_mean(value, self.names)
                    help = f"did you mean `{near}`" if near else "name a step that stands before this one"
                    self.report("FLJ0301", f"there is no earlier step `{value}`", path, help)
                    return None
                return Output(value)
        try:
            return Fixed(json.loads(value))
        except ValueError:
            self.report("FLJ0604", f"`{value[:80]}` is not JSON", path, 'use kind "text" for a text')
            return None

    def quoted(self, text: str, path: Path) -> tuple[Words, ...]:
        """Return where words stand in the goal; they must be quoted exactly (case and white space apart)."""
        pattern = r"\s+".join(re.escape(word) for word in text.split())
        hit = re.search(pattern, self.goal, re.IGNORECASE) if pattern else None
        if hit is None:
            self.report("FLJ0204", f"`{text[:80]}` does not stand in the goal", path, "quote words of the goal exactly")
            return ()
        return (Words(hit[0], hit.start(), hit.end()),)
