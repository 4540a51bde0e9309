"""`agents` in the original's spelling: models as `provider:model`, `model_settings`, prompts `from_file`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import field, replace
from typing import Final

from flujo.blueprints.document import Element
from flujo.blueprints.original.edits import adding
from flujo.blueprints.original.parts import Findings, Parts, span_of
from flujo.core.diagnostics import Edit
from flujo.core.record import dataclass
from flujo.core.spans import Path, Span

_MODEL: Final = re.compile(r"([A-Za-z][\w-]*):([^/\s].*)\Z")


@dataclass(slots=True)
class Temperatures:
    """Temperatures that steps gave; here an agent has one. `users` counts the steps of each agent."""

    users: dict[str, int] = field(default_factory=dict)
    given: dict[str, list[tuple[Element, Path, Sequence[Edit] | None]]] = field(default_factory=dict)

    def one(self, agent: str) -> tuple[Element, Path, Sequence[Edit] | None] | None:
        """Return the temperature that all steps of an agent gave; they stay in `given` where they do not agree."""
        found = self.given.get(agent, [])
        if len(found) != self.users.get(agent) or len({repr(element.value) for element, _, _ in found}) != 1:
            return None
        del self.given[agent]
        element, path, _ = found[0]
        edits = [edit for _, _, part in found for edit in part or ()]
        return element, path, edits if all(part is not None for _, _, part in found) else None

    def report_rest(self, findings: Findings) -> None:
        """Report what no agent could take."""
        for agent, found in self.given.items():
            for element, path, _ in found:
                message = f"the steps of the agent `{agent}` do not all give it the same `temperature`"
                if agent not in self.users:
                    message = "`temperature` has a meaning for agents only"
                help = "give the agent a `temperature`; declare a second agent where a step needs another"
                findings.wrong("FLJ0204", message, span_of(element), path, help)


def agents_of(element: Element, findings: Findings, temperatures: Temperatures) -> Element:
    """Return the declarations in our words."""
    if element.fields is None:
        return element
    agents = Parts(element, ("agents",), findings)
    for name, agent in element.fields.items():
        if agent.fields is not None:
            agents.change(name, _agent(Parts(agent, ("agents", name), findings), name, temperatures))
    return agents.finished()


def _agent(parts: Parts, name: str, temperatures: Temperatures) -> Element:
    parts.rename_all({"model_settings": "settings"})
    model = parts.value("model")
    match = _MODEL.match(model) if isinstance(model, str) else None
    if match:
        _model(parts, f"{match[1]}/{match[2]}")
    prompt = parts.fields.get("system_prompt")
    if prompt is not None and prompt.fields is not None:
        inner = Parts(prompt, parts.paths["system_prompt"], parts.findings)
        inner.rename_all({"from_file": "file"})
        parts.change("system_prompt", inner.finished())
    if name in temperatures.given and "temperature" not in parts and parts.keys:
        _temperature(parts, name, temperatures)
    return parts.finished()


def _model(parts: Parts, model: str) -> None:
    element = parts.fields["model"]
    text = parts.findings.source.text[element.start : element.end]
    at = element.start + text.find(":")
    parts.change("model", replace(element, value=model))
    edits = (Edit(Span(at, at + 1), "/"),) if text.count(":") == model.count(":") + 1 else None
    message = f"`{element.value}` is an old spelling"
    parts.findings.old(message, span_of(element), parts.paths["model"], (f"write `{model}`", edits))


def _temperature(parts: Parts, name: str, temperatures: Temperatures) -> None:
    found = temperatures.one(name)
    if found is None:
        return
    element, path, edits = found
    parts.add("temperature", element.value, element)
    if edits is not None:
        text, key = parts.findings.source.text, next(iter(parts.element.keys or {}))
        entry = f"temperature: {element.value}"
        edits = [*edits, adding(text, parts.keys[key], entry, inline=parts.inline)] if key in parts.keys else None
    message = "the `temperature` belongs to the agent"
    parts.findings.old(message, span_of(element), path, (f"give it to the agent `{name}`", edits))
