"""The one module that checks values against JSON Schema (draft 2020-12); `jsonschema` is imported on first use.

No reference ever reaches the network, no pattern can run away, and the work for one value is bounded. Integers are
JSON Schema's (1.0 is one), booleans never equal numbers.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from fractions import Fraction
from functools import lru_cache
from itertools import islice
from typing import Any, Final

from flujo.core.record import dataclass
from flujo.core.schema_limits import Pointer, Said, at, limit_problems, pattern, type_help, unknown_types
from flujo.core.values import JsonObject, JsonValue, ValueProblem, load_stored, stored_bytes, type_name

MAX_PROBLEMS: Final = 10
_SHOWN: Final = 60
_WORK_AT_LEAST: Final = 20_000
_WORK_PER_PART: Final = 500
"""Rules applied to one value (about 15 us each): chains of `$ref` can double with every level of the value."""

_TYPES: Final = {"string": "text", "array": "list", "object": "mapping"}
_Rule = Callable[[Any, Any, Any, Any], Iterable[Any] | None]


def problems(value: JsonValue, schema: JsonValue) -> list[str]:
    """Return what in `value` does not fit `schema`, at most ten, each as "`path`: message"; empty when it fits.

    A schema that is not valid itself is reported in the same way, never raised.
    """
    try:
        rules = _rules(stored_bytes(schema))
    except ValueProblem as problem:
        return [f"the schema cannot be used: {problem}"]
    if rules.problems:
        return [f"the schema cannot be used: {text}" for text in rules.problems]
    allowance = _work.set([_WORK_AT_LEAST + _WORK_PER_PART * _count(value)])
    try:
        return [*_texts(rules.validator.iter_errors(value))]
    except RecursionError:
        return ["the value is nested too deeply to be checked"]
    except _TooMuchWork:
        return ["checking the value against its schema takes too much work"]
    finally:
        _work.reset(allowance)


def schema_problems(schema: JsonValue) -> list[Said]:
    """Return what is wrong with a schema, and where: over the limits of language 8, or not draft 2020-12."""
    try:
        return list(_rules(stored_bytes(schema)).problems)
    except ValueProblem as problem:
        return [Said(problem)]


def schema_faults(schema: JsonValue) -> list[tuple[Pointer, str, str | None]]:
    """Return what is wrong with a schema for people: where (the empty path for all of it), what, and what to write."""
    named = [(path, f"unknown type `{word}`", type_help(word)) for path, word in unknown_types(schema)]
    return [*named] or [(problem.path, problem, None) for problem in schema_problems(schema)]


@dataclass(frozen=True, slots=True)
class _Rules:
    """A schema ready for use; without a validator when it has problems."""

    validator: Any
    problems: tuple[Said, ...] = ()


@lru_cache(maxsize=256)
def _rules(data: bytes) -> _Rules:
    schema = load_stored(data)
    if found := limit_problems(schema):
        return _Rules(None, tuple(found[:MAX_PROBLEMS]))
    if not isinstance(schema, dict | bool):
        return _Rules(None, (Said(f"a schema is a mapping or a boolean, not a {type_name(schema)}"),))
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - 70 ms that a blueprint without schemas does not pay
    from referencing import Registry  # noqa: PLC0415

    meta = Draft202012Validator(Draft202012Validator.META_SCHEMA, registry=Registry())
    if wrong := _texts(meta.iter_errors(schema)):
        return _Rules(None, tuple(wrong))
    return _Rules(_validator_class()(schema, registry=Registry()))


# --- rules of our own -------------------------------------------------------------------------------------------------


class _TooMuchWork(Exception):
    """The rules applied to one value are more than its size can explain."""


_work: ContextVar[list[int]] = ContextVar("flujo_schema_work")


@lru_cache(maxsize=1)
def _validator_class() -> Any:
    from jsonschema import Draft202012Validator, validators  # noqa: PLC0415

    rules: dict[str, _Rule] = dict(Draft202012Validator.VALIDATORS)
    rules |= {
        "additionalProperties": _additional_properties,
        "multipleOf": _multiple_of,
        "pattern": _pattern,
        "patternProperties": _pattern_properties,
        "uniqueItems": _unique_items,
    }
    return validators.extend(Draft202012Validator, {word: _counted(rule) for word, rule in rules.items()})


def _counted(rule: _Rule) -> _Rule:
    def apply(validator: Any, expected: Any, value: Any, schema: Any) -> Iterable[Any] | None:
        left = _work.get()
        left[0] -= 1
        if left[0] < 0:
            raise _TooMuchWork
        return rule(validator, expected, value, schema)

    return apply


def _error(message: str) -> Any:
    from jsonschema import ValidationError  # noqa: PLC0415

    return ValidationError(message)


def _pattern(_validator: Any, text: str, value: Any, _schema: Any) -> Iterator[Any]:
    if isinstance(value, str) and not pattern(text).search(value):
        yield _error(f"{_short(value)} does not match the pattern `{text}`")


def _pattern_properties(validator: Any, expected: JsonObject, value: Any, _schema: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for text, schema in expected.items():
            for key in value:
                if pattern(text).search(key):
                    yield from validator.descend(value[key], schema, path=key, schema_path=text)


def _additional_properties(validator: Any, expected: Any, value: Any, schema: JsonObject) -> Iterator[Any]:
    if isinstance(value, dict):
        known, named = schema.get("properties", {}), [pattern(text) for text in schema.get("patternProperties", {})]
        extra = [key for key in value if key not in known and not any(item.search(key) for item in named)]
        if expected is False and extra:
            yield _error(f"{_listed(extra)} {'is' if len(extra) == 1 else 'are'} not allowed here")
        else:
            for key in extra:
                yield from validator.descend(value[key], expected, path=key)


def _unique_items(_validator: Any, expected: Any, value: Any, _schema: Any) -> Iterator[Any]:
    if expected is True and isinstance(value, list) and len({_key(item) for item in value}) != len(value):
        yield _error("the same item stands in the list twice")


def _multiple_of(_validator: Any, step: Any, value: Any, _schema: Any) -> Iterator[Any]:
    if isinstance(value, int | float) and not isinstance(value, bool) and _exact(value) % _exact(step):
        yield _error(f"{_short(value)} is not a multiple of {_short(step)}")


def _exact(number: int | float) -> Fraction:
    """Return a number as it is written, so that 0.3 is a multiple of 0.1."""
    return Fraction(repr(number)) if isinstance(number, float) else Fraction(number)


def _key(value: JsonValue) -> Any:
    """Return something hashable that is equal for values that JSON Schema calls equal."""
    match value:
        case bool():
            return ("b", value)
        case list():
            return ("l", tuple(_key(item) for item in value))
        case dict():
            return ("m", frozenset((key, _key(item)) for key, item in value.items()))
        case _:
            return value


def _count(value: JsonValue) -> int:
    """Return how many parts a value has."""
    stack, count = [value], 0
    while stack:
        item = stack.pop()
        count += 1
        if isinstance(item, dict):
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)
    return count


# --- words ------------------------------------------------------------------------------------------------------------


def _texts(errors: Iterable[Any]) -> list[Said]:
    texts = dict.fromkeys(at(tuple(error.absolute_path), _say(error)) for error in islice(errors, 10 * MAX_PROBLEMS))
    return list(texts)[:MAX_PROBLEMS]


def _say(error: Any) -> str:
    """Return the reason in flujo's words; rules of our own have them already."""
    word, limit, value = error.validator, error.validator_value, error.instance
    if word is None:
        return "nothing is allowed here"
    if word in _SENTENCES:
        return _SENTENCES[word].format(value=_short(value), limit=_short(limit))
    match word:
        case "type":
            names = [limit] if isinstance(limit, str) else limit
            return f"expected {' or '.join(_TYPES.get(name, name) for name in names)}, got {type_name(value)}"
        case "required":
            missing = [name for name in limit if name not in value]
            return f"{_listed(missing)} {'is' if len(missing) == 1 else 'are'} missing"
        case "enum":
            return f"{_short(value)} is not one of {_listed(limit)}"
        case "anyOf" | "oneOf" if error.context:
            return _alternatives(error)
        case "oneOf":
            return f"fits more than one of the {len(limit)} alternatives"
        case "additionalProperties" | "pattern" | "uniqueItems" | "multipleOf":
            return str(error.message)
        case _:
            return f"does not fit `{word}`: {_short(limit)}"


_SENTENCES: Final = {
    "const": "{value} is not {limit}",
    "exclusiveMaximum": "{value} is not less than {limit}",
    "exclusiveMinimum": "{value} is not greater than {limit}",
    "maximum": "{value} is greater than the maximum {limit}",
    "maxItems": "the list has more than {limit} items",
    "maxLength": "{value} is longer than {limit} characters",
    "maxProperties": "the mapping has more than {limit} keys",
    "minimum": "{value} is less than the minimum {limit}",
    "minItems": "the list has fewer than {limit} items",
    "minLength": "{value} is shorter than {limit} characters",
    "minProperties": "the mapping has fewer than {limit} keys",
    "not": "{value} is excluded by `not`",
}


def _alternatives(error: Any) -> str:
    """Return why each alternative of an `anyOf` or `oneOf` does not fit; those inside an alternative only count."""
    first: dict[Any, Any] = {}
    for inner in error.context:  # the path begins with the alternative's index; that of `false` is empty
        first.setdefault(tuple(inner.schema_path)[:1], inner)
    text = f"fits none of the {len(error.validator_value)} alternatives"
    if error.parent is not None:
        return text
    reasons = [at(tuple(inner.path), _say(inner)) for inner in first.values()]
    return f"{text}: {'; '.join(dict.fromkeys(reasons[:MAX_PROBLEMS]))}"


def _listed(items: Iterable[JsonValue]) -> str:
    shown = [_short(item) for item in islice(items, MAX_PROBLEMS + 1)]
    return ", ".join(shown[:MAX_PROBLEMS]) + (", ..." if len(shown) > MAX_PROBLEMS else "")


def _short(value: JsonValue) -> str:
    if isinstance(value, dict | list):
        return f"the {type_name(value)}"
    try:
        text = value if isinstance(value, str) else json.dumps(value)
    except ValueError:
        text = "a number of more than 4,300 digits"
    return f"`{text if len(text) <= _SHOWN else text[:_SHOWN] + '...'}`"
