"""The JSON Schemas of values that the compiler reads by hand: what each may look like, and one line that explains it.

`FORMS` become the `$defs` of the schema; `Field(form=NAME)` and `STEP_FORMS` name them. Where a form is looser than the
compiler (a name that must exist, a duration over 366 days), the compiler says the rest.
"""

from __future__ import annotations

from typing import Any, Final

from flujo.blueprints.fields import MAX_ATTEMPTS
from flujo.blueprints.language import APPROVAL_KEYS, MAX_QUORUM, VERSIONS
from flujo.blueprints.names import MAX_LENGTH
from flujo.core.values import JsonObject

TYPES: Final = ("string", "integer", "number", "boolean", "array", "object", "null")

_LETTER: Final = r"[^\x00-,./0-9:-@\[-^`{-\x7f]"
_CHARACTER: Final = r"[^\x00-,./:-@\[-^`{-\x7f]"
_TIME: Final = r"^[0-9]{1,12}(\.[0-9]{1,9})?(ms|s|m|h|d)$"
_TIMES: Final = ["500ms", "30s", "5m", "2h", "7d"]


def ref(name: str) -> JsonObject:
    """Return a reference to a form."""
    return {"$ref": f"#/$defs/{name}"}


def mapping(properties: JsonObject, *required: str, **more: Any) -> JsonObject:
    """Return the schema of a mapping that has these keys and no others."""
    shape: JsonObject = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**shape, **({"required": list(required)} if required else {}), **more}


def _said(schema: JsonObject, description: str) -> JsonObject:
    return {**schema, "description": description}


_DURATION: Final[JsonObject] = {"type": "string", "pattern": _TIME, "examples": _TIMES}
_PEOPLE: Final[JsonObject] = {
    "type": ["string", "array"],
    "pattern": r"\S",
    "items": {"type": "string", "pattern": r"\S"},
    "minItems": 1,
}
_QUORUM: Final[JsonObject] = {"type": "integer", "minimum": 1, "maximum": MAX_QUORUM}
_STEPS: Final[JsonObject] = mapping({"steps": ref("steps")}, "steps")
_WITH: Final[JsonObject] = {"type": "object", "description": "parameters by name; values may be templates"}
_MESSAGE: Final[JsonObject] = _said({}, "a template: what to say when the rule is broken")
_CALL: Final[JsonObject] = mapping({"uses": ref("uses"), "with": _WITH}, "uses")

_APPROVAL: Final[JsonObject] = {
    "message": _said({}, "what the person is asked; templates are allowed"),
    "by": _said(_PEOPLE, "who may approve it"),
    "expires": _said(ref("duration"), "after this time the answer is no"),
    "quorum": _said(_QUORUM, "how many people must agree"),
}
assert _APPROVAL.keys() == APPROVAL_KEYS

_RULES: Final = [
    mapping({"schema": _said(ref("schema"), "what the output must fit"), "message": _MESSAGE}, "schema"),
    mapping({"expr": _said(ref("condition"), "what must be true of `value`"), "message": _MESSAGE}, "expr"),
    mapping({"uses": ref("uses"), "with": _WITH, "message": _MESSAGE}, "uses"),
    mapping(
        {
            "judge": ref("agent_name"),
            "min_score": {"type": "number", "minimum": 0, "maximum": 1, "description": "from 0 to 1"},
            "message": _MESSAGE,
        },
        "judge",
        "min_score",
    ),
]
_TRANSITION: Final[JsonObject] = mapping(
    {
        "from": {"type": "string", "description": "the state it leaves; `*` is any"},
        "on": {"enum": ["success", "failure"], "default": "success"},
        "when": ref("condition"),
        "to": {"type": "string", "description": "the state it leads to"},
    },
    "from",
    "to",
)
_REDUCE: Final[JsonObject] = {
    "anyOf": [
        {"enum": ["concat", "sum", "merge", "first", "last", "majority", None]},
        {"type": "string", "pattern": r"\{\{|\{%|\."},
        _CALL,
    ]
}
_BOUND: Final[JsonObject] = {"type": "integer", "minimum": 1}
_HISTORY: Final[JsonObject] = mapping(
    {
        "strategy": {"enum": ["truncate_tokens", "truncate_turns"]},
        "max_tokens": _said(_BOUND, "how many tokens of it, about"),
        "max_turns": _said(_BOUND, "how many turns of it"),
    }
)
_ONE_OF: Final[JsonObject] = {"type": ["object", "boolean"], **ref("schema_words")}
_MANY: Final[JsonObject] = {"type": "array", "items": _ONE_OF, "minItems": 1}
_NAMED: Final[JsonObject] = {"type": "object", "additionalProperties": _ONE_OF}
_COUNT: Final[JsonObject] = {"type": "integer", "minimum": 0}
_NUMBER: Final[JsonObject] = {"type": "number"}
_TEXT: Final[JsonObject] = {"type": "string"}
_FLAG: Final[JsonObject] = {"type": "boolean"}
_WORDS: Final[JsonObject] = {
    "type": {"anyOf": [{"enum": list(TYPES)}, {"type": "array", "items": {"enum": list(TYPES)}, "minItems": 1}]},
    **dict.fromkeys(("$id", "$schema", "$ref", "$anchor", "$comment", "title", "description", "format"), _TEXT),
    **dict.fromkeys(("pattern", "contentEncoding", "contentMediaType"), _TEXT),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), _NUMBER),
    "multipleOf": {"type": "number", "exclusiveMinimum": 0},
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems", "minContains", "maxContains"), _COUNT),
    **dict.fromkeys(("minProperties", "maxProperties"), _COUNT),
    **dict.fromkeys(("not", "if", "then", "else", "items", "contains", "propertyNames"), _ONE_OF),
    **dict.fromkeys(("additionalProperties", "unevaluatedProperties", "unevaluatedItems"), _ONE_OF),
    **dict.fromkeys(("properties", "patternProperties", "$defs", "dependentSchemas"), _NAMED),
    **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), _MANY),
    **dict.fromkeys(("uniqueItems", "deprecated", "readOnly", "writeOnly"), _FLAG),
    "required": {"type": "array", "items": _TEXT, "uniqueItems": True},
    "dependentRequired": {"type": "object", "additionalProperties": {"type": "array", "items": _TEXT}},
    "enum": {"type": "array"},
    "examples": {"type": "array"},
    "default": {},
    "const": {},
}

FORMS: Final[dict[str, JsonObject]] = {
    "name": {
        "type": "string",
        "pattern": f"^{_LETTER}{_CHARACTER}{{0,{MAX_LENGTH - 1}}}$",
        "description": f"letters, digits, `_` and `-`, not a digit first, at most {MAX_LENGTH} characters",
    },
    "uses": {"type": ["string", "null"], "description": "a skill id, `agents.NAME` or `imports.NAME`"},
    "agent_name": {"type": "string", "pattern": r"^agents\..", "description": "`agents.NAME`: an agent of this file"},
    "condition": {
        "type": ["string", "boolean"],
        "description": "an expression in `{{ }}` that yields true or false, or a literal boolean",
        "examples": ["{{ previous.score > 0.5 }}"],
    },
    "duration": {**_DURATION, "allOf": [{"pattern": "[1-9]"}], "description": "a number with a unit: ms, s, m, h, d"},
    "pause": _said(_DURATION, "a number with a unit: ms, s, m, h, d"),
    "context_path": {
        "type": "string",
        "pattern": r"^[^.]+(\.[^.]+)*$",
        "description": "a path under `context`, with or without `context.` before it",
    },
    "steps": {
        "anyOf": [{"type": "array", "items": ref("step"), "minItems": 1}, ref("step")],
        "description": "a list of steps, or one step",
    },
    "branches": {
        "type": "object",
        "minProperties": 1,
        "propertyNames": {"minLength": 1, "maxLength": 64},
        "additionalProperties": ref("steps"),
        "description": "steps by name",
    },
    "choices": {"type": ["array", "null"], "items": _TEXT, "minItems": 1, "uniqueItems": True},
    "needs": {
        "type": ["string", "array"],
        "items": _TEXT,
        "uniqueItems": True,
        "description": "steps of the same list that come first; makes the list a graph",
    },
    "retry": {
        "anyOf": [{"type": "integer", "minimum": 1, "maximum": MAX_ATTEMPTS}, ref("retry_fields")],
        "description": "how often it is tried in total, or `{attempts, on, backoff, ...}`",
        "examples": [3],
    },
    "on_error": {
        "anyOf": [{"enum": ["fail", "continue"]}, _STEPS],
        "description": "when the step has failed: `fail`, `continue`, or `{steps: ...}` that handle it",
    },
    "approval": {
        "anyOf": [{"const": "required"}, mapping(_APPROVAL)],
        "description": "a person must agree to what exactly will be done",
    },
    "cache": {
        "anyOf": [{"type": "boolean"}, mapping({"ttl": ref("duration"), "key": {}})],
        "description": "take the output of an equal call again: true, or `{ttl: 1h, key: TEMPLATE}`",
    },
    "verify": {
        "type": "array",
        "items": {"anyOf": _RULES},
        "minItems": 1,
        "description": "rules that the output must keep; one that breaks them is a failed attempt",
    },
    "undo": {
        "type": "object",
        "minProperties": 1,
        "properties": {"on": {"enum": ["failure", "rollback"], "default": "failure"}},
        "if": {"required": ["steps"], "not": {"required": ["kind"]}},
        "then": mapping({"steps": ref("steps"), "on": {}}),
        "else": {
            "if": {"properties": {"kind": {"const": "step"}}},
            "then": ref("undo_call"),
            "else": {"propertyNames": {"anyOf": [{"const": "on"}, ref("step_keys")]}},
        },
        "description": "takes the step's effect back when the run has failed: a call, another step, or `{steps: ...}`",
    },
    "set": {
        "type": "object",
        "propertyNames": ref("context_path"),
        "description": "`context` path to template, written when the step completes",
    },
    "reduce": {**_REDUCE, "description": "how the results become one value"},
    "transitions": {"type": "array", "items": _TRANSITION},
    "history": {"anyOf": [{"type": "null"}, _HISTORY]},
    "prompt": {"anyOf": [_TEXT, mapping({"file": _said(_TEXT, "a file of the project")}, "file"), {"type": "null"}]},
    "schema": {"type": "object", **ref("schema_words"), "description": "a JSON Schema (draft 2020-12)"},
    "schema_words": {"properties": _WORDS},
    "inputs": {
        "type": "object",
        "if": {"anyOf": [{"required": [key]} for key in ("properties", "$schema", "$ref")]},
        "then": ref("schema"),
        "else": {"additionalProperties": {"anyOf": [{"enum": list(TYPES)}, ref("schema")]}},
        "description": "what a run is given: `{name: type}`, or a JSON Schema",
    },
    "import": {
        "anyOf": [_TEXT, mapping({"path": _TEXT, "digest": _TEXT}, "path")],
        "description": "another blueprint of the project: its path, or `{path, digest}`",
    },
}

STEP_FORMS: Final[dict[str, JsonObject]] = {
    "name": _said(ref("name"), "what the step is called; unique in its list"),
    "description": _said(_TEXT, "what it is for, for people"),
    "when": _said(ref("condition"), "if this is false, the step is skipped"),
    "needs": ref("needs"),
    "depends_on": _said(ref("needs"), "the same as `needs`"),
    "input": {"description": "a template, or any value with templates in it; by default the output of the step before"},
    "set": ref("set"),
    "updates_context": {"type": "boolean", "description": "merge the output, a mapping, into the context"},
    "on_error": ref("on_error"),
    "retry": ref("retry"),
    "timeout": _said(ref("duration"), "how long it may take"),
    "approval": ref("approval"),
    "verify": ref("verify"),
    "cache": ref("cache"),
    "undo": ref("undo"),
    "idempotency_key": {
        "type": "string",
        "minLength": 1,
        "description": "a template: what the receiver of an effect knows it by, so that it happens once",
    },
}
"""The fields of every step but `kind`."""

TOP_FORMS: Final[dict[str, JsonObject]] = {
    "version": {"enum": list(VERSIONS), "description": "the version of the language"},
    "name": _said(ref("name"), "what the blueprint is called; by default as its file"),
    "description": _said(_TEXT, "what it is for, for people"),
    "inputs": ref("inputs"),
    "context": {"type": "object", "description": "values that steps share, as they are at the start"},
    "output": {"description": "a template, or a mapping of them: the output of the run"},
    "defaults": mapping(
        {
            "model": {"type": "string", "minLength": 1, "description": "of agents that name none"},
            "retry": ref("retry"),
            "timeout": ref("duration"),
            "on_error": ref("on_error"),
        },
        description="fields for all steps and agents that do not have them themselves",
    ),
    "agents": {
        "type": "object",
        "propertyNames": ref("name"),
        "additionalProperties": ref("agent"),
        "description": "models with their prompts, called with `uses: agents.NAME`",
    },
    "imports": {
        "type": "object",
        "propertyNames": ref("name"),
        "additionalProperties": ref("import"),
        "description": "other blueprints, called with `uses: imports.NAME`",
    },
    "secrets": {
        "type": "array",
        "items": {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]{0,63}$"},
        "uniqueItems": True,
        "description": "names of environment variables that templates read as `secrets.NAME`",
    },
    "timeout": _said(ref("duration"), "how long a run may take"),
    "steps": ref("steps"),
}
"""The keys of the top level."""
