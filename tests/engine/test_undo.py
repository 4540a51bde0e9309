"""Undo: in reverse order, recorded, once; what was undone runs again in a redrive."""

from __future__ import annotations

from typing import Any

import pytest

from flujo.core.errors import StateError
from flujo.core.events import UndoFinished
from flujo.engine.redriving import Choice
from tests.engine.cutting import cut
from tests.engine.world import World, fails

SAGA = """
context: {who: ann}
steps:
  - name: book
    uses: t.keyed
    with: {value: room}
    undo: {uses: t.write, with: {value: "cancel {{ output }} of {{ this }} for {{ context.who }}"}}
  - name: charge
    uses: t.plan
    input: 7
    with: {value: "{{ this }}"}
    undo:
      steps:
        - {name: look, uses: t.plan}
        - {name: pay, uses: t.keyed, with: {value: "{{ previous + output + this }}"}}
  - {name: ship, uses: t.plan}
"""


def world() -> World:
    world = World()
    world.inputs = False
    world.plans = {"charge": [100, 200], "ship": [fails(), "shipped"], "charge/@undo/look": [1, 2]}
    return world


def undos(world: World, run: str) -> list[str]:
    return [kind for kind in world.types(run) if kind.startswith("undo_")]


def test_the_last_effect_is_undone_first() -> None:
    one = world()
    view = one.start(SAGA, "in")
    assert view.status == "failed"
    assert view.error["step"] == "ship"
    assert view.undone == ["charge", "book"]
    assert one.calls == ["book", "charge", "ship", "charge/@undo/look", "charge/@undo/pay", "book/@undo"]
    assert view.steps["book/@undo"].output == "cancel room of in for ann"
    assert view.steps["charge/@undo/look"].status == "completed"
    assert view.steps["charge/@undo/pay"].output == 108
    assert view.to_json()["undone"] == ["charge", "book"]
    assert one.replay(view.run_id).equal


def test_a_crash_at_any_event_undoes_nothing_twice() -> None:
    whole = world()
    view = whole.start(SAGA, "in")
    events = whole.types(view.run_id)
    begin = next(number for number, kind in enumerate(events) if kind.startswith("step_failed"))
    for length in range(begin + 1, len(events)):
        one = cut(whole, view.run_id, length)
        one.plans = {"charge/@undo/look": [1]}
        resumed = one.resume(view.run_id)
        if resumed.status == "suspended":  # the undo of `book` was cut off, and may have taken effect
            resumed = one.resume(view.run_id, {"choice": "done", "output": 1})
        assert resumed.status == "failed"
        assert resumed.undone == ["charge", "book"]
        assert undos(one, view.run_id) == undos(whole, view.run_id)
        assert one.replay(view.run_id).equal


def test_a_redrive_runs_what_was_undone_again_with_keys_of_its_own() -> None:
    one = world()
    view = one.start(SAGA, "in")
    first = dict(zip(one.calls, one.keys, strict=True))
    view = one.redrive(view.run_id)
    assert view.status == "completed"
    assert view.output == "shipped"
    assert view.undone == []
    assert one.calls[6:] == ["book", "charge", "ship"]
    assert one.keys[6] != first["book"]
    assert one.replay(view.run_id).equal


def test_an_undo_that_fails_asks_and_the_others_go_on() -> None:
    text = """
steps:
  - {name: a, uses: t.keyed, undo: {uses: t.keyed}}
  - {name: b, uses: t.keyed, undo: {uses: t.plan}}
  - {name: c, uses: t.broken}
"""
    for answer, calls, undone, error in (
        ("done", 1, ["a", "b"], False),
        ("fail", 1, ["a"], True),
        ("retry", 2, ["a", "b"], False),
    ):
        one = world()
        one.plans = {"b/@undo": [fails(), "ok"]}
        view = one.start(text, "in")
        assert view.status == "suspended"
        assert view.undone == ["a"]
        (task,) = view.tasks
        assert (task.kind, task.step, task.choices) == ("undo", "b/@undo", ["done", "retry", "fail"])
        assert one.replay(view.run_id).equal
        view = one.resume(view.run_id, answer)
        assert view.status == "failed"
        assert view.error["step"] == "c"
        assert (one.calls.count("b/@undo"), view.undone) == (calls, undone)
        ends = [item.event for item in one.engine().events(view.run_id) if isinstance(item.event, UndoFinished)]
        assert [event.by for event in ends] == [None, None if answer == "retry" else "tester"]
        assert (ends[-1].error is not None) == error
        assert one.replay(view.run_id).equal


def test_every_item_branch_and_iteration_is_undone() -> None:
    text = """
steps:
  - name: fan
    kind: map
    over: [1, 2]
    max_concurrency: 1
    undo: {uses: t.echo, with: {value: "{{ output }}"}}
    steps: {name: a, uses: t.inc, undo: {uses: t.echo, with: {value: "{{ [this, output] }}"}}}
  - name: round
    kind: loop
    max: 2
    init: 0
    steps:
      - {name: b, uses: t.inc, undo: {uses: t.echo, with: {value: "{{ output }}"}}}
      - {name: c, uses: t.inc}
  - name: choice
    kind: conditional
    condition: true
    branches:
      true: {name: d, uses: t.inc, undo: {uses: t.echo}}
  - name: caught
    uses: t.broken
    on_error: {steps: {name: e, uses: t.echo, undo: {uses: t.echo}}}
    undo: {uses: t.echo}
  - {name: passed, uses: t.broken, on_error: continue, undo: {uses: t.echo}}
  - {name: manual, uses: t.echo, undo: {uses: t.echo, on: rollback}}
  - {name: last, uses: t.plan}
"""
    one = world()
    one.plans = {"last": [fails(), "end"]}
    view = one.start(text)
    assert view.undone == [
        "caught/@catch/e",
        "choice/true/d",
        "round[1]/b",
        "round[0]/b",
        "fan",
        "fan[1]/a",
        "fan[0]/a",
    ]
    assert view.steps["fan/@undo"].output == [2, 3]
    assert view.steps["fan[1]/a/@undo"].output == [2, 3]
    assert view.steps["round[1]/b/@undo"].output == 3
    assert one.replay(view.run_id).equal
    before = len(one.calls)
    view = one.redrive(view.run_id)
    assert view.status == "partial"
    assert one.calls[before:] == [
        "fan[0]/a", "fan[1]/a", "round[0]/b", "round[0]/c", "round[1]/b", "round[1]/c", "choice/true/d", "caught",
        "caught/@catch/e", "passed", "manual", "last",
    ]  # fmt: skip
    assert one.replay(view.run_id).equal


def test_only_what_depends_on_an_undone_step_runs_again() -> None:
    text = """
steps:
  - {name: a, uses: t.echo, undo: {uses: t.echo}}
  - {name: b, uses: t.plan, needs: [a]}
  - {name: other, uses: t.plan}
  - {name: last, uses: t.plan, needs: [b, other]}
"""
    one = world()
    one.plans = {"b": [1, 2], "other": [5], "last": [fails(), "end"]}
    view = one.start(text, "in")
    assert view.undone == ["a"]
    view = one.redrive(view.run_id)
    assert view.status == "completed"
    assert one.calls[5:] == ["a", "b", "last"]
    assert one.replay(view.run_id).equal


def test_a_later_iteration_does_not_hold_without_the_one_before() -> None:
    text = """
steps:
  - name: round
    kind: loop
    max: 3
    init: 0
    steps:
      - {name: a, uses: t.inc, when: "{{ loop.index == 2 }}", undo: {uses: t.echo}}
      - {name: b, uses: t.inc}
  - {name: last, uses: t.plan}
"""
    one = world()
    one.plans = {"last": [fails(), "end"]}
    view = one.start(text)
    assert view.undone == ["round[1]/a"]
    before = len(one.calls)
    view = one.redrive(view.run_id)
    assert view.output == "end"
    assert one.calls[before:] == ["round[1]/a", "round[1]/b", "round[2]/b", "last"]
    assert one.replay(view.run_id).equal


def test_a_write_in_doubt_is_undone_first() -> None:
    text = """
steps:
  - {name: a, uses: t.keyed, undo: {uses: t.keyed}}
  - name: side
    kind: parallel
    branches:
      slow: {name: b, uses: t.write, undo: {uses: t.keyed, with: {value: "{{ [this, output] }}"}}}
      bad: {name: c, uses: t.broken}
"""
    whole = world()
    view = whole.start(text, 4)
    events = whole.types(view.run_id)
    one = cut(whole, view.run_id, events.index("step_started side/slow/b") + 1)
    view = one.resume(view.run_id)
    assert view.status == "failed"
    assert view.undone == ["side/slow/b", "a"]
    assert view.steps["side/slow/b/@undo"].output == [4, None]
    assert one.replay(view.run_id).equal


def test_a_completed_write_is_not_run_again_unasked() -> None:
    text = """
steps:
  - {name: a, uses: t.plan, undo: {uses: t.echo}}
  - {name: mail, uses: t.write}
  - {name: last, uses: t.plan}
"""
    for choice, calls in (({"again": frozenset({"mail"})}, ["a", "mail", "last"]), ({"keep": {"mail"}}, ["a", "last"])):
        one = world()
        one.plans = {"a": [1, 2], "last": [fails(), "end"]}
        run = one.start(text).run_id
        with pytest.raises(StateError, match="a second time: `mail`") as error:
            one.redrive(run)
        assert error.value.diagnostic.code == "FLJ0813"
        before = len(one.calls)
        one.run(one.engine().redrive(run, choice=Choice(**choice)))
        assert one.view(run).status == "completed"
        assert one.calls[before:] == calls
        assert one.replay(run).equal


def test_undo_again_after_a_redrive_that_failed() -> None:
    one = world()
    one.plans = {"charge": [100, 200], "ship": [fails(), fails()], "charge/@undo/look": [1, 2]}
    run = one.start(SAGA, "in").run_id
    view = one.redrive(run)
    assert view.status == "failed"
    assert view.undone == ["charge", "book"]
    assert view.steps["charge/@undo/pay"].output == 209
    assert len(set(one.keys)) == len(one.keys)
    assert one.replay(run).equal


def test_the_replay_of_a_region_whose_retry_was_used_up_ends() -> None:
    one = world()
    view = one.start(
        "steps: {name: r, kind: loop, max: 1, retry: {attempts: 3, on: [any]}, steps: {name: a, uses: t.broken}}"
    )
    assert one.calls == ["r[0]/a"] * 3
    assert one.replay(view.run_id).equal


def codes(text: str) -> list[Any]:
    from flujo.blueprints.compiler import compile_blueprint

    one = World()
    found = compile_blueprint('version: "0.1"\n' + text, "test.yaml", one, one).diagnostics
    return [(item.code, item.message) for item in found]


def test_what_is_wrong_with_an_undo_is_said() -> None:
    def of(undo: str) -> list[str]:
        found = codes(f"steps: [{{name: a, uses: t.echo}}, {{name: b, uses: t.echo, undo: {undo}}}]")
        return [f"{code} {message}" for code, message in found]

    assert of("{uses: t.echo, with: {value: '{{ [this, output, input, run.id] }}'}, retry: 2, on: failure}") == []
    assert of("t.echo") == ["FLJ0203 `undo` must be a mapping: a step, or `steps`"]
    assert of("{on: rollback}") == ["FLJ0202 the `undo` does nothing"]
    assert of("{uses: t.echo, on: error}") == ["FLJ0204 `on` must be `failure` or `rollback`"]
    assert of("{uses: t.ecko}") == ["FLJ0601 unknown skill `t.ecko`"]
    assert of("{uses: t.echo, wiht: {}}") == ["FLJ0201 unknown key `wiht`"]
    assert of("{steps: [], extra: 1}") == [
        "FLJ0204 a list of steps needs at least one step",
        "FLJ0201 unknown key `extra`",
    ]
    assert of("{uses: t.echo, undo: {uses: t.echo}}") == ["FLJ0204 a step of an `undo` has no `undo` of its own"]
    assert of("{uses: t.echo, input: '{{ steps.a.output }}'}") == ["FLJ0301 the step `a` cannot be seen in an `undo`"]
    assert codes("steps: {name: a, uses: t.echo, input: '{{ output }}'}")[0][0] == "FLJ0302"
    assert codes("steps: {name: a, kind: loop, max: 2, steps: {name: b, uses: t.write}}")[0][0] == "FLJ0510"
    assert codes("steps: {name: a, kind: loop, max: 2, steps: {name: b, uses: t.write, undo: {uses: t.write}}}") == []
