"""Waits for events from outside: who gets one, what is recorded of it, and what is not."""

from typing import Any

from flujo.core.ids import RunId
from flujo.engine.journal import Offer
from tests.engine.world import World

ORDER = """
steps:
  - {name: order, uses: t.echo, input: 7}
  - name: paid
    kind: wait
    event: order.paid
    match: "{{ event.id == steps.order.output }}"
    timeout: 1h
  - {name: ship, uses: t.echo, with: {value: "{{ previous.amount }}"}}
"""


def send(world: World, run: str, payload: Any, event: str = "order.paid") -> Offer:
    """Give an event to a run."""
    offer = Offer(event, payload, "tester")
    world.run(world.engine().deliver(RunId(run), offer))
    return offer


def waiting() -> World:
    """A world in which `run-1` waits for its order to be paid."""
    world = World()
    world.inputs = False
    assert world.start(ORDER).status == "suspended"
    return world


def test_a_wait_is_listed_by_its_event_until_it_is_over():
    world = waiting()
    (header,) = world.store.tasks(event="order.paid")
    assert (header.run, header.step, header.event) == ("run-1", "paid", "order.paid")
    assert world.store.tasks(event="") == world.store.tasks(event="other") == []
    send(world, "run-1", {"id": 7, "amount": 3})
    assert world.store.tasks() == []


def test_an_event_that_does_not_match_leaves_no_trace():
    world = waiting()
    before = world.types("run-1")
    assert send(world, "run-1", {"id": 8}).taken == []
    assert send(world, "run-1", {"id": 7}, "order.lost").taken == []
    assert world.types("run-1") == before
    assert world.store.run("run-1").status == "suspended"


def test_what_no_match_can_read_is_told_to_the_sender_and_harms_nobody():
    world = waiting()
    before = world.types("run-1")
    assert "`paid`: `event.id` is undefined" in send(world, "run-1", {}).faults[0]
    assert world.types("run-1") == before


def test_delivery_begins_no_call_and_resume_goes_on():
    world = waiting()
    assert send(world, "run-1", {"id": 7, "amount": 3}).taken == ["paid"]
    assert world.calls == ["order"]
    assert world.store.run("run-1").status == "running"  # cut off: whoever resumes it goes on
    view = world.resume("run-1")
    assert (view.status, view.output, world.calls) == ("completed", 3, ["order", "ship"])
    assert view.steps["paid"].detail == {"event": "order.paid", "sent_by": "tester"}
    assert view.steps["paid"].labels == {"untrusted"}
    assert world.replay("run-1").equal


def test_two_steps_of_one_run_get_the_same_event():
    world = World()
    world.inputs = False
    text = """
steps:
  - name: both
    kind: parallel
    branches:
      one: {name: a, kind: wait, event: go}
      two: {name: b, kind: wait, event: go}
      ask: {name: c, kind: hitl, message: And you}
"""
    assert sorted(world.start(text).awaited) == ["both/one/a", "both/two/b"]
    assert send(world, "run-1", 1, "go").taken == ["both/one/a", "both/two/b"]
    view = world.resume("run-1", "yes")
    assert (view.status, view.output) == ("completed", {"one": 1, "two": 1, "ask": "yes"})
    assert world.replay("run-1").equal


def test_an_event_that_comes_too_late_is_not_taken():
    world = waiting()
    world.clock.advance(3600)
    assert send(world, "run-1", {"id": 7}).taken == []
    view = world.view("run-1")
    assert (view.status, view.error["code"], view.awaited) == ("failed", "FLJ0508", {})
    assert world.store.tasks() == []
    assert world.replay("run-1").equal


def test_a_redrive_waits_anew():
    world = waiting()
    world.clock.advance(3600)
    world.resume("run-1")
    view = world.redrive("run-1")
    assert (view.status, view.awaited) == ("suspended", {"paid": "order.paid"})
    assert send(world, "run-1", {"id": 7, "amount": 1}).taken == ["paid"]
    assert world.resume("run-1").status == "completed"
    assert world.replay("run-1").equal
