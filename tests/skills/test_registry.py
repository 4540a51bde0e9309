from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from flujo.core.ports import SkillSpec
from flujo.skills.lock import lock_project
from flujo.skills.registry import SkillRegistry

REPOSITORY = Path(__file__).resolve().parents[2]


def test_builtins_are_known_and_loaded() -> None:
    registry = SkillRegistry()
    ids = list(registry.skill_ids())
    assert ids == sorted(ids) and len(ids) > 30
    for id in ids:
        spec = registry.skill(id)
        assert spec is not None and spec.id == id
        assert registry.load(id) is registry.load(id)
        assert registry.load(id).spec is spec
    assert [spec.id for spec in registry.specs()] == ids


def test_pure_builtins_run_inline_and_others_do_not() -> None:
    registry = SkillRegistry()
    for spec in registry.specs():
        assert registry.load(spec.id).inline is (spec.effect == "pure"), spec.id


def test_unknown_skill(fault: Any) -> None:
    registry = SkillRegistry()
    assert registry.skill("text.uper") is None
    assert fault(registry.load, "text.uper") == ("FLJ0601", "unknown skill `text.uper`")
    with pytest.raises(Exception) as caught:
        registry.load("text.uper")
    assert caught.value.diagnostic.help == "did you mean `text.upper`?"  # type: ignore[attr-defined]
    with pytest.raises(Exception) as caught:
        registry.load("nothing.like_it")
    assert "flujo skills list" in caught.value.diagnostic.help  # type: ignore[attr-defined]


def test_skills_of_a_project(root: Path, context: Any) -> None:
    (root / "skills").mkdir()
    (root / "skills" / "tickets.py").write_text(
        "from flujo.skills.decorator import skill\n"
        "seen = []\n"
        "@skill(effect='pure')\n"
        "def note(text: str) -> list[str]:\n"
        "    'Note.'\n"
        "    seen.append(text)\n"
        "    return list(seen)\n"
        "@skill(effect='pure')\n"
        "def notes() -> list[str]:\n"
        "    'All notes.'\n"
        "    return list(seen)\n",
        "utf-8",
    )
    registry = SkillRegistry(lock_project(root).specs, root)
    assert {"tickets.note", "tickets.notes", "core.pass"} < set(registry.skill_ids())
    assert not registry.load("tickets.note").inline
    assert registry.load("tickets.note").call({"text": "a"}, context) == ["a"]
    assert registry.load("tickets.notes").call({}, context) == ["a"], "skills of one file share its module"


def test_a_lock_cannot_replace_a_builtin() -> None:
    forged = SkillSpec("files.read", "Read all", {"type": "object"}, origin="project", file="skills/x.py")
    spec = SkillRegistry([forged]).skill("files.read")
    assert spec is not None and spec.origin == "builtin" and spec.effect == "read"


PROBE = """
import json, sys
from flujo.skills.lock import read_project_lock, stale
from flujo.skills.registry import SkillRegistry
from pathlib import Path
registry = SkillRegistry(read_project_lock(Path(sys.argv[1])), Path(sys.argv[1]))
known = len([registry.skill(id) for id in registry.skill_ids()])
stale(Path(sys.argv[1]), registry.specs())
print(json.dumps([known, sorted(sys.modules)]))
"""


def test_knowing_all_skills_imports_none(root: Path) -> None:
    """What `validate` and `create` need of this room: the catalogue, the lock, and what is stale."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE, str(root)], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    known, modules = json.loads(done.stdout)
    assert known > 30
    refused = {"pydantic", "pydantic_core", "jmespath", "jinja2", "csv", "asyncio", "sqlite3", "socket"}
    assert refused & set(modules) == set()
    assert [name for name in modules if name.startswith("flujo.skills.builtin")] == []
    assert "flujo.skills.loading" not in modules
