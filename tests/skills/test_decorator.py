from __future__ import annotations

from functools import wraps
from typing import Any, Literal
from typing import TypedDict as PlainTypedDict

import pytest
from jsonschema import Draft202012Validator
from pydantic import Field

from flujo.core.errors import FlujoError
from flujo.core.ports import SkillContext, SkillSpec
from flujo.skills.decorator import MARK, definitions, skill
from flujo.skills.describing import skill_of, spec_of


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
        ({"permissions": "mail"}, "not a tuple of texts"),
        ({"sinks": "url"}, "not a tuple of texts"),
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


class Old(PlainTypedDict):
    a: int


class Opaque:
    pass


def of_typing(a: Old) -> str:
    """Do."""
    return str(a)


def of_class(a: Opaque) -> str:
    """Do."""
    return str(a)


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
        (of_class, "without a JSON form"),
        (of_typing, "typing_extensions.TypedDict"),
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
