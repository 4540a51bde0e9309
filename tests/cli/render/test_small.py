"""Times, tables, skills, plans, progress and replays as text."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from flujo.architect.create import Creation
from flujo.architect.plan import Approval, CallStep, Fixed, Plan, Question, Unplaced
from flujo.architect.words import Words
from flujo.cli.render.lens import replay_json, replay_text
from flujo.cli.render.plan import creation_text, written_text
from flujo.cli.render.progress import progress_line
from flujo.cli.render.screen import Paint
from flujo.cli.render.skill import skill_text, type_words
from flujo.cli.render.table import table
from flujo.cli.render.times import span
from flujo.cli.render.trace import FANCY
from flujo.core.diagnostics import Diagnostic
from flujo.core.events import Event, RegionFinished, StepCompleted, StepFailed, StepSkipped, encode_body
from flujo.core.ids import Address, RunId
from flujo.core.outcomes import Usage
from flujo.core.ports import SkillSpec
from flujo.core.rows import Row
from flujo.engine.replay import Difference, Replay

OFF = Paint()


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, ""),
        (0, "0.0 ms"),
        (0.0042, "4.2 ms"),
        (0.0099, "9.9 ms"),
        (0.25, "250 ms"),
        (0.9999, "1.0 s"),
        (59.94, "59.9 s"),
        (59.96, "1 min 0 s"),
        (61, "1 min 1 s"),
        (3600, "1 h 0 min"),
        (90_000, "1 d 1 h"),
    ],
)
def test_span(seconds: float | None, text: str) -> None:
    assert span(seconds) == text


def test_table_keeps_to_the_width_and_to_one_line() -> None:
    text = table(("a", "long"), [("1", "x" * 50), ("2\n3", "日本\x1b")], 30)
    assert text == f"a    long\n1    {'x' * 22}...\n2 3  日本\\x1b\n"
    assert max(len(line) for line in text.splitlines()) == 30


def test_skill() -> None:
    parameters = {
        "type": "object",
        "properties": {
            "rows": {"type": "array", "items": {"type": "object"}, "description": "What to look at."},
            "by": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None},
            "how": {"enum": ["inner", "left"], "default": "inner"},
        },
        "required": ["rows"],
    }
    spec = SkillSpec(
        "tickets.sort",
        "Sort tickets",
        parameters,
        {"type": ["string", "integer"]},
        main="rows",
        effect="write",
        idempotent="by_key",
        permissions=("net",),
        examples=("uses: tickets.sort",),
        origin="project",
        file="skills/tickets.py",
    )
    assert skill_text(spec, OFF) == (
        "tickets.sort  version 1, write: changes things\n"
        "\n"
        "  Sort tickets\n"
        "\n"
        "parameters\n"
        "  rows: list of mapping (the step's input, required): What to look at.\n"
        "  by: text or null (default null)\n"
        '  how: "inner" or "left" (default "inner")\n'
        "\n"
        "result\n"
        "  text or integer\n"
        "  may be repeated safely: by key\n"
        "\n"
        "permissions\n"
        "  net\n"
        "\n"
        "examples\n"
        "  uses: tickets.sort\n"
        "\n"
        "from skills/tickets.py\n"
    )


def test_types_in_words() -> None:
    assert type_words({}) == "anything"
    assert type_words({"type": "array"}) == "list of anything"
    assert type_words({"const": 3}) == "3"
    assert type_words(True) == "anything"


def test_plan(golden: Callable[[str, str], None]) -> None:
    goal = "Read a.csv, ask me, email it"
    read = Words(goal[:10], 0, 10)
    steps = (
        CallStep("read", "files.read", params={"path": Fixed("a.csv")}, because=(read,)),
        CallStep("join", "core.pass"),
        Approval("approve", "OK?", because=(Words("ask me", 12, 18),)),
        Question("name", "Who?"),
    )
    plan = Plan(goal, steps, (Unplaced(Words("email it", 20, 28), "no skill sends e-mail"),), ("`a` is a column",))
    spent = Usage(812, 96, 1, None)
    creation = Creation(goal, "a", plan, "text", "model x/y", False, (), 2, spent, ("skills near to it: `a.b`",))
    golden("create/plan.txt", creation_text(creation, 100, OFF))
    golden("create/draft.txt", written_text(creation, "a b.draft.yaml", " --project p"))
    golden("create/written.txt", written_text(replace(creation, complete=True), "a.yaml"))


def test_a_goal_that_gave_nothing_says_why(golden: Callable[[str, str], None]) -> None:
    problem = Diagnostic("FLJ0624", "the provider answered 500", help="try again later")
    golden("create/nothing.txt", creation_text(Creation("g", "n", None, "", "model x/y", False, (problem,)), 100, OFF))


def row(event: Event, address: str = "a/b\x1b") -> Row:
    """A row as it is told to whoever watches."""
    return Row(RunId("r"), 3, event.TYPE, Address(address), "", 5_000_000, 1, "", "", "", encode_body(event), b"")


def test_progress() -> None:
    def line(event: Event, address: str = "a/b\x1b") -> str | None:
        return progress_line(row(event, address), OFF, 60, FANCY)

    error = {"code": "FLJ0623", "message": "too many requests"}
    assert line(StepCompleted("out", started=4_750_000)) == "  ✓ a/b\\x1b  250 ms"
    assert line(StepCompleted("out")) == "  ✓ a/b\\x1b"
    assert line(StepSkipped()) == "  · a/b\\x1b  skipped"
    assert line(StepFailed(error)) == "  ✗ a/b\\x1b  too many requests"
    retried = line(StepFailed(error, 2, retry_at=8_000_000))
    assert retried == "  ✗ a/b\\x1b  attempt 2 failed, again in 3.0 s: too many r..."
    assert line(RegionFinished("out")) is None
    assert line(StepCompleted("out"), "") is None


def test_replay() -> None:
    equal = Replay(RunId("r"), 12, (), {})
    assert replay_text(equal, OFF) == "run r: byte-equal, 12 recorded results compared\n"
    assert replay_json(equal) == {"run_id": "r", "equal": True, "compared": 12, "differences": []}
    one = Difference("count", "output", {"n": 1}, "y" * 300)
    text = replay_text(Replay(RunId("r"), 12, (one,) * 11, {}), OFF)
    assert text.startswith(
        "run r: diverged, 11 differences\n  step `count`, output:\n"
        '    recorded: {"n": 1}\n'
        f'    now:      "{"y" * 199}... (302 characters)\n'
    )
    assert text.endswith("... and 1 more (`--json` shows all)\n")
    assert "the run, output:" in replay_text(Replay(RunId("r"), 1, (Difference("", "output", 1, 2),), {}), OFF)
