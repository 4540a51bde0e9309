from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from flujo.skills.lock import (
    LOCK_FILE,
    lock_project,
    lock_text,
    read_lock,
    read_project_lock,
    stale,
    write_lock,
)

SKILL = (
    "from flujo.skills.decorator import skill\n@skill\ndef {name}(text: str) -> str:\n    'Do {name}.'\n    return ''\n"
)


def write(root: Path, name: str, text: str) -> None:
    (root / "skills").mkdir(exist_ok=True)
    (root / "skills" / name).write_text(text, "utf-8")


def lock(root: Path) -> None:
    write_lock(root, lock_project(root).specs)


@pytest.fixture
def two(root: Path) -> Path:
    """A project with two skill files and a file that holds none."""
    write(root, "zeta.py", SKILL.format(name="one"))
    write(root, "alpha.py", SKILL.format(name="two"))
    write(root, "_shared.py", "raise RuntimeError('not a skill file')\n")
    return root


def test_round_trip_and_form(two: Path) -> None:
    lock(two)
    text = (two / LOCK_FILE).read_text("utf-8")
    specs = read_lock(text)
    assert [spec.id for spec in specs] == ["alpha.two", "zeta.one"]
    assert [spec.file for spec in specs] == ["skills/alpha.py", "skills/zeta.py"]
    assert {spec.origin for spec in specs} == {"project"}
    assert tuple(specs) == lock_project(two).specs
    assert lock_text(reversed(specs)) == text
    assert text.startswith('{\n  "version": 1,\n  "skills": [\n    {\n      "id": "alpha.two",\n')
    assert text.endswith("}\n")


def test_writing_again_changes_nothing(two: Path) -> None:
    lock(two)
    before = (two / LOCK_FILE).read_bytes()
    result = lock_project(two)
    assert (result.added, result.changed, result.removed) == ((), (), ())
    lock(two)
    assert (two / LOCK_FILE).read_bytes() == before
    assert sorted(path.name for path in two.iterdir()) == ["skills", LOCK_FILE]


def test_what_has_changed(two: Path) -> None:
    assert lock_project(two).added == ("alpha.two", "zeta.one")
    lock(two)
    write(two, "zeta.py", SKILL.format(name="one").replace("text: str", "text: str, more: int = 0"))
    (two / "skills" / "alpha.py").unlink()
    write(two, "new.py", SKILL.format(name="three"))
    result = lock_project(two)
    assert (result.added, result.changed, result.removed) == (("new.three",), ("zeta.one",), ("alpha.two",))
    assert [spec.id for spec in result.specs] == ["new.three", "zeta.one"]


def test_stale_tells_without_importing(two: Path) -> None:
    assert [item.message for item in stale(two, [])] == [
        "skill file `skills/alpha.py` is not in `skills.lock`",
        "skill file `skills/zeta.py` is not in `skills.lock`",
    ]
    lock(two)
    specs = read_project_lock(two)
    assert stale(two, specs) == []
    write(two, "zeta.py", "raise RuntimeError('imported')\n")
    (two / "skills" / "alpha.py").unlink()
    write(two, "plain.py", "x = 1\n")
    found = stale(two, specs)
    assert [item.message for item in found] == [
        "`skills.lock` names `skills/alpha.py`, which is not there",
        "skill file `skills/zeta.py` has changed since `skills.lock` was written",
    ]
    assert {(item.code, item.severity) for item in found} == {("FLJ0606", "warning")}


def test_a_project_without_skills_needs_no_lock(root: Path) -> None:
    assert read_project_lock(root) == []
    assert lock_project(root).specs == ()
    lock(root)
    assert not (root / LOCK_FILE).exists()
    (root / LOCK_FILE).write_text(lock_text([]), "utf-8")
    lock(root)
    assert read_project_lock(root) == []


def test_one_id_twice_or_a_builtins_id(two: Path, fault: Any) -> None:
    write(two, "beta.py", SKILL.format(name="x").replace("@skill", "@skill(id='alpha.two')"))
    assert fault(lock_project, two) == (
        "FLJ0607",
        "`alpha.two` is defined twice, in `skills/alpha.py` and in `skills/beta.py`",
    )
    write(two, "beta.py", SKILL.format(name="x").replace("@skill", "@skill(id='files.read')"))
    assert fault(lock_project, two) == ("FLJ0607", "`skills/beta.py` defines `files.read`, which is a builtin skill")


def entry(**changes: Any) -> str:
    whole = {
        "id": "a.b",
        "version": "1",
        "summary": "s",
        "description": "",
        "parameters": {},
        "result": {},
        "main": None,
        "effect": "pure",
        "idempotent": "no",
        "permissions": [],
        "sinks": [],
        "examples": [],
        "origin": "project",
        "file": "skills/a.py",
        "source_digest": "",
    }
    return json.dumps({"version": 1, "skills": [{**whole, **changes}]})


def test_the_entry_of_the_next_test_is_good() -> None:
    assert read_lock(entry())[0].id == "a.b"


@pytest.mark.parametrize(
    "text,words",
    [
        ("", "is not JSON"),
        ("{", "is not JSON"),
        ("[]", "is not a list of skills"),
        ("null", "is not a list of skills"),
        ('{"version": 1}', "is not a list of skills"),
        ('{"version": 1, "skills": {}}', "is not a list of skills"),
        ('{"version": 2, "skills": []}', "has version `2`; this flujo reads version 1"),
        ('{"skills": []}', "has version `None`"),
        ('{"version": 1, "skills": [3]}', "entry 1 has missing or unknown fields"),
        ('{"version": 1, "skills": [{}]}', "entry 1 has missing or unknown fields"),
        ('{"version": 1, "version": 1, "skills": []}', "stands twice"),
        (entry(more=1), "missing or unknown fields"),
        (entry(id=1), "`id` of entry 1 has the wrong type"),
        (entry(main=[]), "`main` of entry 1 has the wrong type"),
        (entry(parameters=[]), "`parameters` of entry 1 has the wrong type"),
        (entry(sinks="path"), "`sinks` of entry 1 has the wrong type"),
        (entry(sinks=[1]), "`sinks` of entry 1 has the wrong type"),
        (entry(effect="none"), "that cannot be"),
        (entry(idempotent="maybe"), "that cannot be"),
        (entry(origin="builtin"), "that cannot be"),
        (entry(file="../evil.py"), "that cannot be"),
        (entry(file="skills/../../evil.py"), "that cannot be"),
        (entry(file="/tmp/evil.py"), "that cannot be"),
        (entry(file="skills/a/b.py"), "that cannot be"),
        ("[" * 100_000, "is not JSON"),
    ],
)
def test_a_damaged_lock_is_refused_and_replaced(root: Path, fault: Any, text: str, words: str) -> None:
    code, message = fault(read_lock, text)
    assert code == "FLJ0608"
    assert message.startswith("`skills.lock` ") and words in message
    write(root, "one.py", SKILL.format(name="do"))
    (root / LOCK_FILE).write_text(text, "utf-8")
    assert lock_project(root).added == ("one.do",)


def test_two_entries_for_one_skill(two: Path, fault: Any) -> None:
    document = json.loads(lock_text(lock_project(two).specs))
    document["skills"] *= 2
    assert fault(read_lock, json.dumps(document)) == ("FLJ0608", "`skills.lock` has two entries for `alpha.two`")


def test_a_lock_that_cannot_be_read(root: Path, fault: Any) -> None:
    (root / LOCK_FILE).write_bytes(b"\xff")
    assert fault(read_project_lock, root)[0] == "FLJ0608"
    (root / LOCK_FILE).unlink()
    (root / LOCK_FILE).mkdir()
    assert fault(read_project_lock, root)[0] == "FLJ0608"
