"""`flujo event`: send and list, as a user sees them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flujo.app import delivering, open_app
from flujo.app.system import REAL, System
from flujo.testing.clock import ManualClock

BLUEPRINT = """
version: "0.1"
name: order
steps:
  - {name: paid, kind: wait, event: order.paid, match: "{{ event.id == 7 }}"}
  - {name: check, uses: core.fail, with: {message: too little}, when: "{{ previous.amount < 5 }}"}
"""


@pytest.fixture
def flujo_waiting(flujo: Callable[..., Any], tmp_path: Path) -> Callable[..., Any]:
    """The command line in a project with one run that waits."""
    (tmp_path / "order.yaml").write_text(BLUEPRINT, "utf-8")
    assert flujo("run", "order.yaml").code == 6
    return flujo


def test_a_run_says_what_it_waits_for(flujo, tmp_path):
    (tmp_path / "order.yaml").write_text(BLUEPRINT, "utf-8")
    result = flujo("run", "order.yaml")
    assert result.code == 6
    assert "is waiting for the event `order.paid`\n" in result.err
    assert "  flujo event send order.paid --json 'JSON'\n" in result.err


def test_an_event_makes_the_run_go_on(flujo_waiting):
    listed = flujo_waiting("event", "list", "--json").json["events"]
    assert [(item["event"], item["blueprint"], item["step"]) for item in listed] == [("order.paid", "order", "paid")]
    assert "order.paid" in flujo_waiting("event", "list").out
    assert flujo_waiting("tasks", "list").err == "no run is waiting for a person\n"
    result = flujo_waiting("event", "send", "order.paid", "--json", "-", stdin=b'{"id": 7, "amount": 9}')
    assert (result.code, result.err) == (0, "")
    assert result.out.split()[-4:] == ["order", "paid", "delivered,", "completed"]
    assert flujo_waiting("event", "list").err == "no run waits for an event\n"


def test_an_event_nobody_waits_for_is_not_kept(flujo_waiting, tmp_path):
    result = flujo_waiting("event", "send", "other", "--json", "1")
    assert (result.code, result.out, result.err) == (0, "", "no run waits for the event `other`; it is not kept\n")
    meant = flujo_waiting("event", "send", "order.piad", "--json", "1")
    assert meant.err == "no run waits for the event `order.piad`; it is not kept; did you mean `order.paid`?\n"
    empty = tmp_path / "empty"
    empty.mkdir()
    assert flujo_waiting("event", "send", "x", "--project", empty).code == 0
    assert list(empty.iterdir()) == []


def test_an_event_that_does_not_match_is_no_failure_but_one_that_cannot_be_read_is(flujo_waiting):
    result = flujo_waiting("event", "send", "order.paid", "--json", '{"id": 8}')
    assert (result.code, result.out.splitlines()[1].endswith("did not match")) == (0, True)
    result = flujo_waiting("event", "send", "order.paid")
    assert (result.code, result.out.splitlines()[1].endswith("not delivered")) == (1, True)
    assert ": `paid`: " in result.err


def test_a_run_that_fails_after_its_event_makes_the_command_fail(flujo_waiting):
    result = flujo_waiting("event", "send", "order.paid", "--json", '{"id": 7, "amount": 1}')
    assert result.code == 1
    assert "delivered, failed: too little" in result.out


def test_a_payload_that_is_no_json_is_refused_in_words(flujo_waiting):
    result = flujo_waiting("event", "send", "order.paid", "--json", "{id: 7}")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("error[FLJ0004]: what comes with the event is not JSON")


def test_a_run_that_another_process_drives_is_named(flujo_waiting, tmp_path):
    with open_app(tmp_path, {}) as other, open_app(tmp_path, {}) as app:
        app.system = System(ManualClock(jumps=True), REAL.ids, REAL.user)
        run = other.runs()[0].run
        with other.store.claim(run):
            (delivery,) = app.send_event("order.paid", {"id": 7})
        assert not delivery.taken
        assert "is being driven by process" in delivery.problem
        assert delivery.problem.endswith("send the event again later")
        assert len(app.system.clock.naps) == delivering.TRIES - 1
        (delivery,) = app.send_event("order.paid", {"id": 7})
        assert delivery.taken


def test_a_memory_store_cannot_wait_for_events(flujo, tmp_path):
    (tmp_path / "order.yaml").write_text(BLUEPRINT, "utf-8")
    result = flujo("run", "order.yaml", FLUJO_STATE_URI="memory://")
    assert result.code == 2
    assert "`paid` waits for the event `order.paid`" in result.err
