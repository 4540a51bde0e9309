"""Runs with regions from the command line: traces, questions, partial ends, waits, warnings, the newest run."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Flujo = Callable[..., Any]

MAP = """\
version: "0.1"
steps:
  - name: fan
    kind: map
    over: [a, b, c, d]
    tolerate: 1
    steps:
      - {name: up, uses: text.upper}
      - {name: check, uses: core.fail, when: "{{ item == 'c' }}", with: {message: "no {{ item }}"}}
"""
ASK = """\
version: "0.1"
steps:
  - name: fan
    kind: map
    over: [a, b, c]
    steps:
      - {name: sure, kind: hitl, message: "Take {{ item }}?", choices: ["yes", "no"], when: "{{ item != 'b' }}"}
      - {name: end, uses: text.trim, input: "{{ item }} {{ answer | default('-') }}"}
"""
PARTIAL = """\
version: "0.1"
steps:
  - {name: shaky, uses: core.fail, on_error: continue, with: {message: no luck}}
  - {name: end, uses: text.upper, input: done}
"""
APPROVE = """\
version: "0.1"
steps:
  - name: save
    uses: files.write
    approval: required
    with:
      path: out.md
      content: |
        first line
        second line
"""
WAIT = """\
version: "0.1"
steps:
  - {name: rest, kind: wait, for: DURATION}
  - {name: end, uses: text.upper, input: rested}
"""


@pytest.fixture(autouse=True)
def files(flujo: Flujo) -> None:
    """Blueprints in the folder of each test."""
    texts = {"map": MAP, "ask": ASK, "partial": PARTIAL, "approve": APPROVE, "wait": WAIT.replace("DURATION", "1h")}
    for name, text in texts.items():
        Path(f"{name}.yaml").write_text(text)


def newest(flujo: Flujo) -> str:
    """The id of the newest run."""
    return str(flujo("lens", "list", "--json").json["runs"][0]["run_id"])


def test_a_map_is_one_line_and_can_be_unfolded(flujo: Flujo) -> None:
    assert flujo("run", "map.yaml").code == 0
    run = newest(flujo)
    lines = flujo("lens", "trace", run).out.splitlines()
    assert len(lines) == 3
    assert "3/4 done, 1 failed; slowest [" in lines[1]
    assert "✗ [2]/check" in lines[2] and lines[2].endswith("no c")
    whole = flujo("lens", "trace", run, "--expand").out
    assert [f"[{number}]" in whole for number in range(5)] == [True] * 4 + [False]
    assert flujo("lens", "trace", run, "--expand", "fan").out == whole
    one = flujo("lens", "trace", run, "--expand", "fan[3]").out
    assert " [3]\n" in one and " [2]\n" not in one
    wrong = flujo("lens", "trace", run, "--expand", "fun")
    assert wrong.code == 2 and "did you mean `fan`?" in wrong.err


def test_a_step_of_an_item_is_shown(flujo: Flujo) -> None:
    flujo("run", "map.yaml")
    run = newest(flujo)
    shown = flujo("lens", "show", run, "fan[1]/up").out
    assert 'input\n  {\n    "text": "b"\n  }\n' in shown and "output\n  B\n" in shown
    region = flujo("lens", "show", run, "fan").out
    assert "3/4 done, 1 failed" in region and 'decision  {"items": 4, "failed": [2]}' in region
    assert "fan[2]/check" in region
    assert flujo("lens", "show", run, "fan[1]/upp").err.count("did you mean `fan[1]/up`?") == 1
    assert "`fan[0]/up`, `fan[1]/up`, `fan[2]/up`, `fan[3]/up`" in flujo("lens", "show", run, "up").err
    steps = flujo("lens", "show", run, "--json").json["steps"]
    assert len(steps) == 1 + 4 * 2


def test_without_a_run_it_is_the_newest(flujo: Flujo) -> None:
    none = flujo("lens", "trace")
    assert (none.code, none.err.splitlines()[0]) == (2, "error[FLJ0801]: there are no runs yet")
    flujo("run", "map.yaml")
    run = newest(flujo)
    for verb in ("trace", "show", "replay"):
        result = flujo("lens", verb)
        assert (result.code, result.err) == (0, f"the newest run: {run} of `map`\n")
        assert run in result.out
    document = flujo("lens", "show", "--json")
    assert (document.err, document.json["run_id"]) == ("", run)


def test_several_questions_are_answered_one_by_one(flujo: Flujo) -> None:
    waiting = flujo("run", "ask.yaml")
    assert waiting.code == 6
    run = newest(flujo)
    first, second = (task["id"] for task in flujo("tasks", "list", "--run", run, "--json").json["tasks"])
    assert f"  flujo tasks answer {first} yes\n" in waiting.err
    assert "? [0]/sure" in flujo("lens", "trace", run).out
    unclear = flujo("resume", run, "--answer", "yes")
    assert unclear.code == 2
    assert first in unclear.err and second in unclear.err and "--task" in unclear.err
    wrong = flujo("tasks", "answer", second, "maybe")
    assert wrong.code == 2 and wrong.err.startswith("error[FLJ0702]")
    one = flujo("tasks", "answer", second, "no", "--comment", "not this one")
    assert one.code == 6
    assert f"flujo resume {run} --answer yes" in one.err  # the only one that is left
    assert [task["id"] for task in flujo("tasks", "list", "--json").json["tasks"]] == [first]
    assert flujo("tasks", "answer", second, "no").err.startswith(f"error[FLJ0808]: no open task `{second}`")
    done = flujo("tasks", "answer", first, "yes", "--json")
    assert (done.code, done.json["output"]) == (0, ["a yes", "b -", "c no"])
    assert "not this one" in flujo("lens", "show", run, "fan[2]/sure").out


def test_on_a_terminal_all_are_asked(flujo: Flujo) -> None:
    result = flujo("run", "ask.yaml", typed="yes\nno\n", NO_COLOR="1")
    assert (result.code, result.err.count("(Ctrl-D: later)> ")) == (0, 2)
    assert "  ✓ fan  3 items" in result.err


def test_the_end_of_a_task_id_matters(flujo: Flujo) -> None:
    flujo("run", "ask.yaml")
    run = newest(flujo)
    many = flujo("tasks", "answer", run, "yes")
    assert many.code == 2 and f"`{run}` fits 2 open tasks" in many.err


def test_an_approval_shows_the_whole_call(flujo: Flujo) -> None:
    result = flujo("run", "approve.yaml")
    assert result.code == 6
    assert (
        "  skill: files.write\n  arguments:\n    path: out.md\n    content:\n      first line\n      second line\n"
    ) in result.err
    assert not Path("out.md").exists()
    assert flujo("resume", newest(flujo), "--answer", "yes").code == 0
    assert Path("out.md").read_text() == "first line\nsecond line\n"
    flujo("run", "approve.yaml")
    denied = flujo("resume", newest(flujo), "--answer", "no", "--comment", "wrong file")
    assert denied.code == 7 and "wrong file" in denied.err


def test_a_partial_run_fails_unless_that_is_allowed(flujo: Flujo) -> None:
    result = flujo("run", "partial.yaml")
    run = newest(flujo)
    assert (result.code, result.out) == (1, "DONE\n")
    assert result.err.startswith(f"run {run} partial in ")
    assert result.err.endswith("  went on after `shaky` failed: no luck\n  `--allow-partial` makes this exit 0\n")
    allowed = flujo("run", "partial.yaml", "--allow-partial")
    assert (allowed.code, allowed.out) == (0, "DONE\n")
    assert "went on after `shaky` failed" in allowed.err and "--allow-partial" not in allowed.err
    assert flujo("run", "partial.yaml", "--json").code == 1
    document = flujo("run", "partial.yaml", "--json", "--allow-partial")
    assert (document.code, document.json["status"], document.err) == (0, "partial", "")
    assert flujo("redrive", run).code == 2


def test_a_long_wait_suspends_and_says_when_it_is_over(flujo: Flujo, utc: None) -> None:
    result = flujo("run", "wait.yaml")
    run = newest(flujo)
    assert result.code == 6
    assert result.err.startswith(f"run {run} of `wait` is waiting for a time to come\n\na wait is over at 20")
    assert result.err.endswith(f"; go on then with:\n  flujo resume {run}\n")
    again = flujo("resume", run, "--json")
    assert (again.code, again.json["status"], again.json["tasks"]) == (6, "suspended", [])


def test_how_long_a_wait_may_be_can_be_said(flujo: Flujo) -> None:
    Path("wait.yaml").write_text(WAIT.replace("DURATION", "20ms"))
    assert flujo("run", "wait.yaml", "--wait-max", "0s").code == 6
    assert flujo("resume", newest(flujo)).out == "RESTED\n"


@pytest.mark.parametrize("duration", ["1", "soon", "400d", "-1s"])
def test_a_wrong_duration(duration: str, flujo: Flujo) -> None:
    result = flujo("run", "wait.yaml", "--wait-max", duration)
    assert result.code == 2
    assert re.match(r"error\[FLJ0005\]: `--wait-max` (must be a duration, not `|is 400d, and must be)", result.err)
    assert not Path(".flujo").exists()


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("ask", "`sure` waits for a person"),
        ("approve", "`save` waits for an approval"),
        ("wait", "`rest` waits longer than `--wait-max` (60 s)"),
    ],
)
def test_nothing_that_pauses_runs_where_nothing_is_kept(name: str, why: str, flujo: Flujo) -> None:
    result = flujo("run", f"{name}.yaml", FLUJO_STATE_URI="memory://")
    assert result.code == 2
    assert result.err.startswith(f"error[FLJ0005]: {why}, and a run on a memory store cannot be resumed later\n")


def test_warnings_are_said_once_before_a_run(flujo: Flujo) -> None:
    Path("odd.yaml").write_text(
        'version: "0.1"\nsteps:\n  - name: which\n    kind: conditional\n    condition: true\n'
        "    branches:\n      true: {name: a, input: 1}\n      false: {name: b, input: 2}\n"
    )
    result = flujo("run", "odd.yaml")
    assert (result.code, result.out) == (0, "1\n")
    assert result.err.splitlines() == [line for line in result.err.splitlines() if line.startswith("warning[FLJ05")]
    assert result.err.count("\n") == 1 and "(odd.yaml:" in result.err
    assert flujo("run", "odd.yaml", "--json").err == ""
    assert flujo("resume", newest(flujo)).err.startswith("error[FLJ0802]")
