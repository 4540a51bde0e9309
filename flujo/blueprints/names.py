"""Names of steps, agents and blueprints: letters of any script, digits, `_` and `-`, not starting with a digit, NFC."""

from __future__ import annotations

import unicodedata
from pathlib import PurePath
from typing import Final

MAX_LENGTH: Final = 64


def name_problem(name: str) -> str | None:
    """Return what is wrong with a name; None if nothing is."""
    if not name:
        return "a name may not be empty"
    if len(name) > MAX_LENGTH:
        return f"the name has {len(name)} characters; {MAX_LENGTH} are allowed"
    if name[0].isdigit():
        return f"the name `{name}` begins with a digit"
    if not unicodedata.is_normalized("NFC", name):
        return f"the name `{name}` is not in the Unicode form NFC"
    wrong = next((char for char in name if not _allowed(char)), None)
    return None if wrong is None else f"the name `{name}` has the character `{wrong}`"


def _allowed(char: str) -> bool:
    """Letters, the marks that some scripts write on them, digits, `_` and `-`."""
    return char in "_-" or unicodedata.category(char)[0] in "LM" or char.isdecimal()


def name_of_file(file: str) -> str:
    """Return the name that a blueprint without `name` takes from its file."""
    stem = unicodedata.normalize("NFC", PurePath(file).stem)[:MAX_LENGTH]
    name = "".join(char if _allowed(char) else "_" for char in stem) or "_"
    return f"_{name[: MAX_LENGTH - 1]}" if name[0].isdigit() else name
