"""The short way to builtin skills takes only what the long way would pass on unchanged."""

import subprocess
import sys
from importlib import import_module
from typing import Any

import pytest

from flujo.core.errors import SkillError
from flujo.core.ports import SkillContext, SkillSpec
from flujo.skills.decorator import definitions
from flujo.skills.direct import _accepts, builtin_skill
from flujo.skills.registry import SkillRegistry
from flujo.skills.signature import Signature

SPECS = {spec.id: spec for spec in SkillRegistry().specs()}
SAMPLES: list[Any] = ["", "words", "words ", "inner", 0, 3, 2.0, True, None, [], ["a"], {}, {"a": 1}]


@pytest.mark.parametrize("id", SPECS)
def test_what_is_taken_directly_is_what_the_signature_would_give(id: str) -> None:
    spec: SkillSpec = SPECS[id]
    family = import_module(f"flujo.skills.builtin.{id.partition('.')[0]}")
    signature = Signature.of(next(item for item in definitions(family) if item.id == id))
    fields = {field.alias: name for name, field in signature.model.model_fields.items()}
    for key, part in spec.parameters["properties"].items():
        for value in filter(_accepts(part), SAMPLES):
            blank = signature.model.model_construct()
            made = signature.model.__pydantic_validator__.validate_assignment(blank, fields[key], value)
            assert getattr(made, fields[key]) is value


def test_both_ways_give_the_same(context: SkillContext) -> None:
    count = builtin_skill(SPECS["text.count"])
    assert count.call({"text": "a b", "of": "chars"}, context) == 3
    assert count.call({"text": "a b"}, context) == 2
    for wrong, words in [({"text": 1}, "must be text"), ({"text": "a", "no": 1}, "no parameter"), ({}, "needs")]:
        with pytest.raises(SkillError, match=words):
            count.call(wrong, context)
    assert builtin_skill(SPECS["text.join"]).call({"items": ["a", 1]}, context) == "a, 1"


def test_a_plain_call_needs_no_pydantic() -> None:
    code = (
        "import sys; from flujo.skills.registry import SkillRegistry;"
        "print(SkillRegistry().load('text.upper').call({'text': 'a'}, None), 'pydantic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "A False\n"
