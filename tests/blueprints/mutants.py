"""Blueprints that are wrong in one place: each part of a document is misspelt, removed, or given another type."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path as FilePath
from typing import Any

from flujo.blueprints.compiler import compile_blueprint
from flujo.blueprints.original import translate
from flujo.blueprints.pinned import PinnedCatalogue, PinnedSources
from flujo.blueprints.reader import read
from flujo.core.diagnostics import Severity
from flujo.skills.registry import SkillRegistry
from flujo.steps import kinds

ROOT = FilePath(__file__).resolve().parents[2]
FENCE = re.compile(r"(?ms)^```yaml[^\n]*\n(.*?)^```$")
Path = tuple[str | int, ...]

ODD = (None, True, 7, -1, 0.5, "no such word", [], ["x"], {}, {"x": 1})
"""Values of each type that almost no place takes."""


@dataclass(frozen=True)
class Mutant:
    """A document with one fault."""

    what: str
    path: Path
    data: Any


@cache
def corpus() -> dict[str, Any]:
    """Return the data of every blueprint of the repository that is in our spelling, by where it is from."""
    found: dict[str, Any] = {}
    files = [*(ROOT / "flujo/blueprints/templates").rglob("*.yaml"), *(ROOT / "tests/semantics").rglob("*.yaml"),
             *(ROOT / "tests/golden").rglob("*.yaml")]  # fmt: skip
    texts = {str(file.relative_to(ROOT)): [file.read_bytes()] for file in sorted(files)}
    for page in sorted((ROOT / "docs").rglob("*.md")):
        blocks = FENCE.findall(page.read_text("utf-8"))
        texts[str(page.relative_to(ROOT))] = [block.encode() for block in blocks]
    for name, blocks in texts.items():
        for number, text in enumerate(blocks):
            document, problems = read(text, name)
            if document is not None and not problems and not translate(document).diagnostics:
                found[f"{name}#{number}"] = document.data
    return found


def mutants(data: Any) -> Iterator[Mutant]:
    """Yield the document with one fault each: every key, every value."""
    for path, value in _parts(data):
        if isinstance(value, dict):
            for key in value:
                if isinstance(key, str) and key:
                    yield Mutant("unknown key", (*path, key), with_value(data, path, _renamed(value, key, f"{key}_x")))
                    rest = {name: part for name, part in value.items() if name != key}
                    yield Mutant("missing key", (*path, key), with_value(data, path, rest))
        if path:
            for other in ODD:
                if type(other) is not type(value) or other != value:
                    yield Mutant(f"a {type(other).__name__}", path, with_value(data, path, other))


def _parts(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    yield path, value
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in items:
        yield from _parts(part, (*path, key))


def _renamed(mapping: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    return {new if key == old else key: value for key, value in mapping.items()}


def with_value(data: Any, path: Path, value: Any) -> Any:
    """Return the document with another value at a path."""
    if not path:
        return value
    changed = copy.deepcopy(data)
    place = changed
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return changed


# --- the compiler and the schema on the same documents ---

BEYOND = {
    "tests/semantics/248-question-timeout-wrong-answer/blueprint.yaml#0",  # an answer against its own schema
    "docs/reference/language/hitl.md#2",
}
"""Blueprints whose fault no schema of blueprints can know."""

CATALOGUE = PinnedCatalogue(kinds(), {spec.id: spec for spec in SkillRegistry([], ROOT).specs()})
SOURCES = PinnedSources({})


def refused(data: Any, ranges: str = "02") -> list[str]:
    """Return the compiler's errors about the shape of a document, unknown kinds and steps that do nothing included.

    Old spellings are listed with all errors (`ranges` is ""): the schema does not have them.
    """
    compiled = compile_blueprint(json.dumps(data), "flow.yaml", SOURCES, CATALOGUE)
    errors = [item for item in compiled.diagnostics if item.severity is Severity.ERROR or item.code == "FLJ0210"]
    return [
        f"{item.code} {item.message}"
        for item in errors
        if (item.code[3:5] == ranges and item.code != "FLJ0210") or ranges == "" or item.code in ("FLJ0305", "FLJ0501")
    ]


@dataclass
class Tally:
    """How the two judged: refused by both, by the compiler alone, by the schema alone, or by neither."""

    both: int = 0
    neither: int = 0
    compiler_alone: list[str] = field(default_factory=list)
    schema_alone: list[str] = field(default_factory=list)


def compare(validator: Any, mutated: Iterable[Mutant]) -> Tally:
    """Judge each document twice."""
    tally = Tally()
    for mutant in mutated:
        reasons, fits = refused(mutant.data), validator.is_valid(mutant.data)
        if reasons and not fits:
            tally.both += 1
        elif reasons:
            tally.compiler_alone.append(f"{reasons[0]} ({mutant.what} at {mutant.path})")
        elif not fits and not refused(mutant.data, ""):
            tally.schema_alone.append(f"{mutant.what} at {mutant.path}")
        else:
            tally.neither += 1
    return tally
