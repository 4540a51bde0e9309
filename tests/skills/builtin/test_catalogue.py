"""The generated catalogue is what the modules say, and what language 10 fixes."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from flujo.core.ports import SkillSpec
from flujo.skills import registry as registry_module
from flujo.skills.builtin.generate import catalogue_text
from flujo.skills.registry import CATALOGUE, SkillRegistry

SPECS = {spec.id: spec for spec in SkillRegistry().specs()}

# Language 10: id, parameters (`*` main, `?` optional), effect. The one place beside the language that repeats them.
FIXED = """
core.pass value*
core.fail message* retryable? class?
core.sleep seconds value?*
core.now
core.random
core.uuid
core.todo need*
text.upper text*
text.lower text*
text.trim text*
text.split text* separator?
text.join items* separator?
text.replace text* old new?
text.lines text*
text.count text* of?
text.template template* values?
json.parse text*
json.dump value*
json.query value* query
json.merge values*
table.parse_csv text* types?
table.to_csv rows* columns?
table.filter rows* where
table.sort rows* by descending?
table.group rows* by aggregate?
table.join rows* other on how?
table.select rows* columns
table.to_markdown rows* columns?
files.read path
files.write path content*
files.append path content*
files.list pattern? path?
files.exists path
files.delete path
"""

EFFECTS = {
    "files.read": ("read", "yes"),
    "files.list": ("read", "yes"),
    "files.exists": ("read", "yes"),
    "files.write": ("write", "yes"),
    "files.append": ("write", "no"),
    "files.delete": ("destructive", "yes"),
}


def shape(spec: SkillSpec) -> str:
    required = spec.parameters.get("required", [])
    marks = [
        f"{name}{'' if name in required else '?'}{'*' if name == spec.main else ''}"
        for name in spec.parameters["properties"]
    ]
    return " ".join([spec.id, *marks])


def test_the_committed_file_is_fresh() -> None:
    assert CATALOGUE.read_text("utf-8") == catalogue_text(), "run `python -m flujo.skills.builtin.generate`"


def test_the_fixed_skills_have_their_parameters() -> None:
    assert sorted(map(shape, SPECS.values())) == sorted(FIXED.strip().splitlines())


def test_effects() -> None:
    found = {spec.id: (spec.effect, spec.idempotent) for spec in SPECS.values()}
    assert found == {id: EFFECTS.get(id, ("pure", "yes")) for id in SPECS}


@pytest.mark.parametrize("spec", SPECS.values(), ids=list(SPECS))
def test_each_is_described_for_people(spec: SkillSpec) -> None:
    assert re.fullmatch(r"[A-Z].*[^.]", spec.summary) and len(spec.summary) <= 100
    assert spec.examples
    Draft202012Validator.check_schema(spec.parameters)
    Draft202012Validator.check_schema(spec.result)
    for name, schema in spec.parameters["properties"].items():
        assert schema.get("description"), name
    assert "$ref" not in str(spec.parameters)


@pytest.mark.parametrize("spec", SPECS.values(), ids=list(SPECS))
def test_examples_fit(spec: SkillSpec) -> None:
    """Each is a YAML step that uses this skill; literals fit the schema, the main parameter may come from the input."""
    for example in spec.examples:
        step: Any = YAML(typ="safe", pure=True).load(example)
        assert step["uses"] == spec.id
        given = step.get("with", {})
        for name, value in given.items():
            if "{{" not in str(value):
                assert Draft202012Validator(spec.parameters["properties"][name]).is_valid(value), (name, value)
        assert set(spec.parameters.get("required", [])) <= {*given, spec.main}


@pytest.mark.parametrize("spec", SPECS.values(), ids=list(SPECS))
def test_paths_are_sinks_and_never_main(spec: SkillSpec) -> None:
    assert spec.main != "path"
    if "path" in spec.parameters.get("required", []):
        assert spec.sinks == ("path",)


def test_specs_survive_their_json_form() -> None:
    for spec in SPECS.values():
        assert SkillSpec.from_json(spec.to_json()) == spec
        assert SkillSpec.from_json(spec.to_json()).digest == spec.digest


def test_the_catalogue_is_small_and_fast() -> None:
    assert Path(CATALOGUE).stat().st_size < 32_000

    def read() -> float:
        registry_module.builtin_entries.cache_clear()
        started = time.perf_counter()
        SkillRegistry().specs()
        return time.perf_counter() - started

    assert min(read() for _ in range(10)) < 0.003
