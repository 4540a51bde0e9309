from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from flujo.core.errors import FlujoError
from flujo.skills.loading import SkillFile, SkillLoader
from flujo.skills.lock import lock_project
from flujo.skills.registry import SkillRegistry

GOOD = """from flujo.skills.decorator import skill


@skill(effect="pure")
def shout(text: str) -> str:
    "Shout."
    return text.upper()
"""


def write(root: Path, text: str, name: str = "own.py") -> None:
    (root / "skills").mkdir(exist_ok=True)
    (root / "skills" / name).write_text(text, "utf-8")


def broken(root: Path) -> FlujoError:
    with pytest.raises(FlujoError) as caught:
        SkillFile(root, "skills/own.py").specs()
    assert caught.value.diagnostic.code == "FLJ0607"
    return caught.value


@pytest.mark.parametrize(
    "text,message,line",
    [
        ("x = 1\ndef (:\n", "syntax error: invalid syntax", 2),
        ("x = 1\n\nimport nothing_like_it\n", "ModuleNotFoundError: No module named 'nothing_like_it'", 3),
        ("def f():\n    raise ValueError('no')\n\n\nf()\n", "ValueError: no", 2),
        ("import json\njson.loads('{')\n", "JSONDecodeError", 2),
        ("import sys\nsys.exit(3)\n", "SystemExit: 3", 2),
        ("raise ValueError\n", "cannot be imported: ValueError", 1),
        (GOOD.replace('effect="pure"', 'efect="pure"'), "does not take `efect`", 4),
        (GOOD.replace("text: str", "text"), "without a type", 5),
    ],
)
def test_a_broken_file_is_named_with_its_line(root: Path, text: str, message: str, line: int) -> None:
    write(root, text)
    error = broken(root)
    assert message in str(error)
    place = error.diagnostic.place
    assert place is not None
    assert (place.source.name, place.start[0]) == ("skills/own.py", line)
    assert place.span.start <= place.span.end <= len(place.source.text)


def test_a_file_with_bytes_that_are_not_python(root: Path) -> None:
    write(root, "")
    for data in (b"\xff\xfe\x00", b"x = '\0'\n", b"# coding: nothing\n"):
        (root / "skills" / "own.py").write_bytes(data)
        assert "cannot be imported" in str(broken(root))


def test_a_broken_file_leaves_no_module_behind(root: Path) -> None:
    write(root, "import sys\nx = 1 / 0\n")
    before = set(sys.modules)
    broken(root)
    assert set(sys.modules) == before


def test_a_project_file_cannot_take_the_place_of_a_package(root: Path, context: Any) -> None:
    write(root, GOOD, "json.py")
    import json

    [spec] = lock_project(root).specs
    assert spec.id == "json.shout"
    assert sys.modules["json"] is json
    assert SkillLoader(root).load(spec).call({"text": "a"}, context) == "A"


def test_a_changed_file_is_not_run(root: Path, fault: Any) -> None:
    write(root, GOOD)
    specs = lock_project(root).specs
    marker = root / "was_run"
    write(root, f"open({str(marker)!r}, 'w')\n" + GOOD)
    changed = fault(SkillRegistry(specs, root).load, "own.shout")
    assert changed == ("FLJ0606", "skill file `skills/own.py` has changed since `skills.lock` was written")
    assert not marker.exists()


def test_line_ends_do_not_count_as_a_change(root: Path, context: Any) -> None:
    write(root, GOOD)
    specs = lock_project(root).specs
    (root / "skills" / "own.py").write_bytes(GOOD.replace("\n", "\r\n").encode())
    assert SkillRegistry(specs, root).load("own.shout").call({"text": "a"}, context) == "A"


def test_a_missing_file_and_a_missing_function(root: Path, fault: Any) -> None:
    write(root, GOOD)
    [spec] = lock_project(root).specs
    forged = type(spec).from_json({**spec.to_json(), "id": "own.whisper"})
    assert fault(SkillRegistry([forged], root).load, "own.whisper") == (
        "FLJ0606",
        "`skills/own.py` no longer defines the skill `own.whisper`",
    )
    (root / "skills" / "own.py").unlink()
    code, message = fault(SkillRegistry([spec], root).load, "own.shout")
    assert (code, "cannot be read" in message) == ("FLJ0606", True)


def test_dataclasses_of_a_skill_file_work(root: Path, context: Any) -> None:
    write(
        root,
        "from __future__ import annotations\n"
        "from dataclasses import dataclass\n"
        "from flujo.skills.decorator import skill\n"
        "@dataclass\nclass Point:\n    x: int\n    inner: Point | None = None\n"
        "@skill\ndef move(point: Point) -> Point:\n    'Move.'\n    return Point(point.x + 1, point)\n",
    )
    registry = SkillRegistry(lock_project(root).specs, root)
    assert registry.load("own.move").call({"point": {"x": 1}}, context) == {"x": 2, "inner": {"x": 1, "inner": None}}


def test_odd_names_of_files(root: Path, fault: Any) -> None:
    write(root, GOOD, "my-own.py")
    write(root, "raise RuntimeError", "_shared.py")
    write(root, "raise RuntimeError", ".hidden.py")
    assert [spec.id for spec in lock_project(root).specs] == ["my-own.shout"]
    write(root, GOOD, "2fa.py")
    code, message = fault(lock_project, root)
    assert (code, "`2fa.shout` has an id that is not of the form" in message) == ("FLJ0607", True)
