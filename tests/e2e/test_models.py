"""Models through litellm and HTTP to a server on loopback: agent steps, and `flujo create`."""

import json
import signal
from pathlib import Path
from typing import Any

import pytest

from flujo.core.values import JsonObject
from flujo.testing.endpoint import KEY, Endpoint, Received, Reply, failure, json_reply
from tests.cli.conftest import Call
from tests.e2e.conftest import Serve
from tests.e2e.outside import child, newest
from tests.e2e.test_main_job import GOAL, counted_by_hand, table_of

MODEL = "openai/gpt-4o-mini"
AGENT = f"""\
version: "0.1"
agents:
  judge:
    model: {MODEL}
    system_prompt: You sort the mails of a small shop.
    temperature: 0
    max_tokens: 200
    output_schema:
      type: object
      properties: {{label: {{enum: [bug, idea]}}, why: {{type: string}}}}
      required: [label, why]
      additionalProperties: false
steps:
  - {{name: judge, uses: agents.judge}}
  - {{name: say, input: "{{{{ previous.label }}}}: {{{{ steps.judge.output.why }}}}"}}
"""
GOOD = {"label": "bug", "why": "it broke"}

pytestmark = pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")


def contents(received: Received) -> list[tuple[str, str]]:
    """The messages of a request."""
    return [(message["role"], message["content"]) for message in received.body["messages"]]


def test_one_request_for_each_attempt_and_what_it_cost(serve: Serve, flujo: Call) -> None:
    Path("agent.yaml").write_text(AGENT)
    with serve("it is a bug", json_reply({"label": "fault", "why": "x"}), json_reply(GOOD)) as endpoint:
        result = flujo("run", "agent.yaml", "--input", "the app crashes", "--json")
    assert (result.code, result.err) == (0, "")
    assert result.json["output"] == "bug: it broke"
    assert result.json["usage"]["tokens_in"] == 33 and result.json["usage"]["tokens_out"] == 21
    assert result.json["usage"]["calls"] == len(endpoint.requests) == 3
    assert result.json["usage"]["usd"] == pytest.approx(3 * (11 * 0.15 + 7 * 0.60) / 1e6)
    first, second, third = endpoint.requests
    assert contents(first) == [("system", "You sort the mails of a small shop."), ("user", "the app crashes")]
    assert (first.body["model"], first.body["temperature"], first.body["max_tokens"]) == ("gpt-4o-mini", 0, 200)
    schema = first.body["response_format"]["json_schema"]["schema"]
    assert schema["properties"]["label"]["enum"] == ["bug", "idea"]
    assert first.headers["authorization"] == f"Bearer {KEY}"
    assert contents(second)[:2] == contents(first)
    assert "it is a bug" in json.dumps(second.body) and len(contents(second)) > 2
    assert "label" in contents(third)[-1][1], "the next attempt is told what was wrong"

    run = result.json["run_id"]
    trace = flujo("lens", "trace", run).out
    assert "3 attempts" in trace and "33 + 21 tokens" in trace and "$0.00" in trace
    (judge, _) = flujo("lens", "show", run, "--json").json["steps"]
    assert (judge["attempt"], judge["output"]) == (3, GOOD)
    assert judge["usage"] == result.json["usage"]
    before = flujo("lens", "show", run, "--json").out
    assert flujo("lens", "replay", run).code == 0, "with the server gone"
    assert flujo("lens", "show", run, "--json").out == before


def test_the_journal_has_an_event_for_every_request(serve: Serve, flujo: Call) -> None:
    from flujo.app import open_app

    Path("agent.yaml").write_text(AGENT)
    with serve("no", failure(500), "never", "nor this", json_reply(GOOD)) as endpoint:
        assert flujo("run", "agent.yaml", "--input", "x").code == 1
        run = newest(flujo)
        assert len(endpoint.requests) == 2, "a 500 is not tried again unless `retry` says so"
        assert flujo("redrive", run).code == 0
        sent = [request.body["messages"] for request in endpoint.requests]
    with open_app(None, {}) as app:
        events = [item.event for item in app.engine.events(run) if item.address == "judge"]
    attempts = [event for event in events if event.TYPE in ("step_failed", "step_completed")]
    assert len(attempts) == len(sent) == 5
    assert [event.detail["request"]["messages"] for event in attempts] == sent
    assert KEY.encode() not in Path(".flujo/state.db").read_bytes()


def test_a_reply_that_never_fits_is_never_passed_on(serve: Serve, flujo: Call) -> None:
    Path("agent.yaml").write_text(AGENT)
    with serve(*[json_reply({"label": "bug"})] * 3) as endpoint:
        result = flujo("run", "agent.yaml", "--input", "x", "--json")
        assert len(endpoint.requests) == 3
    assert (result.code, result.json["status"], result.json["output"]) == (1, "failed", None)
    assert result.json["error"]["code"] == "FLJ0625"
    assert [step["status"] for step in flujo("lens", "show", newest(flujo), "--json").json["steps"]] == ["failed"]


def test_stopped_while_the_model_thinks(serve: Serve, flujo: Call, tmp_path: Path) -> None:
    Path("agent.yaml").write_text(AGENT)
    with serve(Reply("late", fault="hold"), json_reply(GOOD)) as endpoint:
        process = child("run", "agent.yaml", "--input", "x", cwd=tmp_path)
        assert endpoint.wait_for(1)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
        run = newest(flujo)
        assert process.returncode == 130
        assert f"flujo resume {run}" in err.decode() and b"Traceback" not in err
        endpoint.release()
        result = flujo("resume", run)
        assert (result.code, result.out) == (0, "bug: it broke\n")
        assert len(endpoint.requests) == 2
    assert flujo("lens", "replay", run).code == 0


# --- create ---

REWORDINGS = [
    "Take tickets.csv, drop everything that is not open or not high priority, tell how many are left for each product, "
    "let me check that table and, once I agree, store it as report.md",
    "I need report.md: the number of open high-priority tickets per product, from tickets.csv. Show it to me for "
    "approval before you write the file.",
    "From tickets.csv: filter status open and priority high. Group by product and count. I approve. Then save the "
    "summary in report.md.",
    "Please load tickets.csv and only look at tickets whose status is open and whose priority is high; count these for "
    "every product; after my OK on the summary put it into report.md",
    "count open tickets with high priority in tickets.csv by product -> report.md, but ask me first if the summary is "
    "fine",
    "Write a summary to report.md, only after I approved it, of how many tickets in tickets.csv are both open and of "
    "high priority, broken down by product",
    "Lies tickets.csv, behalte die offenen mit hoher Priorität, zähle sie pro Produkt, lass mich die Zusammenfassung "
    "freigeben und schreib sie nach report.md",
    "Lee tickets.csv, quédate con los abiertos de prioridad alta, cuéntalos por producto, pídeme que apruebe el "
    "resumen y escríbelo en report.md",
]


def step(kind: str, name: str, because: str, skill: str = "", **params: tuple[str, str]) -> JsonObject:
    listed = [{"name": key, "kind": how, "value": value} for key, (how, value) in params.items()]
    message = "Write it?" if kind == "approval" else ""
    return {"kind": kind, "name": name, "because": because, "skill": skill, "params": listed, "message": message,
            "choices": []}  # fmt: skip


def plan(goal: str) -> JsonObject:
    """What a good model answers: the plan of the demonstration, with the words of this goal."""
    where = "row.status == 'open' and row.priority == 'high'"
    return {
        "steps": [
            step("call", "read", "tickets.csv", "files.read", path=("text", "tickets.csv")),
            step("call", "rows", "tickets.csv", "table.parse_csv", text=("step", "read")),
            step("call", "keep", goal, "table.filter", rows=("step", "rows"), where=("text", where)),
            step("call", "count", goal, "table.group", rows=("step", "keep"), by=("text", "product")),
            step("call", "table", goal, "table.to_markdown", rows=("step", "count")),
            step("approval", "approve", goal, summary=("step", "table")),
            step("call", "write", "report.md", "files.write", path=("text", "report.md"), content=("step", "table")),
        ],
        "unplaced": [],
        "assumptions": [],
    }


def oracle(request: JsonObject) -> Reply:
    """Answer as a good model would, from what the request says."""
    task = json.loads(request["messages"][1]["content"])
    return json_reply(plan(task["goal"]))


def create(flujo: Call, goal: str, *arguments: str) -> Any:
    return flujo("create", "--goal", goal, "--non-interactive", "--model", MODEL, *arguments)


@pytest.mark.parametrize("goal", [GOAL, *REWORDINGS[:-1], pytest.param(REWORDINGS[-1])])
def test_with_a_model_all_wordings_work(goal: str, serve: Serve, demo: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    with Endpoint(oracle) as endpoint:
        for name, value in endpoint.environment().items():
            monkeypatch.setenv(name, value)
        created = create(demo, goal)
        assert len(endpoint.requests) == 1
    assert created.code == 0, created
    assert "planner  model gpt-4o-mini, 11 + 7 tokens" in created.out
    asked = endpoint.requests[0].body
    offered = {skill["id"] for skill in json.loads(asked["messages"][1]["content"])["skills"]}
    assert set(_enum(asked)) - {""} == offered, "the schema allows the skills that were described, and no others"
    assert "Planned by: model" in Path("pipeline.yaml").read_text()
    assert demo("validate").code == 0
    assert demo("run").code == 6
    assert demo("resume", newest(demo), "--answer", "no").code == 0
    assert not Path("report.md").exists()
    assert demo("run").code == 6
    assert demo("resume", newest(demo), "--answer", "yes").code == 0
    assert table_of(Path("report.md").read_text("utf-8")) == counted_by_hand()


def _enum(request: JsonObject) -> list[str]:
    schema = request["response_format"]["json_schema"]["schema"]
    return list(schema["properties"]["steps"]["items"]["properties"]["skill"]["enum"])


def spoiled(number: int) -> Reply:
    """A plan with one fault, each number another."""
    bad = plan(GOAL)
    faults: list[Any] = [
        lambda: bad["steps"][2].update(skill="table.filtr"),
        lambda: bad["steps"][3]["params"][1].update(name="bye"),
        lambda: bad["steps"][3]["params"][0].update(value="nobody"),
        lambda: bad["steps"].pop(5),
    ]
    faults[number]()
    return json_reply(bad)


@pytest.mark.parametrize("rounds", [1, 2, 3])
def test_faults_go_back_and_are_repaired(rounds: int, serve: Serve, demo: Call) -> None:
    with serve(*[spoiled(number) for number in range(rounds)], json_reply(plan(GOAL))) as endpoint:
        created = create(demo, GOAL, "--json")
    assert created.code == 0, created.out
    assert len(endpoint.requests) == rounds + 1
    assert (created.json["file"], created.json["rounds"]) == ("pipeline.yaml", rounds + 1)
    assert created.json["planner"].startswith("model ")
    said = json.loads(endpoint.requests[1].body["messages"][-1]["content"])["not_valid"]
    assert said[0]["code"] == "FLJ0601" and "table.filter" in said[0]["help"]


def test_after_three_repairs_the_offline_planner_takes_over_and_says_so(serve: Serve, demo: Call) -> None:
    with serve(*[spoiled(number) for number in range(4)]) as endpoint:
        created = create(demo, GOAL)
    assert len(endpoint.requests) == 4, "the plan and at most three repairs"
    assert created.code == 0, created
    assert "planner  offline" in created.out
    assert "gave no valid plan in 4 rounds" in created.out
    assert demo("validate").code == 0
    assert "Planned by: offline" in Path("pipeline.yaml").read_text()


@pytest.mark.parametrize(
    ("reply", "code", "exit"),
    [
        (failure(401, f"Incorrect API key provided: {KEY}"), "FLJ0622", 1),
        (failure(429, Retry_After="600"), "FLJ0623", 1),
        (failure(500), "FLJ0624", 1),
        (Reply(body="<html>", media_type="text/html"), "FLJ0624", 1),
        (Reply(fault="drop"), "FLJ0624", 1),
    ],
)
def test_a_provider_that_fails_leaves_every_file_as_it_was(
    reply: Reply, code: str, exit: int, serve: Serve, demo: Call
) -> None:
    before = {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()}
    with serve(reply, reply) as endpoint:
        created = create(demo, GOAL)
        assert (created.code, len(endpoint.requests)) == (exit, 1)
        assert f"error[{code}]: " in created.out + created.err and "= help: " in created.out + created.err
        document = create(demo, GOAL, "--json")
        assert (document.code, document.json["file"]) == (exit, None)
        assert document.json["diagnostics"][0]["code"] == code
    assert KEY not in created.out + created.err + document.out
    assert {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()} == before
