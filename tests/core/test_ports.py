"""Descriptions of skills."""

from dataclasses import replace

from flujo.core.ports import SkillSpec

SPEC = SkillSpec(
    "a.b",
    "summary",
    {"type": "object", "properties": {"title": {"type": "string", "description": "words"}}, "required": ["title"]},
    {"anyOf": [{"type": "string", "title": "T"}, {"enum": [{"title": 1}]}]},
)


def test_prose_is_not_in_the_digest():
    parameters = {**SPEC.parameters, "properties": {"title": {"type": "string", "description": "other words"}}}
    assert replace(SPEC, parameters=parameters, summary="other", description="more").digest == SPEC.digest


def test_names_types_and_effects_are_in_the_digest():
    other = {**SPEC.parameters, "properties": {"name": {"type": "string"}}}
    changed = [
        replace(SPEC, parameters=other),
        replace(SPEC, result={"anyOf": [{"type": "string"}, {"enum": [{"title": 2}]}]}),
        replace(SPEC, effect="write"),
        replace(SPEC, version="2"),
    ]
    assert len({SPEC.digest, *(item.digest for item in changed)}) == 5


def test_json_round_trip():
    assert SkillSpec.from_json(SPEC.to_json()) == SPEC
