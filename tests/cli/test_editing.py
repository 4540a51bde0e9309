"""`flujo dev edit`: one part of a file changes, or nothing."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Flujo = Callable[..., Any]

TEXT = b'\xef\xbb\xbfversion: "0.1"\r\nsteps:\r\n- {name: a, uses: text.trim} # \xc3\xa9\r\n- {name: b, needs: [a]}\r\n'


def test_the_part_is_written_and_every_other_byte_stays(flujo: Flujo) -> None:
    file = Path("flow.yaml")
    file.write_bytes(TEXT)
    shown = flujo("dev", "edit", "flow.yaml", "rename", "steps.a", "first", "--diff")
    assert "+- {name: first, uses: text.trim} # é" in shown.out and file.read_bytes() == TEXT
    told = flujo("dev", "edit", "flow.yaml", "rename", "steps.a", "first", "--json").json
    assert told == {"file": "flow.yaml", "changed": True, "diff": told["diff"]} and told["diff"].count("\n+-") == 2
    assert file.read_bytes() == TEXT.replace(b"name: a", b"name: first").replace(b"[a]", b"[first]")
    assert flujo("dev", "edit", "flow.yaml", "set", "steps.b.needs", '["first"]', "--json").json["changed"] is False


def test_values_are_json_or_text(flujo: Flujo) -> None:
    file = Path("flow.yaml")
    file.write_text("a: 1\n")
    for value, text in (("five", "five"), ("5", "5"), ('"5"', '"5"'), ('{"b": [null]}', "{b: [null]}")):
        assert flujo("dev", "edit", "flow.yaml", "set", "x", value).code == 0
        assert file.read_text() == f"a: 1\nx: {text}\n"
    assert flujo("dev", "edit", "flow.yaml", "append", "x.b", "{{ input }}").code == 0
    assert file.read_text() == 'a: 1\nx: {b: [null, "{{ input }}"]}\n'


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (("set", "steps.a.uses"), 2, "`set` needs a value"),
        (("set", "steps.a.with", '{"a": '), 2, "the value begins as JSON and is none"),
        (("remove", "steps.a", "x"), 2, "`remove` takes no value"),
        (("add-branch", "steps.a", "x"), 2, "the value of `add-branch` is"),
        (("wrap-in-map", "steps.a", '{"name": "m"}'), 2, "the value of `wrap-in-map` is"),
        (("set", "steps.c.uses", "x"), 2, "there is no `c` at the address"),
        (("rename", "steps.a", "2"), 2, "begins with a digit"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_written(
    flujo: Flujo, arguments: tuple[str, ...], code: int, text: str
) -> None:
    Path("flow.yaml").write_bytes(TEXT)
    done = flujo("dev", "edit", "flow.yaml", *arguments)
    assert done.code == code and text in done.err
    assert Path("flow.yaml").read_bytes() == TEXT


@pytest.mark.parametrize(("data", "text"), [(b"a: [\n", "FLJ0102"), (b"a: \xff\n", "FLJ0101")])
def test_a_file_that_is_no_blueprint_text_is_invalid(flujo: Flujo, data: bytes, text: str) -> None:
    Path("flow.yaml").write_bytes(data)
    done = flujo("dev", "edit", "flow.yaml", "set", "a", "1")
    assert done.code == 4 and text in done.err and Path("flow.yaml").read_bytes() == data
