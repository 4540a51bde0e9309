"""Who names whom in a blueprint's data: for each place with the name of a step, the step that it means.

It needs no catalogue, so it knows of kinds only what is written: bodies are lists of steps under `steps`, `branches`,
`states`, `on_error` and so on. A name that no rule finds means the only step that has it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import Final

from flujo.core.record import dataclass
from flujo.core.spans import Path
from flujo.core.values import JsonObject, JsonValue
from flujo.expressions import has_syntax
from flujo.expressions.faults import Fault
from flujo.expressions.named import StepName, step_names

NEEDS: Final = ("needs", "depends_on")
_TOP: Final = ("agents", "defaults", "output")
_NO_TEMPLATE: Final = frozenset(
    {"name", "kind", "uses", "description", "schema", "input_schema", "output_schema", "undo", *NEEDS}
)
_ONE_BODY: Final = frozenset({"steps", "body"})
_BODIES: Final = frozenset({"branches", "states"})
_OLD_FORMS: Final = frozenset({"loop", "map"})
_OF_BODY: Final = frozenset({"named_steps", "user_turn_sources"})
"""Fields that name steps of the body without a template."""

_AFTER: Final = frozenset(
    {
        "until",
        "while",
        "next_input",
        "output",
        "transitions",
        "exit_expression",
        "output_template",
        "finalize",
        *_OF_BODY,
    }
)
"""Fields whose templates look from the end of the body."""

_CONDITIONS: Final = frozenset(
    {"when", "condition", "until", "while", "expr", "condition_expression", "exit_expression"}
)
"""Fields that may be an expression without `{{ }}`."""


@dataclass(slots=True)
class _List:
    """The steps of one list by their names; `above` is the place of the step around it."""

    above: _Position | None
    places: dict[str, int] = field(default_factory=dict)
    paths: list[Path] = field(default_factory=list)
    has_needs: bool = False


@dataclass(frozen=True, slots=True)
class _Position:
    steps: _List
    index: int


@dataclass(frozen=True, slots=True)
class Named:
    """A place that names a step: the whole text at `path`, or a part of it; `target` is the path of the step meant."""

    path: Path
    name: str
    part: StepName | None = None
    target: Path | None = None


def names_of_steps(steps: list[JsonValue]) -> Iterator[str | None]:
    """Yield the name of each step of a list; a question without one is called by its number."""
    unnamed = 0
    for step in steps:
        name = step.get("name") if isinstance(step, dict) else None
        if name is None and isinstance(step, dict) and step.get("kind") == "hitl":
            unnamed += 1
            name = f"hitl_{unnamed}"
        yield name if isinstance(name, str) else None


def named(data: JsonValue) -> list[Named]:
    """Return every place in a blueprint's data that names a step, in a fixed order."""
    walker = _Walker()
    if isinstance(data, dict):
        top = walker.body(data.get("steps"), ("steps",), None)
        here = _Position(top, len(top.paths))
        walker.fields({key: data[key] for key in _TOP if key in data}, (), here)
    return [walker.resolved(item, position, inner) for item, position, inner in walker.found]


@dataclass(slots=True)
class _Walker:
    found: list[tuple[Named, _Position | None, list[_List]]] = field(default_factory=list)
    all: dict[str, list[Path]] = field(default_factory=dict)

    def body(self, value: JsonValue, path: Path, above: _Position | None) -> _List:
        """Take a list of steps, or one step."""
        one = isinstance(value, dict)
        steps = [value] if one else value if isinstance(value, list) else []
        own = _List(above)
        own.has_needs = any(isinstance(step, dict) and any(step.get(key) for key in NEEDS) for step in steps)
        for index, name in enumerate(names_of_steps(steps)):
            at = path if one else (*path, index)
            own.paths.append(at)
            if name is not None:
                own.places.setdefault(name, index)
                self.all.setdefault(name, []).append(at)
        for index, step in enumerate(steps):
            if isinstance(step, dict):
                self.fields(step, own.paths[index], _Position(own, index))
        return own

    def fields(self, step: JsonObject, path: Path, here: _Position) -> None:
        """Take the fields of a step: its bodies first, as some of the others look from the end of them."""
        inner: list[_List] = []
        for key, value in step.items():
            at = (*path, key)
            if key in _ONE_BODY:
                inner.append(self.body(value, at, here))
            elif key in _BODIES and isinstance(value, dict):
                inner += [self.body(part, (*at, name), here) for name, part in value.items()]
            elif key == "on_error" and isinstance(value, dict):
                self.body(value.get("steps"), (*at, "steps"), here)
            elif key == "undo" and isinstance(value, dict):
                self.body(value.get("steps"), (*at, "steps"), None)
            elif key in _OLD_FORMS and isinstance(value, dict):
                self.fields(value, at, here)
        for key, value in step.items():
            if key in NEEDS or key in _OF_BODY:
                self._whole(value, (*path, key), here, inner if key in _OF_BODY else [])
            elif key not in _NO_TEMPLATE | _ONE_BODY | _BODIES | _OLD_FORMS and key != "on_error":
                self._texts(value, (*path, key), here, inner, bare=key in _CONDITIONS)

    def _whole(self, value: JsonValue, path: Path, here: _Position, inner: list[_List]) -> None:
        for index, name in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(name, str):
                at = (*path, index) if isinstance(value, list) else path
                self.found.append((Named(at, name), here, inner))

    def _texts(self, value: JsonValue, path: Path, here: _Position, inner: list[_List], *, bare: bool) -> None:
        stack: list[tuple[JsonValue, Path, bool]] = [(value, path, bare)]
        while stack:
            part, at, bare = stack.pop()
            if isinstance(part, dict):
                in_rules = len(at) > 1 and at[-2] in ("verify", "transitions")
                stack += [(item, (*at, key), in_rules and key in _CONDITIONS) for key, item in part.items()]
            elif isinstance(part, list):
                stack += [(item, (*at, index), False) for index, item in enumerate(part)]
            elif isinstance(part, str) and (bare or has_syntax(part)):
                self._text(part, at, here, inner)

    def _text(self, text: str, path: Path, here: _Position, inner: list[_List]) -> None:
        try:
            parts = step_names(text, bare=not has_syntax(text))
        except Fault:
            return  # it is an error of the blueprint already, and names nothing
        self.found += [(Named(path, part.name, part), here, inner) for part in parts]

    def resolved(self, item: Named, here: _Position | None, inner: list[_List]) -> Named:
        """Return a name with the step that it means."""
        target = self._target(item, here, inner)
        return Named(item.path, item.name, item.part, target)

    def _target(self, item: Named, here: _Position | None, inner: list[_List]) -> Path | None:
        name, position = item.name, here
        inside = [steps.paths[steps.places[name]] for steps in inner if name in steps.places]
        if inside and any(key in _AFTER for key in item.path):
            return inside[0]
        last: Path | None = None
        while position is not None:
            steps, index = position.steps, position.steps.places.get(name)
            if index is not None:
                last = last or steps.paths[index]
                before = index != position.index if steps.has_needs or item.part is None else index < position.index
                if before or "set" in item.path:
                    return steps.paths[index]
            position = steps.above
        everywhere = self.all.get(name, [])
        return inside[0] if inside else last or (everywhere[0] if len(everywhere) == 1 else None)
