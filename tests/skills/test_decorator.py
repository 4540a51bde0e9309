from __future__ import annotations

import inspect
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import wraps
from typing import Annotated, Any, Literal, NotRequired

import pytest
from jsonschema import Draft202012Validator
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from flujo.core.errors import FlujoError, SkillError
from flujo.core.ports import SkillContext, SkillSpec
from flujo.skills.decorator import MARK, definitions, skill
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


@skill(effect="read", idempotent="by_key", permissions=("mail",), version="2", sinks=("subject",))
def every(
    subject: str,
    context: SkillContext,
    count: int = 3,
    ratio: float | None = None,
    tags: list[str] | None = None,
    kind: Literal["a", "b"] = "a",
    from_: str = "here",
) -> dict[str, list[int]]:
    """Do everything at once.

    A longer text,
    over two lines.

    Args:
        subject: What it is about;
            goes on here.
        count (int): How many.
        from: Where from.

    Returns:
        Nothing of use.

    Examples:
        {uses: test.every, with: {subject: x}}
    """
    return {subject: list(range(count)), context.key: [], from_: []}


def test_a_whole_spec() -> None:
    assert spec(every).to_json() == {
        "id": "test_decorator.every",
        "version": "2",
        "summary": "Do everything at once",
        "description": "A longer text, over two lines.",
        "parameters": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "subject": {"type": "string", "description": "What it is about; goes on here."},
                "count": {"type": "integer", "default": 3, "description": "How many."},
                "ratio": {"anyOf": [{"type": "number"}, {"type": "null"}], "default": None},
                "tags": {"anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "null"}], "default": None},
                "kind": {"type": "string", "enum": ["a", "b"], "default": "a"},
                "from": {"type": "string", "default": "here", "description": "Where from."},
            },
            "required": ["subject"],
        },
        "result": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "integer"}}},
        "main": "subject",
        "effect": "read",
        "idempotent": "by_key",
        "permissions": ["mail"],
        "sinks": ["subject"],
        "examples": ["{uses: test.every, with: {subject: x}}"],
        "origin": "builtin",
        "file": "",
        "source_digest": "",
    }


def test_call_gives_context_and_defaults() -> None:
    assert project_skill(every)(subject="s", count=2, **{"from": "f"}) == {"s": [0, 1], "key": [], "f": []}


def test_unknown_is_unsafe_and_bare_decorator_works() -> None:
    @skill
    def plain(value: Any):  # type: ignore[no-untyped-def]
        """Give it back."""
        return value

    found = spec(plain)
    assert (found.effect, found.idempotent, found.result) == ("write", "no", {})
    assert plain(3) == 3


@pytest.mark.parametrize("said,stands", [(True, "yes"), (False, "no"), ("yes", "yes"), ("by_key", "by_key")])
def test_idempotent(said: Any, stands: str) -> None:
    @skill(idempotent=said)
    def one(a: str) -> str:
        """Do."""
        return a

    assert spec(one).idempotent == stands


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
    whole: int = 0, number: float = 0, text: str = "", flag: bool = False, many: list[int] = [], either: str | int = 1
) -> list[Any]:
    """Give all."""
    return [whole, number, text, flag, many, either]


@pytest.mark.parametrize(
    "arguments,message",
    [
        ({"whole": "1"}, "parameter `whole` of `test_decorator.typed` must be an integer, not text"),
        ({"whole": True}, "parameter `whole` of `test_decorator.typed` must be an integer, not boolean"),
        ({"whole": 1.5}, "parameter `whole` of `test_decorator.typed` must be an integer, not number"),
        ({"number": True}, "parameter `number` of `test_decorator.typed` must be a number, not boolean"),
        ({"number": None}, "parameter `number` of `test_decorator.typed` must be a number, not null"),
        ({"text": 1}, "parameter `text` of `test_decorator.typed` must be text, not integer"),
        ({"flag": "true"}, "parameter `flag` of `test_decorator.typed` must be a boolean, not text"),
        ({"flag": 1}, "parameter `flag` of `test_decorator.typed` must be a boolean, not integer"),
        ({"many": [1, "2"]}, "parameter `many[1]` of `test_decorator.typed` must be an integer, not text"),
        ({"many": {}}, "parameter `many` of `test_decorator.typed` must be a list, not mapping"),
        ({"either": []}, "parameter `either` of `test_decorator.typed` must be text or an integer, not list"),
        ({"text": 1, "flag": 1}, "parameter `text` of `test_decorator.typed` must be text, not integer (and 1 more)"),
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


def test_missing_and_unknown_parameters_have_their_own_codes(fault: Any) -> None:
    assert fault(project_skill(every)) == ("FLJ0603", "`test_decorator.every` needs the parameter `subject`")
    assert fault(project_skill(typed), txt=1) == ("FLJ0602", "`test_decorator.typed` has no parameter `txt`")
    code, message = fault(project_skill(rich), **{**RICH, "person": {"friends": []}})
    assert (code, message.split(" of ")[0]) == ("FLJ0604", "parameter `person.name`")


@pytest.mark.parametrize(
    "name,is_main",
    [
        *[(name, True) for name in ("text", "value", "rows", "together", "topic", "fileset", "tokens")],
        *[(name, False) for name in ("path", "url", "command", "recipient", "secret", "argv", "to", "Path")],
        *[(name, False) for name in ("file_path", "base_url", "api_token", "cc", "password", "webhook_secret")],
    ],
)
def test_main_is_the_only_required_parameter_unless_it_is_dangerous(name: str, is_main: bool) -> None:
    scope: dict[str, Any] = {"skill": skill}
    exec(f"@skill\ndef one({name}: str, other: int = 0) -> str:\n    'Do.'\n    return ''\n", scope)
    scope["one"].__code__ = scope["one"].__code__.replace(co_filename="skills/tickets.py")
    found = spec(scope["one"])
    assert found.id == "tickets.one"
    assert found.main == (name if is_main else None)


def test_no_main_among_several_required_ones_unless_said() -> None:
    @skill
    def two(a: str, b: str) -> str:
        """Do."""
        return a + b

    @skill(main="b")
    def said(a: str, b: str) -> str:
        """Do."""
        return a + b

    assert (spec(two).main, spec(said).main) == (None, "b")


@pytest.mark.parametrize(
    "options,words",
    [
        ({"main": "url"}, "never main"),
        ({"main": "nothing"}, "no such parameter"),
        ({"sinks": ("nothing",)}, "no such parameter"),
        ({"effect": "harmless"}, "has the effect `harmless`"),
        ({"idempotent": "maybe"}, "`idempotent` is `maybe`"),
        ({"version": "1@2"}, "has the version"),
        ({"id": "one"}, "family.name"),
        ({"id": "a." + "b" * 80}, "family.name"),
        ({"id": "agents.one"}, "mean other things"),
    ],
)
def test_what_the_decorator_says_is_checked(options: Any, words: str) -> None:
    @skill(**options)
    def one(url: str, text: str) -> str:
        """Do."""
        return url + text

    with pytest.raises(FlujoError, match=words) as caught:
        spec(one)
    assert caught.value.diagnostic.code == "FLJ0607"


def test_unknown_options_and_things_that_are_no_functions() -> None:
    with pytest.raises(TypeError, match="does not take `efect`"):
        skill(efect="pure")  # type: ignore[call-overload]
    with pytest.raises(TypeError, match="marks functions"):
        skill(print)


def no_type(a) -> str:  # type: ignore[no-untyped-def]
    """Do."""
    return str(a)


def any_number(*parts: str) -> str:
    """Do."""
    return "".join(parts)


def by_name(**parts: str) -> str:
    """Do."""
    return "".join(parts)


def of_bytes(a: list[type]) -> str:
    """Do."""
    return str(a)


def unknown_type(a: Missing) -> str:  # type: ignore[name-defined]  # noqa: F821
    """Do."""
    return str(a)


def field_default(a: str = Field("x")) -> str:
    """Do."""
    return a


def no_docstring(a: str) -> str:
    return a


def not_json_result(a: str) -> type:
    """Do."""
    return type(a)


@pytest.mark.parametrize(
    "function,words",
    [
        (no_type, "without a type"),
        (any_number, "cannot be given by name"),
        (by_name, "cannot be given by name"),
        (of_bytes, "without a JSON form"),
        (unknown_type, "cannot be read"),
        (field_default, "Annotated"),
        (no_docstring, "no docstring"),
        (not_json_result, "without a JSON form"),
    ],
)
def test_functions_that_cannot_be_skills(function: Any, words: str) -> None:
    with pytest.raises(FlujoError, match=words) as caught:
        spec(skill(function))
    assert caught.value.diagnostic.code == "FLJ0607"


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
        "skill `test_decorator.odd` returned something unusable: a value of the Python type `set` is not JSON data",
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


def test_definitions_are_the_own_ones_once_and_under_other_decorators() -> None:
    import types

    module = types.ModuleType("here")

    def louder(function: Any) -> Any:
        @wraps(function)
        def inner(*args: Any, **named: Any) -> Any:
            return function(*args, **named).upper()

        return inner

    def one(a: str) -> str:
        """Do."""
        return a

    one.__module__ = "here"
    module.one = module.again = skill(louder(one))  # type: ignore[attr-defined]
    module.foreign = every  # type: ignore[attr-defined]
    module.__getattr__ = lambda name: None  # type: ignore[method-assign]
    found = definitions(module)
    assert [item.id for item in found] == ["test_decorator.one"]
    assert skill_of(found[0], spec_of(found[0])).call({"a": "x"}, CONTEXT) == "X"
