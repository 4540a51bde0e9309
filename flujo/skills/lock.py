"""`skills.lock`: what is known of a project's skills without importing them. Users commit it and review its changes."""

from __future__ import annotations

import json
import os
import typing
from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path as FilePath

from flujo.core.diagnostics import Diagnostic, Severity
from flujo.core.errors import FlujoError, UsageError
from flujo.core.graph import Effect
from flujo.core.ports import SkillSpec
from flujo.core.record import dataclass
from flujo.core.values import JsonValue, ValueProblem, load
from flujo.skills.registry import builtin_entries
from flujo.skills.sources import FILE_NAME, skill_files, source_digest

LOCK_FILE = "skills.lock"
VERSION = 1

_FIELDS: typing.Final[dict[str, type | tuple[type, ...]]] = {
    "id": str,
    "version": str,
    "summary": str,
    "description": str,
    "parameters": dict,
    "result": dict,
    "main": (str, type(None)),
    "effect": str,
    "idempotent": str,
    "permissions": list,
    "sinks": list,
    "examples": list,
    "origin": str,
    "file": str,
    "source_digest": str,
}


@dataclass(frozen=True, slots=True)
class LockResult:
    """The skills of a project as its files define them, and the ids whose entries differ from the lock on disk."""

    specs: tuple[SkillSpec, ...]
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]


def lock_text(specs: Iterable[SkillSpec]) -> str:
    """Return the text of a lock: the same for the same skills, one field a line, sorted by id."""
    entries = [spec.to_json() for spec in sorted(specs, key=lambda spec: spec.id)]
    return json.dumps({"version": VERSION, "skills": entries}, indent=2, ensure_ascii=False) + "\n"


def read_lock(text: str) -> list[SkillSpec]:
    """Return the skills of a lock; raise FlujoError FLJ0608 when it is damaged or of another version."""
    try:
        document = load(text)
    except ValueProblem as error:
        raise _bad(f"is not JSON: {error}") from error
    if not isinstance(document, dict) or not isinstance(document.get("skills"), list):
        raise _bad("is not a list of skills")
    if document.get("version") != VERSION:
        raise _bad(f"has version `{document.get('version')}`; this flujo reads version {VERSION}")
    specs = [_read_entry(entry, index) for index, entry in enumerate(document["skills"])]
    twice = _first_double(spec.id for spec in specs)
    if twice is not None:
        raise _bad(f"has two entries for `{twice}`")
    return specs


def _read_entry(entry: JsonValue, index: int) -> SkillSpec:
    if not isinstance(entry, dict) or set(entry) != set(_FIELDS):
        raise _bad(f"is damaged: entry {index + 1} has missing or unknown fields")
    for name, kind in _FIELDS.items():
        value = entry[name]
        if not isinstance(value, kind) or (
            isinstance(value, list) and not all(isinstance(part, str) for part in value)
        ):
            raise _bad(f"is damaged: `{name}` of entry {index + 1} has the wrong type")
    known = entry["effect"] in typing.get_args(Effect) and entry["idempotent"] in ("no", "yes", "by_key")
    if not known or entry["origin"] != "project" or not FILE_NAME.fullmatch(entry["file"]):
        raise _bad(f"is damaged: entry {index + 1} has an effect, an origin or a file that cannot be")
    return SkillSpec.from_json(entry)


def read_project_lock(root: FilePath) -> list[SkillSpec]:
    """Return the skills of a project's lock; none if it has no lock. Raise FlujoError FLJ0608."""
    try:
        return read_lock((root / LOCK_FILE).read_text("utf-8"))
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise _bad(f"cannot be read: {error}") from error


def lock_project(root: FilePath) -> LockResult:
    """Import the project's skill files and compare them with its lock; raise FlujoError FLJ0607. Writes nothing."""
    file_type = import_module("flujo.skills.loading").SkillFile  # validate reads locks and must import no skills
    specs: dict[str, SkillSpec] = {}
    for name in skill_files(root):
        for spec in file_type(root, name).specs():
            _refuse_double(spec, specs)
            specs[spec.id] = spec
    try:
        before = {spec.id: spec.to_json() for spec in read_project_lock(root)}
    except FlujoError:
        before = {}  # a damaged lock is written anew
    return LockResult(
        tuple(specs[id] for id in sorted(specs)),
        tuple(sorted(set(specs) - set(before))),
        tuple(id for id in sorted(set(specs) & set(before)) if specs[id].to_json() != before[id]),
        tuple(sorted(set(before) - set(specs))),
    )


def write_lock(root: FilePath, specs: Sequence[SkillSpec]) -> None:
    """Write a project's lock; a project without skills and without a lock gets none."""
    path = root / LOCK_FILE
    text = lock_text(specs)
    if not specs and not path.exists():
        return
    temporary = path.with_name(f".{LOCK_FILE}.{os.getpid()}.tmp")
    temporary.write_text(text, "utf-8", newline="\n")
    temporary.replace(path)


def stale(root: FilePath, specs: Sequence[SkillSpec]) -> list[Diagnostic]:
    """Return what in a project's lock no longer fits its skill files; imports nothing."""
    locked = {spec.file: spec.source_digest for spec in specs}
    there = skill_files(root)
    found = [_stale(f"`skills.lock` names `{name}`, which is not there") for name in locked if name not in there]
    for name in there:
        data = (root / name).read_bytes()
        if name not in locked:
            if b"@skill" in data:
                found.append(_stale(f"skill file `{name}` is not in `skills.lock`"))
        elif locked[name] != source_digest(data):
            found.append(_stale(f"skill file `{name}` has changed since `skills.lock` was written"))
    return found


def _stale(message: str) -> Diagnostic:
    return Diagnostic("FLJ0606", message, help="run `flujo skills lock`", severity=Severity.WARNING)


def _refuse_double(spec: SkillSpec, others: dict[str, SkillSpec]) -> None:
    if spec.id in builtin_entries():
        raise UsageError("FLJ0607", f"`{spec.file}` defines `{spec.id}`, which is a builtin skill", help=_RENAME)
    if spec.id in others:
        message = f"`{spec.id}` is defined twice, in `{others[spec.id].file}` and in `{spec.file}`"
        raise UsageError("FLJ0607", message, help=_RENAME)


_RENAME = "give it another name, or another id: `@skill(id=...)`"


def _first_double(ids: Iterable[str]) -> str | None:
    seen: set[str] = set()
    for id in ids:
        if id in seen:
            return id
        seen.add(id)
    return None


def _bad(problem: str) -> FlujoError:
    return UsageError("FLJ0608", f"`{LOCK_FILE}` {problem}", help="run `flujo skills lock` to write it anew")
