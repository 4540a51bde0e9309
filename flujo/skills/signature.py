"""Signatures: a skill function's annotations as JSON Schema, and the check of arguments and results against them.

pydantic does both. Arguments are checked strictly, because the blueprint's compiler checks literals against the JSON
Schema and the two must agree: text is not taken for a number, nor a boolean.
"""

from __future__ import annotations

import inspect
import types
import typing
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, create_model
from pydantic.errors import PydanticUserError
from pydantic.fields import FieldInfo
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode
from pydantic_core import PydanticSerializationError
from typing_extensions import is_typeddict

from flujo.core.errors import FlujoError, SkillError, UsageError
from flujo.core.ports import SkillContext
from flujo.core.record import dataclass
from flujo.core.values import JsonObject, JsonValue, ValueProblem, check, stored_bytes
from flujo.skills.decorator import Definition, public_name
from flujo.skills.docstring import Prose, read_docstring
from flujo.skills.misfits import with_whole_numbers, words, wrong_arguments

_JSON_TYPES: typing.Final = (Any, str, int, float, bool, type(None), None)
_STRICT = ConfigDict(extra="forbid", strict=True, arbitrary_types_allowed=False)


class _PlainSchema(GenerateJsonSchema):
    """Schema without titles, which would only repeat the names."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Say no: names stand as keys already."""
        return False


@dataclass(frozen=True, slots=True)
class Signature:
    """What a skill function takes and gives: `names` are the Python names by field of the model."""

    definition: Definition
    model: type[BaseModel]
    names: dict[str, str]
    context: str | None
    plain: bool
    result: TypeAdapter[Any] | None
    result_is_plain: bool

    @staticmethod
    def of(definition: Definition) -> Signature:
        """Read the annotations of a function; raise FlujoError FLJ0607 when they have no JSON form."""
        function = inspect.unwrap(definition.function)
        try:
            hints = typing.get_type_hints(function, include_extras=True)
        except Exception as error:  # an annotation is any Python expression
            raise bad_skill(definition, f"has an annotation that cannot be read: {error}") from error
        parameters = inspect.signature(function).parameters.values()
        context = next((item.name for item in parameters if hints.get(item.name) is SkillContext), None)
        own = [item for item in parameters if item.name != context]
        for parameter in own:
            _refuse_odd(definition, parameter, hints)
        annotations = {item.name: hints[item.name] for item in own}
        prose = read_docstring(function.__doc__)
        returned = hints.get("return", Any)
        try:
            fields = {f"p{index}": (hints[item.name], _field(item, prose)) for index, item in enumerate(own)}
            model = create_model("Arguments", __config__=_STRICT, **typing.cast(Any, fields))
            result = None if returned is Any else TypeAdapter(returned)
        except (PydanticUserError, TypeError, NameError) as error:
            raise bad_skill(definition, f"has a type without a JSON form: {_first_line(error)}") from error
        return Signature(
            definition,
            model,
            {f"p{index}": item.name for index, item in enumerate(own)},
            context,
            all(_is_plain(annotation) for annotation in annotations.values()),
            result,
            _is_plain(returned),
        )

    def bind(self, arguments: JsonObject) -> dict[str, Any]:
        """Return the keyword arguments of a call; raise SkillError FLJ0602, FLJ0603 or FLJ0604."""
        try:
            model = self._checked(arguments)
        except ValidationError as error:
            try:
                model = self._checked(with_whole_numbers(arguments, error))
            except ValidationError as again:
                raise wrong_arguments(self.definition.id, arguments, again) from again
        values = model.__dict__
        return {self.names[name]: values[name] for name in model.model_fields_set}

    def _checked(self, arguments: JsonObject) -> BaseModel:
        if self.plain:
            return self.model.model_validate(arguments)
        return self.model.model_validate_json(stored_bytes(arguments))

    def give(self, value: Any) -> JsonValue:
        """Return what a function returned as JSON data; raise SkillError FLJ0611 when it does not fit."""
        try:
            if self.result is not None:
                value = self.result.validate_python(value, strict=True)
                if not self.result_is_plain:
                    value = self.result.dump_python(value, mode="json", by_alias=True)
            check(value)
        except ValidationError as error:
            problem = words(error.errors(include_url=False)[:1])
            raise _bad_result(self.definition.id, f"its result {problem}") from error
        except (ValueProblem, PydanticSerializationError) as error:
            raise _bad_result(self.definition.id, str(error)) from error
        return value

    def schemas(self) -> tuple[JsonObject, JsonObject]:
        """Return the JSON Schemas (2020-12) of the arguments and of the result."""
        try:
            arguments = self.model.model_json_schema(by_alias=True, schema_generator=_PlainSchema)
            result = {} if self.result is None else _schema(self.result, "serialization")
        except PydanticUserError as error:
            raise bad_skill(self.definition, f"has a type without a JSON form: {_first_line(error)}") from error
        del arguments["title"]
        arguments.setdefault("properties", {})
        return _inlined(arguments), _inlined(result)


def _refuse_odd(definition: Definition, parameter: inspect.Parameter, hints: dict[str, Any]) -> None:
    name = parameter.name
    if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
        raise bad_skill(definition, f"has the parameter `{name}`, which cannot be given by name")
    if name not in hints:
        raise bad_skill(definition, f"has the parameter `{name}` without a type")
    if isinstance(parameter.default, FieldInfo):
        raise bad_skill(
            definition, f"has `Field(...)` as default of `{name}`; write `Annotated[TYPE, Field(...)]` instead"
        )


def _field(parameter: inspect.Parameter, prose: Prose) -> Any:
    name = public_name(parameter.name)
    said: dict[str, Any] = {"alias": name}
    described = prose.parameters.get(parameter.name) or prose.parameters.get(name)
    if described:
        said["description"] = described
    if parameter.default is not parameter.empty:
        said["default"] = parameter.default
    return Field(**said)


def _is_plain(annotation: Any) -> bool:
    """Say whether a type's values are JSON data as they are, with nothing to convert."""
    if annotation in _JSON_TYPES:
        return True
    origin, inner = typing.get_origin(annotation), typing.get_args(annotation)
    if annotation in (list, dict) or origin is Literal:
        return True
    if origin is typing.Annotated:
        return _is_plain(inner[0])
    if is_typeddict(annotation):
        return all(_is_plain(part) for part in typing.get_type_hints(annotation).values())
    return origin in (list, dict, typing.Union, types.UnionType) and all(_is_plain(part) for part in inner)


def _schema(adapter: TypeAdapter[Any], mode: JsonSchemaMode) -> JsonObject:
    schema = adapter.json_schema(mode=mode, by_alias=True, schema_generator=_PlainSchema)
    schema.pop("title", None)
    return schema


def _inlined(schema: JsonObject) -> JsonObject:
    """Return a schema whose parts can be used one by one: no `$ref`, unless a type contains itself."""
    parts = schema.get("$defs", {})

    def put_in(value: JsonValue, inside: tuple[str, ...]) -> JsonValue:
        if isinstance(value, list):
            return [put_in(item, inside) for item in value]
        if not isinstance(value, dict):
            return value
        name = str(value.get("$ref", "")).removeprefix("#/$defs/")
        if name in parts:
            if name in inside:
                raise _Recursive
            beside = {key: item for key, item in value.items() if key != "$ref"}
            return {**put_in(parts[name], (*inside, name)), **beside}
        return {key: put_in(item, inside) for key, item in value.items()}

    try:
        whole: JsonObject = put_in({key: value for key, value in schema.items() if key != "$defs"}, ())
    except _Recursive:
        return schema
    return whole


class _Recursive(Exception):
    """A type contains itself."""


def _bad_result(id: str, problem: str) -> SkillError:
    return SkillError(f"skill `{id}` returned something unusable: {problem}", code="FLJ0611", retry="never")


def bad_skill(definition: Definition, problem: str) -> FlujoError:
    """Return the error for a function that cannot be a skill."""
    return UsageError("FLJ0607", f"skill `{definition.id}` {problem}")


def _first_line(error: Exception) -> str:
    text = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return text[:200]
