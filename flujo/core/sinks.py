"""Parameters that say where something goes or what is run: paths, URLs, commands, recipients.

A step's input never fills them, and no secret is put into them.
"""

from __future__ import annotations

from typing import Any, Final

_WORDS: Final = frozenset(
    {"path", "paths", "file", "folder", "dir", "directory", "url", "urls", "uri", "command", "cmd", "argv"}
    | {"recipient", "recipients"}
)
_WHOLE: Final = frozenset({"to", "cc", "bcc"})
_FORMATS: Final = frozenset({"path", "file-path", "directory-path", "uri", "email"})


def is_sink(name: str, schema: Any) -> bool:
    """Say whether a parameter is one, by its name and the format in its JSON Schema."""
    named = set(name.lower().split("_")) & _WORDS or name.lower() in _WHOLE
    return bool(named) or (isinstance(schema, dict) and schema.get("format") in _FORMATS)
