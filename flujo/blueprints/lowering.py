"""Lists of steps to Flows: each step is checked by its own kind's Config and lowered by it.

A step that does not lower leaves its name behind, so that templates which read it are not errors too. What a kind's own
fields may name, its Config says (see `steps`). Long because the fields of every step are read here, in one place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import field, replace
from typing import Any, Final, Literal

from flujo.blueprints.defaults import NO_DEFAULTS, Defaults
from flujo.blueprints.fields import (
    context_path,
    read_duration,
    read_flag,
    read_name,
    read_people,
    read_quorum,
    read_retry,
)
from flujo.blueprints.importing import Compiled
from flujo.blueprints.language import APPROVAL_KEYS, MAX_STEPS
from flujo.blueprints.ordering import put_in_order, read_needs
from flujo.blueprints.original.edits import in_braces
from flujo.blueprints.original.names import OldNames
from flujo.blueprints.report import Report, TooMany
from flujo.blueprints.reuse import read_cache, read_key
from flujo.blueprints.rules import RULE_SEES, RuleReader, with_value
from flujo.blueprints.scope import Position, StepList, Use
from flujo.blueprints.step_keys import check_step_keys, keys_of, kind_of
from flujo.blueprints.undoing import UNDO, read_undo
from flujo.blueprints.weighing import MAX_TOKENS, Weight
from flujo.core.diagnostics import Diagnostic, Fix, Severity
from flujo.core.errors import TemplateError
from flujo.core.graph import (
    Approval,
    Branch,
    Call,
    Flow,
    Graph,
    Loop,
    Map,
    Meta,
    Names,
    Node,
    Ref,
    Retry,
    Rule,
    Template,
    Undo,
)
from flujo.core.ports import Catalogue, StepKind
from flujo.core.record import dataclass
from flujo.core.shape import Misfit
from flujo.core.spans import Path, Place
from flujo.core.suggest import did_you_mean, hint
from flujo.core.values import EMPTY, JsonObject, JsonValue
from flujo.expressions import compile_condition, compile_template, has_syntax, sealed


@dataclass(frozen=True, slots=True)
class Broken:
    """A template that did not compile: it stands in for it until the diagnostics are shown."""

    source: JsonValue = None
    refs: frozenset[Ref] = frozenset()
    functions: frozenset[str] = frozenset()

    def render(self, names: Names) -> JsonValue:
        """Refuse: a blueprint with errors gives no Graph, so nothing ever renders this."""
        raise TemplateError("FLJ0901", "a template with errors was rendered")

    def reveal(self, shown: JsonValue, names: Names) -> tuple[JsonValue, list[JsonValue]]:
        """Refuse, as `render` does."""
        return self.render(names), []


_A_STEP: Final = "begin with `- name: NAME`, and below it `uses: SKILL`"
_REGIONS: Final = (Call, Flow, Branch, Map, Loop)
_FITS: Final[tuple[tuple[str, type | tuple[type, ...]], ...]] = (
    ("retry", _REGIONS),
    ("approval", Call),
    ("cache", Call),
    ("idempotency_key", Call),
    ("verify", Call),
)
"""Which nodes a field of every step is run on by this version, where not on all."""


@dataclass(frozen=True, slots=True)
class Body:
    """What a nested list is: its name, the step around it, and the names that its steps see besides.

    With `call` it is one step, which is called that and has no name of its own.
    """

    name: str
    above: Position | None = None
    gives: frozenset[str] = EMPTY
    call: str | None = None


@dataclass(slots=True)
class Workshop:
    """What lowering works with, and what it leaves for the checks: templates with their places, lists of steps."""

    report: Report
    catalogue: Catalogue
    agents: Mapping[str, JsonObject]
    imports: Mapping[str, Compiled]
    defaults: Defaults
    old_names: OldNames = OldNames()
    uses: list[Use] = field(default_factory=list)
    lists: list[StepList] = field(default_factory=list)
    steps: int = 0
    imported: set[str] = field(default_factory=set)
    weight: Weight = field(default_factory=Weight)

    def compile(
        self, value: JsonValue, path: Path, at: Path, position: Position, is_condition: bool = False
    ) -> Template:
        """Compile the value at `path`, which is the field `at` of its step, and keep it for the checks."""
        document = self.report.document
        if not self.weight.takes(value, bare=is_condition):
            message, help = f"the templates have more than {MAX_TOKENS:,} words and signs", "split the blueprint"
            self.report.put(Diagnostic("FLJ0110", message, document.place(path), help, path=path))
            raise TooMany

        def locate(inner: Path, start: int, end: int) -> Place:
            return document.locate((*path, *inner), start, end)

        compiler, aliases = compile_condition if is_condition else compile_template, self.old_names.at(at, position)
        template, problems = compiler(value, locate, aliases=aliases)
        self.report.extend(problems, path)
        if template is None:
            return Broken(value)
        if is_condition and isinstance(value, str) and not has_syntax(value):
            self._bare(path)
        self.uses.append(Use(template, path, at, position))
        return sealed(template, locate, aliases)

    def _bare(self, path: Path) -> None:
        """Say that a condition stands without `{{ }}`."""
        place, edits = self.report.document.place(path), in_braces(self.report.document, path)
        fix = Fix("write `{{ }}` round it", edits, "safe") if edits else None
        message, help = "a condition without `{{ }}` is an old spelling", "write `{{ }}` round it"
        item = Diagnostic("FLJ0210", message, place, help, severity=Severity.INFO, path=path, fix=fix)
        self.report.put(item)

    def flow(self, value: JsonValue, path: Path, body: Body) -> Flow:
        """Lower a body: a list of steps, or one step."""
        one = isinstance(value, dict)
        items = [value] if one else value
        if not isinstance(items, list):
            self.report.add("FLJ0203", "steps must be a list of steps, or one step", path, help=_A_STEP)
            items = []
        elif not items:
            self.report.add("FLJ0204", "a list of steps needs at least one step", path, help=_A_STEP)
        paths = [path if one else (*path, index) for index in range(len(items))]
        if not self.count(len(items), path):
            items = []
        steps = StepList(body.above, body.gives)
        self.lists.append(steps)
        raw = [self.report.mapping(item, at, "a step") for item, at in zip(items, paths, strict=False)]
        for step, at in zip(raw, paths, strict=False):
            check_step_keys(step, at, self.catalogue.kinds, self.report)
        for at in (at for item, at in zip(items, paths, strict=False) if item == {}):
            self.report.add("FLJ0202", "a step needs a name", at, help="add `name:`")
        unnamed = 0
        for step, at in zip(raw, paths, strict=False):
            unnamed += "name" not in step and step.get("kind") == "hitl"
            name = body.call or self._name(step, at, unnamed)
            steps.add(name, at, asks=step.get("kind") == "hitl")
        needs = [read_needs(step, at, self.report) for step, at in zip(raw, paths, strict=False)]
        put_in_order(steps, needs, raw, self.report)
        nodes = [
            self._step(step, needs[index], steps.paths[index], Position(steps, index))
            for index, step in enumerate(raw)
            if step
        ]
        return Flow(Meta(body.name, "steps", path), tuple(node for node in nodes if node is not None))

    def count(self, steps: int, path: Path) -> bool:
        """Add steps to those of the blueprint; return whether there may be so many."""
        self.steps += steps
        if self.steps > MAX_STEPS >= self.steps - steps:
            self.report.add("FLJ0110", f"the blueprint has more than {MAX_STEPS:,} steps", path)
        return self.steps <= MAX_STEPS

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
            if step and str(step.get("kind", "step")) in self.catalogue.kinds:
                self.report.add("FLJ0202", "a step needs a name", path, help="add `name:`")
            return ""
        return read_name(step["name"], (*path, "name"), self.report)

    # --- one step

    def _step(self, raw: JsonObject, needs: tuple[str, ...], path: Path, position: Position) -> Node | None:
        kind = kind_of(raw, path, self.catalogue.kinds, self.report)
        if kind is None:
            return None
        if "description" in raw:
            self.report.text(raw["description"], (*path, "description"), "`description`")
        meta = self._meta(raw, needs, path, position, kind.word)
        config = self._config(raw, path, kind)
        if config is None or kind.lower is None:
            self._look_inside(
                raw, kind, StepLowering(meta, self.catalogue, self.agents, self, path, position, kind.config)
            )
            return None
        node = kind.lower(config, StepLowering(meta, self.catalogue, self.agents, self, path, position, config))
        what = "an import" if isinstance(node, Flow) and node.imported else f"the kind `{kind.word}`"
        for key, fits in _FITS:
            if key in raw and not isinstance(node, fits):
                message = f"`{key}` on {what} is not in this version of flujo yet"
                self.report.add("FLJ0207", message, (*path, key), on_key=True)
        return self._with_defaults(node, raw, position)

    def _look_inside(self, raw: JsonObject, kind: StepKind, low: StepLowering) -> None:
        """Lower the lists in a step that is wrong itself: what is wrong in them is told too."""
        own = kind.config.allowed() if kind.config else EMPTY
        if "steps" in own and isinstance(raw.get("steps"), list | dict):
            low.body(raw["steps"], "steps")
        for key in ("branches", "states"):
            lists = raw.get(key) if key in own else None
            for name, steps in lists.items() if isinstance(lists, dict) else ():
                if isinstance(steps, list | dict):
                    low.body(steps, key, name)

    def _with_defaults(self, node: Node, raw: JsonObject, position: Position) -> Node:
        """Return a step with the fields of `defaults` that it does not have itself; see `defaults`."""
        defaults, meta = self.defaults, node.meta
        if isinstance(node, Call):
            retry = meta.retry if "retry" in raw or defaults.retry is None else defaults.retry
            meta = replace(meta, retry=retry, timeout=meta.timeout or defaults.timeout)
        if "on_error" not in raw and defaults.on_error != "fail" and not meta.name.startswith("@"):
            meta = replace(meta, on_error=self._default_on_error(position))
        return node if meta is node.meta else replace(node, meta=meta)

    def _default_on_error(self, position: Position) -> Literal["fail", "continue"] | Flow:
        """Return the default `on_error`; the steps of a default catch have no catch themselves."""
        given = self.defaults.on_error
        with self._defaults(replace(self.defaults, on_error="fail")):
            return self._on_error(given, ("defaults",), position)

    @contextmanager
    def _defaults(self, defaults: Defaults) -> Iterator[None]:
        """Lower with other defaults."""
        given, self.defaults = self.defaults, defaults
        try:
            yield
        finally:
            self.defaults = given

    def _meta(self, raw: JsonObject, needs: tuple[str, ...], path: Path, position: Position, word: str) -> Meta:
        report = self.report

        def template(value: JsonValue, at: Path) -> Template:
            return self.compile(value, (*path, *at), at, position)

        retry = read_retry(raw["retry"], (*path, "retry"), report) if "retry" in raw else None
        return Meta(
            name=position.steps.names[position.index],
            kind=word,
            path=path,
            when=self.compile(raw["when"], (*path, "when"), ("when",), position, True) if "when" in raw else None,
            input=self.compile(raw["input"], (*path, "input"), ("input",), position) if "input" in raw else None,
            needs=needs,
            sets=self._sets(raw, path, position),
            merges_output="updates_context" in raw
            and read_flag(raw["updates_context"], (*path, "updates_context"), report),
            retry=retry,
            timeout=read_duration(raw["timeout"], (*path, "timeout"), report) if "timeout" in raw else None,
            approval=self._approval(raw["approval"], path, position) if "approval" in raw else None,
            cache=read_cache(raw["cache"], path, report, template) if "cache" in raw else None,
            key=read_key(raw["idempotency_key"], path, report, template) if "idempotency_key" in raw else None,
            verify=self._verify(raw["verify"], path, position, retry) if "verify" in raw else (),
            on_error=self._on_error(raw["on_error"], path, position) if "on_error" in raw else "fail",
            undo=self._undo(raw["undo"], path, position) if "undo" in raw else None,
        )

    def _sets(self, raw: JsonObject, path: Path, position: Position) -> tuple[tuple[tuple[str, ...], Template], ...]:
        sets = []
        given = self.report.mapping(raw["set"], (*path, "set"), "`set`") if "set" in raw else {}
        for key, value in given.items():
            target, at = context_path(key), (*path, "set", key)
            if target is None:
                self.report.add("FLJ0204", f"`{key}` is not a path under `context`", at, on_key=True)
            else:
                sets.append((target, self.compile(value, at, ("set", key), position)))
        return tuple(sets)

    def _approval(self, value: JsonValue, path: Path, position: Position) -> Approval | None:
        at = (*path, "approval")
        if value == "required":
            return Approval()
        if not isinstance(value, dict):
            help = hint(value, ("required",), "write `approval: required`, or `approval: {message: TEXT}`")
            self.report.add("FLJ0203", "`approval` must be `required` or a mapping", at, help=help)
            return Approval()  # so that it is not missing too
        self.report.unknown_keys(value, at, APPROVAL_KEYS)
        by = read_people(value["by"], (*at, "by"), self.report) if "by" in value else ()
        return Approval(
            self.compile(value["message"], (*at, "message"), ("approval", "message"), position)
            if "message" in value
            else None,
            by,
            read_duration(value["expires"], (*at, "expires"), self.report) if "expires" in value else None,
            read_quorum(value["quorum"], (*at, "quorum"), self.report, len(set(by))) if "quorum" in value else 1,
        )

    def _verify(self, value: JsonValue, path: Path, position: Position, retry: Retry | None) -> tuple[Rule, ...]:
        seen = StepList(position, RULE_SEES).end

        def template(value: JsonValue, at: Path, is_condition: bool = False) -> Template:
            return self.compile(value, (*path, *at), at, seen, is_condition)

        def call(raw: JsonObject, at: Path, name: str) -> Node | None:
            raw = with_value(raw, self.catalogue)
            flow = self.flow(raw, (*path, *at), Body("@verify", position, RULE_SEES, name))
            return next(iter(flow.children), None)

        return RuleReader(self.report, self.agents, path, template, call, retry).rules(value)

    def _on_error(self, value: JsonValue, path: Path, position: Position) -> Literal["fail", "continue"] | Flow:
        at = (*path, "on_error")
        if value == "fail" or value == "continue":
            return "continue" if value == "continue" else "fail"
        if not isinstance(value, dict):
            help = hint(value, ("continue", "fail"), "write `on_error: {steps: [...]}` to handle the error")
            self.report.add("FLJ0204", "`on_error` must be `fail`, `continue` or a mapping with `steps`", at, help=help)
            return "fail"
        self.report.unknown_keys(value, at, {"steps"})
        if "steps" not in value:
            self.report.add("FLJ0202", "the key `steps` is missing", at, help="add `steps:`")
            return "fail"
        return self.flow(value["steps"], (*at, "steps"), Body("@catch", position, frozenset({"error", "this"})))

    def _undo(self, value: JsonValue, path: Path, position: Position) -> Undo | None:
        at = (*path, "undo")
        if position.gives("output"):
            self.report.add("FLJ0204", "a step of an `undo` has no `undo` of its own", at, on_key=True)
            return None
        found = read_undo(value, at, self.report)
        if found is None:
            return None
        alone = isinstance(found.steps, dict) and "name" not in found.steps
        body = Body("@undo", None, UNDO, "@undo" if alone else None)
        with self._defaults(NO_DEFAULTS):
            return Undo(self.flow(found.steps, found.path, body), found.rollback_only)

    def _config(self, raw: JsonObject, path: Path, kind: StepKind) -> Any:
        """Check a kind's own fields; None after reports that leave nothing to lower."""
        model = kind.config
        assert model is not None
        own_keys = keys_of(kind)
        own = {key: value for key, value in raw.items() if key in own_keys}
        for key in own.keys() & getattr(model, "DURATIONS", EMPTY):
            own[key] = read_duration(own[key], (*path, key), self.report)
            if own[key] is None:
                return None
        try:
            return model.read(own)
        except Misfit as error:
            self.report.misfit(error, path, own_keys)
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
    _config: Any
    _bodies: dict[str, StepList] = field(default_factory=dict)

    def template(self, value: JsonValue, *at: str | int) -> Template:
        """Compile a value with templates in it."""
        return self._shop.compile(value, (*self._path, *at), at, self._seen_from(str(at[0])))

    def condition(self, value: JsonValue, *at: str | int, gives: frozenset[str] | None = None) -> Template:
        """Compile a condition: a template that is one expression, or a literal boolean."""
        position = self._seen_from(str(at[0])) if gives is None else StepList(self._position, gives).end
        return self._shop.compile(value, (*self._path, *at), at, position, is_condition=True)

    def gives(self, name: str) -> bool:
        """Say whether a list around the step gives a name a value."""
        return self._position.gives(name)

    def body(self, value: JsonValue, *at: str | int, gives: frozenset[str] = EMPTY) -> Flow:
        """Lower a nested list of steps (or one step)."""
        own = str(at[0])
        call = f"@{own}" if own in getattr(self._config, "CALLS", EMPTY) else None
        body = Body(str(at[-1]), self._position, self._gives(own) | gives, call)
        number = len(self._shop.lists)
        flow = self._shop.flow(value, (*self._path, *at), body)
        self._bodies[own] = self._shop.lists[number]
        return flow

    def imported(self, alias: str) -> Graph | None:
        """Return the program of an import; None after a report, or when it has errors of its own."""
        found = self._shop.imports.get(alias)
        if found is None:
            near = did_you_mean(alias, self._shop.imports)
            help = f"did you mean `imports.{near}`?" if near else "declare it under the top-level key `imports`"
            self._shop.imported.add(near or "")  # one cause is one error: it is meant to be used
            self.report("FLJ0311", f"unknown import `{alias}`", "uses", help=help)
            return None
        self._shop.imported.add(alias)
        self._shop.count(found.steps, (*self._path, "uses"))
        return found.graph

    def _gives(self, own: str) -> frozenset[str]:
        gives: Mapping[str, frozenset[str]] = getattr(self._config, "GIVES", {})
        return gives.get(own, EMPTY)

    def _seen_from(self, own: str) -> Position:
        """Return where the templates of a field of this kind look from: the step, or the end of a list inside it."""
        body = getattr(self._config, "AFTER", {}).get(own)
        if body in self._bodies:
            return self._bodies[body].end
        gives = self._gives(own)
        return StepList(self._position, gives).end if gives else self._position

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
