"""Forks: a new run that takes over what another recorded before a step, with some values changed."""

from __future__ import annotations

from typing import Any

import pytest

from flujo.core.errors import UsageError
from flujo.core.events import RunStarted
from flujo.core.ids import RunId
from flujo.engine.forking import forking, parse_change
from flujo.engine.past import Past
from flujo.engine.places import nodes_by_address
from tests.engine.cutting import cut, to_the_end
from tests.engine.world import World, fails

CHAIN = """
context: {who: ann, n: 0}
output: "{{ [previous, context] }}"
steps:
  - {name: a, uses: t.now, set: {n: "{{ 1 }}"}}
  - {name: ask, kind: hitl, message: Sure}
  - {name: b, uses: t.keyed, with: {value: "{{ input }} {{ run.id }}"}}
  - {name: c, uses: t.keyed, with: {value: "{{ [previous, input, context.n, context.who] }}"}}
"""


def world() -> World:
    world = World()
    world.inputs = False
    return world


def fork(world: World, run: str, step: str, **changes: Any) -> tuple[Any, Any]:
    engine = world.engine()
    past = Past(world.store, RunId(run))
    past.read(world.store.index(RunId(run)))
    given = [parse_change(key.replace("__", "."), value) for key, value in changes.items()]
    plan = forking(past, nodes_by_address(engine.graph(RunId(run)).root), step, given)
    return plan, world.view(world.run(engine.fork(plan)))


def test_what_ended_before_the_step_is_taken_over() -> None:
    one = world()
    run = one.start(CHAIN, "in").run_id
    first = one.resume(run, "yes")
    plan, view = fork(one, run, "c")
    assert {line.step: (line.fate, line.why) for line in plan.lines} == {
        "a": ("kept", "it ended before `c`"),
        "b": ("kept", "it ended before `c`"),
        "ask": ("kept", "it ended before `c`"),
        "c": ("again", "its effect will happen a second time"),
    }
    assert (view.status, view.output) == ("completed", first.output)
    assert view.forked_from == {"run": run, "from": "c", "set": {}}
    assert view.to_json()["forked_from"]["run"] == run
    assert one.calls == ["a", "b", "c", "c"]
    assert one.keys[2] != one.keys[3]
    rows = list(one.store.rows(view.run_id))
    assert [row.parent for row in rows if row.type == "step_completed"] == [run, run, run, ""]
    assert one.replay(view.run_id).equal
    assert one.replay(run).equal
    _, again = fork(one, view.run_id, "b")
    assert again.output[0][0] == f"in {again.run_id}"
    assert one.replay(again.run_id).equal


def test_a_fork_has_other_values() -> None:
    one = world()
    run = one.start(CHAIN, "in").run_id
    one.resume(run, "yes")
    _, view = fork(one, run, "c", input="other", context__n=5, context__who="bob", steps__b__output="told")
    assert view.output == [["told", "other", 5, "bob"], {"who": "bob", "n": 5}]
    assert view.steps["b"].output == "told"
    assert one.replay(view.run_id).equal
    started = next(iter(one.engine().events(view.run_id))).event
    assert isinstance(started, RunStarted)
    assert started.forked is not None
    assert started.forked["set"] == {"input": "other", "context.n": 5, "context.who": "bob", "steps.b.output": "told"}


def test_a_question_before_the_step_stays_answered_and_one_after_is_asked() -> None:
    one = world()
    run = one.start(CHAIN, "in").run_id
    _, view = fork(one, run, "ask")
    (task,) = view.tasks
    assert task.id.startswith(view.run_id)
    view = one.resume(view.run_id, "yes")
    assert view.status == "completed"
    _, view = fork(one, view.run_id, "b")
    assert (view.status, view.tasks, view.steps["ask"].output) == ("completed", [], "yes")
    assert one.replay(view.run_id).equal
    assert one.view(run).status == "suspended"


def test_a_failed_run_is_forked_from_where_it_failed() -> None:
    one = world()
    one.plans = {"b": [fails(), "fine"]}
    text = "steps: [{name: a, uses: t.keyed, undo: {uses: t.echo}}, {name: b, uses: t.plan}]"
    run = one.start(text, 3).run_id
    _, view = fork(one, run, "b")
    assert (view.status, view.output, view.undone) == ("completed", "fine", [])
    assert one.replay(view.run_id).equal


NESTED = """
context: {sum: 0}
steps:
  - name: fan
    kind: map
    over: [1, 2]
    max_concurrency: 1
    steps:
      - {name: a, uses: t.inc}
      - {name: b, uses: t.inc}
  - name: round
    kind: loop
    init: 0
    max: 3
    steps:
      - {name: c, uses: t.inc, set: {sum: "{{ context.sum + 1 }}"}}
      - {name: d, uses: t.inc}
  - {name: last, uses: t.echo, with: {value: "{{ [previous, context.sum] }}"}}
"""


@pytest.mark.parametrize(
    ("step", "again"),
    [
        ("last", ["last"]),
        ("round[2]/d", ["round[2]/d", "last"]),
        ("round[1]/c", ["round[1]/c", "round[1]/d", "round[2]/c", "round[2]/d", "last"]),
        ("round", [f"round[{n}]/{step}" for n in range(3) for step in "cd"] + ["last"]),
        ("fan[1]/b", ["fan[1]/b"]),
        ("fan", ["fan[0]/a", "fan[0]/b", "fan[1]/a", "fan[1]/b"]),
    ],
)
def test_a_fork_from_an_item_or_an_iteration(step: str, again: list[str]) -> None:
    one = world()
    first = one.start(NESTED)
    before = len(one.calls)
    _, view = fork(one, first.run_id, step)
    assert (view.status, view.output) == ("completed", first.output)
    assert one.calls[before:][: len(again)] == again
    assert one.replay(view.run_id).equal


def test_a_fork_that_is_cut_off_is_gone_on_with() -> None:
    whole = world()
    first = whole.start(NESTED)
    _, view = fork(whole, first.run_id, "round[1]/d", context__sum=10)
    assert view.output == [6, 11]
    begun = next(iter(whole.engine().events(view.run_id))).event
    assert isinstance(begun, RunStarted)
    assert begun.forked is not None
    events = whole.types(view.run_id)
    for length in range(begun.forked["until"], len(events)):
        one = cut(whole, view.run_id, length)
        assert to_the_end(one, view.run_id).output == view.output
        assert one.replay(view.run_id).equal


def test_a_redriven_fork_keeps_what_it_took_over() -> None:
    one = world()
    one.plans = {"b": ["x", fails(), "fine"]}
    run = one.start("steps: [{name: a, uses: t.now}, {name: b, uses: t.plan}]").run_id
    _, view = fork(one, run, "b")
    assert view.status == "failed"
    assert one.replay(view.run_id).equal
    view = one.redrive(view.run_id)
    assert view.output == "fine"
    assert one.calls == ["a", "b", "b", "b"]
    assert one.replay(view.run_id).equal


@pytest.mark.parametrize(
    ("step", "changes", "message"),
    [
        ("lst", {}, "did not come to a step `lst`"),
        ("fan/a", {}, "came to `fan/a` 2 times"),
        ("last", {"steps__last__output": 1}, "no result that the fork keeps"),
        ("last", {"steps__x": 1}, "names nothing"),
        ("last", {"context": 1}, "names nothing"),
        ("last", {"input__a__b": 1}, "no mapping"),
    ],
)
def test_what_a_fork_cannot_do(step: str, changes: Any, message: str) -> None:
    one = world()
    run = one.start(NESTED, "text").run_id
    with pytest.raises(UsageError, match=message):
        fork(one, run, step, **changes)
