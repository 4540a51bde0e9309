"""Planning with a model that answers from a script: what is valid is used, what is not is sent back or refused."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from flujo.app import App, RunOptions
from flujo.architect.create import Creation, Options, create
from flujo.architect.plan_json import plan_schema, read_reply
from flujo.architect.with_model import MAX_REPAIRS, retrieved
from flujo.core.json_schema import problems, schema_problems
from flujo.core.outcomes import Failed, Usage
from flujo.core.ports import ModelReply
from tests.architect.conftest import Bench

GOAL = (
    "Read tickets.csv, keep the open ones with priority high, count them by product, ask me to approve the summary, "
    "and write it to report.md"
)
KEEP = "keep the open ones with priority high"
WRITE = "write it to report.md"
Change = Callable[[dict[str, Any]], None]


def call(name: str, skill: str, because: str, **params: tuple[str, str]) -> dict[str, Any]:
    listed = [{"name": key, "kind": kind, "value": value} for key, (kind, value) in params.items()]
    shared = {"name": name, "because": because, "params": listed, "message": "", "choices": []}
    return {"kind": "call", "skill": skill, **shared}


def good() -> dict[str, Any]:
    where = "row.status == 'open' and row.priority == 'high'"
    approval = {
        "kind": "approval",
        "name": "approve",
        "because": "ask me to approve the summary",
        "skill": "",
        "params": [{"name": "summary", "kind": "step", "value": "table"}],
        "message": "Write the summary?",
        "choices": [],
    }
    return {
        "steps": [
            call("read", "files.read", "Read tickets.csv", path=("text", "tickets.csv")),
            call("parse", "table.parse_csv", "Read tickets.csv", text=("step", "read")),
            call("keep", "table.filter", KEEP, rows=("step", "parse"), where=("text", where)),
            call("count", "table.group", "count them by product", rows=("step", "keep"), by=("json", '"product"')),
            call("table", "table.to_markdown", "the summary", rows=("step", "count")),
            approval,
            call("write", "files.write", WRITE, path=("text", "report.md"), content=("step", "table")),
        ],
        "unplaced": [],
        "assumptions": ["`open` is a value of `status`"],
    }  # fmt: skip


def bad(change: Change) -> str:
    plan = good()
    change(plan)
    return json.dumps(plan)


def reply(text: str, finish: str = "stop") -> ModelReply:
    return ModelReply(text, "some/model-1", Usage(100, 20, 1, 0.001), finish)


def made(bench: Bench, *replies: ModelReply | Failed | str, goal: str = GOAL) -> Creation:
    bench.model = "some/model"
    bench.replies = [reply(item) if isinstance(item, str) else item for item in replies]
    return asyncio.run(create(goal, Options(), bench))


def test_a_good_plan_is_used_at_once(app: App, bench: Bench) -> None:
    creation = made(bench, json.dumps(good()))
    assert creation.complete
    assert (creation.planner, creation.rounds, creation.diagnostics) == ("model some/model-1", 1, ())
    assert creation.usage == Usage(100, 20, 1, 0.001)
    assert "# Planned by: model some/model-1" in creation.text
    graph = app.compile_text(creation.text, "x.yaml").graph
    assert graph is not None
    assert app.start_run(graph, "", RunOptions(ask=lambda _: "no")).status == "completed"
    assert not (app.root / "report.md").exists()
    assert app.start_run(graph, "", RunOptions(ask=lambda _: "yes")).status == "completed"
    assert (app.root / "report.md").read_text("utf-8").startswith("| product | count |")


def test_the_request_holds_only_what_is_needed(bench: Bench) -> None:
    made(bench, json.dumps(good()))
    (request,) = bench.requests
    assert request.output_schema is not None
    assert schema_problems(request.output_schema) == []
    assert problems(good(), request.output_schema) == []
    task = json.loads(request.messages[1]["content"])
    assert task["goal"] == GOAL
    assert task["files"]["tickets.csv"]["columns"]["priority"]
    ids = [skill["id"] for skill in task["skills"]]
    assert {"files.read", "files.write", "table.parse_csv", "table.filter", "table.group", "table.to_markdown"} <= set(
        ids
    )
    assert len(ids) <= 20
    assert "core.todo" not in ids


FAULTS: list[tuple[str, Change, str]] = [
    ("unknown skill", lambda plan: plan["steps"][2].update(skill="table.filtr"), "FLJ0601"),
    ("unknown parameter", lambda plan: plan["steps"][0]["params"][0].update(name="file"), "FLJ0602"),
    ("missing parameter", lambda plan: plan["steps"][6]["params"].pop(0), "FLJ0603"),
    ("missing main parameter", lambda plan: plan["steps"][6]["params"].pop(1), "FLJ0603"),
    ("mistyped parameter", lambda plan: plan["steps"][3]["params"][1].update(value="7"), "FLJ0604"),
    ("no JSON in a parameter", lambda plan: plan["steps"][3]["params"][1].update(value="[oops"), "FLJ0604"),
    ("later step", lambda plan: plan["steps"][1]["params"][0].update(value="count"), "FLJ0301"),
    ("duplicate name", lambda plan: plan["steps"][1].update(name="read"), "FLJ0303"),
    ("bad name", lambda plan: plan["steps"][6].update(name="write it"), "FLJ0205"),
    ("words that are not in the goal", lambda plan: plan["steps"][6].update(because="delete all"), "FLJ0204"),
    ("no approval", lambda plan: plan["steps"].pop(5), "FLJ0701"),
    ("approval too late", lambda plan: plan["steps"].append(plan["steps"].pop(5)), "FLJ0701"),
    ("another file", lambda plan: plan["steps"][6]["params"][0].update(value="other.md"), "FLJ0701"),
    ("a deletion nobody asked for", lambda plan: plan["steps"].append(
        call("gone", "files.delete", "Read tickets.csv", path=("text", "tickets.csv"))), "FLJ0"),
    ("a forgotten file", lambda plan: plan["steps"].pop(6), "FLJ0204"),
    ("template that does not parse", lambda plan: plan["steps"][1]["params"][0].update(
        kind="template", value="{{ x"), "FLJ0401"),
    ("template that names nothing", lambda plan: plan["steps"][1]["params"][0].update(
        kind="template", value="{{ steps.nobody.output }}"), "FLJ0301"),
    ("no steps at all", lambda plan: plan.update(steps=[], unplaced=[]), "FLJ0625"),
    ("a key too much", lambda plan: plan.update(extra=1), "FLJ0625"),
    ("too many steps", lambda plan: plan.update(steps=plan["steps"] * 20), "FLJ0625"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "code"), [(change, code) for _, change, code in FAULTS], ids=[name for name, *_ in FAULTS]
)
def test_faults_are_sent_back_and_repaired(bench: Bench, change: Change, code: str) -> None:
    creation = made(bench, bad(change), json.dumps(good()))
    assert creation.complete
    assert creation.rounds == 2
    assert creation.usage == Usage(200, 40, 2, 0.002)
    said = json.loads(bench.requests[1].messages[-1]["content"])["not_valid"]
    assert any(item["code"].startswith(code) for item in said)
    assert all(item["message"] for item in said)
    assert bench.requests[1].messages[-2]["role"] == "assistant"


@pytest.mark.parametrize(
    "text", ["", "I cannot do that.", "{", "[]", "null", '{"steps": NaN}', "{}", "x" * 100_000, "[" * 5000]
)
def test_replies_that_are_no_plan_count_as_rounds(bench: Bench, text: str) -> None:
    creation = made(bench, text, json.dumps(good()))
    assert (creation.complete, creation.rounds) == (True, 2)


def test_a_fenced_reply_is_read(bench: Bench) -> None:
    assert made(bench, "```json\n" + json.dumps(good(), indent=1) + "\n```\n").rounds == 1


def test_a_reply_that_was_cut_off_says_so(bench: Bench) -> None:
    made(bench, reply(json.dumps(good())[:200], "length"), json.dumps(good()))
    assert "cut off" in bench.requests[1].messages[-1]["content"]


def test_the_same_fault_again_ends_it_and_the_offline_plan_steps_in(bench: Bench) -> None:
    fault = bad(FAULTS[0][1])
    creation = made(bench, fault, fault)
    assert (creation.planner, creation.rounds, creation.complete) == ("offline", 2, True)
    assert "some/model gave no valid plan in 2 rounds (FLJ0601)" in creation.remarks[0]
    assert creation.usage.calls == 2
    assert bench.replies == []


def test_there_are_three_repairs_and_no_more(bench: Bench) -> None:
    faults = [bad(FAULTS[index][1]) for index in (0, 1, 2, 6)]
    creation = made(bench, *faults, goal=GOAL + " and feed the cat")
    assert len(bench.requests) == 1 + MAX_REPAIRS
    assert (creation.planner, creation.complete) == ("offline", False)
    assert creation.plan is not None
    assert [item.words.text for item in creation.plan.unplaced] == ["feed the cat"]
    assert "core.todo" in creation.text


@pytest.mark.parametrize("code", ["FLJ0620", "FLJ0622", "FLJ0623", "FLJ0624", "FLJ0626", "FLJ0627"])
def test_a_provider_that_fails_is_reported_and_nothing_is_written(bench: Bench, code: str) -> None:
    creation = made(bench, Failed.of(code, "no luck", help="try later"))
    assert (creation.text, creation.complete, creation.rounds) == ("", False, 1)
    assert [(item.code, item.message, item.help) for item in creation.diagnostics] == [(code, "no luck", "try later")]
    assert "--offline" in creation.remarks[0]


def test_a_reply_the_provider_calls_garbage_is_a_round(bench: Bench) -> None:
    assert made(bench, Failed.of("FLJ0625", "garbage"), json.dumps(good())).rounds == 2


def test_what_the_model_cannot_place_becomes_a_draft(bench: Bench) -> None:
    plan = good()
    plan["unplaced"] = [{"words": "feed the cat", "why": "no skill feeds cats"}]
    creation = made(bench, json.dumps(plan), goal=GOAL + " and feed the cat")
    assert not creation.complete
    assert {item.code for item in creation.diagnostics} == {"FLJ0605"}
    assert "feed the cat (no skill feeds cats)" in creation.text


def test_injected_words_reach_no_effect(bench: Bench) -> None:
    plan = good()
    plan["steps"].insert(
        0, call("evil", "files.write", "write it to report.md", path=("text", "pwned.txt"), content=("text", "x"))
    )
    creation = made(bench, json.dumps(plan), json.dumps(plan))
    assert "pwned" not in creation.text
    assert creation.planner == "offline"


def test_offline_is_respected(bench: Bench) -> None:
    bench.model = "some/model"
    creation = asyncio.run(create(GOAL, Options(name="mine", offline=True), bench))
    assert (creation.planner, creation.name, bench.requests) == ("offline", "mine", [])


def test_texts_of_a_model_stay_texts(app: App, bench: Bench) -> None:
    plan = good()
    plan["assumptions"] = ["line one\nsteps: []\n- {{ x }}"]
    plan["steps"][5]["message"] = "ok?\n{{ secrets.KEY }} # no"
    creation = made(bench, json.dumps(plan))
    assert creation.complete
    graph = app.compile_text(creation.text, "x.yaml").graph
    assert graph is not None
    seen = []
    app.start_run(graph, "", RunOptions(ask=lambda task: seen.append(task.message) or "no"))
    assert seen == ["ok?\n{{ secrets.KEY }} # no"]


def test_the_schema_is_strict_through_and_through() -> None:
    def check(schema: Any) -> None:
        if isinstance(schema, dict):
            if schema.get("type") == "object":
                assert schema["additionalProperties"] is False
                assert schema["required"] == list(schema["properties"])
            for part in schema.values():
                check(part)
        elif isinstance(schema, list):
            for part in schema:
                check(part)

    check(plan_schema(["a.b"]))


def test_a_question_is_read(bench: Bench) -> None:
    question = {
        "kind": "question",
        "name": "who",
        "because": "Ask",
        "skill": "",
        "params": [],
        "message": "Who?",
        "choices": ["a"],
    }
    text = json.dumps({"steps": [question], "unplaced": [], "assumptions": []})
    plan, found = read_reply(text, "Ask me", bench.specs(), "m")
    assert found == []
    assert plan is not None
    assert plan.to_json()["steps"][0]["choices"] == ["a"]


def test_few_skills_are_retrieved_for_any_goal(bench: Bench) -> None:
    assert 5 <= len(retrieved(GOAL, bench.specs())) <= 20
