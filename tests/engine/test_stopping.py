"""Cancel and rollback: a run that ends from outside, what is undone, and what a redrive does then."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from flujo.core.errors import StateError, UsageError
from flujo.core.events import RunHalted
from flujo.core.ports import Skill
from flujo.engine.execution import Quietly, Reply
from flujo.engine.past import Past
from flujo.engine.places import nodes_by_address
from flujo.engine.redriving import Choice
from flujo.engine.rolling import cancelling, rolling_back
from flujo.engine.watch import wish
from tests.engine.cutting import cut
from tests.engine.world import World, fails

DRIVING = Quietly(stoppable=True)
SAGA = """
steps:
  - {name: book, uses: t.keyed, with: {value: room}, undo: {uses: t.keyed, with: {value: "not {{ output }}"}}}
  - {name: ask, kind: hitl, message: Sure}
  - {name: last, uses: t.echo}
"""


class Jumps(asyncio.SelectorEventLoop):
    """A loop in which waiting takes no time: it jumps to the next timer when nothing else is left to do."""

    skipped = 0.0

    def time(self) -> float:
        return super().time() + self.skipped

    def _run_once(self) -> None:
        if not self._ready and self._scheduled:  # type: ignore[attr-defined]
            self.skipped += max(0.0, self._scheduled[0]._when - self.time())  # type: ignore[attr-defined]
        super()._run_once()  # type: ignore[misc]


class Hanging(World):
    """A world with skills that never come to an end: `t.wait` reads, `t.write` writes."""

    def __init__(self) -> None:
        super().__init__()
        self.inputs = False
        self.loop = Jumps

    def load(self, id: str) -> Skill:
        plain = super().load(id)

        async def hang(arguments: Any, context: Any) -> Any:
            self.calls.append(context.address)
            self.die(context.address)
            await asyncio.get_running_loop().create_future()

        return Skill(plain.spec, hang) if id in ("t.flaky", "t.write") else plain

    def drive(self, text: str) -> Any:
        return self.view(self.run(self.engine().start(self.graph(text), None, DRIVING)))


def world() -> World:
    world = World()
    world.inputs = False
    return world


def cancel(world: World, run: str, *, undo: bool = False) -> Any:
    world.run(world.engine().stop(run, RunHalted("cancel", "ann", undo)))
    return world.view(run)


@pytest.mark.parametrize("undo", [False, True])
def test_a_suspended_run_is_cancelled_at_once(undo: bool) -> None:
    one = world()
    run = one.start(SAGA).run_id
    view = cancel(one, run, undo=undo)
    assert (view.status, view.error["code"], view.tasks) == ("cancelled", "FLJ0814", [])
    assert view.undone == (["book"] if undo else [])
    assert one.store.tasks(run) == []
    assert one.replay(run).equal
    with pytest.raises(StateError, match="nothing to resume"):
        one.resume(run)
    with pytest.raises(StateError, match="nothing to cancel"):
        cancel(one, run)
    view = one.redrive(run)
    assert view.status == "suspended"
    assert one.calls == (["book", "book/@undo", "book"] if undo else ["book"])
    view = one.resume(run, "yes")
    assert view.status == "completed"
    assert one.replay(run).equal


def test_a_running_process_notices_at_the_next_call() -> None:
    one = world()
    one.die = lambda address: one.store.ask("run-1", wish("ann", undo=True)) if address == "b" else None
    text = """
steps:
  - {name: a, uses: t.echo, undo: {uses: t.echo}}
  - {name: b, uses: t.echo}
  - {name: pause, kind: wait, for: 1s}
  - {name: c, uses: t.echo}
"""
    view = one.view(one.run(one.engine().start(one.graph(text), None, DRIVING)))
    assert view.status == "cancelled"
    assert view.undone == ["a"]
    assert one.calls == ["a", "b", "a/@undo"]
    assert one.store.asked("run-1") == ""
    assert one.replay("run-1").equal


def test_a_call_under_way_is_cut_off_after_some_grace() -> None:
    one = Hanging()
    one.die = lambda address: one.store.ask("run-1", wish("ann", undo=False))
    view = one.drive("steps: [{name: a, uses: t.flaky}, {name: b, uses: t.echo}]")
    assert view.status == "cancelled"
    assert view.steps["a"].status == "cancelled"
    assert view.tasks == []
    assert one.replay("run-1").equal


@pytest.mark.parametrize("side", [False, True])
def test_a_write_that_is_cut_off_is_in_doubt_though_the_run_is_cancelled(side: bool) -> None:
    one = Hanging()
    one.die = lambda address: one.store.ask("run-1", wish("ann", undo=False))
    write = "{name: b, uses: t.write, with: {value: 5}}"
    text = f"steps: [{write}]"
    if side:
        text = f"steps: [{{name: p, kind: parallel, branches: {{one: {write}, two: {{name: c, uses: t.echo}}}}}}]"
    address = "p/one/b" if side else "b"
    view = one.drive(text)
    assert view.status == "cancelled"
    (task,) = view.tasks
    assert (task.kind, task.step, task.show["arguments"]) == ("in_doubt", address, {"value": 5})
    assert [item.task for item in one.store.tasks("run-1")] == [task.id]
    assert one.replay("run-1").equal
    one.run(one.engine().answer("run-1", Reply(task.id, {"choice": "done", "output": 9}, "ann")))
    view = one.redrive("run-1")
    assert view.status == "completed"
    assert view.steps[address].output == 9
    assert one.calls.count(address) == 1
    assert one.replay("run-1").equal


def test_a_crash_while_a_cancelled_run_is_undone_undoes_nothing_twice() -> None:
    whole = world()
    run = whole.start(SAGA).run_id
    cancel(whole, run, undo=True)
    events = whole.types(run)
    for length in range(events.index("run_halted") + 1, len(events)):
        one = cut(whole, run, length)
        view = one.resume(run)
        assert (view.status, view.undone, view.tasks) == ("cancelled", ["book"], [])
        assert one.types(run).count("undo_finished book") == 1
        assert one.types(run).count("run_finished") == 1
        assert one.replay(run).equal


def test_a_cancelled_run_whose_undo_fails_waits_for_a_person() -> None:
    one = world()
    one.plans = {"a/@undo": [fails()]}
    run = one.start("steps: [{name: a, uses: t.keyed, undo: {uses: t.plan}}, {name: b, kind: hitl, message: x}]").run_id
    view = cancel(one, run, undo=True)
    assert view.status == "suspended"
    assert [task.kind for task in view.tasks] == ["question", "undo"]
    view = one.resume(run, "fail", view.tasks[1].id)
    assert (view.status, view.undone, view.tasks) == ("cancelled", [], [])
    assert one.replay(run).equal


# --- rollback ---


def rollback(world: World, run: str, to: str) -> Any:
    engine = world.engine()
    past = Past(world.store, run)
    past.read(world.store.index(run))
    plan = rolling_back(past, nodes_by_address(engine.graph(run).root), to)
    world.run(engine.stop(run, RunHalted("rollback", "ann", True, plan.to, plan.after, list(plan.void) or None)))
    return plan, world.view(run)


def fates(plan: Any) -> dict[str, str]:
    return {line.step: line.fate for line in plan.lines}


CHAIN = """
steps:
  - {name: a, uses: t.keyed, undo: {uses: t.echo}}
  - {name: b, uses: t.keyed, with: {value: 2}, undo: {uses: t.keyed, with: {value: "{{ output }}"}, on: rollback}}
  - {name: c, uses: t.write}
  - {name: d, uses: t.echo, undo: {uses: t.write}}
  - {name: e, uses: t.inc, with: {value: 1}}
"""


def test_a_completed_run_goes_back_to_a_step() -> None:
    one = world()
    run = one.start(CHAIN, 1).run_id
    plan, view = rollback(one, run, "a")
    assert fates(plan) == {"a": "kept", "b": "undone", "c": "stays", "d": "undone", "e": "again"}
    assert [line.call for line in plan.lines] == ["t.keyed", "t.keyed", "t.write", "t.write", "t.inc"]
    assert (view.status, view.error["code"], view.output, view.undone) == ("failed", "FLJ0815", None, ["d", "b"])
    assert one.calls[5:] == ["d/@undo", "b/@undo"]
    assert one.replay(run).equal
    view = one.redrive(run)
    assert (view.status, view.output) == ("completed", 2)
    assert one.calls[7:] == ["b", "c", "d", "e"]
    assert len(set(one.keys)) == len(one.keys)
    assert one.replay(run).equal


def test_a_region_of_which_the_same_becomes_is_one_line() -> None:
    one = world()
    body = "{name: e, uses: t.inc, with: {value: 1}}"
    text = f"steps:\n  - {body}\n  - {{name: m, kind: map, over: [1, 2], steps: {body}}}\n"
    run = one.start(
        text + f"  - {{name: p, kind: parallel, branches: {{x: {body}, y: {{name: w, uses: t.write}}}}}}", 1
    )
    plan, _ = rollback(one, run.run_id, "e")
    assert fates(plan) == {"e": "kept", "m": "again", "p/x/e": "again", "p/y/w": "stays"}


def test_a_suspended_run_goes_back_further_and_further() -> None:
    one = world()
    run = one.start(CHAIN + "  - {name: ask, kind: hitl, message: Sure}", 1).run_id
    plan, view = rollback(one, run, "c")
    assert (view.status, view.undone, view.tasks) == ("failed", ["d"], [])
    plan, view = rollback(one, run, "a")
    assert fates(plan) == {"a": "kept", "b": "undone", "c": "stays", "d": "again", "e": "again"}
    assert view.undone == ["d", "b"]
    assert one.replay(run).equal
    view = one.redrive(run)
    assert view.status == "suspended"
    assert one.resume(run, "yes").status == "completed"
    assert one.replay(run).equal


@pytest.mark.parametrize(("keep", "again"), [((), ["b", "c", "d", "e"]), (("c",), ["b", "d", "e"])])
def test_a_redrive_after_a_rollback_keeps_a_write_that_is_named(keep: tuple[str, ...], again: list[str]) -> None:
    one = world()
    run = one.start(CHAIN, 1).run_id
    rollback(one, run, "a")
    before = len(one.calls)
    one.run(one.engine().redrive(run, choice=Choice(keep=frozenset(keep))))
    assert one.calls[before:] == again
    assert one.replay(run).equal


def test_a_run_that_failed_and_was_undone_goes_back() -> None:
    one = world()
    one.plans = {"f": [fails(), "end"]}
    run = one.start(CHAIN + "  - {name: f, uses: t.plan}", 1).run_id
    assert one.view(run).undone == ["d", "a"]
    plan, _ = rollback(one, run, "b")
    assert fates(plan) == {"a": "again", "b": "kept", "c": "stays", "d": "again", "e": "again"}
    before = len(one.calls)
    with pytest.raises(StateError, match="a second time: `b`"):
        one.redrive(run)
    one.run(one.engine().redrive(run, choice=Choice(keep=frozenset({"b"}))))
    assert one.view(run).output == "end"
    assert one.calls[before:] == ["a", "c", "d", "e", "f"]
    assert one.replay(run).equal


NESTED = """
steps:
  - {name: first, uses: t.echo, with: {value: 0}}
  - name: fan
    kind: map
    over: [1, 2]
    max_concurrency: 1
    steps:
      - {name: a, uses: t.keyed, undo: {uses: t.echo}}
      - {name: b, uses: t.inc}
  - name: round
    kind: loop
    init: 0
    max: 3
    steps:
      - {name: c, uses: t.inc, undo: {uses: t.echo}}
      - {name: d, uses: t.inc}
  - {name: last, uses: t.echo}
"""


@pytest.mark.parametrize(
    ("to", "undone", "again"),
    [
        ("last", [], []),
        ("round", [], ["last"]),
        ("round[1]/c", ["round[2]/c"], ["round[1]/d", "round[2]/c", "round[2]/d", "last"]),
        ("fan", ["round[2]/c", "round[1]/c", "round[0]/c"], ["round[0]/c", "round[0]/d"]),
        ("fan[0]/b", ["round[2]/c", "round[1]/c", "round[0]/c", "fan[1]/a"], ["fan[1]/a", "fan[1]/b", "round[0]/c"]),
        ("fan[0]/a", ["round[2]/c", "round[1]/c", "round[0]/c", "fan[1]/a"], ["fan[0]/b", "fan[1]/a", "fan[1]/b"]),
    ],
)
def test_a_run_goes_back_to_an_item_or_an_iteration(to: str, undone: list[str], again: list[str]) -> None:
    one = world()
    view = one.start(NESTED)
    run, output = view.run_id, view.output
    before = len(one.calls) + len(undone)
    _, view = rollback(one, run, to)
    assert view.undone == undone
    assert one.replay(run).equal
    view = one.redrive(run)
    assert (view.status, view.output) == ("completed", output)
    assert one.calls[before:][: len(again)] == again
    assert one.replay(run).equal


def test_a_crash_in_a_rollback_is_gone_on_with() -> None:
    whole = world()
    run = whole.start(CHAIN, 1).run_id
    rollback(whole, run, "a")
    events = whole.types(run)
    for length in range(events.index("run_halted") + 1, len(events)):
        one = cut(whole, run, length)
        view = one.resume(run)
        if view.status == "suspended":  # the undo of `d` was cut off
            view = one.resume(run, {"choice": "done", "output": None})
        assert (view.status, sorted(view.undone)) == ("failed", ["b", "d"])
        assert one.replay(run).equal


def test_a_step_to_go_back_to_must_have_completed() -> None:
    one = world()
    run = one.start(NESTED).run_id
    for to, message in (("frist", "no step `frist`"), ("fan/a", "`fan/a` ended 2 times")):
        with pytest.raises(UsageError, match=message):
            rollback(one, run, to)
    run = one.start("steps: [{name: a, uses: t.echo, undo: {uses: t.echo}}, {name: b, uses: t.broken}]").run_id
    with pytest.raises(UsageError, match="`a` was undone"):
        rollback(one, run, "a")


def test_what_becomes_of_a_cancelled_run() -> None:
    one = world()
    run = one.start(CHAIN + "  - {name: ask, kind: hitl, message: Sure}", 1).run_id
    past = Past(one.store, run)
    past.read(one.store.index(run))
    nodes = nodes_by_address(one.engine().graph(run).root)
    assert [line.fate for line in cancelling(past, nodes, undo=True)] == ["undone", "stays", "stays", "undone", "kept"]
    assert [line.fate for line in cancelling(past, nodes, undo=False)] == ["stays", "stays", "stays", "kept", "kept"]
