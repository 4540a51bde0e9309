"""A small catalogue and a compiler over it, so that these tests need no other room's data."""

from collections.abc import Callable

import pytest

from flujo.blueprints.compiler import compile_blueprint
from flujo.blueprints.importing import Compiled
from flujo.blueprints.pinned import PinnedCatalogue, PinnedSources
from flujo.core.ports import SkillSpec
from flujo.core.values import JsonObject
from flujo.steps import kinds


def _spec(id: str, parameters: JsonObject, *required: str, **more: object) -> SkillSpec:
    schema = {"type": "object", "properties": parameters, "required": list(required), "additionalProperties": False}
    return SkillSpec(id, f"Does {id}.", schema, **more)


TEXT = {"type": "string"}
SPECS = [
    _spec("core.pass", {"value": {}}, main="value"),
    _spec("core.todo", {"need": TEXT}, "need", main="need"),
    _spec("text.upper", {"text": TEXT}, "text", main="text"),
    _spec("table.parse_csv", {"text": TEXT, "types": {"type": "boolean"}}, "text", main="text"),
    _spec("table.top", {"rows": {"type": "array"}, "count": {"type": "integer"}, "order": {"enum": ["up", "down"]}},
          "rows", "count", main="rows"),
    _spec("files.read", {"path": TEXT}, "path", effect="read"),
    _spec("files.write", {"path": TEXT, "content": TEXT}, "path", "content", main="content", effect="write",
          idempotent="yes"),
    _spec("files.append", {"path": TEXT, "content": TEXT}, "path", "content", main="content", effect="write"),
    _spec("mail.send", {"text": TEXT}, "text", main="text", effect="write", idempotent="by_key",
          origin="project"),
    _spec("http.get", {"url": TEXT, "headers": {"type": "object"}, "endpoint": {"type": "string", "format": "uri"},
          "target": TEXT}, "url", effect="read", sinks=("target",)),
    _spec("files.delete", {"path": TEXT}, "path", effect="destructive"),
]  # fmt: skip
CATALOGUE = PinnedCatalogue(kinds(), {spec.id: spec for spec in SPECS})
GREET = """version: "0.1"
inputs: {name: string, times: {type: integer, minimum: 1, default: 1}}
steps:
  - {name: greet, input: "hello {{ input.name }}"}
"""
SOURCES = PinnedSources(
    {
        "prompts/sort.md": "Sort the tickets.\n",
        "parts/greet.yaml": GREET,
        "parts/round.yaml": 'version: "0.1"\nimports: {back: ../in.yaml}\nsteps: {name: a, uses: imports.back}\n',
    }
)

Compile = Callable[..., Compiled]


@pytest.fixture
def compile_text() -> Compile:
    """Compile a text; a list of steps may stand alone."""

    def compile_(text: str | bytes, *, name: str = "flow.yaml", strict: bool = True) -> Compiled:
        return compile_blueprint(text, name, SOURCES, CATALOGUE, strict=strict)

    return compile_
