"""A skill as text: what it does, what it takes, what it gives."""

from __future__ import annotations

import json

from flujo.cli.render.screen import Paint, visible
from flujo.core.ports import SkillSpec
from flujo.core.values import JsonObject, JsonValue

_EFFECTS = {
    "pure": "pure: computes only",
    "read": "read: looks at the world",
    "write": "write: changes things",
    "destructive": "destructive: destroys things",
}


def skill_text(spec: SkillSpec, paint: Paint) -> str:
    """Return everything a blueprint's author needs to know of a skill."""
    lines = [f"{paint('bold', visible(spec.id))}  version {visible(spec.version)}, {_EFFECTS[spec.effect]}", ""]
    lines += [f"  {line}".rstrip() for line in visible(spec.description or spec.summary).splitlines()]
    required = spec.parameters.get("required", ())
    properties: JsonObject = spec.parameters.get("properties", {})
    if properties:
        lines += ["", paint("bold", "parameters")]
        for name, schema in properties.items():
            notes = ["the step's input"] if name == spec.main else []
            notes.append("required" if name in required else f"default {_short(schema.get('default'))}")
            about = schema.get("description", "")
            lines.append(
                f"  {visible(name)}: {type_words(schema)} ({', '.join(notes)}){about and ': ' + visible(about)}"
            )
    lines += ["", paint("bold", "result"), f"  {type_words(spec.result)}"]
    if spec.idempotent != "no" and spec.effect in ("write", "destructive"):
        lines.append(f"  may be repeated safely: {spec.idempotent.replace('_', ' ')}")
    if spec.permissions:
        lines += ["", paint("bold", "permissions"), f"  {visible(', '.join(spec.permissions))}"]
    if spec.examples:
        lines += ["", paint("bold", "examples")]
        lines += [f"  {line}" for example in spec.examples for line in visible(example).splitlines()]
    lines += ["", f"from {'flujo' if spec.origin == 'builtin' else visible(spec.file)}"]
    return "\n".join(lines) + "\n"


def type_words(schema: JsonValue) -> str:
    """Return a JSON Schema in a few words: `text`, `list of mapping`, `"a" or "b"`."""
    if not isinstance(schema, dict):
        return "anything"
    if "enum" in schema:
        return " or ".join(_short(value) for value in schema["enum"])
    if "const" in schema:
        return _short(schema["const"])
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return " or ".join(dict.fromkeys(type_words(part) for part in schema[key]))
    kind = schema.get("type")
    if isinstance(kind, list):
        return " or ".join(type_words({**schema, "type": part}) for part in kind)
    if kind == "array":
        inner = type_words(schema["items"]) if schema.get("items") else "anything"
        return f"list of {inner}"
    words = {"string": "text", "object": "mapping"}
    return words.get(kind, kind) if isinstance(kind, str) else "anything"


def _short(value: JsonValue) -> str:
    return visible(json.dumps(value, ensure_ascii=False))
