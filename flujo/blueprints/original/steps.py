"""Steps in the original's spelling: a walk over all lists of steps, and what is the same in every kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from flujo.blueprints.document import Element
from flujo.blueprints.original import regions
from flujo.blueprints.original.agents import Temperatures
from flujo.blueprints.original.calls import agent_key, builtin
from flujo.blueprints.original.config import config_key
from flujo.blueprints.original.edits import adding, unwrapping
from flujo.blueprints.original.parts import Findings, Parts, made, span_of
from flujo.core.diagnostics import Severity
from flujo.core.spans import Path

_BODIES: Final = frozenset({"steps", "branches", "states", "on_error", "on_timeout"})
_SPELLINGS: Final = frozenset(
    {
        *("agent", "config", "step", "input_schema", "condition", "condition_expression", "loop", "map", "router"),
        *("body", "max_loops", "exit_expression", "iterable_input", "finalize", "merge_strategy", "reduce"),
        *("on_branch_failure", "history_management", "output_template", "start_state", "end_states", "uses", "set"),
        *("propagation", "propagate", "sink_to"),
    }
)
_KINDS: Final = {"StateMachine": "state_machine", "dynamic_router": "router"}
_NO_CALL: Final = frozenset({"kind", "name", "description", "updates_context", "when", "use_history"})

_RULES: Final[dict[str, Callable[[Parts], None]]] = {
    "loop": regions.loop,
    "map": regions.map_,
    "parallel": regions.parallel,
    "conditional": regions.conditional,
    "router": regions.router,
    "state_machine": regions.state_machine,
}


class Steps:
    """Puts the steps of one document into our words."""

    def __init__(self, findings: Findings, temperatures: Temperatures) -> None:
        self.findings = findings
        self.temperatures = temperatures
        self.writes_initial_prompt = False

    def body(self, element: Element, path: Path, *, passes: bool = False) -> Element:
        """Return a list of steps, or one step; with `passes` a step that calls nothing gives its input on."""
        if element.fields is not None:
            inner = element.fields.get("steps")
            if inner is not None and len(element.fields) == 1 and element.keys:
                self._unwrap(element, path)
                return self.body(inner, (*path, "steps"), passes=passes)
            return self._step(element, path, passes)
        if element.items is None:
            return element
        items = [self._step(item, (*path, index), passes) for index, item in enumerate(element.items)]
        if all(new is old for new, old in zip(items, element.items, strict=True)):
            return element
        return replace(element, value=[item.value for item in items], items=items)

    def _unwrap(self, element: Element, path: Path) -> None:
        assert element.keys is not None and element.fields is not None
        span, text = element.keys["steps"], self.findings.source.text
        edits = unwrapping(text, element, "steps")
        message = "the steps stand here themselves, without the key `steps`"
        self.findings.old(message, span, (*path, "steps"), ("remove `steps:`", edits))

    def _step(self, element: Element, path: Path, passes: bool) -> Element:
        fields = element.fields
        if fields is None or element.keys is None:
            return element
        kind = fields["kind"].value if "kind" in fields else "step"
        word = kind if isinstance(kind, str) else ""
        disjoint = fields.keys().isdisjoint
        if disjoint(_SPELLINGS) and disjoint(_BODIES) and word not in _KINDS and not passes:
            return element
        parts = Parts(element, path, self.findings)
        if word in _KINDS:
            parts.revalue("kind", _KINDS[word], _KINDS[word])
            word = _KINDS[word]
        old_loop = word == "loop" and bool(fields.keys() & {"loop", "body"})
        self._every_kind(parts, word)
        if passes and word == "step" and "name" in parts and parts.fields.keys() <= _NO_CALL:
            self._passing(parts)
        if word in _RULES:
            _RULES[word](parts)
        self._bodies(parts, old_loop)
        return parts.finished()

    def _every_kind(self, parts: Parts, word: str) -> None:
        if "name" not in parts:
            parts.rename_all({"step": "name"})
        if word == "hitl":
            parts.rename_all({"input_schema": "schema"})
        if word == "step" and "agent" in parts:
            agent_key(parts)
        if word == "step" and "uses" in parts:
            builtin(parts)
        uses = parts.value("uses")
        if word in ("step", "router") and isinstance(uses, str) and uses.startswith("agents."):
            agent = uses.removeprefix("agents.")
            self.temperatures.users[agent] = self.temperatures.users.get(agent, 0) + 1
        if "config" in parts:
            config_key(parts, self.temperatures)
        written = parts.fields["set"].fields or {} if "set" in parts else {}
        sink = parts.value("sink_to")
        targets = {*written, sink} if isinstance(sink, str) else set(written)
        self.writes_initial_prompt |= any(
            target.removeprefix("context.").split(".")[0] == "initial_prompt" for target in targets
        )

    def _passing(self, parts: Parts) -> None:
        """Let a step without a call give its input on, as it does in a loop of the original."""
        key = next(iter(parts.keys))
        span = parts.keys[key]
        edit = adding(self.findings.source.text, span, "uses: core.pass", inline=parts.inline)
        message = f"the step `{parts.value('name')}` calls nothing, so it gives its input on"
        place, path = span_of(parts.fields["name"]), parts.paths["name"]
        self.findings.old(message, place, path, ("write `uses: core.pass`", (edit,)), Severity.WARNING)
        parts.add("uses", "core.pass", parts.fields[key])

    def _bodies(self, parts: Parts, old_loop: bool) -> None:
        """Go on with the lists inside."""
        if "steps" in parts:
            body = self.body(parts.fields["steps"], parts.paths["steps"], passes=old_loop)
            parts.change("steps", body)
        for key in ("branches", "states"):
            if key in parts and parts.fields[key].fields is not None:
                inner = Parts(parts.fields[key], parts.paths[key], self.findings)
                for name, element in list(inner.fields.items()):
                    body = self.body(element, inner.paths[name])
                    inner.change(name, self._not_empty(body, inner.paths[name]) if key == "states" else body)
                parts.change(key, inner.finished())
        for key in ("on_error", "on_timeout"):
            if key in parts and parts.fields[key].part("steps") is not None:
                inner = Parts(parts.fields[key], parts.paths[key], self.findings)
                inner.change("steps", self.body(inner.fields["steps"], inner.paths["steps"]))
                parts.change(key, inner.finished())

    def _not_empty(self, element: Element, path: Path) -> Element:
        """Return the steps of a state; one that gives its input on for a state without any."""
        if element.items != []:
            return element
        text = "[{name: nothing, uses: core.pass}]"
        edit = regions.replaced(element, text)
        self.findings.old("a state without steps is an old spelling", span_of(element), path, (f"write `{text}`", edit))
        return made([{"name": "nothing", "uses": "core.pass"}], element)
