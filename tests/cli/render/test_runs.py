"""Runs as people see them: the tree, the failure, the question, the details."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from flujo.cli.render.lens import find_step, run_text, step_text
from flujo.cli.render.run import done_text, failed_text, line_place, partial_text, usage_text, waiting_text
from flujo.cli.render.screen import Paint, width
from flujo.cli.render.task import answer_commands, task_text, value_text
from flujo.cli.render.trace import EVERYTHING, PLAIN, Drawing, trace_text
from flujo.cli.render.tree import grown
from flujo.core.ids import Address, RunId, TaskId
from flujo.core.outcomes import Usage
from flujo.core.spans import Source
from flujo.engine.fold import RunView, StepView
from flujo.engine.task_view import TaskView

Golden = Callable[[str, str], None]
START = 1_792_000_000_000_000
OFF = Paint()


def step(address: str, uses: str | None, begin: int, end: int, **fields: object) -> StepView:
    """A step between two moments in milliseconds."""
    view = StepView(Address(address), address.rpartition("/")[2], "step", uses, "completed")
    view.started, view.ended = START + begin * 1000, START + end * 1000
    for name, value in fields.items():
        setattr(view, name, value)
    return view


@pytest.fixture
def view() -> RunView:
    """A run with everything that can be drawn."""
    spent = Usage(812, 96, 1, 0.0007)
    steps = [
        step("read", "files.read", 0, 4),
        step("summarise", "agents.writer", 4, 2900, attempt=2, usage=spent, detail={"model": "gpt-4o-mini"}),
        step("extra", "core.pass", 2900, 2900, status="skipped"),
        step("approve", None, 2900, 3000, kind="hitl", detail={"answered_by": "anna"}, output="yes"),
        step("decide", None, 3000, 3400, kind="conditional", decision="a/b"),
        step(
            "decide/a%2Fb/write",
            "files.write",
            3000,
            3100,
            status="failed",
            error={"code": "FLJ0613", "message": "disk\x1b full"},
        ),
        step("decide/a%2Fb/ask", None, 3100, 3100, kind="hitl", status="suspended", ended=None),
        step("each[0]/日本語", "text.upper", 3200, 3400, output={"a": [1]}),
    ]
    run = RunView(
        RunId("0kq7x2v-abc12"), "report", "ab" * 32, "suspended", created=START, active=3_400_000, usage=spent
    )
    run.steps = {one.address: one for one in steps}
    return run


def task(number: int, choices: list[str] | None = None, schema: dict[str, object] | None = None) -> TaskView:
    """An open question."""
    show = [{"product": "Atlas", "count": 9}, {"product": "Pay", "count": None}]
    return TaskView(
        TaskId(f"0kq7x2v-abc12.{number}"), "question", Address("approve"), "Write it?", show, choices, schema
    )


def test_trace(view: RunView, golden: Golden, utc: None) -> None:
    golden("trace/wide.txt", trace_text(view, Drawing(columns=120)))
    golden("trace/ascii.txt", trace_text(view, Drawing(columns=80, glyphs=PLAIN, expand=EVERYTHING)))


@pytest.mark.parametrize("columns", [60, 80, 100, 140])
def test_trace_is_never_wider_than_the_terminal(view: RunView, columns: int) -> None:
    assert max(width(line) for line in trace_text(view, Drawing(columns=columns)).splitlines()) <= columns


def test_trace_of_a_run_without_steps(utc: None) -> None:
    text = trace_text(RunView(RunId("r1"), "empty", created=START), Drawing(columns=80))
    assert text == "r1  empty  running  0.0 ms  2026-10-14 17:46:40\n(no steps yet)\n"


def test_the_tree_follows_the_addresses(view: RunView) -> None:
    top = grown(view.steps.values())
    assert [twig.label for twig in top] == ["read", "summarise", "extra", "approve", "decide", "each"]
    assert [twig.label for twig in top[4].inner] == ["a/b"]
    assert [twig.label for twig in top[4].inner[0].inner] == ["write", "ask"]
    assert [(twig.label, twig.inner[0].label) for twig in top[5].inner] == [("[0]", "日本語")]


def test_failed(view: RunView) -> None:
    view.status = "failed"
    view.error = {
        "code": "FLJ0613",
        "message": "`report.md`: disk is full",
        "step": "decide/true/write",
        "file": "pipeline.yaml",
        "line": 2,
        "help": "make room",
    }
    source = Source("pipeline.yaml", "steps:\n  - name: write\n    uses: files.write\n")
    assert failed_text(view, source, OFF, 100, " --project demo") == (
        "error[FLJ0613]: step `decide/true/write`: `report.md`: disk is full\n"
        " --> pipeline.yaml:2:5\n"
        "  |\n"
        "2 |   - name: write\n"
        "  |     ^^^^^^^^^^^\n"
        "  |\n"
        "  = help: make room\n"
        "  = docs: docs/reference/errors/FLJ0613.md\n"
        "\n"
        "run 0kq7x2v-abc12 of `report` failed after 3.4 s\n"
        "  see more:  flujo lens show 0kq7x2v-abc12 decide/true/write --project demo\n"
        "  go on:     flujo redrive 0kq7x2v-abc12 --project demo\n"
    )
    assert " --> pipeline.yaml:2\n" in failed_text(view, None, OFF, 100)
    view.status = "denied"
    assert "`report` was denied after" in failed_text(view, None, OFF, 100)


def test_line_place() -> None:
    source = Source("x", "a: 1\n  - name: b  \n\n")
    assert [str(line_place(source, number)) for number in (1, 2, 3, 9)] == ["x:1:1", "x:2:5", "x:3:1", "None"]


def test_waiting(view: RunView) -> None:
    view.open = {TaskId("t"): task(9, ["yes", "it's no"])}
    assert waiting_text(view, OFF, 100) == (
        "run 0kq7x2v-abc12 of `report` is waiting for a person\n"
        "\n"
        "approve: Write it?\n"
        "\n"
        "  product  count\n"
        "  Atlas    9\n"
        "  Pay\n"
        "\n"
        "answer with:\n"
        "  flujo resume 0kq7x2v-abc12 --answer yes\n"
        "  flujo resume 0kq7x2v-abc12 --answer 'it'\"'\"'s no'\n"
    )


def test_a_mapping_is_shown_part_by_part(view: RunView) -> None:
    shown = task(9)
    shown = replace(shown, show={"file": "a.md", "text": "| a |\n| b |\n", "rows": [{"n": 1}]})
    assert task_text(shown, 80, OFF) == (
        "approve: Write it?\n\n  file: a.md\n  text:\n    | a |\n    | b |\n  rows:\n    n\n    1\n"
    )


def test_a_doubt_says_what_was_cut_off_and_what_each_answer_means(golden: Golden) -> None:
    text = "`send` (mail.send) was cut off: did it take effect?"
    rows = [{"to": f"person-{number}@example.org", "text": "x" * 60} for number in range(60)]
    shown = {
        "skill": "mail.send",
        "arguments": {"subject": "Hi", "body": "Dear all,\nhi\x1b", "rows": rows, "none": {}},
    }
    doubt = TaskView(TaskId("r.4"), "in_doubt", Address("send"), text, shown, ["done", "retry", "fail"], None)
    shown_text = task_text(doubt, 60, OFF)
    assert shown_text.count("person-") == 60 and "x" * 60 in shown_text  # nothing of the call is left out
    golden("tasks/in_doubt.txt", task_text(replace(doubt, show={**shown, "arguments": {"subject": "Hi"}}), 60, OFF))
    assert answer_commands([doubt], "r", name_task=True) == [
        f"flujo tasks answer r.4 {answer}" for answer in ("done", "retry", "fail")
    ]


def test_many_questions_are_counted(view: RunView) -> None:
    view.open = {TaskId(f"t.{number}"): replace(task(number, ["yes"]), id=TaskId(f"t.{number}")) for number in range(8)}
    text = waiting_text(view, OFF, 100, " --project p")
    assert text.count("Write it?") == 5
    assert "and 3 more: flujo tasks list --run 0kq7x2v-abc12 --project p\n" in text
    assert text.endswith("  flujo tasks answer t.4 --project p yes\n")
    shown = run_text(view, {}, 100, OFF)
    assert shown.count("flujo tasks show") == 5 and "and 3 more" in shown


def test_a_wait_says_when_it_is_over(view: RunView, utc: None) -> None:
    text = waiting_text(view, OFF, 100, "", wake=START)
    assert text == (
        "run 0kq7x2v-abc12 of `report` is waiting for a time to come\n"
        "\n"
        "a wait is over at 2026-10-14 17:46:40; go on then with:\n"
        "  flujo resume 0kq7x2v-abc12\n"
    )
    view.open = {TaskId("t"): task(9, ["yes"])}
    assert waiting_text(view, OFF, 100, "", wake=START).endswith(text.partition("\n\n")[2])


def test_partial(view: RunView) -> None:
    view.status = "partial"
    for number in range(7):
        view.steps[Address(f"s{number}")] = step(
            f"s{number}", "x", 0, 1, status="continued", error={"message": "no\x1b"}
        )
    lines = partial_text(view, OFF, 100, " --project p").splitlines()
    assert lines[1] == "  went on after `s0` failed: no\\x1b"
    assert lines[6:] == [
        "  and after 2 more",
        "  `--allow-partial` makes this exit 0",
    ]


def test_several_questions_are_told_apart() -> None:
    tasks = [task(9), task(10, schema={"type": "integer"}), task(11, schema={"type": "string"})]
    assert answer_commands(tasks, "R", " --project p", name_task=True) == [
        "flujo tasks answer 0kq7x2v-abc12.9 --project p TEXT",
        "flujo tasks answer 0kq7x2v-abc12.10 --project p 'JSON'",
        "flujo tasks answer 0kq7x2v-abc12.11 --project p TEXT",
    ]
    assert answer_commands([task(9, ["-1", "it"])], "R", name_task=True) == [
        "flujo tasks answer 0kq7x2v-abc12.9 -- -1",
        "flujo tasks answer 0kq7x2v-abc12.9 it",
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("two\nlines\x1b", "two\nlines\\x1b\n"),
        ([], "[]\n"),
        ([1, {"a": 1}], '[\n  1,\n  {\n    "a": 1\n  }\n]\n'),
        ([{"a": 1}, {"b": [2]}], "a  b\n1\n   [2]\n"),
        (None, "null\n"),
    ],
)
def test_values(value: object, text: str) -> None:
    assert value_text(value, 80) == text


def test_many_rows_are_counted() -> None:
    assert value_text([{"n": n} for n in range(60)], 80).endswith("\n49\n... and 10 more rows\n")


def test_show(view: RunView, golden: Golden, utc: None) -> None:
    view.open = {TaskId("t"): task(9)}
    view.error = {"code": "FLJ0613", "message": "full"}
    golden("lens/run.txt", run_text(view, {}, 100, OFF))
    golden("lens/step.txt", step_text(view.steps[Address("summarise")], view, {}, 100, OFF))
    golden("lens/failed_step.txt", step_text(view.steps[Address("decide/a%2Fb/write")], view, {}, 100, OFF))


def test_find_step(view: RunView) -> None:
    found = find_step(view, "write")
    assert found is not None and found.address == "decide/a%2Fb/write"
    assert find_step(view, "decide/a%2Fb/ask") is view.steps[Address("decide/a%2Fb/ask")]
    assert find_step(view, "nothing") is None
    view.steps[Address("other/write")] = step("other/write", "x", 0, 1)
    assert find_step(view, "write") is None


def test_done(view: RunView) -> None:
    view.status = "completed"
    assert done_text(view, OFF) == "run 0kq7x2v-abc12 completed in 3.4 s, 812 + 96 tokens, $0.0007\n"
    assert usage_text(Usage(1, 2, 1, None)) == "1 + 2 tokens, cost unknown"
    assert usage_text(Usage()) == ""
