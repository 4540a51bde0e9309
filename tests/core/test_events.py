"""Events as rows: every field counts in the hash, encoding loses nothing."""

import hashlib
from dataclasses import fields, replace

import pytest

from flujo.core import events
from flujo.core.events import Draft, RunStarted, StepCompleted, body_of, encode_body, event_of
from flujo.core.ids import Address, RunId, child, indexed, run_of_task, task_id
from flujo.core.rows import Row, fields_hash, row_hash

ROW = Row(RunId("r"), 1, "step_completed", Address("a"), "f", 2, 3, "untrusted", "", "", b'{"output":1}', b"p")


def test_each_field_of_a_row_changes_its_hash():
    seen = {row_hash(ROW)}
    for item in fields(Row):
        if item.name == "hash":
            continue
        value = getattr(ROW, item.name)
        other = value + 1 if type(value) is int else value + (b"x" if type(value) is bytes else "x")
        seen.add(row_hash(replace(ROW, **{item.name: other})))
    assert len(seen) == len(fields(Row))


def test_text_cannot_move_from_one_field_to_the_next():
    assert fields_hash("ab", "c") != fields_hash("a", "bc")


def test_the_hash_can_be_computed_with_common_tools():
    def part(data):
        return len(data).to_bytes(8, "big") + data

    columns = [b"r", b"1", b"step_completed", b"a", b"f", b"2", b"3", b"untrusted", b"", b"", b'{"output":1}', b"p"]
    assert row_hash(ROW) == hashlib.sha256(b"".join(map(part, columns))).digest()


def test_defaults_are_left_out_and_come_back():
    event = StepCompleted(output=None, delta=[[["a"], 1]])
    assert body_of(event) == {"delta": [[["a"], 1]]}
    assert event_of(replace(ROW, body=encode_body(event))) == event


def test_unknown_fields_of_a_newer_minor_version_are_passed_over():
    assert event_of(replace(ROW, body=b'{"output":5,"later":1}')) == StepCompleted(5)


def test_a_large_value_is_put_back_in_its_field():
    started = RunStarted("n", "d", "big", "s", {}, {})
    body = body_of(started)
    del body["input"]
    row = replace(ROW, type="run_started", blob="digest", body=events.stored_bytes(body))
    assert event_of(row, "big") == started


def test_every_event_class_has_its_own_type():
    types = [cls.TYPE for cls in events.Event.__args__]
    assert len(types) == len(set(types)) >= 17


def test_addresses():
    assert child(Address(""), "a") == "a"
    assert child(indexed(Address("fan"), 2), "critique") == "fan[2]/critique"
    assert run_of_task(task_id(RunId("1ng-x"), 7)) == "1ng-x"


def test_a_draft_is_at_the_root_unless_told_otherwise():
    assert Draft(StepCompleted()).address == ""


@pytest.mark.parametrize("kind", ["step_completed", "run_finished", "region_finished"])
def test_fields_that_may_be_blobs_exist(kind):
    assert events.BLOB_FIELD[kind] in {item.name for item in fields(events._CLASSES[kind])}
