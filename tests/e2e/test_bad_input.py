"""Whatever a person gets wrong: a diagnostic with code and help, the right exit code, no traceback, nothing lost.

Long because it is the list of the issue, item by item.
"""

import ctypes
import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from flujo.core.errors import FlujoError
from flujo.stores.schema import MIGRATIONS
from flujo.testing.endpoint import KEY, Reply, failure, json_reply
from tests.cli.conftest import Call, Result
from tests.e2e.conftest import Serve
from tests.e2e.outside import child, gated, held, let_go, newest
from tests.engine.world import World

HEAD = 'version: "0.1"\nsteps:\n'
OK = HEAD + "  - {name: up, uses: text.upper}\n"
ASK = (
    HEAD + '  - {name: up, uses: text.upper}\n  - {kind: hitl, name: ask, message: "Go on?", choices: ["yes", "no"]}\n'
)
NUMBER = HEAD + "  - {kind: hitl, name: ask, message: How many, schema: {type: integer, minimum: 1}}\n"
HELD = HEAD + "  - {name: first, uses: text.upper, input: abc}\n  - {name: hold, uses: probe.hold}\n"


def refused(result: Result, exit: int, code: str) -> None:
    """A refusal for people: on stderr, with code and help, nothing on stdout."""
    assert (result.code, result.out) == (exit, ""), result.err
    assert f"error[{code}]: " in result.err
    assert "= help: " in result.err
    assert "Traceback" not in result.err


def refused_twice(flujo: Call, *arguments: str, exit: int, code: str) -> None:
    """The same refusal, for people and for programs."""
    refused(flujo(*arguments), exit, code)
    result = flujo(*arguments, "--json")
    assert (result.code, result.err) == (exit, "")
    assert result.json["error"]["code"] == code
    assert result.json["error"]["message"] and result.json["error"]["help"]


# --- the blueprint ---


@pytest.mark.parametrize(
    ("text", "exit", "code"),
    [
        (None, 2, "FLJ0001"),
        (b"\xff\xfeversion", 4, "FLJ0101"),
        (b"", 4, "FLJ0103"),
        (b"# nothing but a comment\n", 4, "FLJ0103"),
        (b"null\n", 4, "FLJ0103"),
        (b"- a list\n", 4, "FLJ0203"),
        ((OK + "stepz: []\n").encode(), 4, "FLJ0201"),
        ((HEAD + "  - {name: a, uses: text.upper, inputt: x}\n").encode(), 4, "FLJ0201"),
        ((HEAD + "  - {name: a, uses: text.uper}\n").encode(), 4, "FLJ0601"),
        ((HEAD + "  - {name: a, uses: my.own}\n").encode(), 4, "FLJ0601"),
        ((HEAD + '  - {name: a, uses: text.upper, input: "{{ inptu }}"}\n').encode(), 4, "FLJ0302"),
        ((HEAD + '  - {name: a, uses: text.upper, input: "{{ steps.b.output }}"}\n').encode(), 4, "FLJ0301"),
        ((HEAD + "  - {name: a, uses: text.upper\n").encode(), 4, "FLJ0102"),
        ((OK + "agents: {a: {model: x/y, tier: gold}}\n").encode(), 4, "FLJ0207"),
    ],
)
def test_blueprints(text: bytes | None, exit: int, code: str, flujo: Call) -> None:
    if text is not None:
        Path("bad.yaml").write_bytes(text)
    refused_twice(flujo, "run", "bad.yaml", exit=exit, code=code)
    checked = flujo("validate", "bad.yaml", "--json")
    assert checked.code == exit
    document = checked.json
    assert document["valid"] is False
    found = [item for item in document["diagnostics"] if item["code"] == code]
    assert found
    if exit == 4:
        assert (found[0]["file"], found[0]["severity"]) == ("bad.yaml", "error")
        assert found[0]["line"] >= 1 and found[0]["column"] >= 1
    assert not Path(".flujo").exists()


def test_programs_get_the_same_help_as_people(flujo: Call) -> None:
    Path("bad.yaml").write_text(HEAD + '  - {name: a, uses: text.upper, input: "{{ steps.b.output }}"}\n')
    (item,) = flujo("validate", "bad.yaml", "--json").json["diagnostics"]
    assert item["help"] and item["help"] in flujo("validate", "bad.yaml").out
    Path("fail.yaml").write_text(HEAD + "  - {name: a, uses: core.fail, with: {message: no}}\n")
    help = flujo("run", "fail.yaml", "--json").json["error"]["help"]
    assert help and help in flujo("run", "fail.yaml").err


def test_a_folder_is_no_blueprint(flujo: Call) -> None:
    Path("folder").mkdir()
    refused_twice(flujo, "run", "folder", exit=2, code="FLJ0001")
    refused_twice(flujo, "validate", "folder", exit=2, code="FLJ0001")
    refused_twice(flujo, "run", exit=2, code="FLJ0001")


@pytest.mark.parametrize(
    ("text", "near"),
    [
        (OK.replace("name", "nmae"), "name"),
        (OK.replace("text.upper", "text.uper"), "text.upper"),
        (OK.replace("}", ', input: "{{ inpt }}"}'), "input"),
    ],
)
def test_near_names_are_suggested(text: str, near: str, flujo: Call) -> None:
    Path("bad.yaml").write_text(text)
    result = flujo("run", "bad.yaml")
    assert result.code == 4
    assert f"did you mean `{near}`?" in result.err


# --- runs and answers ---


def test_runs_that_cannot_go_on(flujo: Call) -> None:
    refused_twice(flujo, "resume", "nope", exit=2, code="FLJ0801")
    for verb in (("redrive",), ("lens", "show"), ("lens", "replay")):
        refused_twice(flujo, *verb, "nope", exit=2, code="FLJ0801")
    refused(flujo("lens", "trace", "nope"), 2, "FLJ0801")
    Path("ok.yaml").write_text(OK)
    assert flujo("run", "ok.yaml", "--input", "x").code == 0
    before = flujo("lens", "show", newest(flujo), "--json").json
    refused_twice(flujo, "resume", newest(flujo), exit=2, code="FLJ0802")
    refused_twice(flujo, "resume", newest(flujo), "--answer", "yes", exit=2, code="FLJ0802")
    refused_twice(flujo, "redrive", newest(flujo), exit=2, code="FLJ0802")
    assert flujo("lens", "show", newest(flujo), "--json").json == before


def test_a_prefix_that_fits_several_runs(flujo: Call) -> None:
    Path("ask.yaml").write_text(ASK)
    assert [flujo("run", "ask.yaml").code for _ in range(2)] == [6, 6]
    runs = [item["run_id"] for item in flujo("lens", "list", "--json").json["runs"]]
    refused_twice(flujo, "resume", "1", "--answer", "yes", exit=2, code="FLJ0801")
    assert all(run in flujo("resume", "1").err for run in runs)


@pytest.mark.parametrize(
    ("text", "wrong", "right"),
    [
        (ASK, ["", "maybe", "Yes", "yes ", "true"], "yes"),
        (NUMBER, ["", "yes", "1.5", "0", "true", '"1"', "1 2", "NaN", "null"], "3"),
    ],
)
def test_answers_that_do_not_fit(text: str, wrong: list[str], right: str, flujo: Call) -> None:
    Path("ask.yaml").write_text(text)
    assert flujo("run", "ask.yaml").code == 6
    before = flujo("lens", "show", newest(flujo), "--json").json
    for answer in wrong:
        refused_twice(flujo, "resume", newest(flujo), "--answer", answer, exit=2, code="FLJ0702")
    refused_twice(flujo, "resume", newest(flujo), "--task", "x.1", "--answer", right, exit=2, code="FLJ0808")
    assert flujo("lens", "show", newest(flujo), "--json").json == before
    assert flujo("resume", newest(flujo), "--answer", right).code == 0


def test_a_run_that_another_process_drives(flujo: Call, tmp_path: Path) -> None:
    Path("held.yaml").write_text(HELD)
    gated(tmp_path)
    assert flujo("skills", "lock").code == 0
    with held(tmp_path, "run", "held.yaml", "--input", "go") as process:
        run = newest(flujo)
        for verb in ("resume", "redrive"):
            refused_twice(flujo, verb, run, exit=2, code="FLJ0803")
            assert f"process {process.pid}" in flujo(verb, run).err
        assert flujo("lens", "show", run, "--json").json["status"] == "running"
        assert flujo("lens", "replay", run).code == 0
        let_go(tmp_path)
        out, err = process.communicate(timeout=30)
        assert (process.returncode, out, err) == (0, b"ABC\n", b"")
    refused_twice(flujo, "resume", run, exit=2, code="FLJ0802")
    assert flujo("lens", "replay", run).code == 0


def test_a_task_that_was_answered_in_the_meantime() -> None:
    world = World()
    view = world.start("steps: [{name: a, kind: hitl, message: x}, {name: b, kind: hitl, message: y}]")
    first = view.tasks[0].id
    view = world.resume(view.run_id, "yes", first)
    before = world.types(view.run_id)
    with pytest.raises(FlujoError, match="no open task") as refusal:
        world.resume(view.run_id, "yes", first)
    assert refusal.value.diagnostic.code == "FLJ0808"
    assert world.types(view.run_id) == before


def test_of_many_who_answer_at_once_one_is_heard(flujo: Call, tmp_path: Path) -> None:
    Path("ask.yaml").write_text(ASK + "  - {name: end, uses: text.upper}\n")
    assert flujo("run", "ask.yaml", "--input", "x").code == 6
    run = newest(flujo)
    both = [child("resume", run, "--answer", answer, cwd=tmp_path) for answer in ("yes", "no", "yes", "no")]
    ended = [(process.communicate(), process.returncode) for process in both]
    assert sorted(code for _, code in ended) == [0, 2, 2, 2], ended
    assert all(b"= help: " in err and b"FLJ08" in err for (_, err), code in ended if code)
    steps = flujo("lens", "show", run, "--json").json["steps"]
    assert [step["status"] for step in steps] == ["completed"] * 3
    assert flujo("lens", "replay", run).code == 0


# --- the state ---


@pytest.mark.parametrize("place", ["file/state.db", "folder"])
def test_state_that_cannot_be_used(place: str, flujo: Call, tmp_path: Path) -> None:
    Path("file").write_text("no folder")
    Path("folder").mkdir()
    Path("ok.yaml").write_text(OK)
    Path("flujo.toml").write_text(f'[state]\nuri = "sqlite:///{place}"\n')
    refused_twice(flujo, "run", "ok.yaml", exit=2, code="FLJ0807")
    assert flujo("validate", "ok.yaml").code == 0
    Path("flujo.toml").unlink()
    assert flujo("run", "ok.yaml", "--input", "x").out == "X\n"


def _bound_by_permissions() -> None:
    """Make permissions hold for root too, from the next exec on: give up CAP_DAC_OVERRIDE (1)."""
    if os.geteuid() == 0 and ctypes.CDLL(None, use_errno=True).prctl(24, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


@pytest.mark.skipif(sys.platform != "linux" and os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_state_folder(flujo: Call, tmp_path: Path) -> None:
    Path("ask.yaml").write_text(ASK)
    assert flujo("run", "ask.yaml", "--input", "x").code == 6
    run = newest(flujo)
    for name in ("state.db", "locks", "."):
        Path(".flujo", name).chmod(0o555)
    for arguments in (["run", "ask.yaml"], ["resume", run, "--answer", "yes"], ["lens", "list"]):
        process = child(*arguments, cwd=tmp_path, preexec_fn=_bound_by_permissions)
        out, err = process.communicate()
        if arguments[0] != "lens":  # looking may work, or say why not
            assert process.returncode == 2, err
        assert b"Traceback" not in err
        assert process.returncode == 0 or (b"error[FLJ0807]: " in err and b"= help: " in err and out == b"")
    for name in (".", "locks", "state.db"):
        Path(".flujo", name).chmod(0o755)
    assert flujo("resume", run, "--answer", "yes").code == 0


def test_a_disk_that_fills_up_loses_nothing(flujo: Call, tmp_path: Path) -> None:
    texts = "".join(f"  - {{name: s{number}, input: {chr(97 + number) * 36_000}}}\n" for number in range(12))
    Path("big.yaml").write_text(HEAD + texts + "  - {name: last, uses: text.count, with: {of: chars}}\n")

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (700_000, 700_000))

    process = child("run", "big.yaml", cwd=tmp_path, preexec_fn=limit)
    out, err = process.communicate()
    assert (process.returncode, out) == (2, b"")
    assert err.startswith(b"error[FLJ0807]: ") and b"= help: " in err
    run = newest(flujo)
    cut = flujo("lens", "show", run, "--json").json
    done = [step["address"] for step in cut["steps"] if step["status"] == "completed"]
    assert cut["status"] == "running"
    assert 0 < len(done) < 13, "the disk must be full in the middle"
    result = flujo("resume", run)
    assert (result.code, result.out) == (0, "36000\n")
    assert flujo("lens", "replay", run).code == 0


@pytest.mark.parametrize("kind", ["garbage", "cut", "page", "empty"])
def test_a_damaged_database(kind: str, flujo: Call) -> None:
    Path("ask.yaml").write_text(ASK)
    assert flujo("run", "ask.yaml", "--input", "x").code == 6
    run = newest(flujo)
    state = Path(".flujo/state.db")
    good = state.read_bytes()
    assert not Path(".flujo/state.db-wal").exists()
    damaged = {
        "garbage": b"This is no database at all. " * 500,
        "cut": good[: len(good) // 2],
        "page": good[:4096] + b"\xa5" * (len(good) - 4096),
        "empty": b"",
    }[kind]
    state.write_bytes(damaged)
    code = "FLJ0801" if kind == "empty" else "FLJ0807"  # an empty file is an empty state
    refused_twice(flujo, "resume", run, "--answer", "yes", exit=2, code=code)
    refused_twice(flujo, "lens", "show", run, exit=2, code=code)
    if kind != "empty":
        assert state.read_bytes() == damaged, "what may still be saved is not touched"
    for rest in Path(".flujo").glob("state.db*"):
        rest.unlink()
    state.write_bytes(good)
    assert flujo("resume", run, "--answer", "yes").code == 0


@pytest.mark.parametrize(
    "types",
    [
        pytest.param("= 'run_started'"),
        "<> 'run_started'",
    ],
)
def test_every_changed_byte_of_a_record_is_noticed(types: str, flujo: Call) -> None:
    Path("ask.yaml").write_text(ASK)
    assert flujo("run", "ask.yaml", "--input", "x").code == 6
    assert flujo("resume", newest(flujo), "--answer", "yes").code == 0
    run = newest(flujo)
    db = sqlite3.connect(".flujo/state.db", isolation_level=None)
    for seq, body in db.execute(f"SELECT seq, body FROM events WHERE type {types} ORDER BY seq").fetchall():
        for at in range(0, len(body), max(1, len(body) // 8)):
            changed = body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]
            db.execute("UPDATE events SET body = ? WHERE seq = ?", (changed, seq))
            result = flujo("lens", "replay", run)
            assert result.code in (2, 5), (seq, at, result)
            assert "error[FLJ0805]" in result.err if result.code == 2 else "diverged" in result.out
            assert flujo("lens", "show", run).code in (0, 2), (seq, at)
        db.execute("UPDATE events SET body = ? WHERE seq = ?", (body, seq))
    db.close()
    assert flujo("lens", "replay", run).code == 0


def test_an_event_of_an_unknown_type_is_damage(flujo: Call) -> None:
    Path("ask.yaml").write_text(ASK)
    assert flujo("run", "ask.yaml", "--input", "x").code == 6
    with sqlite3.connect(".flujo/state.db") as db:
        db.execute("UPDATE events SET type = 'step_compleded' WHERE type = 'step_completed'")
    for arguments in (("lens", "show", newest(flujo)), ("resume", newest(flujo))):
        refused(flujo(*arguments), 2, "FLJ0805")
    listed = flujo("tasks", "list")
    assert (listed.code, "damaged" in listed.out) == (0, True)


def test_whatever_is_done_to_an_event_is_found(flujo: Call) -> None:
    Path("ask.yaml").write_text(ASK + "  - {name: log, uses: files.append, with: {path: log.txt, content: x}}\n")
    assert flujo("run", "ask.yaml", "--input", "x").code == 6
    assert flujo("resume", newest(flujo), "--answer", "yes").code == 0
    run = newest(flujo)
    state = Path(".flujo/state.db")
    good = state.read_bytes()
    with sqlite3.connect(state) as db:
        (count,) = db.execute("SELECT count(*) FROM events").fetchone()
    for seq in range(1, count + 1):
        for change in (
            f"DELETE FROM events WHERE seq = {seq}",
            f"DELETE FROM events WHERE seq >= {seq}",
            f"UPDATE events SET body = '[]' WHERE seq = {seq}",
            f"UPDATE events SET address = 'elsewhere' WHERE seq = {seq}",
            f"UPDATE events SET type = 'region_finished' WHERE seq = {seq}",
            f"UPDATE events SET seq = 99 WHERE seq = {seq}",
        ):
            db = sqlite3.connect(state, isolation_level=None)
            db.execute(change)
            db.close()
            assert flujo("lens", "replay", run).code in (2, 5), change
            assert flujo("lens", "trace", run).code in (0, 2), change
            state.write_bytes(good)
    assert flujo("lens", "replay", run).code == 0


def test_a_database_of_a_newer_flujo(flujo: Call) -> None:
    Path("ask.yaml").write_text(ASK)
    assert flujo("run", "ask.yaml", "--input", "x").code == 6
    run = newest(flujo)
    with sqlite3.connect(".flujo/state.db") as db:
        db.execute(f"PRAGMA user_version={len(MIGRATIONS) + 1}")
    for arguments in (["run", "ask.yaml"], ["resume", run, "--answer", "yes"], ["lens", "list"], ["tasks", "list"]):
        refused_twice(flujo, *arguments, exit=2, code="FLJ0806")
    with sqlite3.connect(".flujo/state.db") as db:
        db.execute(f"PRAGMA user_version={len(MIGRATIONS)}")
    assert flujo("resume", run, "--answer", "yes").code == 0


# --- skills of the project ---

NOISY = '''"""A skill file that prints."""

from flujo import skill

print("at import")


@skill(effect="pure")
def one(value: str) -> str:
    """Give it back."""
    print("in the call")
    return value
'''


def test_what_a_skill_prints_is_not_in_the_document(flujo: Call) -> None:
    Path("skills").mkdir()
    Path("skills/noisy.py").write_text(NOISY)
    Path("noisy.yaml").write_text(HEAD + "  - {name: a, uses: noisy.one}\n")
    assert flujo("skills", "lock", "--json").json["skills"] == ["noisy.one"]
    Path("skills/noisy.py").write_text(NOISY + "\n")
    result = flujo("run", "noisy.yaml", "--input", "x", "--json")
    assert (result.code, result.json["output"]) == (0, "x")
    assert "at import" in result.err and "in the call" in result.err


@pytest.mark.parametrize(
    ("text", "exit", "code"),
    [
        pytest.param("@skill\ndef x(:\n", 2, "FLJ0607"),
        pytest.param("import nosuch  # @skill\n", 3, "FLJ0607"),
    ],
)
def test_skill_files_that_cannot_be_imported(text: str, exit: int, code: str, flujo: Call) -> None:
    Path("skills").mkdir()
    Path("skills/broken.py").write_text(text)
    refused_twice(flujo, "skills", "lock", exit=exit, code=code)


def test_a_damaged_lock_is_a_fault_of_the_configuration(flujo: Call) -> None:
    Path("ok.yaml").write_text(OK)
    Path("skills.lock").write_text("garbage")
    for verb in ("run", "validate"):
        refused_twice(flujo, verb, "ok.yaml", exit=2, code="FLJ0608")


def test_a_skill_that_broke_while_its_run_waited(flujo: Call) -> None:
    Path("skills").mkdir()
    Path("skills/noisy.py").write_text(NOISY)
    Path("ask.yaml").write_text(ASK + "  - {name: a, uses: noisy.one}\n")
    assert flujo("run", "ask.yaml", "--input", "x").code == 6
    run = newest(flujo)
    Path("skills/noisy.py").write_text("raise ValueError('broken')\n")
    failed = flujo("resume", run, "--answer", "yes")
    assert failed.code == 1
    assert failed.err.startswith("error[FLJ06") and "step `a`" in failed.err and "Traceback" not in failed.err
    Path("skills/noisy.py").write_text(NOISY)
    assert flujo("redrive", run).out.endswith("yes\n")
    assert flujo("lens", "replay", run).code == 0


# --- models ---

AGENT = """\
version: "0.1"
agents:
  judge:
    model: openai/scripted
    system_prompt: You sort mails.
    output_schema: {type: object, properties: {label: {enum: [bug, idea]}}, required: [label]}
steps:
  - {name: first, uses: text.upper}
  - {name: judge, uses: agents.judge}
  - {name: say, input: "{{ previous.label }}"}
"""
GARBAGE = Reply(body="<html>Bad gateway</html>", media_type="text/html")


def test_a_missing_key_is_found_before_anything_runs(no_key: None, flujo: Call) -> None:
    Path("agent.yaml").write_text(AGENT)
    refused_twice(flujo, "run", "agent.yaml", exit=2, code="FLJ0621")
    assert "`OPENAI_API_KEY`" in flujo("run", "agent.yaml").err
    assert flujo("lens", "list", "--json").json == {"runs": []}
    goal = ("create", "--goal", "count words", "--non-interactive", "--model", "openai/scripted")
    refused_twice(flujo, *goal, exit=2, code="FLJ0621")


@pytest.mark.parametrize(
    ("replies", "code"),
    [
        ([failure(401, f"Incorrect API key provided: {KEY}")], "FLJ0622"),
        ([failure(403)], "FLJ0622"),
        ([failure(429, Retry_After="600")], "FLJ0623"),
        ([failure(500)], "FLJ0624"),
        ([failure(503)], "FLJ0624"),
        ([GARBAGE], "FLJ0624"),
        ([Reply(choices=False)], "FLJ0624"),
        ([Reply("half", fault="cut")], "FLJ0624"),
        ([Reply(fault="drop")], "FLJ0624"),
        ([failure(404, "no such model")], "FLJ0627"),
        (["no JSON", json_reply({"label": "else"}), json_reply(["bug"])], "FLJ0625"),
    ],
)
@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")
def test_faults_of_a_provider(replies: list[Reply | str], code: str, serve: Serve, flujo: Call) -> None:
    Path("agent.yaml").write_text(AGENT)
    with serve(*replies, *replies, json_reply({"label": "bug"})) as endpoint:
        failed = flujo("run", "agent.yaml", "--input", "it broke")
        assert (failed.code, failed.out) == (1, "")
        assert failed.err.startswith(f"error[{code}]: step `judge`: ")
        assert "= help: " in failed.err and "agent.yaml:9:5" in failed.err
        run = newest(flujo)
        assert failed.err.endswith(f"flujo redrive {run}\n")
        again = flujo("redrive", run, "--json")
        assert (again.code, again.err) == (1, "")
        assert (again.json["status"], again.json["error"]["code"]) == ("failed", code)
        assert len(endpoint.requests) == 2 * len(replies), "one request for each attempt"
        done = flujo("redrive", run)
        assert (done.code, done.out) == (0, "bug\n")
        assert len(endpoint.requests) == 2 * len(replies) + 1
    for text in (failed.err, json.dumps(again.json), Path(".flujo/state.db").read_bytes().decode("latin-1")):
        assert KEY not in text
        assert "Traceback" not in text
    assert flujo("lens", "replay", run).code == 0


def test_ids_that_are_not_utf8(flujo: Call) -> None:
    Path("ok.yaml").write_text(OK)
    assert flujo("run", "ok.yaml", "--input", "x").code == 0
    for arguments in (("lens", "show", "\udcff"), ("resume", "\udcff", "--answer", "\udcff")):
        refused(flujo(*arguments), 2, "FLJ0801")


def test_nothing_prints_a_traceback_unasked(flujo: Call) -> None:
    wrong: list[Callable[[], Result]] = [
        lambda: flujo("nonsense"),
        lambda: flujo("run", "--nonsense"),
        lambda: flujo("--project", "nowhere", "run"),
        lambda: flujo("run", "x" * 5000),
        lambda: flujo("skills", "show", "nope"),
        lambda: flujo("init", "x", "--template", "nope"),
    ]
    for call in wrong:
        refused(call(), 2, call().err.partition("[")[2][:7])


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_streams_that_are_closed(closed: str, flujo: Call, tmp_path: Path) -> None:
    Path("ok.yaml").write_text(OK)
    command = f"'{sys.executable}' -P -m flujo run ok.yaml --input x {closed}"
    done = subprocess.run(["sh", "-c", command], cwd=tmp_path, capture_output=True, check=False)
    assert b"Traceback" not in done.stderr
    assert (done.returncode, b"FLJ09" in done.stderr) == (0, False)
