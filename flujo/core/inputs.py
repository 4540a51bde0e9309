"""What `inputs` make of a value: the one text that stands for a mapping, and the defaults of what is missing."""

from __future__ import annotations

from urllib.parse import unquote

from flujo.core.values import JsonObject, JsonValue


def filled(value: JsonValue, schema: JsonObject) -> JsonValue:
    """Return the value of another step as an input: a text may stand for a mapping, nothing is an empty one."""
    if "properties" in resolved(schema, schema):
        only = only_text(schema)
        if only is not None and type(value) is str:
            value = {only: value}
        elif value is None or value == "":
            value = {}
    return with_defaults(value, schema)


def with_defaults(value: JsonValue, schema: JsonObject) -> JsonValue:
    """Return a value with the defaults of its missing properties, in mappings inside it too."""
    return _with_defaults(value, schema, schema)


def _with_defaults(value: JsonValue, schema: JsonValue, root: JsonObject) -> JsonValue:
    rules = resolved(schema, root)
    if type(value) is list and "items" in rules:
        return [_with_defaults(item, rules["items"], root) for item in value]
    if type(value) is not dict:
        return value
    found = dict(value)
    for key, part in rules.get("properties", {}).items():
        one = resolved(part, root)
        if key in value:
            found[key] = _with_defaults(value[key], one, root)
        elif "default" in one:
            found[key] = _with_defaults(one["default"], one, root)
    return found


def only_text(schema: JsonObject) -> str | None:
    """Return the name of the one property that a schema has, if that is a text."""
    properties = resolved(schema, schema).get("properties", {})
    if len(properties) != 1:
        return None
    name, part = next(iter(properties.items()))
    return name if resolved(part, schema).get("type") == "string" else None


def resolved(schema: JsonValue, root: JsonObject) -> JsonObject:
    """Return a schema's rules, those that its `$ref` leads to included; none for `true` and `false`.

    Schemas of blueprints have been checked: a `$ref` leads somewhere inside the document, and never round.
    """
    if type(schema) is not dict:
        return {}
    if "$ref" not in schema:
        return schema
    value: JsonValue = root
    for raw in unquote(schema["$ref"]).split("/")[1:]:
        part = raw.replace("~1", "/").replace("~0", "~")
        value = value[int(part)] if type(value) is list else value[part]
    return {**resolved(value, root), **{key: rule for key, rule in schema.items() if key != "$ref"}}
