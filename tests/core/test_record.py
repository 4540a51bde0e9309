"""Our `dataclass` behaves as the standard one where it is used."""

from dataclasses import dataclass as standard
from dataclasses import field, fields, replace

import pytest

from flujo.core.record import dataclass


def classes(make):
    @make(frozen=True, slots=True)
    class Point:
        x: int
        y: int = 0
        note: str = field(default="", compare=False, repr=False)

    @make(slots=True, eq=False)
    class Thing:
        x: int = 1

    @make
    class Plain:
        x: int = 1
        seen: list[int] = field(default_factory=list)
        made: list[int] = field(init=False, default_factory=list)
        zero: int = field(init=False, default=0)
        later: int = field(init=False, repr=False, compare=False)

    return Point, Thing, Plain


@pytest.mark.parametrize("make", [standard, dataclass])
def test_equality_hash_repr_and_replace(make):
    point, thing, plain = classes(make)
    assert point(1) == point(1, 0, "other") != point(2)
    assert point(1) != (1, 0)
    assert hash(point(1, 2, "a")) == hash(point(1, 2))
    assert repr(point(1)).endswith("Point(x=1, y=0)")
    assert replace(point(1), y=5) == point(1, 5)
    assert [item.name for item in fields(point)] == ["x", "y", "note"]
    assert thing() != thing()
    assert {thing(): 1}
    assert plain() == plain()
    first, given = plain(), [1]
    assert first.seen == [] and first.seen is not plain().seen
    assert plain(2, given).seen is given and plain(seen=given).x == 1
    assert (first.made, first.zero, hasattr(first, "later")) == ([], 0, False)
    for wrong in (lambda: point(), lambda: point(1, 2, "", 4), lambda: point(z=1)):
        with pytest.raises(TypeError, match=r"__init__\(\)"):
            wrong()
    with pytest.raises(TypeError):
        hash(plain())
    match point(3, 4):
        case (1, 2):
            raise AssertionError
        case point_ if point_.x == 3:
            pass
    with pytest.raises(AttributeError):
        getattr(point(1), "z")  # noqa: B009
