"""Cancel, rollback and fork from the command line: what they show, what they ask, and what they do."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Flujo = Callable[..., Any]

TRIP = """\
version: "0.1"
inputs: {to: string}
steps:
  - name: room
    uses: files.append
    with: {path: ledger.txt, content: "room {{ input.to }}\\n"}
    undo:
      uses: files.append
      with: {path: ledger.txt, content: "no room\\n"}
  - name: post
    uses: files.append
    with: {path: post.txt, content: "posted\\n"}
  - name: sure
    kind: hitl
    message: Sure
  - name: end
    input: "{{ answer }} {{ input.to }}"
"""


@pytest.fixture(autouse=True)
def project(flujo: Flujo, tmp_path: Path) -> None:
    (tmp_path / "trip.yaml").write_text(TRIP)


@pytest.fixture
def run(flujo: Flujo) -> str:
    result = flujo("run", "trip.yaml", "--set", "to=Bergen", "--json")
    assert result.code == 6
    return str(result.json["run_id"])


def test_cancel_shows_what_becomes_of_the_steps(flujo: Flujo, run: str) -> None:
    shown = flujo("cancel", run, "--dry-run", "--json").json["steps"]
    assert [(line["step"], line["fate"]) for line in shown] == [("room", "stays"), ("post", "stays")]
    assert flujo("lens", "show", run, "--json").json["status"] == "suspended"
    done = flujo("cancel", run, "--undo")
    assert done.code == 0
    assert "room  undone              files.append  `--undo` takes it back" in done.err
    assert "post  stays               files.append  it changed something and has no `undo`" in done.err
    assert f"run {run} cancelled" in done.err
    assert Path("ledger.txt").read_text() == "room Bergen\nno room\n"
    shown = flujo("lens", "show", run)
    assert "undone     room" in shown.out
    assert flujo("resume", run).code == 2
    assert flujo("cancel", run).code == 2


def test_cancel_as_json(flujo: Flujo, run: str) -> None:
    document = flujo("cancel", run, "--undo", "--json").json
    assert (document["status"], document["undone"], len(document["steps"])) == ("cancelled", ["room"], 2)


def test_there_is_nothing_to_cancel(flujo: Flujo, run: str) -> None:
    assert flujo("cancel", run).code == 0
    refused = flujo("cancel", run)
    assert (refused.code, "nothing to cancel" in refused.err, "kept" in refused.err) == (2, True, False)


def test_rollback_asks_first(flujo: Flujo, run: str) -> None:
    refused = flujo("rollback", run, "--to", "room")
    assert (refused.code, "add `--yes`" in refused.err) == (2, True)
    refused = flujo("rollback", run, "--to", "room", typed="n\n", NO_COLOR="1")
    assert (refused.code, "nothing was done" in refused.err) == (2, True)
    shown = flujo("rollback", run, "--to", "room", "--dry-run", "--json").json
    assert (shown["to"], [line["fate"] for line in shown["steps"]]) == ("room", ["kept", "stays"])
    done = flujo("rollback", run, "--to", "room", typed="y\n", NO_COLOR="1")
    assert done.code == 0
    assert f"flujo redrive {run}" in done.err
    assert flujo("rollback", run, "--to", "rom", "--yes").code == 2
    unknown = flujo("redrive", run, "--keep", "pst")
    assert (unknown.code, "did you mean `post`" in unknown.err) == (2, True)
    again = flujo("redrive", run, "--no-ask")
    assert again.code == 6
    assert Path("post.txt").read_text() == "posted\n" * 2
    assert Path("ledger.txt").read_text() == "room Bergen\n"
    assert flujo("rollback", run, "--to", "room", "--yes", "--json").json["status"] == "failed"


def test_fork(flujo: Flujo, run: str) -> None:
    assert flujo("resume", run, "--answer", "yes").out == "yes Bergen\n"
    shown = flujo("fork", run, "--from", "post", "--dry-run", "--json").json
    assert (shown["from"], [line["fate"] for line in shown["steps"]]) == ("post", ["kept", "again", "again", "again"])
    assert flujo("fork", run, "--from", "end").code == 2
    done = flujo("fork", run, "--from", "end", "--set", "input.to=Oslo", "--set", "steps.sure.output=no", "--yes")
    assert (done.code, done.out) == (0, "no Oslo\n")
    document = flujo("fork", run, "--from", "end", "--yes", "--json").json
    assert document["forked_from"] == {"run": run, "from": "end", "set": {}}
    assert f"from {run}, step end" in flujo("lens", "show", document["run_id"]).out
    assert flujo("lens", "replay", document["run_id"]).code == 0


@pytest.mark.parametrize(
    ("given", "code"),
    [("input.to=3", "FLJ0004"), ("input.to", "FLJ0005"), ("x=1", "FLJ0005"), ("steps.end.output=1", "FLJ0005")],
)
def test_values_that_a_fork_cannot_have(given: str, code: str, flujo: Flujo, run: str) -> None:
    refused = flujo("fork", run, "--from", "sure", "--set", given, "--yes")
    assert (refused.code, code in refused.err) == (2, True)


def test_a_preview_of_a_fork_says_that_there_is_no_such_place(flujo: Flujo, tmp_path: Path) -> None:
    (tmp_path / "text.yaml").write_text('version: "0.1"\nsteps: [{name: a, input: 1}]\n')
    run = flujo("run", "text.yaml", "--input", "x", "--json").json["run_id"]
    refused = flujo("fork", run, "--from", "a", "--set", "input.to=1", "--dry-run")
    assert (refused.code, "there is no `to` to set" in refused.err) == (2, True)
