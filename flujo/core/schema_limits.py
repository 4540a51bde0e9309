"""What a JSON Schema may ask for, so that checking a value against it always ends (language 8).

A schema is at most 64 KiB and 32 levels deep. `$ref` stays inside the document and never leads round to itself without
a step down into the value. Patterns run on RE2, whose time is linear in the text. Keywords are looked at only where
JSON Schema gives them a meaning: a property may well be called `pattern`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter
from typing import Any, Final
from urllib.parse import unquote

from flujo.core.suggest import did_you_mean
from flujo.core.values import JsonObject, JsonValue, ValueProblem, stored_bytes

MAX_BYTES: Final = 64 * 1024
MAX_DEPTH: Final = 32
MAX_EXPANSION: Final = 10_000
"""How many subschemas may apply to one place of a value; more is a doubling chain of `$ref`."""

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"

_SAME_PLACE_ONE = ("not", "if", "then", "else")
_SAME_PLACE_LIST = ("allOf", "anyOf", "oneOf")
_BELOW_ONE = (
    "additionalProperties",
    "contains",
    "contentSchema",
    "items",
    "propertyNames",
    "unevaluatedItems",
    "unevaluatedProperties",
)
_BELOW_MAP = ("properties", "patternProperties", "$defs", "definitions")
_REFUSED = ("$dynamicRef", "$dynamicAnchor", "$recursiveRef")

Pointer = tuple[str | int, ...]


@lru_cache(maxsize=512)
def pattern(text: str) -> Any:
    """Return a compiled pattern with `search`; raise ValueError with the reason when RE2 does not take it."""
    try:
        import re2  # noqa: PLC0415 - a C++ library: not on the path of a blueprint without schemas
    except ImportError as error:
        raise ValueError("the package `google-re2`, which runs patterns in bounded time, is not installed") from error
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(text, options)
    except re2.error as error:
        reason = error.args[0] if error.args else "it is not well formed"
        raise ValueError(reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)) from error


TYPES: Final = ("string", "integer", "number", "boolean", "array", "object", "null")
"""The types of JSON Schema."""

_OTHER_WORDS: Final = {
    "text": "string",
    "str": "string",
    "int": "integer",
    "float": "number",
    "bool": "boolean",
    "list": "array",
    "dict": "object",
    "mapping": "object",
}


def type_help(word: str) -> str:
    """Return which type was probably meant, or all there are."""
    near = _OTHER_WORDS.get(word) or did_you_mean(word, TYPES)
    return f"did you mean `{near}`?" if near else f"the types are {', '.join(f'`{name}`' for name in TYPES)}"


def unknown_types(schema: JsonValue, path: Pointer = ()) -> Iterator[tuple[Pointer, str]]:
    """Yield where a schema, or one inside it, names a type that there is not, and that name."""
    if not isinstance(schema, dict) or len(path) > 2 * MAX_DEPTH:
        return
    named = schema.get("type")
    if isinstance(named, str) and named not in TYPES:
        yield (*path, "type"), named
    elif isinstance(named, list):
        wrong = ((at, word) for at, word in enumerate(named) if isinstance(word, str) and word not in TYPES)
        yield from (((*path, "type", at), word) for at, word in wrong)
    for key, part in schema.items():
        if key in _SAME_PLACE_ONE or key in _BELOW_ONE:
            yield from unknown_types(part, (*path, key))
        elif key in _BELOW_MAP and isinstance(part, dict):
            for name, inner in part.items():
                yield from unknown_types(inner, (*path, key, name))
        elif isinstance(part, list) and key in (*_SAME_PLACE_LIST, "prefixItems"):
            for at, inner in enumerate(part):
                yield from unknown_types(inner, (*path, key, at))


class Said(str):
    """A sentence about a schema or a value, with the path of the part that it is about."""

    path: Pointer = ()


def limit_problems(schema: JsonValue) -> list[Said]:
    """Return what is over the limits in `schema`, each with its place; the shape itself is not judged."""
    try:
        size = len(stored_bytes(schema))
    except ValueProblem as problem:
        return [Said(problem)]
    if size > MAX_BYTES:
        return [Said(f"the schema has {size:,} bytes; at most {MAX_BYTES:,} are allowed")]
    if _deeper_than(schema, MAX_DEPTH):
        return [Said(f"the schema is nested deeper than {MAX_DEPTH} levels")]
    walk = _Walk(schema)
    return walk.problems or walk.rounds()


def show(path: Pointer) -> str:
    """Return a path as people write it: `items[0].name`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else part
    return text


def at(path: Pointer, message: str) -> Said:
    """Return a message with the place it is about in front; the top has none."""
    said = Said(f"`{show(path)}`: {message}" if path else message)
    said.path = path
    return said


def _deeper_than(value: JsonValue, limit: int) -> bool:
    stack = [(value, 0)]
    while stack:
        item, depth = stack.pop()
        if isinstance(item, dict | list):
            if depth >= limit:
                return True
            stack.extend((part, depth + 1) for part in (item.values() if isinstance(item, dict) else item))
    return False


class _Walk:
    """All subschemas of a document, with what each applies at the same place of the value."""

    def __init__(self, root: JsonValue) -> None:
        self.root = root
        self.problems: list[Said] = []
        self.same_place: dict[Pointer, list[Pointer]] = {}
        pending: list[Pointer] = [()]
        while pending:
            pointer = pending.pop()
            if pointer in self.same_place:
                continue
            schema = self._find(pointer)
            self.same_place[pointer] = []
            if isinstance(schema, dict):
                pending.extend(self._visit(pointer, schema))
        if self._has("unevaluatedProperties") and self._has("patternProperties"):
            said = "`unevaluatedProperties` and `patternProperties` in one schema are not supported"
            self.problems.append(Said(said))

    def rounds(self) -> list[Said]:
        """Return the problem of a `$ref` that never ends, or that doubles too often."""
        sizes: dict[Pointer, int] = {}
        try:
            for pointer in TopologicalSorter(self.same_place).static_order():
                sizes[pointer] = 1 + sum(sizes[inner] for inner in self.same_place[pointer])
        except CycleError as error:
            where = min(error.args[1], key=lambda pointer: (len(pointer), show(pointer)))
            return [at(where, "`$ref` leads round to itself without a step down into the value")]
        if max(sizes.values()) > MAX_EXPANSION:
            return [Said(f"`$ref` makes more than {MAX_EXPANSION:,} subschemas of one")]
        return []

    def _has(self, keyword: str) -> bool:
        return any(isinstance(schema := self._find(pointer), dict) and keyword in schema for pointer in self.same_place)

    def _find(self, pointer: Pointer) -> JsonValue:
        value = self.root
        for part in pointer:
            value = value[part]
        return value

    def _visit(self, pointer: Pointer, schema: JsonObject) -> Iterator[Pointer]:
        self._judge(pointer, schema)
        here = [*_one(schema, _SAME_PLACE_ONE), *_many(schema, (*_SAME_PLACE_LIST, "dependentSchemas"))]
        below = [*_one(schema, _BELOW_ONE), *_many(schema, (*_BELOW_MAP, "prefixItems"))]
        yield from (pointer + part for part in below)
        same = [pointer + part for part in here]
        if isinstance(schema.get("$ref"), str):
            target = self._target(schema["$ref"])
            if target is None:
                self.problems.append(at((*pointer, "$ref"), _why_not(schema["$ref"])))
            else:
                same.append(target)
        self.same_place[pointer] = same
        yield from same

    def _judge(self, pointer: Pointer, schema: JsonObject) -> None:
        self.problems += [at(pointer, f"`{word}` is not supported") for word in _REFUSED if word in schema]
        if pointer and "$id" in schema:
            self.problems.append(at(pointer, "`$id` is allowed at the top only"))
        if "$schema" in schema and str(schema["$schema"]).rstrip("#") != DRAFT:
            self.problems.append(at((*pointer, "$schema"), f"only draft 2020-12 is supported (`{DRAFT}`)"))
        named = schema.get("patternProperties")
        patterns: list[tuple[Pointer, JsonValue]] = [((*pointer, "pattern"), schema.get("pattern"))]
        patterns += [((*pointer, "patternProperties"), key) for key in (named if isinstance(named, dict) else ())]
        for where, text in patterns:
            if isinstance(text, str):
                try:
                    pattern(text)
                except ValueError as error:
                    self.problems.append(at(where, f"the pattern `{text}` is not supported: {error}"))

    def _target(self, ref: str) -> Pointer | None:
        if ref != "#" and not ref.startswith("#/"):
            return None
        value = self.root
        pointer: list[str | int] = []
        for raw in unquote(ref).split("/")[1:]:
            part = raw.replace("~1", "/").replace("~0", "~")
            if isinstance(value, dict) and part in value:
                value = value[part]
                pointer.append(part)
            elif isinstance(value, list) and part.isascii() and part.isdigit() and int(part) < len(value):
                value = value[int(part)]
                pointer.append(int(part))
            else:
                return None
        return tuple(pointer) if isinstance(value, dict | bool) else None


def _why_not(ref: str) -> str:
    if ref.startswith("#"):
        return f"`{ref}` leads to no schema in this document"
    return f"`{ref}` leads out of the document; write `#/$defs/NAME`"


def _one(schema: JsonObject, keywords: tuple[str, ...]) -> Iterator[Pointer]:
    return ((word,) for word in keywords if word in schema)


def _many(schema: JsonObject, keywords: tuple[str, ...]) -> Iterator[Pointer]:
    for word in keywords:
        inner = schema.get(word)
        if isinstance(inner, dict):
            yield from ((word, key) for key in inner)
        elif isinstance(inner, list):
            yield from ((word, index) for index in range(len(inner)))
