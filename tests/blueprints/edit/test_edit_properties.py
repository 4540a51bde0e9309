"""Random documents in odd styles, random edits: the data is what the edit says, and nothing else has changed."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from flujo.blueprints.edit import Append, Change, InsertAfter, Remove, Set, edit
from flujo.blueprints.reader import read
from flujo.core.spans import Path

from .documents import KEYS, Writer, value

BREAK = re.compile(r"\r\n|\n|\r")


def paths(data: Any, above: Path = ()) -> Iterator[Path]:
    parts = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, part in parts:
        yield (*above, key)
        yield from paths(part, (*above, key))


def at(data: Any, path: Path) -> Any:
    for key in path:
        data = data[key]
    return data


def model_edit(rng: random.Random, data: Any) -> Change:
    """Change the data as a random edit does; return the edit."""
    path = rng.choice(list(paths(data)))
    above, part, new = at(data, path[:-1]), at(data, path), value(rng, 2)
    own = json.loads(json.dumps(new))
    kinds = ["set", "set", "remove", "new" if isinstance(part, dict) else "append" if isinstance(part, list) else "set"]
    kind = rng.choice([*kinds, "insert"] if isinstance(above, list) else kinds)
    if kind == "new":
        key = rng.choice([key for key in KEYS if key not in part])
        part[key] = own
        return Set((*path, key), new)
    if kind == "append":
        part.append(own)
        return Append(path, new)
    if kind == "insert":
        above.insert(int(path[-1]) + 1, own)
        return InsertAfter(path, new)
    if kind == "remove":
        del above[path[-1]]
        return Remove(path)
    above[path[-1]] = own
    return Set(path, new)


def document(rng: random.Random) -> tuple[Any, str, list[str]] | None:
    """Some data, a text that says it and the comments in it; None for a text that by chance says something else."""
    data = {key: value(rng) for key in rng.sample(KEYS, 3)}
    writer = Writer(rng)
    text = writer.text(data)
    found, problems = read(text, "flow.yaml")
    return (data, text, writer.comments) if found and not problems and same(found.data, data) else None


def same(left: Any, right: Any) -> bool:
    return json.dumps(left) == json.dumps(right)


def in_order(some: list[str], lines: list[str]) -> bool:
    rest = iter(lines)
    return all(line in rest for line in some)


@settings(max_examples=60)
@given(st.integers(0, 2**32))
def test_the_data_is_what_the_edit_says_and_nothing_else_changes(seed: int) -> None:
    rng = random.Random(seed)
    made = document(rng)
    if made is None:
        return
    data, text, comments = made
    before = json.loads(json.dumps(data))
    change = model_edit(rng, data)
    edited = edit(text, "flow.yaml", [change])
    if [item.code for item in edited.diagnostics] == ["FLJ0012"]:
        assert "&" in text and edited.text == text
        return
    assert not edited.diagnostics, (change, text)
    found, problems = read(edited.text, "flow.yaml")
    assert found is not None and not problems and same(found.data, data), (change, text, edited.text)
    old, new = BREAK.split(text), BREAK.split(edited.text)
    assert set(BREAK.findall(edited.text)) <= set(BREAK.findall(text)) or len(old) == 1
    lost = [comment for comment in comments if comment not in edited.text]
    assert not lost or isinstance(change, Remove) or isinstance(at(before, _path(change)), dict | list)
    if isinstance(change, Remove):
        assert in_order(new, old) or len(new) == len(old) or edited.diff.count("\n+") <= 2
    elif not same(before, data):
        kept = sum(line in new for line in old)
        assert kept >= len(old) - edited.diff.count("\n-") - 1


def _path(change: Change) -> Path:
    assert isinstance(change.address, tuple)
    return change.address


@settings(max_examples=25)
@given(st.integers(0, 2**32))
def test_edits_compose(seed: int) -> None:
    rng = random.Random(seed)
    made = document(rng)
    if made is None:
        return
    data, text, _ = made
    changes: list[Change] = []
    one_by_one = text
    for _ in range(4):
        if not data:
            break
        new = json.loads(json.dumps(data))
        change = model_edit(rng, new)
        done = edit(one_by_one, "flow.yaml", [change])
        if not done.diagnostics:
            changes, one_by_one, data = [*changes, change], done.text, new
    at_once = edit(text, "flow.yaml", changes)
    assert not at_once.diagnostics and at_once.text == one_by_one
    found, _ = read(at_once.text, "flow.yaml")
    assert found is not None and same(found.data, data)
