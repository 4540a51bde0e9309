"""Values of all types on their way in and out of skill functions."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Annotated, Any, NotRequired

import pytest
from jsonschema import Draft202012Validator
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from flujo.core.errors import SkillError
from flujo.core.ports import SkillContext, SkillSpec
from flujo.skills.decorator import MARK, skill
from flujo.skills.describing import skill_of, spec_of


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


@dataclass
class Point:
    x: int
    y: int = 0


class Person(BaseModel):
    name: str
    born: date | None = None
    friends: list[Person] = []


class Options(TypedDict):
    limit: int
    note: NotRequired[str]


def spec(function: Any) -> SkillSpec:
    found = spec_of(getattr(function, MARK))
    Draft202012Validator.check_schema(found.parameters)
    Draft202012Validator.check_schema(found.result)
    return found


def project_skill(function: Any) -> Any:
    entry = spec(function).to_json()
    made = skill_of(getattr(function, MARK), SkillSpec.from_json({**entry, "origin": "project"}))
    return lambda **arguments: made.call(arguments, CONTEXT)


CONTEXT = SkillContext("r", "a", "key", None, None)  # type: ignore[arg-type]


@skill(effect="pure")
def rich(person: Person, point: Point, colour: Colour, day: date, options: Options) -> Person:
    """Take rich types."""
    assert isinstance(person, Person) and isinstance(point, Point) and isinstance(colour, Colour)
    return Person(name=f"{person.name} {point.x + point.y} {colour.name} {options['limit']}", born=day)


RICH: dict[str, Any] = {
    "person": {"name": "Ada", "friends": [{"name": "Bob"}]},
    "point": {"x": 1, "y": 2},
    "colour": "red",
    "day": "2026-02-03",
    "options": {"limit": 5},
}


def test_rich_types_are_built_from_json_and_given_as_json() -> None:
    assert project_skill(rich)(**RICH) == {"name": "Ada 3 RED 5", "born": "2026-02-03", "friends": []}


def test_rich_types_have_schemas_that_agree_with_the_check() -> None:
    validator = Draft202012Validator(spec(rich).parameters)
    assert validator.is_valid(RICH)
    wrong = [
        {**RICH, "person": {}},
        {**RICH, "point": {"x": "1"}},
        {**RICH, "colour": "green"},
        {**RICH, "options": {"limit": "5"}},
        {**RICH, "options": {"limit": True}},
        {**RICH, "more": 1},
        {key: value for key, value in RICH.items() if key != "point"},
    ]
    for arguments in wrong:
        assert not validator.is_valid(arguments)
        with pytest.raises(SkillError):
            project_skill(rich)(**arguments)


def test_types_that_do_not_contain_themselves_are_written_out() -> None:
    @skill
    def placed(points: list[Point]) -> Point:
        """Place."""
        return points[0]

    found = spec(placed)
    assert found.parameters["properties"]["points"]["items"]["properties"]["x"] == {"type": "integer"}
    assert "$defs" not in found.parameters
    assert found.result["properties"]["y"]["type"] == "integer"
    assert "$defs" in spec(rich).parameters


@skill(effect="pure")
def typed(
    whole: int = 0,
    number: float = 0,
    text: str = "",
    flag: bool = False,
    many: list[int] = [],  # noqa: B006
    either: str | int = 1,
) -> list[Any]:
    """Give all."""
    return [whole, number, text, flag, many, either]


@pytest.mark.parametrize(
    "arguments,message",
    [
        ({"whole": "1"}, "parameter `whole` of `test_signature.typed` must be an integer, not text"),
        ({"whole": True}, "parameter `whole` of `test_signature.typed` must be an integer, not a boolean"),
        ({"whole": 1.5}, "parameter `whole` of `test_signature.typed` must be an integer, not a number"),
        ({"number": True}, "parameter `number` of `test_signature.typed` must be a number, not a boolean"),
        ({"number": None}, "parameter `number` of `test_signature.typed` must be a number, not null"),
        ({"text": 1}, "parameter `text` of `test_signature.typed` must be text, not an integer"),
        ({"flag": "true"}, "parameter `flag` of `test_signature.typed` must be a boolean, not text"),
        ({"flag": 1}, "parameter `flag` of `test_signature.typed` must be a boolean, not an integer"),
        ({"many": [1, "2"]}, "parameter `many[1]` of `test_signature.typed` must be an integer, not text"),
        ({"many": {}}, "parameter `many` of `test_signature.typed` must be a list, not a mapping"),
        ({"either": []}, "parameter `either` of `test_signature.typed` must be text or an integer, not a list"),
        (
            {"text": 1, "flag": 1},
            "parameter `text` of `test_signature.typed` must be text, not an integer (and 1 more)",
        ),
    ],
)
def test_arguments_are_checked_strictly(arguments: dict[str, Any], message: str) -> None:
    assert not Draft202012Validator(spec(typed).parameters).is_valid(arguments)
    with pytest.raises(SkillError) as caught:
        project_skill(typed)(**arguments)
    assert str(caught.value) == message
    assert (caught.value.diagnostic.code, caught.value.retry) == ("FLJ0604", "never")


def test_whole_numbers_are_integers_as_in_json_schema() -> None:
    whole, number, *_ = project_skill(typed)(whole=2.0, number=3)
    assert (whole, type(whole), number) == (2, int, 3)
    assert Draft202012Validator(spec(typed).parameters).is_valid({"whole": 2.0})


@skill(effect="pure")
def needy(subject: str) -> str:
    """Need one thing."""
    return subject


def test_missing_and_unknown_parameters_have_their_own_codes(fault: Any) -> None:
    assert fault(project_skill(needy)) == ("FLJ0603", "`test_signature.needy` needs the parameter `subject`")
    assert fault(project_skill(typed), txt=1) == ("FLJ0602", "`test_signature.typed` has no parameter `txt`")
    code, message = fault(project_skill(rich), **{**RICH, "person": {"friends": []}})
    assert (code, message.split(" of ")[0]) == ("FLJ0604", "parameter `person.name`")


def test_results_are_checked(fault: Any) -> None:
    @skill
    def wrong() -> list[int]:
        """Do."""
        return ["a"]  # type: ignore[list-item]

    @skill
    def odd() -> Any:
        """Do."""
        return {"a": {1, 2}}

    @skill
    def endless() -> float:
        """Do."""
        return float("inf")

    assert fault(project_skill(wrong))[0] == "FLJ0611"
    assert fault(project_skill(odd)) == (
        "FLJ0611",
        "skill `test_signature.odd` returned something unusable: a value of the Python type `set` is not JSON data",
    )
    assert fault(project_skill(endless))[0] == "FLJ0611"


async def test_async_skills_are_awaited_and_checked() -> None:
    @skill
    async def later(a: int) -> list[int]:
        """Do."""
        return [a]

    made = skill_of(getattr(later, MARK), SkillSpec.from_json({**spec(later).to_json(), "origin": "project"}))
    result = made.call({"a": 1}, CONTEXT)
    assert made.inline and inspect.isawaitable(result)
    assert await result == [1]


def test_annotated_limits_reach_schema_and_check(fault: Any) -> None:
    @skill
    def few(a: Annotated[int, Field(ge=1, description="own words")]) -> int:
        """Do."""
        return a

    assert spec(few).parameters["properties"]["a"] == {"type": "integer", "minimum": 1, "description": "own words"}
    assert fault(project_skill(few), a=0)[1].endswith("should be greater than or equal to 1")


def test_names_that_pydantic_uses_itself() -> None:
    @skill
    def clash(copy: str, json: str, schema: str, model_config: str, _private: str = "p") -> str:
        """Do."""
        return copy + json + schema + model_config + _private

    given = {"copy": "a", "json": "b", "schema": "c", "model_config": "d", "_private": "e"}
    assert project_skill(clash)(**given) == "abcde"
