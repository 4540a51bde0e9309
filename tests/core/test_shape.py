"""Shapes: what fits is read, and what does not is said once, at its place."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import pytest

from flujo.core.shape import Field, Misfit, Shape


class Thing(Shape):
    LATER: ClassVar = frozenset({"x"})

    name: str = Field(min_length=1)
    many: int = Field(8, ge=1, le=10)
    share: float | None = Field(None, ge=0)
    words: list[str] | None = None
    table: dict[str, Any] = Field({})
    while_: Any = Field(None, alias="while")
    merge: Literal["strict", "last", "none"] = "strict"
    on: bool = False
    key: str | None = Field(None, before=lambda value: str(value).lower())


def test_what_fits_is_read_and_what_was_given_is_known() -> None:
    thing = Thing.read({"name": "a", "share": 1, "words": ["b"], "while": None, "key": True})
    assert (thing.name, thing.many, thing.words, thing.merge, thing.key) == ("a", 8, ["b"], "strict", "true")
    assert type(thing.share) is float
    assert thing.given == {"name", "share", "words", "while_", "key"}
    assert Thing.read({"name": "a"}).table is not Thing.read({"name": "a"}).table
    assert Thing.allowed() == {"name", "many", "share", "words", "table", "while", "merge", "on", "key"}


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, (("name",), "missing", "")),
        ({"name": "a", "nam": 1}, (("nam",), "unknown", "")),
        ({"name": None}, (("name",), "type", "text")),
        ({"name": ""}, (("name",), "value", "`name` may not be empty")),
        ({"name": "a", "many": True}, (("many",), "type", "an integer")),
        ({"name": "a", "many": 2.0}, (("many",), "type", "an integer")),
        ({"name": "a", "many": 0}, (("many",), "value", "`many` is 0, and must be at least 1")),
        ({"name": "a", "many": 11}, (("many",), "value", "`many` is 11, and must be at most 10")),
        ({"name": "a", "share": "1"}, (("share",), "type", "a number")),
        ({"name": "a", "words": ["b", 2]}, (("words", 1), "type", "text")),
        ({"name": "a", "words": "b"}, (("words",), "type", "a list")),
        ({"name": "a", "table": []}, (("table",), "type", "a mapping")),
        ({"name": "a", "merge": 1}, (("merge",), "value", "`1` is not one of `strict`, `last` or `none`")),
        ({"name": "a", "on": 1}, (("on",), "type", "true or false")),
    ],
)
def test_what_does_not_fit_is_said(given: dict[str, Any], found: tuple[Any, ...]) -> None:
    with pytest.raises(Misfit) as caught:
        Thing.read(given)
    assert [(item.at, item.kind, item.text) for item in caught.value.problems] == [found]


def test_all_that_is_wrong_is_said() -> None:
    with pytest.raises(Misfit) as caught:
        Thing.read({"many": "x", "no": 1, "table": {}})
    assert {item.at[0] for item in caught.value.problems} == {"name", "many", "no"}
