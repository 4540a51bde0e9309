"""`verify`: the rules that a step's output must keep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, Protocol

from flujo.blueprints.effects import lacks
from flujo.blueprints.inputs import check_schema
from flujo.blueprints.report import Report
from flujo.core.graph import Call, Meta, Node, Retry, Rule, Template
from flujo.core.ports import Catalogue
from flujo.core.record import dataclass
from flujo.core.spans import Path
from flujo.core.suggest import did_you_mean
from flujo.core.values import JsonObject, JsonValue

RULE_SEES: Final = frozenset({"value"})
"""The names that rules see besides the usual ones."""

_KINDS: Final = ("schema", "expr", "uses", "judge")
_BESIDES: Final = {
    "schema": frozenset({"message"}),
    "expr": frozenset({"message"}),
    "uses": frozenset({"with", "message"}),
    "judge": frozenset({"min_score", "message"}),
}
_ALL: Final = frozenset(_KINDS).union(*_BESIDES.values())
_FORMS: Final = (
    "a rule is `{schema: ...}`, `{expr: ...}`, `{uses: SKILL, with: ...}` or `{judge: agents.X, min_score: N}`"
)

_JUDGED: Final = {"output": "{{ value }}", "made from": "{{ this }}"}
_VERDICT: Final[JsonObject] = {
    "type": "object",
    "properties": {
        "score": {"type": "number", "minimum": 0, "maximum": 1, "description": "from 0 (useless) to 1 (perfect)"},
        "reason": {"type": "string", "description": "why; what should be better"},
    },
    "required": ["score", "reason"],
    "additionalProperties": False,
}
_JUDGE_RETRY: Final = Retry(attempts=3, on=frozenset({"invalid_output"}), delay=0.0)


class _Templates(Protocol):
    def __call__(self, value: JsonValue, at: Path, is_condition: bool = False) -> Template: ...


class _Calls(Protocol):
    def __call__(self, raw: JsonObject, at: Path, name: str) -> Node | None: ...


@dataclass(frozen=True, slots=True)
class RuleReader:
    """Reads the rules of the step at `path`; other paths here are relative to it.

    Calls that verify are tried again as the step's `retry` says, each for itself.
    """

    report: Report
    agents: Mapping[str, JsonObject]
    path: Path
    template: _Templates
    call: _Calls
    retry: Retry | None

    def rules(self, value: JsonValue) -> tuple[Rule, ...]:
        """Return the rules; those with errors are left out after a report."""
        if not isinstance(value, list):
            self._add("FLJ0203", "`verify` must be a list of rules", ("verify",), help=_FORMS)
            return ()
        if not value:
            self._add("FLJ0204", "`verify` needs at least one rule", ("verify",), help=_FORMS)
        found = [self._rule(item, index) for index, item in enumerate(value)]
        return tuple(rule for rule in found if rule is not None)

    def _rule(self, value: JsonValue, index: int) -> Rule | None:
        at: Path = ("verify", index)
        raw = self.report.mapping(value, (*self.path, *at), "a rule")
        self.report.unknown_keys(raw, (*self.path, *at), _ALL)
        kinds = [key for key in _KINDS if key in raw]
        if len(kinds) != 1:
            if isinstance(value, dict):
                what = " and ".join(f"`{key}`" for key in kinds) or "no way to check"
                self._add("FLJ0204", f"the rule has {what}", at, help=_FORMS)
            return None
        kind = kinds[0]
        for key in sorted(raw.keys() & _ALL - _BESIDES[kind] - {kind}):
            self._add("FLJ0201", f"`{key}` has no meaning beside `{kind}`", (*at, key), help=_FORMS, on_key=True)
        message = self.template(raw["message"], (*at, "message")) if "message" in raw else None
        match kind:
            case "schema":
                schema = check_schema(raw[kind], (*self.path, *at, kind), self.report)
                return None if schema is None else Rule(schema=schema, message=message)
            case "expr":
                return Rule(expr=self.template(raw[kind], (*at, kind), is_condition=True), message=message)
            case "uses":
                call = self._skill(raw, at, f"rule_{index + 1}")
                return None if call is None else Rule(call=call, message=message)
        judge, score = self._judge(raw[kind], at, f"rule_{index + 1}"), self._score(raw, at)
        return Rule(call=judge, min_score=score, message=message) if judge and score is not None else None

    def _skill(self, raw: JsonObject, at: Path, name: str) -> Call | None:
        node = self.call({key: raw[key] for key in ("uses", "with") if key in raw}, at, name)
        if node is None:
            return None
        if not isinstance(node, Call) or lacks(node, "judging"):
            what = f"`{raw['uses']}` changes things" if isinstance(node, Call) else f"`{raw['uses']}` is no skill"
            self._add(
                "FLJ0204",
                f"{what}, and a rule only looks",
                (*at, "uses"),
                help="use a skill whose effect is `pure` or `read`",
            )
            return None
        return replace(node, meta=replace(node.meta, retry=self.retry or node.meta.retry, on_error="fail"))

    def _judge(self, uses: JsonValue, at: Path, name: str) -> Call | None:
        text = self.report.text(uses, (*self.path, *at, "judge"), "`judge`")
        if text is None:
            return None
        agent = text.removeprefix("agents.")
        if agent == text or agent not in self.agents:
            near = did_you_mean(agent, self.agents)
            help = f"did you mean `agents.{near}`?" if near else "declare it under the top-level key `agents`"
            self._add("FLJ0304", f"`{text}` is no agent", (*at, "judge"), help=help)
            return None
        config = {**self.agents[agent], "output_schema": _VERDICT}
        arguments = self.template(_JUDGED, (*at, "judge"))
        meta = Meta(name, "step", (*self.path, *at), retry=self.retry or _JUDGE_RETRY)
        return Call(meta, "agent", agent, arguments, config=config, effect="read")

    def _score(self, raw: JsonObject, at: Path) -> float | None:
        if "min_score" not in raw:
            self._add("FLJ0202", "the key `min_score` is missing", at, help="add `min_score:`, from 0 to 1")
            return None
        score = raw["min_score"]
        if isinstance(score, bool) or not isinstance(score, int | float):
            self._add("FLJ0203", "`min_score` must be a number from 0 to 1", (*at, "min_score"))
            return None
        if not 0 <= score <= 1:
            self._add("FLJ0204", f"`min_score` is {score}, and must be from 0 to 1", (*at, "min_score"))
            return None
        return score

    def _add(self, code: str, message: str, at: Path, help: str | None = None, on_key: bool = False) -> None:
        self.report.add(code, message, (*self.path, *at), help=help, on_key=on_key)


def with_value(raw: JsonObject, catalogue: Catalogue) -> JsonObject:
    """Return the call of a rule with the output as its parameter `value`, where the skill has no main parameter."""
    spec = catalogue.skill(str(raw.get("uses")).partition("@")[0])
    given = raw.get("with", {})
    if spec is None or spec.main is not None or not isinstance(given, dict):
        return raw
    return {**raw, "with": {"value": "{{ value }}", **given}} if "value" in spec.parameters["properties"] else raw
