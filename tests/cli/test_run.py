"""Runs from the command line: inputs, results, failures, questions, and what goes on from there."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Flujo = Callable[..., Any]

HELLO = 'version: "0.1"\nsteps:\n  - {name: up, uses: text.upper}\n'
TYPED = """\
version: "0.1"
inputs:
  word: string
  times: {type: integer, default: 2}
steps:
  - name: say
    uses: core.pass
    input: {word: "{{ input.word }}", times: "{{ input.times }}"}
"""
ASK = """\
version: "0.1"
steps:
  - name: make
    uses: text.upper
    input: text
  - name: sure
    kind: hitl
    message: Go on?
    show: "{{ previous }}"
    choices: ["yes", "no"]
  - name: end
    uses: text.trim
    input: "said {{ answer }}"
"""
FAIL = """\
version: "0.1"
steps:
  - {name: first, uses: text.upper, input: hi}
  - name: read
    uses: files.read
    with: {path: data.txt}
"""


@pytest.fixture(autouse=True)
def files(flujo: Flujo) -> None:
    """Blueprints in the folder of each test."""
    for name, text in (("hello", HELLO), ("typed", TYPED), ("ask", ASK), ("fail", FAIL)):
        Path(f"{name}.yaml").write_text(text)


def test_the_order_of_inputs(flujo: Flujo) -> None:
    def said(*arguments: str, **given: Any) -> str:
        result = flujo("run", "hello.yaml", *arguments, **given)
        assert (result.code, result.err) == (0, "")
        return str(result.out)

    assert said("--input", "option", stdin=b"piped\n", FLUJO_INPUT="env") == "OPTION\n"
    assert said(stdin=b"piped\n", FLUJO_INPUT="env") == "ENV\n"
    assert said(stdin=b"piped\n") == "PIPED\n"
    assert said(stdin=b"two\nlines\r\n") == "TWO\nLINES\n"
    assert said(stdin=b"one only\n\n") == "ONE ONLY\n\n"
    assert said("--input", "-", stdin=b"dash\n", FLUJO_INPUT="env") == "DASH\n"
    assert said("--input-json", '"json"', stdin=b"piped", FLUJO_INPUT="env") == "JSON\n"
    assert said("--input-json", "-", stdin=b'"piped json"\n') == "PIPED JSON\n"
    assert said() == "\n"
    assert said(stdin="\ufeffZoë".encode()) == "ZOË\n"


def test_typed_inputs(flujo: Flujo) -> None:
    def said(*arguments: str, **given: Any) -> Any:
        return flujo("run", "typed.yaml", *arguments, **given).json

    assert said("--set", "word=a=b") == {"word": "a=b", "times": 2}
    assert said("--set", "word=12", "--set", "times=3") == {"word": "12", "times": 3}
    assert said("--set", "times=5", stdin=b'{"word": "x"}') == {"word": "x", "times": 5}
    assert said("--input-json", '{"word": "y", "times": 1}') == {"word": "y", "times": 1}


@pytest.mark.parametrize(
    ("arguments", "stdin", "code"),
    [
        ((), b"", "FLJ0004"),
        (("--set", "word=a", "--set", "tims=1"), b"", "FLJ0004"),
        (("--input", "not json"), b"", "FLJ0004"),
        (("--input-json", "{"), b"", "FLJ0004"),
        (("--input-json", "-"), b"", "FLJ0004"),
        (("--input", "a", "--input-json", "1"), b"", "FLJ0005"),
        (("--set", "word"), b"", "FLJ0005"),
        (("--set", "=1"), b"", "FLJ0005"),
        ((), b"\xff", "FLJ0004"),
        (("--input", "half \udcff"), b"", "FLJ0004"),
    ],
)
def test_bad_input(arguments: tuple[str, ...], stdin: bytes, code: str, flujo: Flujo) -> None:
    result = flujo("run", "typed.yaml", *arguments, stdin=stdin)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(f"error[{code}]: ")
    assert "= help: " in result.err
    assert not Path(".flujo").exists()


def test_too_much_input_is_refused(flujo: Flujo) -> None:
    result = flujo("run", "hello.yaml", stdin=b"x" * (16 * 1024 * 1024 + 1))
    assert result.code == 2
    assert result.err.startswith("error[FLJ0004]: the input is over 16 MiB")


def test_json(flujo: Flujo) -> None:
    result = flujo("run", "hello.yaml", "--input", "a", "--json")
    assert (result.code, result.err) == (0, "")
    document = result.json
    keys = ["run_id", "blueprint", "digest", "status", "output", "error", "tasks", "usage", "duration_s"]
    assert list(document) == keys
    assert (document["status"], document["output"], document["error"]) == ("completed", "A", None)
    assert document["usage"] == {"usd": 0.0, "tokens_in": 0, "tokens_out": 0, "calls": 0}


def test_dry_run(flujo: Flujo) -> None:
    result = flujo("run", "ask.yaml", "--dry-run")
    assert result.code == 0
    plan, _, most = result.out.partition("\n\n")
    assert [line.split()[0] for line in plan.splitlines()] == ["step", "make", "sure", "end"]
    assert most.startswith("at most  2 steps")
    assert "  sure: a person is waited for (time)\n" in most
    assert result.err == "nothing was run: 3 steps of `ask`\n"
    document = flujo("run", "ask.yaml", "--dry-run", "--json").json
    assert list(document) == ["blueprint", "digest", "plan", "worst_case"]
    assert [step["address"] for step in document["plan"]] == ["make", "sure", "end"]
    assert not Path(".flujo").exists()


def test_a_terminal_is_shown_progress_and_no_escape_sequences(flujo: Flujo) -> None:
    result = flujo("run", "hello.yaml", "--input", "a\x1b[2J", typed="", NO_COLOR="1")
    assert result.out == "A\\x1b[2J\n"
    assert "  ✓ up  " in result.err
    assert "completed in " in result.err
    assert "\x1b[" not in result.err
    assert "\x1b[32m" in flujo("run", "hello.yaml", "--input", "a", typed="").err
    assert "\x1b" not in flujo("run", "hello.yaml", "--input", "a", typed="", TERM="dumb").err


def test_in_a_pipe_there_is_nothing_but_the_result(flujo: Flujo) -> None:
    result = flujo("run", "hello.yaml", "--input", "a\x1b")
    assert (result.out, result.err) == ("A\x1b\n", "")
    assert "\x1b[1;31merror" in flujo("run", "nope.yaml", FORCE_COLOR="1").err


def test_a_failure_says_where_why_and_how_to_go_on(flujo: Flujo) -> None:
    result = flujo("run", "fail.yaml")
    assert (result.code, result.out) == (1, "")
    lines = result.err.splitlines()
    assert lines[0].startswith("error[FLJ0613]: step `read`: ")
    assert lines[1] == " --> fail.yaml:4:5"
    assert lines[3] == "4 |   - name: read"
    assert lines[4] == "  |     ^^^^^^^^^^"
    run = next(line.split()[1] for line in lines if line.startswith("run "))
    assert lines[-2:] == [f"  see more:  flujo lens show {run} read", f"  go on:     flujo redrive {run}"]
    again = flujo("redrive", run, "--json")
    assert again.code == 1
    assert again.json["error"]["step"] == "read"
    assert list(again.json["error"]) == ["code", "class", "message", "step", "file", "line", "help"]
    Path("data.txt").write_text("found\n")
    Path("fail.yaml").write_text("changed since")
    assert flujo("redrive", run[:9]).out == "found\n\n"
    finished = flujo("redrive", run)
    assert finished.code == 2
    assert finished.err.startswith("error[FLJ0802]")
    assert "= help: " in finished.err


def suspended(flujo: Flujo) -> str:
    """Start a run that waits; return its id."""
    result = flujo("run", "ask.yaml")
    assert (result.code, result.out) == (6, "")
    run = str(result.err.split()[1])
    assert "sure: Go on?\n\n  TEXT\n" in result.err
    assert result.err.endswith(f"answer with:\n  flujo resume {run} --answer yes\n  flujo resume {run} --answer no\n")
    return run


def test_a_pause_and_the_command_it_prints(flujo: Flujo) -> None:
    run = suspended(flujo)
    tasks = flujo("tasks", "list", "--json").json["tasks"]
    assert [(task["run_id"], task["step"], task["choices"]) for task in tasks] == [(run, "sure", ["yes", "no"])]
    assert tasks[0]["id"] in flujo("tasks", "list").out
    assert f"flujo tasks answer {tasks[0]['id']} yes\n" in flujo("tasks", "show", tasks[0]["id"]).out
    assert flujo("tasks", "show", tasks[0]["id"], "--json").json == tasks[0]
    wrong = flujo("resume", run, "--answer", "yess")
    assert (wrong.code, wrong.out) == (2, "")
    assert wrong.err.startswith("error[FLJ0702]") and "did you mean `yes`?" in wrong.err
    waiting = flujo("resume", run, "--json")
    assert (waiting.code, waiting.json["status"]) == (6, "suspended")
    keys = ["id", "kind", "step", "message", "show", "choices", "schema", "expires"]
    assert [list(task) for task in waiting.json["tasks"]] == [keys]
    done = flujo("resume", run, "--answer", "yes", "--comment", "looks right")
    assert (done.code, done.out, done.err) == (0, "said yes\n", "")
    assert "looks right" in flujo("lens", "show", run, "sure").out
    over = flujo("resume", run, "--answer", "yes")
    assert over.code == 2 and over.err.startswith("error[FLJ08")
    assert flujo("tasks", "list").err == "no run is waiting for a person\n"
    assert flujo("tasks", "show", "x").err.startswith("error[FLJ0808]: no open task `x`")


def test_the_printed_command_finds_a_project_elsewhere(flujo: Flujo, tmp_path: Path) -> None:
    Path("p q").mkdir()
    Path("p q/pipeline.yaml").write_text(Path("ask.yaml").read_text())
    result = flujo("--project", "p q", "run")
    run = result.err.split()[1]
    assert f"  flujo resume {run} --project 'p q' --answer yes\n" in result.err
    assert flujo("resume", run, "--project", "p q", "--answer", "yes").code == 0


def test_on_a_terminal_the_question_is_asked_in_place(flujo: Flujo) -> None:
    result = flujo("run", "ask.yaml", typed="maybe\nyes\n", NO_COLOR="1")
    assert (result.code, result.out) == (0, "said yes\n")
    assert result.err.count("yes / no (Ctrl-D: later)> ") == 2
    assert "`maybe` is not among the choices" in result.err


def test_ctrl_d_and_no_ask_leave_the_run_waiting(flujo: Flujo) -> None:
    later = flujo("run", "ask.yaml", typed="", NO_COLOR="1")
    assert later.code == 6
    assert "--answer yes" in later.err
    never = flujo("run", "ask.yaml", "--no-ask", typed="yes\n", NO_COLOR="1")
    assert never.code == 6
    assert "Ctrl-D" not in never.err
    run = never.err.rpartition("flujo resume ")[2].split()[0]
    assert flujo("resume", run, typed="no\n", NO_COLOR="1").out == "said no\n"


def test_lens(flujo: Flujo, utc: None) -> None:
    assert flujo("lens", "list").err == "no runs yet: `flujo run` starts one\n"
    assert flujo("lens", "list", "--json").json == {"runs": []}
    flujo("run", "hello.yaml", "--input", "abc")
    run = suspended(flujo)
    runs = flujo("lens", "list", "--json").json["runs"]
    assert [(item["blueprint"], item["status"]) for item in runs] == [("ask", "suspended"), ("hello", "completed")]
    assert list(runs[0]) == ["run_id", "blueprint", "status", "created_at", "updated_at"]
    assert len(flujo("lens", "list", "--limit", "1").out.splitlines()) == 2
    shown = flujo("lens", "show", run, "--json").json
    steps = [
        "address",
        "name",
        "kind",
        "status",
        "attempt",
        "input",
        "output",
        "error",
        "started_at",
        "duration_s",
        "usage",
    ]
    assert [list(step) for step in shown["steps"]] == [steps, steps]
    assert [step["status"] for step in shown["steps"]] == ["completed", "suspended"]
    assert f"waits for an answer: flujo tasks show {run}." in flujo("lens", "show", run).out
    step = flujo("lens", "show", run, "make").out
    assert "output\n  TEXT\n" in step and "text.upper" in step
    assert flujo("lens", "show", run, "make", "--json").json == shown["steps"][0]
    unknown = flujo("lens", "show", run, "mak")
    assert unknown.code == 2 and "there is `make`" in unknown.err
    assert "it has: `make`, `sure`" in flujo("lens", "show", run, "other").err
    assert "└─ ? sure" in flujo("lens", "trace", run).out
    assert flujo("lens", "show", "nope").err.startswith("error[FLJ0801]: ")


def test_replay(flujo: Flujo) -> None:
    flujo("run", "hello.yaml", "--input", "abc")
    run = flujo("lens", "list", "--json").json["runs"][0]["run_id"]
    result = flujo("lens", "replay", run)
    assert result.code == 0
    assert result.out.startswith(f"run {run}: byte-equal, ")
    document = flujo("lens", "replay", run, "--json").json
    assert list(document) == ["run_id", "equal", "compared", "differences"]
    assert (document["equal"], document["differences"]) == (True, [])


def test_replay_names_the_step_whose_record_was_changed(flujo: Flujo) -> None:
    import sqlite3

    flujo("run", "hello.yaml", "--input", "abc")
    run = flujo("lens", "list", "--json").json["runs"][0]["run_id"]
    with sqlite3.connect(".flujo/state.db") as database:
        tables = [name for (name,) in database.execute("select name from sqlite_master where type = 'table'")]
        assert "events" in tables
        database.execute("update events set body = replace(body, 'ABC', 'ABD') where type = 'step_completed'")
    database.close()
    result = flujo("lens", "replay", run)
    assert result.code == 5
    assert "`up`" in result.out + result.err
    assert flujo("lens", "replay", run, "--json").code == 5


def test_results_that_are_not_text_are_json(flujo: Flujo) -> None:
    result = flujo("run", "typed.yaml", "--set", "word=ü")
    assert result.out == json.dumps({"word": "ü", "times": 2}, indent=2, ensure_ascii=False) + "\n"
