"""Plain forms of JSON values: how skills write any value into a text."""

from __future__ import annotations

import json

from flujo.core.values import JsonValue


def as_json(value: JsonValue) -> str:
    """Return JSON as it stands inside text: `, ` and `: ` between parts, other scripts unescaped (language 11)."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def as_text(value: JsonValue) -> str:
    """Return a text as it is and anything else as JSON."""
    return value if isinstance(value, str) else as_json(value)
