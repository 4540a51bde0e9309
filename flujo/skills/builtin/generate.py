"""The generator of `catalogue.json`: run `python -m flujo.skills.builtin.generate` after changing a builtin skill."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path as FilePath

from flujo.core.ports import SkillSpec
from flujo.core.values import JsonObject
from flujo.skills.decorator import definitions
from flujo.skills.describing import spec_of

CATALOGUE = FilePath(__file__).with_name("catalogue.json")


def catalogue_text() -> str:
    """Return the catalogue: one skill a line, by id; what equals the default of an entry is left out."""
    plain = SkillSpec("", "", {}).to_json()
    entries = [_compact(spec.to_json(), plain) for spec in sorted(_specs(), key=lambda spec: spec.id)]
    rows = ",\n".join(json.dumps(entry, ensure_ascii=False, separators=(",", ":")) for entry in entries)
    return f"[\n{rows}\n]\n"


def _compact(entry: JsonObject, plain: JsonObject) -> JsonObject:
    always = ("id", "summary", "parameters")
    return {key: value for key, value in entry.items() if key in always or value != plain[key]}


def _specs() -> Iterator[SkillSpec]:
    for path in sorted(CATALOGUE.parent.glob("*.py")):
        if path.stem not in ("__init__", "generate"):
            yield from (spec_of(definition) for definition in definitions(import_module(f"{__package__}.{path.stem}")))


if __name__ == "__main__":
    CATALOGUE.write_text(catalogue_text(), "utf-8", newline="\n")
