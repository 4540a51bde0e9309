"""Questions to people: how many must answer, who may, and what happens when nobody does in time."""

from dataclasses import replace
from typing import Any

import pytest

from flujo.core.errors import Denied, UsageError
from flujo.core.events import Draft, TaskAnswered
from flujo.core.ids import Address, Digest, RunId
from flujo.core.outcomes import Suspended
from flujo.core.storing import Projection, RunHeader
from flujo.engine.answers import settled
from flujo.engine.commit import Committer
from flujo.engine.consent import consent
from flujo.engine.execution import Reply
from flujo.engine.fold import fold
from flujo.engine.journal import Journal, Owner
from flujo.engine.order import Order
from flujo.engine.past import Past
from flujo.engine.places import nodes_by_address
from flujo.engine.scope import Context, Frame, RunFacts, Scope
from tests.engine.world import World, fails

ASK = """
steps:
  - name: ask
    kind: hitl
    message: Which
    choices: [a, b]
    sink_to: chosen
    timeout: 1h
    {more}
  - {{name: say, uses: t.echo, input: "{{{{ [previous, answer, context.chosen] }}}}"}}
"""


def new() -> World:
    """A world whose views cost no replay."""
    world = World()
    world.inputs = False
    return world


def answer(world: World, run: str, value: Any, by: str) -> Any:
    """Let a person answer the only open task."""
    reply = Reply(world.store.tasks(RunId(run))[0].task, value, by)
    world.run(world.engine().resume(RunId(run), reply))
    return world.view(run)


def asked(more: str) -> World:
    """A world in which `run-1` asks."""
    world = new()
    assert world.start(ASK.format(more=more)).status == "suspended"
    return world


def test_as_many_people_as_the_quorum_must_give_the_same_answer():
    world = asked("quorum: 2")
    view = answer(world, "run-1", "a", "ann")
    assert [item.by for item in view.tasks[0].answers] == ["ann"]
    assert answer(world, "run-1", "b", "bob").status == "suspended"
    view = answer(world, "run-1", "a", "cyd")
    assert (view.status, view.output, view.tasks) == ("completed", ["a", "a", "a"], [])
    assert world.store.tasks() == []
    assert world.replay("run-1").equal


def test_nobody_answers_twice():
    world = asked("quorum: 2")
    answer(world, "run-1", "a", "ann")
    before = world.types("run-1")
    with pytest.raises(Denied, match="`ann` has answered it already"):
        answer(world, "run-1", "a", "ann")
    assert world.types("run-1") == before


def test_a_quorum_that_does_not_meet_expires():
    world = asked("quorum: 2")
    answer(world, "run-1", "a", "ann")
    world.clock.advance(3600)
    view = world.resume("run-1")
    assert (view.error["code"], view.error["message"]) == (
        "FLJ0508",
        "fewer than 2 people gave one answer within 3600 s",
    )
    assert (view.tasks, world.store.tasks()) == ([], [])
    assert world.replay("run-1").equal


def test_an_answer_in_advance_counts_when_there_is_none():
    world = asked("on_timeout: {answer: b}")
    world.clock.advance(3600)
    view = world.resume("run-1")
    assert (view.status, view.output) == ("completed", ["b", "b", "b"])
    assert world.replay("run-1").equal


def test_steps_may_stand_for_the_answer():
    world = asked("""on_timeout:
      steps:
        - {name: one, uses: t.echo, input: "{{ previous }}", set: {seen: "{{ steps.one.output }}"}}
        - {name: two, kind: hitl, message: "Then you"}""")
    world.clock.advance(3600)
    view = world.resume("run-1")
    assert [task.step for task in view.tasks] == ["ask/@timeout/two"]
    world.clock.advance(3600)
    view = world.resume("run-1", "c")
    assert (view.status, view.output) == ("completed", ["c", "c", "c"])
    assert world.calls == ["ask/@timeout/one", "say"]
    assert world.replay("run-1").equal


def test_steps_that_fail_fail_the_question():
    world = asked("on_timeout: {steps: {name: one, uses: t.broken}}\n    on_error: continue")
    world.clock.advance(3600)
    view = world.resume("run-1")
    assert (view.steps["ask/@timeout/one"].status, view.steps["ask"].status) == ("failed", "continued")
    assert world.replay("run-1").equal


def test_an_answer_before_the_deadline_wins():
    world = asked("on_timeout: {answer: b}")
    world.clock.advance(3599)
    assert answer(world, "run-1", "a", "ann").output == ["a", "a", "a"]
    assert world.replay("run-1").equal


def test_an_answer_that_comes_too_late_is_not_taken():
    world = asked("on_timeout: {answer: b}")
    world.clock.advance(3600)
    assert answer(world, "run-1", "a", "ann").output == ["b", "b", "b"]
    assert "task_answered ask" not in world.types("run-1")


def test_a_redrive_asks_anew():
    world = asked("")
    world.clock.advance(3600)
    assert world.resume("run-1").status == "failed"
    view = world.redrive("run-1")
    assert (view.status, [task.step for task in view.tasks]) == ("suspended", ["ask"])
    assert answer(world, "run-1", "a", "ann").status == "completed"
    assert world.replay("run-1").equal


def test_whom_it_is_for_is_shown():
    world = new()
    view = world.start('steps: {name: ask, kind: hitl, message: Sure, to: "{{ input }}"}', "the editor")
    assert view.tasks[0].to == "the editor"
    assert answer(world, "run-1", "yes", "anyone").status == "completed"
    assert world.replay("run-1").equal
    assert world.start('steps: {name: ask, kind: hitl, message: Sure, to: "{{ input }}"}', 3).error["code"] == "FLJ0405"


# --- approvals ---

WRITE = """
steps:
  - name: read
    uses: t.plan
  - name: write
    uses: t.write
    with: {{value: "{{{{ steps.read.output }}}}"}}
    approval: {approval}
  - name: end
    uses: t.plan
"""


def guarded(approval: str = "required", read: Any = "text", end: Any = None) -> World:
    """A world in which `run-1` asks whether it may write what was read."""
    world = new()
    world.plans = {"read": [read], "end": [end]}
    assert world.start(WRITE.format(approval=approval)).status == "suspended"
    return world


def test_only_those_named_may_approve():
    world = guarded("{by: [ann, bob]}")
    before = world.types("run-1")
    with pytest.raises(Denied, match="it is for `ann`, `bob`, and you are `eve`"):
        answer(world, "run-1", "yes", "eve")
    assert world.types("run-1") == before
    assert answer(world, "run-1", "yes", "bob").status == "completed"
    assert world.calls == ["read", "write", "end"]


def test_several_people_must_approve_and_one_may_refuse():
    world = guarded("{quorum: 2, message: Sure}")
    assert answer(world, "run-1", "yes", "ann").status == "suspended"
    assert world.calls == ["read"]
    assert answer(world, "run-1", "yes", "bob").status == "completed"
    world = guarded("{quorum: 2}")
    view = answer(world, "run-1", "no", "ann")
    assert (view.status, view.error["class"]) == ("denied", "authority")
    assert world.replay("run-1").equal


def test_an_approval_that_expires_is_a_refusal_and_a_redrive_asks_again():
    world = guarded("{expires: 1h}")
    world.clock.advance(3600)
    view = answer(world, "run-1", "yes", "ann")
    assert (view.status, view.error["code"], view.error["class"]) == ("denied", "FLJ0701", "authority")
    assert world.calls == ["read"]
    assert world.replay("run-1").equal
    assert world.redrive("run-1").tasks[0].step == "write"
    assert answer(world, "run-1", "yes", "ann").status == "completed"
    assert world.replay("run-1").equal


def test_a_refusal_is_asked_about_again_by_a_redrive_only():
    world = guarded()
    assert answer(world, "run-1", "no", "ann").status == "denied"
    assert world.redrive("run-1").tasks[0].step == "write"
    assert answer(world, "run-1", "yes", "ann").status == "completed"


RETRIED = """
steps:
  - name: region
    kind: conditional
    condition: true
    {retry}
    branches:
      true:
        - {{name: read, uses: t.plan}}
        - name: write
          uses: t.plan
          with: {{value: "{{{{ steps.read.output }}}}"}}
          approval: required
"""


@pytest.mark.parametrize("retry", ["", "retry: {attempts: 2, on: [any], delay: 1ms}"])
def test_an_approval_covers_the_same_call_after_a_redrive_or_a_retry_of_the_region(retry):
    world = new()
    world.plans = {"region/true/read": ["text"], "region/true/write": [fails("once"), "done"]}
    assert world.start(RETRIED.format(retry=retry)).status == "suspended"
    view = answer(world, "run-1", "yes", "ann")
    if not retry:
        assert view.status == "failed"
        view = world.redrive("run-1")
    assert (view.status, view.output) == ("completed", "done")
    assert world.types("run-1").count("task_opened region/true/write") == 1
    assert world.replay("run-1").equal


class Approving:
    """A journal of a run that has not begun, and the calls that want consent in it."""

    def __init__(self) -> None:
        world = self.world = new()
        graph = world.graph("steps: {name: a, uses: t.write, approval: required}")
        (self.call,) = graph.root.children
        self.store, self.run = world.store, RunId("run-1")
        self.store.create(RunHeader(self.run, "test", "running", 0, 0))
        self.journal = Journal(self.store, Past(self.store, self.run), world.clock, Owner(0, Committer(self.store)))

    def consent(self, arguments: Any, address: str = "a", **changes: Any) -> Any:
        """Ask whether a call may be made."""
        facts = RunFacts(self.run, "test", "seed", 0, None)
        frame = Frame(Scope(facts, Context({})), Address(address), self.journal.moment)
        order = Order(replace(self.call, **changes), frame, arguments)
        return consent(self.journal, order, lambda: None)

    def approve(self) -> None:
        """Let somebody say yes to the question that is open."""
        (task,) = self.store.tasks(self.run)
        answered = TaskAnswered(task.task, "yes", "ann", Digest(""))
        self.journal.append(Draft(answered, task.step), change=Projection(closed=(task.task,)))


@pytest.mark.parametrize(
    ("arguments", "changes"),
    [
        ({"value": "texu"}, {}),
        ({"value": "text", "more": None}, {}),
        ({"value": ["text"]}, {}),
        ({"value": "text"}, {"revision": "2"}),
        ({"value": "text"}, {"target": "t.keyed"}),
        ({"value": "text"}, {"address": "b"}),
        ({"value": "text"}, {"address": "a[1]"}),
    ],
)
def test_one_changed_byte_is_asked_about_again(arguments, changes):
    approving = Approving()
    assert isinstance(approving.consent({"value": "text"}), Suspended)
    approving.approve()
    assert approving.consent({"value": "text"}) is None
    assert isinstance(approving.consent(arguments, **changes), Suspended)
    approving.approve()
    assert approving.consent({"value": "text"}) is None  # that one still holds
    assert approving.consent(arguments, **changes) is None


def test_a_question_about_other_arguments_takes_the_place_of_the_open_one():
    approving = Approving()
    approving.consent({"value": 1})
    (first,) = approving.store.tasks(approving.run)
    approving.consent({"value": 2})
    (second,) = approving.store.tasks(approving.run)
    assert first.task != second.task
    approving.approve()
    assert isinstance(approving.consent({"value": 1}), Suspended)
    assert approving.consent({"value": 2}) is None


def test_arguments_that_read_the_clock_stay_the_same_while_a_person_thinks():
    world = new()
    text = 'steps: {name: write, uses: t.write, with: {value: "{{ now() }}"}, approval: required}'
    view = world.start(text)
    shown = view.tasks[0].show["arguments"]["value"]
    world.clock.advance(86_400)
    view = answer(world, "run-1", "yes", "ann")
    assert (view.status, view.output) == ("completed", shown)
    assert world.replay("run-1").equal


def test_nobody_is_asked_about_arguments_that_do_not_fit():
    world = new()
    world._specs["t.write"] = replace(
        world._specs["t.write"], parameters={"type": "object", "properties": {"value": {"type": "integer"}}}
    )
    text = 'steps: {name: write, uses: t.write, with: {value: "{{ input }}"}, approval: required}'
    view = world.start(text, "seven")
    assert (view.status, view.error["code"], view.tasks) == ("failed", "FLJ0604", [])
    assert world.start(text, 7).tasks[0].step == "write"


def test_a_skill_that_cannot_be_loaded_is_not_asked_about():
    world = new()
    text = "steps: {name: write, uses: t.write, approval: required}"
    graph = world.graph(text)
    world.load = Absent().load  # type: ignore[method-assign]
    world.run(world.engine().start(graph, None))
    assert world.view("run-1").error["code"] == "FLJ0607"


class Absent:
    """Skills of which none can be loaded."""

    def load(self, id: str) -> Any:
        raise UsageError("FLJ0607", f"`{id}` cannot be imported")


# --- in a catch ---


def test_this_in_a_catch_is_what_the_failed_step_got():
    world = new()
    text = """
steps:
  - name: try
    uses: t.broken
    input: "{{ input + 1 }}"
    on_error:
      steps:
        - {name: one, uses: t.echo}
        - {name: two, uses: t.echo, input: "{{ [this, input, previous] }}"}
        - {name: three, uses: t.echo, with: {value: "{{ this }}"}}
"""
    view = world.start(text, 1)
    assert [view.steps[f"try/@catch/{name}"].output for name in ("one", "two", "three")] == [2, [2, 1, 2], 2]
    assert world.replay("run-1").equal


def test_a_question_that_is_settled_no_longer_waits_for_a_person():
    world = asked("quorum: 2")
    opened, first, second = [], [], []
    engine = world.engine()
    answer(world, "run-1", "a", "ann")
    answer(world, "run-1", "a", "bob")
    nodes = nodes_by_address(engine.graph(RunId("run-1")).root)
    events = list(engine.events(RunId("run-1")))
    for number, item in enumerate(events):
        status = fold(RunId("run-1"), events[: number + 1], nodes).steps.get(Address("ask"))
        if item.event.TYPE == "task_opened":
            opened.append(status and status.status)
        elif item.event.TYPE == "task_answered":
            (second if first else first).append(status and status.status)
    assert (opened, first, second) == (["suspended"], ["suspended"], ["running"])


def test_one_person_counts_once():
    twice = [TaskAnswered("t", "a", by, Digest("")) for by in ("ann", "ann")]
    assert settled("question", 2, twice) is None
    assert settled("question", 2, [*twice, TaskAnswered("t", "a", "bob", Digest(""))]) is not None
