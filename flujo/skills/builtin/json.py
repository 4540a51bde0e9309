"""Skills on JSON: read it, write it, ask it, merge it."""

from __future__ import annotations

from flujo.core.errors import SkillError
from flujo.core.values import JsonObject, JsonValue, ValueProblem, load
from flujo.skills.decorator import skill
from flujo.skills.plain import as_json


@skill(effect="pure", idempotent=True)
def parse(text: str) -> JsonValue:
    """Read a JSON text into a value.

    Args:
        text: The JSON; NaN, infinities and the same key twice are refused.

    Examples:
        {uses: json.parse, with: {text: "{\\"a\\": 1}"}}
    """
    try:
        return load(text.removeprefix("\ufeff"))
    except ValueProblem as error:
        raise SkillError(f"the text is not JSON: {error}", code="FLJ0614", retry="never") from error


@skill(effect="pure", idempotent=True)
def dump(value: JsonValue) -> str:
    """Write a value as JSON text.

    Args:
        value: Any value.

    Examples:
        {uses: json.dump, with: {value: {a: 1}}}
    """
    return as_json(value)


@skill(effect="pure", idempotent=True, main="value")
def query(value: JsonValue, query: str) -> JsonValue:
    """Pick parts out of a value with a JMESPath query.

    Args:
        value: The value to look into.
        query: A JMESPath expression (https://jmespath.org); null where nothing fits.

    Examples:
        {uses: json.query, with: {query: "people[?age > `30`].name"}}
    """
    from flujo.skills.query import answer

    return answer(query, value)


@skill(effect="pure", idempotent=True)
def merge(values: list[JsonObject]) -> JsonObject:
    """Merge several mappings into one; where a key stands in several, the last one counts.

    Args:
        values: The mappings, in order. Mappings inside them are not merged.

    Examples:
        {uses: json.merge, with: {values: [{a: 1}, {b: 2}]}}
    """
    return {key: value for mapping in values for key, value in mapping.items()}
