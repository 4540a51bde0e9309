"""Several people at one question, and runs that are damaged, as users see them."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

VOTE = """
version: "0.1"
name: vote
steps:
  - {name: sure, kind: hitl, message: Sure, choices: ["yes", "no"], to: the board, quorum: 2}
  - {name: say, input: "said {{ answer }}"}
"""

GUARDED = """
version: "0.1"
name: guarded
steps:
  - name: write
    uses: files.write
    with: {path: a.txt, content: hello}
    approval: {by: ann, message: Write it}
"""


@pytest.fixture
def project(flujo: Callable[..., Any], tmp_path: Path) -> Callable[..., Any]:
    """The command line in a project with two blueprints."""
    (tmp_path / "vote.yaml").write_text(VOTE, "utf-8")
    (tmp_path / "guarded.yaml").write_text(GUARDED, "utf-8")
    return flujo


def started(flujo: Callable[..., Any], file: str) -> str:
    """Start a run that waits; return its id."""
    result = flujo("run", file, "--json")
    assert result.code == 6
    return str(result.json["run_id"])


def test_two_people_vote(project):
    run = started(project, "vote.yaml")
    assert "for the board, 0 of 2 people have answered\n" in project("resume", run).err
    first = project("resume", run, "--answer", "yes", LOGNAME="ann")
    assert first.code == 6
    assert "for the board, 1 of 2 people have answered (`ann`: yes)\n" in first.err
    head, row = project("tasks", "list").out.splitlines()
    assert head.split() == ["task", "kind", "step", "for", "question"]
    assert "the board, 1 of 2 people have answered (`ann`: yes)" in row
    again = project("resume", run, "--answer", "yes", LOGNAME="ann")
    assert (again.code, again.out) == (7, "")
    assert again.err.startswith("error[FLJ0703]: task ")
    done = project("resume", run, "--answer", "yes", LOGNAME="bob")
    assert (done.code, done.out) == (0, "said yes\n")


def test_on_a_terminal_a_person_is_asked_once(project):
    result = project("run", "vote.yaml", typed="yes\nyes\n", LOGNAME="ann", NO_COLOR="1")
    assert result.code == 6
    assert result.err.count("Ctrl-D") == 1


def test_an_approval_for_somebody_else_is_not_asked_for_and_not_taken(project, tmp_path):
    asked = project("run", "guarded.yaml", typed="yes\n", LOGNAME="eve", NO_COLOR="1")
    assert (asked.code, "Ctrl-D" in asked.err) == (6, False)
    run = started(project, "guarded.yaml")
    assert (
        "for ann\n"
        in project("tasks", "show", project("tasks", "list", "--run", run, "--json").json["tasks"][0]["id"]).out
    )
    refused = project("resume", run, "--answer", "yes", LOGNAME="eve")
    assert refused.code == 7
    assert "it is for `ann`, and you are `eve`" in refused.err
    assert not (tmp_path / "a.txt").exists()
    assert project("resume", run, "--answer", "yes", LOGNAME="ann").out == "a.txt\n"


def test_one_damaged_run_does_not_hide_the_tasks_of_the_others(project, tmp_path):
    damaged, whole = started(project, "vote.yaml"), started(project, "guarded.yaml")
    with sqlite3.connect(tmp_path / ".flujo/state.db") as db:
        db.execute("UPDATE events SET body = '{' WHERE run_id = ? AND type = 'task_opened'", (damaged,))
    db.close()
    tasks = {task["run_id"]: task for task in project("tasks", "list", "--json").json["tasks"]}
    assert set(tasks) == {damaged, whole}
    assert (tasks[damaged]["kind"], tasks[damaged]["step"]) == ("damaged", "sure")
    assert "cannot be read" in tasks[damaged]["message"]
    assert tasks[whole]["kind"] == "approval"
    assert project("tasks", "list").out.count("\n") == 3
    assert project("resume", whole, "--answer", "yes", LOGNAME="ann").code == 0
