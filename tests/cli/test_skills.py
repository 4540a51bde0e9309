"""The skills of a project: listed, shown and locked."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Flujo = Callable[..., Any]


@pytest.fixture(autouse=True)
def project(flujo: Flujo) -> None:
    """A project with one skill of its own."""
    flujo("init", ".")


def test_list(flujo: Flujo) -> None:
    result = flujo("skills", "list")
    assert (result.code, result.err) == (0, "")
    lines = result.out.splitlines()
    assert lines[0].split() == ["skill", "effect", "from", "what", "it", "does"]
    assert [line.split()[0] for line in lines[1:]] == sorted(line.split()[0] for line in lines[1:])
    assert any(line.startswith("tickets.workload ") and " project " in line for line in lines)
    assert max(map(len, lines)) <= 100
    listed = flujo("skills", "list", "--json").json["skills"]
    assert [spec["id"] for spec in listed] == [line.split()[0] for line in lines[1:]]


def test_show(flujo: Flujo) -> None:
    result = flujo("skills", "show", "tickets.workload")
    assert result.code == 0
    assert "tickets: list of mapping (the step's input, required): Rows with the columns" in result.out
    assert result.out.endswith("from skills/tickets.py\n")
    document = flujo("skills", "show", "tickets.workload", "--json").json
    assert document in json.loads(Path("skills.lock").read_text())["skills"]


def test_unknown(flujo: Flujo) -> None:
    result = flujo("skills", "show", "tickets.worklaod")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("error[FLJ0601]: unknown skill `tickets.worklaod`")
    assert "did you mean `tickets.workload`?" in result.err


def test_lock_tells_what_changed(flujo: Flujo) -> None:
    file = Path("skills/tickets.py")
    file.write_text(
        file.read_text() + '\n\n@skill(effect="pure")\ndef twice(n: int) -> int:\n    """Double."""\n    return 2 * n\n'
    )
    assert "warning[FLJ0606]" in flujo("validate").out
    assert flujo("skills", "lock").out == "added: tickets.twice\nchanged: tickets.workload\nskills.lock: 2 skills\n"
    assert flujo("validate").out == ""
    file.unlink()
    document = flujo("skills", "lock", "--json").json
    assert document == {"skills": [], "added": [], "changed": [], "removed": ["tickets.twice", "tickets.workload"]}


def test_a_skill_file_that_cannot_be_loaded(flujo: Flujo) -> None:
    Path("skills/tickets.py").write_text("def (:\n")
    result = flujo("skills", "lock")
    assert result.code in (1, 2)
    assert result.err.startswith("error[FLJ0607]: ")
    assert "skills/tickets.py" in result.err
    assert "Traceback" not in result.err
