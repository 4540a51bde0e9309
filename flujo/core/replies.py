"""A structured reply of a model: its text read as JSON and checked against the schema it was asked for."""

from __future__ import annotations

import re
from typing import Final

from flujo.core.json_schema import problems
from flujo.core.record import dataclass
from flujo.core.values import JsonObject, JsonValue, ValueProblem, check, load

_FENCED: Final = re.compile(r"```[ \t]*(?:json)?[ \t]*\r?\n(.*)\n[ \t]*```", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reading:
    """The value of a reply; with problems it must not be used."""

    value: JsonValue = None
    problems: tuple[str, ...] = ()


def read_reply(text: str, schema: JsonObject) -> Reading:
    """Return the JSON value of a reply's text, or why it has none that fits `schema`.

    White space around it and one code fence around all of it are the only liberties a model has, and to leave out the
    quotes where the schema asks for a text and the whole reply is one that fits.
    """
    text = text.strip()
    fenced = _FENCED.fullmatch(text)
    try:
        value = load(fenced[1] if fenced else text)
        check(value)
    except ValueProblem as problem:
        if text and list(problems({}, schema)) and not list(problems(text, schema)):
            return Reading(text)
        return Reading(problems=(f"the reply is not JSON: {problem}" if text else "the reply is empty",))
    return Reading(value, tuple(problems(value, schema)))
