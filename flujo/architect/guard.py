"""What a plan may not do, whoever made it: change things nobody asked to change, or skip the approval asked for.

The goal is the user's word; everything else (samples, descriptions of skills, a model's reply) is data. So steps with
effects need words of the goal that ask for them, and every file of the goal must have its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flujo.architect.extract import Files, approval_of, files_of
from flujo.architect.plan import Approval, CallStep, Fixed, Plan
from flujo.architect.reading import Reading
from flujo.architect.retrieval import related_terms, terms_of
from flujo.core.diagnostics import Diagnostic
from flujo.core.ports import SkillSpec
from flujo.core.spans import Path

_EFFECTS = ("write", "destructive")


def faults(plan: Plan, specs: Mapping[str, SkillSpec]) -> list[Diagnostic]:
    """Return what the plan may not do, and what of the goal it passes over."""
    reading = Reading(plan.goal)
    files = files_of(reading, ())
    return [*_effects(plan, specs, files, asked=approval_of(reading)), *_forgotten(plan, files)]


def _effects(plan: Plan, specs: Mapping[str, SkillSpec], files: Files, *, asked: bool) -> Iterator[Diagnostic]:
    approved = False
    for index, step in enumerate(plan.steps):
        approved |= isinstance(step, Approval)
        spec = specs.get(step.skill) if isinstance(step, CallStep) else None
        if not isinstance(step, CallStep) or spec is None or spec.effect not in _EFFECTS:
            continue
        path: Path = ("steps", index)
        if not _asked_for(step, spec, files, plan.goal):
            yield Diagnostic(
                "FLJ0701",
                f"`{spec.id}` changes things, and the goal does not ask for it",
                help="leave it out",
                path=path,
            )
        elif asked and not approved:
            yield Diagnostic(
                "FLJ0701",
                f"the goal asks for an approval, and `{step.name}` comes without one",
                help="put an approval step before it",
                path=path,
            )


def _asked_for(step: CallStep, spec: SkillSpec, files: Files, goal: str) -> bool:
    """Whether words of the goal ask for an effect, and for the very file or address it goes to."""
    targets = [param for name, param in step.params.items() if name in ("path", "url", "recipient", "to")]
    if not all(isinstance(param, Fixed) and str(param.value) in goal for param in targets):
        return False
    if spec.effect == "write" and any(isinstance(param, Fixed) and param.value in files.sinks for param in targets):
        return True
    said = {term for words in step.because for term in terms_of(words.text)}
    verb = spec.id.rpartition(".")[2]
    meant = related_terms(verb.replace("_", " "))
    if spec.effect == "write":
        meant |= set(terms_of(spec.summary))
    return bool(said & meant)


def _forgotten(plan: Plan, files: Files) -> Iterator[Diagnostic]:
    used = "\n".join(
        str(param.value)
        for step in plan.steps
        if isinstance(step, CallStep)
        for param in step.params.values()
        if isinstance(param, Fixed)
    )
    unplaced = "\n".join(item.words.text for item in plan.unplaced)
    for path in (*files.sources, *files.sinks):
        if path not in used and path not in unplaced:
            yield Diagnostic(
                "FLJ0204",
                f"`{path}` stands in the goal, but no step uses it",
                help="use it, or name the words in `unplaced`",
                path=("steps",),
            )
