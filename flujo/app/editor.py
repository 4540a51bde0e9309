"""What editors need of a project: the JSON Schema of its blueprints in a file, and the line by which they find it.

The file stands beside `flujo.toml` and is committed, as `skills.lock` is: so an editor has it without flujo, without
a network and after the project has moved. The line names it relative to the blueprint. What `init` writes is kept with
the templates; scripts/docs.py makes it, and a test compares it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path

from flujo.app.writing import write_text
from flujo.blueprints.schema import blueprint_schema
from flujo.core.ports import SkillSpec
from flujo.steps import kinds

SCHEMA_FILE = "flujo.schema.json"
HEADER = "# yaml-language-server: $schema="


def schema_text(skills: Iterable[SkillSpec] = ()) -> str:
    """Return the text of the schema; with `skills` it knows their ids and parameters."""
    return json.dumps(blueprint_schema(kinds(), skills), indent=2, ensure_ascii=False) + "\n"


def refresh_schema(root: Path, skills: Iterable[SkillSpec]) -> bool:
    """Write a project's schema anew if it has one and it is not that of these skills; return whether it was."""
    file = root / SCHEMA_FILE
    if not file.is_file():
        return False
    text = schema_text(skills)
    if file.read_bytes() == text.encode():
        return False
    write_text(file, text)
    return True


def with_header(text: str, path: Path, root: Path) -> str:
    """Return the text of a new blueprint with the line that leads editors to the project's schema, if it has one."""
    file, folder = root / SCHEMA_FILE, path.resolve().parent
    if not file.is_file() or not folder.is_relative_to(root.resolve()) or HEADER in text:
        return text
    return f"{HEADER}{Path(os.path.relpath(file.resolve(), folder)).as_posix()}\n{text}"
