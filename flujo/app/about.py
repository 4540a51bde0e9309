"""What this flujo is made of, and what it is set to in a project: facts for people who look for a fault."""

from __future__ import annotations

import platform
import sqlite3
import sys
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

from flujo._version import __version__
from flujo.app.settings import DEFAULT_STATE, FILE, IN_MEMORY, MEMORY, masked, read_settings_file
from flujo.blueprints.language import VERSIONS
from flujo.core.events import JOURNAL_VERSION
from flujo.core.record import dataclass
from flujo.core.values import JsonObject, JsonValue
from flujo.skills.lock import VERSION as LOCK_VERSION
from flujo.stores.schema import MIGRATIONS

LIBRARIES: Final = ("google-re2", "jinja2", "jmespath", "jsonschema", "litellm", "pydantic", "ruamel.yaml", "typer")


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting: its value, and where that comes from (`default`, a line of flujo.toml, an environment variable)."""

    name: str
    value: JsonValue
    origin: str


def versions() -> JsonObject:
    """Return what this flujo is made of."""
    return {
        "flujo": __version__,
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "executable": sys.executable,
        "platform": platform.platform(),
        "language": str(VERSIONS[0]),
        "journal": JOURNAL_VERSION,
        "tables": len(MIGRATIONS),
        "skills_lock": LOCK_VERSION,
        "sqlite": sqlite3.sqlite_version,
        "libraries": {name: _version_of(name) for name in LIBRARIES},
        # No level of isolation is there yet: skills are functions in this process.
        "isolation": "none",
    }


def _version_of(library: str) -> str | None:
    try:
        return version(library)
    except PackageNotFoundError:
        return None


def effective(root: Path, env: Mapping[str, str], settings: Any) -> list[Setting]:
    """Return the settings of a project in the order of the documentation; what could be a secret is `***`."""
    text, document = read_settings_file(root)
    lines = _lines(text)

    def said(table: str, key: str, default: JsonValue, variable: str = "") -> Setting:
        name = f"{table}.{key}"
        if variable and env.get(variable):
            return Setting(name, _shown(env[variable]), variable)
        if key in document.get(table, {}):
            line = lines.get((table, key))
            return Setting(name, _shown(document[table][key]), f"{FILE}:{line}" if line else FILE)
        return Setting(name, default, "default")

    in_memory = next((name for name in IN_MEMORY if env.get(name) and settings.state == MEMORY), None)
    found = [
        Setting("project.root", str(root), "the folder" if not text else f"the folder with {FILE}"),
        said("project", "name", settings.name),
        Setting("state.uri", settings.state, in_memory)
        if in_memory
        else said("state", "uri", DEFAULT_STATE, "FLUJO_STATE_URI"),
        said("state", "durability", settings.durability),
        said("model", "default", None, "FLUJO_MODEL"),
        said("secrets", "env_file", ".env"),
    ]
    for name, table in document.get("models", {}).items():
        for key, value in table.items():
            line = lines.get((f"models.{name}", key))
            found.append(Setting(f"models.{name}.{key}", _shown(value), f"{FILE}:{line}" if line else FILE))
    return found


def _shown(value: JsonValue) -> JsonValue:
    """Return a value without the parts of an address that carry passwords."""
    return masked(value) if isinstance(value, str) and "://" in value else value


def _lines(text: str) -> dict[tuple[str, str], int]:
    """Return the lines of keys by table and key, as far as they are written plainly."""
    found: dict[tuple[str, str], int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if stripped.startswith("["):
            table = _unquoted(stripped.partition("]")[0].lstrip("["))
        elif "=" in stripped and not stripped.startswith("#"):
            key = _unquoted(stripped.partition("=")[0])
            found.setdefault((table, key), number)
            if not table and "." in key:
                outer, _, inner = key.rpartition(".")
                found.setdefault((outer, inner), number)
    return found


def _unquoted(words: str) -> str:
    parts: Iterable[str] = (part.strip().strip("\"'") for part in words.split("."))
    return ".".join(parts)
