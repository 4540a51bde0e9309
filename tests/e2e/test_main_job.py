"""The main job as a newcomer does it: from a goal in words to a report, with a person, a kill and a changed byte."""

import csv
import json
import re
import signal
import sqlite3
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Call
from tests.e2e.outside import child, environment, gated, held, newest

GOAL = (
    "Read tickets.csv, keep the open ones with priority high, count them by product, ask me to approve the summary, "
    "and write it to report.md"
)


def counted_by_hand() -> dict[str, int]:
    """The numbers of tickets.csv, found without flujo."""
    with Path("tickets.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 200
    kept = [row for row in rows if row["status"] == "open" and row["priority"] == "high"]
    assert 0 < len(kept) < len(rows)
    return dict(Counter(row["product"] for row in kept))


def table_of(text: str) -> dict[str, int]:
    """The rows of a Markdown table of names and numbers."""
    return {name: int(count) for name, count in re.findall(r"^\| (.*?) \| (\d+) \|$", text, re.MULTILINE)}


def waiting(flujo: Call) -> str:
    """Create the blueprint of the goal and run it up to its question; return the run."""
    created = flujo("create", "--goal", GOAL, "--non-interactive")
    assert created.code == 0, created
    assert "planner  offline" in created.out and "wrote pipeline.yaml" in created.out
    checked = flujo("validate")
    assert (checked.code, checked.out) == (0, "")
    result = flujo("run")
    assert (result.code, result.out) == (6, "")
    assert not Path("report.md").exists()
    run = newest(flujo)
    assert result.err.endswith(f"answer with:\n  flujo resume {run} --answer yes\n  flujo resume {run} --answer no\n")
    return run


def test_a_new_project_runs_as_it_is(demo: Call) -> None:
    checked = demo("validate")
    assert (checked.code, checked.out) == (0, "")
    result = demo("run")
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("| ")


def test_from_a_goal_to_a_report(demo: Call) -> None:
    run = waiting(demo)
    written = Path("pipeline.yaml").read_text()
    for words in ("Read tickets.csv", "keep the open ones with priority high", "count them by product"):
        assert f'# "{words}"' in written
    (task,) = demo("tasks", "list", "--json").json["tasks"]
    assert task["run_id"] == run and task["choices"] == ["yes", "no"]
    assert table_of(json.loads(json.dumps(task["show"]))["report.md"]) == counted_by_hand()
    done = demo("resume", run, "--answer", "yes")
    assert done.code == 0
    assert table_of(Path("report.md").read_text("utf-8")) == counted_by_hand()
    assert demo("tasks", "list").out == ""
    trace = demo("lens", "trace", run).out
    for step in ("read_tickets", "keep", "count_by_product", "approve", "write"):
        assert f"✓ {step} " in trace
    shown = demo("lens", "show", run, "--json").json
    assert shown["status"] == "completed"
    for step in shown["steps"]:
        assert step["status"] == "completed" and step["duration_s"] >= 0 and step["started_at"]
    (write,) = [step for step in shown["steps"] if step["name"] == "write"]
    assert write["input"] == {"path": "report.md", "content": Path("report.md").read_text("utf-8")}
    replayed = demo("lens", "replay", run)
    assert (replayed.code, "byte-equal" in replayed.out) == (0, True)


def test_the_answer_no_writes_nothing(demo: Call) -> None:
    run = waiting(demo)
    before = sorted(Path().rglob("*"))
    result = demo("resume", run, "--answer", "no")
    assert result.code == 0
    assert "not approved" in result.out
    assert sorted(Path().rglob("*")) == before
    assert demo("lens", "replay", run).code == 0


def test_what_the_planner_does_not_understand_is_named(demo: Call) -> None:
    goal = "Read tickets.csv, keep the open ones, feed the cat, and write them to a.csv"
    result = demo("create", "--goal", goal, "--non-interactive")
    assert result.code == 4
    assert "feed the cat" in result.out
    (draft,) = Path().glob("*.draft.yaml")
    assert "core.todo" in draft.read_text()
    assert demo("validate", str(draft)).code == 4
    refused = demo("run", str(draft))
    assert refused.code == 4 and "error[FLJ0605]" in refused.err
    assert demo("lens", "list", "--json").json == {"runs": []}


def test_data_through_a_pipe(demo: Call, tmp_path: Path) -> None:
    Path("other.yaml").write_text(
        'version: "0.1"\nsteps:\n  - {name: rows, uses: table.parse_csv}\n'
        "  - {name: kept, uses: table.filter, with: {where: \"row.status == 'open' and row.priority == 'high'\"}}\n"
        "  - {name: counted, uses: table.group, with: {by: product}}\n"
        "  - {name: table, uses: table.to_markdown}\n"
    )
    with Path("tickets.csv").open("rb") as tickets:
        process = child("run", "other.yaml", cwd=tmp_path, stdin=tickets)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, b"")
    assert table_of(out.decode()) == counted_by_hand()


KILLED = """\
version: "0.1"
steps:
  - {name: read, uses: files.read, with: {path: tickets.csv}}
  - {name: count, uses: text.count, with: {of: lines}}
  - {name: log, uses: files.append, with: {path: log.txt, content: "{{ previous }} lines\\n"}}
  - {name: hold, uses: probe.hold, input: "{{ steps.count.output }} at {{ now() }}"}
  - {name: last, input: "{{ previous }} and {{ steps.log.output }}"}
"""


def test_killed_in_the_middle_and_resumed(demo: Call, tmp_path: Path) -> None:
    Path("nightly.yaml").write_text(KILLED)
    gated(tmp_path)
    assert demo("skills", "lock").code == 0
    with held(tmp_path, "run", "nightly.yaml"):
        pass  # the process is killed (SIGKILL) when it leaves this block, while `hold` runs
    run = newest(demo)
    cut = demo("lens", "show", run, "--json").json
    assert cut["status"] == "running"
    done = {step["address"]: step["status"] for step in cut["steps"]}
    assert [done[name] for name in ("read", "count", "log")] == ["completed"] * 3
    assert demo("lens", "trace", run).code == 0
    Path("tickets.csv").unlink()  # who reads it again would fail
    Path("gate").unlink()
    result = demo("resume", run)
    assert result.code == 0, result.err
    assert re.fullmatch(r"201 at \d{4}-\S+ and log.txt\n", result.out)
    assert Path("log.txt").read_text() == "201 lines\n"
    assert demo("lens", "replay", run).code == 0


def test_a_write_that_was_cut_off_is_never_repeated_unasked(demo: Call, tmp_path: Path) -> None:
    Path("nightly.yaml").write_text(KILLED)
    gated(tmp_path, effect="write")
    assert demo("skills", "lock").code == 0
    with held(tmp_path, "run", "nightly.yaml"):
        pass
    run = newest(demo)
    result = demo("resume", run)
    assert (result.code, result.out) == (6, "")
    assert "in_doubt" in demo("tasks", "list").out
    done = demo("resume", run, "--answer", "done", "--output", '"taken"')
    assert (done.code, done.out) == (0, "taken and log.txt\n")
    assert demo("lens", "replay", run).code == 0


STOPPED = """\
version: "0.1"
steps:
  - {name: first, uses: text.upper, input: abc}
  - {name: hold, uses: probe.hold}
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_blocking_skill_does_not_hold_up_a_stop(number: signal.Signals, demo: Call, tmp_path: Path) -> None:
    Path("stopped.yaml").write_text(STOPPED)
    gated(tmp_path)
    assert demo("skills", "lock").code == 0
    with held(tmp_path, "run", "stopped.yaml") as process:
        process.send_signal(number)
        _, err = process.communicate(timeout=3)
        assert process.returncode == 128 + number
        assert f"flujo resume {newest(demo)}".encode() in err
    Path("gate").unlink()
    assert demo("resume", newest(demo)).out == "ABC\n"


def test_sigterm_ends_a_background_job(demo: Call, tmp_path: Path) -> None:
    Path("stopped.yaml").write_text(STOPPED + "  - {name: long, uses: core.sleep, with: {seconds: 3600}}\n")
    gated(tmp_path)
    assert demo("skills", "lock").code == 0

    def as_the_shell_does() -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    with held(tmp_path, "run", "stopped.yaml", preexec_fn=as_the_shell_does) as process:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=3)
        assert process.returncode == 143


def test_one_changed_byte_is_found_and_its_step_named(demo: Call) -> None:
    run = waiting(demo)
    assert demo("resume", run, "--answer", "yes").code == 0
    with sqlite3.connect(".flujo/state.db") as db:
        where = "run_id = ? AND address = 'count_by_product' AND type = 'step_completed'"
        (body,) = db.execute(f"SELECT body FROM events WHERE {where}", (run,)).fetchone()
        digit = re.search(rb'"count":(\d)', body)
        assert digit is not None
        at = digit.start(1)
        changed = body[:at] + (b"2" if body[at : at + 1] == b"1" else b"1") + body[at + 1 :]
        db.execute(f"UPDATE events SET body = ? WHERE {where}", (changed, run))
    result = demo("lens", "replay", run)
    assert result.code == 5
    assert "count_by_product" in result.out
    document = demo("lens", "replay", run, "--json").json
    assert document["equal"] is False
    assert document["differences"][0]["address"] == "count_by_product"


def test_a_value_kept_as_a_blob_is_watched_too(demo: Call) -> None:
    run = waiting(demo)
    assert demo("resume", run, "--answer", "yes").code == 0
    with sqlite3.connect(".flujo/state.db") as db:
        where = "run_id = ? AND address = 'read_tickets' AND type = 'step_completed'"
        (blob,) = db.execute(f"SELECT blob FROM events WHERE {where}", (run,)).fetchone()
        (data,) = db.execute("SELECT data FROM blobs WHERE digest = ?", (blob,)).fetchone()
        changed = data.replace(b"open", b"opan", 1)
        assert changed != data
        db.execute("UPDATE blobs SET data = ? WHERE digest = ?", (changed, blob))
    result = demo("lens", "replay", run)
    assert result.code == 5
    assert "read_tickets" in result.out


def test_two_projects_do_not_mix(flujo: Call, tmp_path: Path) -> None:
    for name in ("one project", "two"):
        assert flujo("init", name, "--template", "minimal").code == 0
        assert flujo("--project", name, "run", f"{name}/pipeline.yaml", "--input", name).code == 0
    runs = [flujo("lens", "list", "--json", "--project", name).json["runs"] for name in ("one project", "two")]
    assert [len(found) for found in runs] == [1, 1]
    assert runs[0] != runs[1]
    other = flujo("lens", "show", runs[0][0]["run_id"], "--project", "two")
    assert other.code == 2 and "FLJ0801" in other.err


@pytest.mark.parametrize("arguments", [("validate",), ("run", "--dry-run"), ("skills", "list"), ("lens", "list")])
def test_looking_leaves_no_trace(arguments: tuple[str, ...], demo: Call) -> None:
    before = {path: path.stat().st_mtime_ns for path in Path().rglob("*")}
    assert demo(*arguments).code == 0
    assert {path: path.stat().st_mtime_ns for path in Path().rglob("*")} == before


def test_the_console_script_starts(tmp_path: Path) -> None:
    import subprocess

    script = Path(sys.executable).with_name("flujo")
    done: Any = subprocess.run([script, "--version"], cwd=tmp_path, env=environment(), capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"flujo 0.")
