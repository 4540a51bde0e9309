"""Lists of steps to Flows: each step is checked by its own kind's Config and lowered by it.

A step that does not lower leaves its name behind, so that templates which read it are not errors too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import ValidationError

from flujo.blueprints.fields import context_path, read_flag, read_name, read_retry
from flujo.blueprints.language import KINDS_LATER, MAX_STEPS, STEP_KEYS, STEP_LATER
from flujo.blueprints.report import Report
from flujo.blueprints.scope import Position, StepList, Use
from flujo.core.diagnostics import Diagnostic, Severity
from flujo.core.errors import TemplateError
from flujo.core.graph import Flow, Meta, Names, Node, Ref, Template
from flujo.core.ports import Catalogue, StepKind
from flujo.core.spans import Path, Place
from flujo.core.suggest import did_you_mean
from flujo.core.values import JsonObject, JsonValue
from flujo.expressions import compile_condition, compile_template


@dataclass(frozen=True, slots=True)
class Broken:
    """A template that did not compile: it stands in for it until the diagnostics are shown."""

    source: JsonValue = None
    refs: frozenset[Ref] = frozenset()
    functions: frozenset[str] = frozenset()

    def render(self, names: Names) -> JsonValue:
        """Refuse: a blueprint with errors gives no Graph, so nothing ever renders this."""
        raise TemplateError("FLJ0901", "a template with errors was rendered")


_BROKEN: Final = Broken()


@dataclass(slots=True)
class Workshop:
    """What lowering works with, and what it leaves for the checks: templates with their places, lists of steps."""

    report: Report
    catalogue: Catalogue
    agents: Mapping[str, JsonObject]
    uses: list[Use] = field(default_factory=list)
    lists: list[StepList] = field(default_factory=list)
    steps: int = 0

    def compile(
        self, value: JsonValue, path: Path, at: Path, position: Position, is_condition: bool = False
    ) -> Template:
        """Compile the value at `path`, which is the field `at` of its step, and keep it for the checks."""
        document = self.report.document

        def locate(inner: Path, start: int, end: int) -> Place:
            return document.locate((*path, *inner), start, end)

        template, problems = compile_condition(value, locate) if is_condition else compile_template(value, locate)
        self.report.extend(problems, path)
        if template is None:
            return _BROKEN
        self.uses.append(Use(template, path, at, position))
        return template

    def flow(self, value: JsonValue, path: Path, name: str, above: Position | None) -> Flow:
        """Lower a body: a list of steps, or one step."""
        one = isinstance(value, dict)
        items = [value] if one else value
        if not isinstance(items, list):
            self.report.add("FLJ0203", "steps must be a list of steps, or one step", path)
            items = []
        elif not items:
            self.report.add("FLJ0204", "a list of steps needs at least one step", path)
        paths = [path if one else (*path, index) for index in range(len(items))]
        self.steps += len(items)
        if self.steps > MAX_STEPS:
            if self.steps - len(items) <= MAX_STEPS:
                self.report.add("FLJ0110", f"the blueprint has more than {MAX_STEPS:,} steps", path)
            items = []
        steps = StepList(above)
        self.lists.append(steps)
        raw = [self.report.mapping(item, at, "a step") for item, at in zip(items, paths, strict=False)]
        unnamed = 0
        for step, at in zip(raw, paths, strict=False):
            unnamed += "name" not in step and step.get("kind") == "hitl"
            steps.add(self._name(step, at, unnamed), at, asks=step.get("kind") == "hitl")
        nodes = [self._step(step, steps.paths[index], Position(steps, index)) for index, step in enumerate(raw) if step]
        return Flow(Meta(name, "steps", path), tuple(node for node in nodes if node is not None))

    def _name(self, step: JsonObject, path: Path, unnamed: int) -> str:
        """Return a step's name; "" after a report."""
        if "name" not in step:
            if step.get("kind") == "hitl":
                name = f"hitl_{unnamed}"
                place = self.report.document.place(path)
                self.report.put(
                    Diagnostic(
                        "FLJ0211",
                        f"this question has no name and is called `{name}`",
                        place,
                        "give it a name: adding another question before it would change this one",
                        severity=Severity.INFO,
                        path=path,
                    )
                )
                return name
            if step:
                self.report.add("FLJ0202", "a step needs a name", path, help="add `name:`")
            return ""
        return read_name(step["name"], (*path, "name"), self.report)

    # --- one step

    def _step(self, raw: JsonObject, path: Path, position: Position) -> Node | None:
        kind = self._kind(raw, path)
        if kind is None:
            return None
        if "description" in raw:
            self.report.text(raw["description"], (*path, "description"), "`description`")
        meta = self._meta(raw, path, position, kind)
        config = self._config(raw, path, kind)
        if config is None or kind.lower is None:
            return None
        return kind.lower(config, StepLowering(meta, self.catalogue, self.agents, self, path, position))

    def _kind(self, raw: JsonObject, path: Path) -> StepKind | None:
        at = (*path, "kind")
        word = self.report.text(raw.get("kind", "step"), at, "`kind`")
        if word is None:
            return None
        kind = self.catalogue.kinds.get(word)
        if kind is not None and kind.config is not None:
            return kind
        if word in KINDS_LATER:
            self.report.later(word, at, what="the kind")
            return None
        words = sorted(known for known, kind in self.catalogue.kinds.items() if kind.config is not None)
        near = did_you_mean(word, [*words, *sorted(KINDS_LATER)])
        help = f"did you mean `{near}`?" if near else f"the kinds are {', '.join(f'`{known}`' for known in words)}"
        if word == "agent":
            help = "an agent is called by a step: write `uses: agents.NAME`"
        self.report.add("FLJ0305", f"unknown kind `{word}`", at, help=help)
        return None

    def _meta(self, raw: JsonObject, path: Path, position: Position, kind: StepKind) -> Meta:
        report = self.report
        sets = []
        given = report.mapping(raw["set"], (*path, "set"), "`set`") if "set" in raw else {}
        for key, value in given.items():
            target, at = context_path(key), (*path, "set", key)
            if target is None:
                report.add("FLJ0204", f"`{key}` is not a path under `context`", at, on_key=True)
            else:
                sets.append((target, self.compile(value, at, ("set", key), position)))
        retry = None
        if "retry" in raw and kind.run is None:
            report.later("retry", (*path, "retry"), what=f"`retry` on the kind `{kind.word}`")
        elif "retry" in raw:
            retry = read_retry(raw["retry"], (*path, "retry"), report)
        merges = "updates_context" in raw and read_flag(raw["updates_context"], (*path, "updates_context"), report)
        return Meta(
            name=position.steps.names[position.index],
            kind=kind.word,
            path=path,
            when=self.compile(raw["when"], (*path, "when"), ("when",), position, True) if "when" in raw else None,
            input=self.compile(raw["input"], (*path, "input"), ("input",), position) if "input" in raw else None,
            sets=tuple(sets),
            merges_output=merges,
            retry=retry,
        )

    def _config(self, raw: JsonObject, path: Path, kind: StepKind) -> Any:
        """Check a kind's own fields; None after reports that leave nothing to lower."""
        model = kind.config
        assert model is not None
        own_keys = {item.alias or name for name, item in model.model_fields.items()}
        later = STEP_LATER | getattr(model, "LATER", frozenset())
        allowed = STEP_KEYS | own_keys
        own = {}
        for key, value in raw.items():
            if key in own_keys:
                own[key] = value
            elif key in later:
                self.report.later(key, (*path, key))
            elif key not in STEP_KEYS:
                self.report.unknown_key(key, (*path, key), allowed)
        try:
            return model.model_validate(own)
        except ValidationError as error:
            self.report.misfit(error, path, allowed)
            return None


@dataclass(slots=True)
class StepLowering:
    """One step as its kind sees it (port `Lowering`); paths are relative to the step."""

    meta: Meta
    catalogue: Catalogue
    agents: Mapping[str, JsonObject]
    _shop: Workshop
    _path: Path
    _position: Position

    def template(self, value: JsonValue, *at: str | int) -> Template:
        """Compile a value with templates in it."""
        return self._shop.compile(value, (*self._path, *at), at, self._position)

    def condition(self, value: JsonValue, *at: str | int) -> Template:
        """Compile a condition: a template that is one expression, or a literal boolean."""
        return self._shop.compile(value, (*self._path, *at), at, self._position, is_condition=True)

    def body(self, value: JsonValue, *at: str | int) -> Flow:
        """Lower a nested list of steps (or one step)."""
        return self._shop.flow(value, (*self._path, *at), str(at[-1]), self._position)

    def report(
        self,
        code: str,
        message: str,
        *at: str | int,
        help: str | None = None,
        severity: Severity = Severity.ERROR,
        on_key: bool = False,
    ) -> None:
        """Add a diagnostic at a place inside the step."""
        path = (*self._path, *at)
        place = self._shop.report.document.place(path, on_key=on_key)
        self._shop.report.put(Diagnostic(code, message, place, help, severity=severity, path=path))
