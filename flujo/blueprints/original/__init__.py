"""The original Flujo's spellings (language 9): a document is put into our words before anything else reads it.

`translate` changes the tree of a document and nothing of its text: every part keeps the span it was written at, so that
all later diagnostics point at what the author sees, and no later pass knows of other spellings. What is found is told
as FLJ0210, with a fix that changes the text to the same effect. Names inside templates are no matter of the tree: they
are resolved where names are (`names`).
"""

from __future__ import annotations

from dataclasses import replace

from flujo.blueprints.document import Document
from flujo.blueprints.original.agents import Temperatures, agents_of
from flujo.blueprints.original.parts import Findings, Parts
from flujo.blueprints.original.steps import Steps
from flujo.core.diagnostics import Diagnostic
from flujo.core.record import dataclass

__all__ = ["Translated", "translate"]


@dataclass(frozen=True, slots=True)
class Translated:
    """A document in our words, what was said otherwise, and whether it has a context value `initial_prompt`."""

    document: Document
    diagnostics: tuple[Diagnostic, ...]
    has_initial_prompt: bool


def translate(document: Document) -> Translated:
    """Return a document in our words."""
    root = document.root
    if root.fields is None:
        return Translated(document, (), False)
    findings = Findings(document.source)
    top = Parts(root, (), findings)
    temperatures = Temperatures()
    steps = Steps(findings, temperatures)
    if "steps" in top:
        top.change("steps", steps.body(top.fields["steps"], ("steps",)))
    if "agents" in top:
        top.change("agents", agents_of(top.fields["agents"], findings, temperatures))
    temperatures.report_rest(findings)
    context = top.fields.get("context")
    declared = context is not None and context.part("initial_prompt") is not None
    result = top.finished()
    changed = document if result is root else replace(document, root=result)
    return Translated(changed, tuple(findings.items), declared or steps.writes_initial_prompt)
