"""The JSON Schema of blueprints says what the compiler says, as far as a schema can.

The disagreements that are left are in `BEYOND`; a larger sample: `python -m tests.campaign ONLY=shapes COUNT=20000`.
"""

import random
import re
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from flujo.blueprints.agents import AgentFields
from flujo.blueprints.fields import RetryFields
from flujo.blueprints.language import APPROVAL_KEYS, STEP_KEYS, TOP_KEYS
from flujo.blueprints.schema import CALLS, blueprint_schema
from flujo.core.values import JsonValue
from flujo.steps import kinds
from tests.blueprints.conftest import SPECS
from tests.blueprints.mutants import BEYOND, compare, corpus, mutants, refused

KINDS = [word for word, kind in kinds().items() if kind.config is not None]


@cache
def schema(with_skills: bool = False) -> Any:
    return blueprint_schema(kinds(), SPECS if with_skills else ())


@pytest.mark.parametrize("with_skills", [False, True])
def test_it_is_a_schema(with_skills: bool) -> None:
    Draft202012Validator.check_schema(schema(with_skills))


def test_every_form_is_there_and_used() -> None:
    named = set(re.findall(r"#/\$defs/(\w+)", str(schema())))
    assert named == set(schema()["$defs"])


def test_every_key_has_a_place_and_a_description() -> None:
    """Keys of the compiler and keys of the schema are the same, in both directions."""
    defs = schema()["$defs"]
    assert schema()["properties"].keys() == TOP_KEYS
    assert defs["fields"]["properties"].keys() | {"kind"} == STEP_KEYS
    assert defs["agent"]["properties"].keys() == AgentFields.allowed()
    assert defs["retry_fields"]["properties"].keys() == RetryFields.allowed()
    assert defs["approval"]["anyOf"][1]["properties"].keys() == APPROVAL_KEYS
    assert defs["step"]["properties"]["kind"]["enum"] == KINDS
    for word in KINDS:
        away = (CALLS if word != "step" else set()) | ({"retry"} if word in ("hitl", "wait") else set())
        config = kinds()[word].config
        assert config is not None
        assert defs[f"kind_{word}"]["properties"].keys() == (STEP_KEYS | config.allowed()) - away

    def told(said: Any) -> bool:
        if "$ref" not in said or "description" in said:
            return "description" in said or "const" in said
        place = schema()
        for part in said["$ref"].removeprefix("#/").split("/"):
            place = place[part]
        return told(place)

    shapes = [schema(), *(defs[name] for name in ("agent", "retry_fields", *(f"kind_{word}" for word in KINDS)))]
    assert [key for shape in shapes for key, said in shape["properties"].items() if not told(said)] == []


def test_what_compiles_fits() -> None:
    differ = {name for name, data in corpus().items() if validator().is_valid(data) == bool(refused(data))}
    assert differ == BEYOND
    assert len(corpus()) > 350


@cache
def validator() -> Any:
    return Draft202012Validator(schema())


def test_what_one_refuses_the_other_refuses() -> None:
    """One fault in a valid blueprint: what the compiler refuses for its shape, the schema refuses, and back."""
    chance = random.Random(7)
    valid = [data for data in chance.sample(list(corpus().values()), 300) if not refused(data)]
    tally = compare(validator(), (chance.choice(list(mutants(data))) for data in valid))
    assert tally.both > 100
    assert tally.schema_alone == []
    assert tally.both / (tally.both + len(tally.compiler_alone)) >= 0.98, tally.compiler_alone


@pytest.mark.parametrize(
    ("step", "fits"),
    [
        ({"uses": "text.upper", "with": {"text": "a"}}, True),
        ({"uses": "text.upper"}, True),
        ({"uses": "text.uper"}, False),
        ({"uses": "text.upper", "with": {"txt": "a"}}, False),
        ({"uses": "files.read"}, False),
        ({"uses": "files.write@1", "with": {"path": "a"}}, True),
        ({"uses": "agents.any"}, True),
        ({"uses": "imports.any", "with": {"what": 1}}, True),
    ],
)
def test_skills_of_a_project(step: dict[str, JsonValue], fits: bool) -> None:
    data = {"version": "0.1", "steps": [{"name": "a", **step}]}
    assert Draft202012Validator(schema(True)).is_valid(data) is fits


@pytest.mark.parametrize("kind", KINDS)
def test_a_step_of_a_kind_is_told_what_is_wrong_with_that_kind_alone(kind: str) -> None:
    data = {"version": "0.1", "steps": {"kind": kind, "name": "a", "no_such_key": 1}}
    told = [item.message for item in validator().descend(data["steps"], {"$ref": "#/$defs/step"})]
    assert [text for text in told if "no_such_key" in text] != []
    assert all("const" not in text for text in told)
