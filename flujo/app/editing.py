"""One edit of a file, as the command line gives it."""

from __future__ import annotations

from typing import Final

from flujo.blueprints.edit import Edited, edit, read_change
from flujo.blueprints.reader import read
from flujo.core.errors import UsageError
from flujo.core.values import JsonValue, ValueProblem, load

_HELP: Final = "`flujo dev edit --help` begins with examples"


def edit_file(data: bytes, name: str, op: str, address: str, value: str | None) -> Edited:
    """Return a file's text after one change; raise UsageError FLJ0005 for a value that the change cannot have."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        shown = data.decode(errors="replace")
        return Edited(name, shown, shown, tuple(read(data, name)[1]))
    if value is None and op != "remove":
        raise UsageError("FLJ0005", f"`{op}` needs a value", help=_HELP)
    python = op.replace("-", "_")
    try:
        change = read_change(python, address, value if op == "rename" else _value(value))
    except ValueError as problem:
        typed = str(problem).replace(f"`{python}`", f"`{op}`")
        raise UsageError("FLJ0005", typed, help=_HELP) from problem
    return edit(text, name, [change])


def _value(given: str | None) -> JsonValue:
    """Return JSON as its value, anything else as the text it is."""
    if given is None:
        return None
    try:
        return load(given)
    except ValueProblem as problem:
        if given.lstrip()[:1] in ("{", "[") and given.lstrip()[:2] not in ("{{", "{%", "{#"):
            raise ValueError(f"the value begins as JSON and is none: {problem}") from problem
        return given
