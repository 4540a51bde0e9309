from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flujo.skills.csv_text import csv_text, parse_csv
from flujo.skills.rows import columns_of

TICKETS = (
    "id,product,priority,status,subject,hours\n"
    '1,Lamp,high,open,"Broken, again",1.5\n'
    '2,Desk,low,open,"says ""no""",\n'
    '3,Lamp,high,closed,"two\nlines",2\n'
    "4,Desk,high,open,é,3\n"
    "5,,high,open,,4\n"
)


def rows(call: Any, types: bool = True) -> Any:
    return call("table.parse_csv", text=TICKETS, types=types)


@pytest.mark.parametrize(
    "text,types,result",
    [
        ("", False, []),
        ("\n\n", False, []),
        ("a,b\n", False, []),
        ("a,b\n1,2\n", False, [{"a": "1", "b": "2"}]),
        ("a,b\r\n1,2\r\n", False, [{"a": "1", "b": "2"}]),
        ("\ufeffa,b\n1,2", False, [{"a": "1", "b": "2"}]),
        (" a , b \n 1 , 2 \n", False, [{"a": " 1 ", "b": " 2 "}]),
        ('a\n"x,""y""\nz"\n', False, [{"a": 'x,"y"\nz'}]),
        ("a,b\n\n1,2\n\n", False, [{"a": "1", "b": "2"}]),
        ("a,b\n,\n", False, [{"a": "", "b": ""}]),
        ("a\n1\n2\n", True, [{"a": 1}, {"a": 2}]),
        ("a,b\n1,x\n,y\n", True, [{"a": 1, "b": "x"}, {"a": None, "b": "y"}]),
        ("a,b\n-0.5,x\n1e3,y\n7,z\n", True, [{"a": -0.5, "b": "x"}, {"a": 1000.0, "b": "y"}, {"a": 7, "b": "z"}]),
        ("zip\n01234\n99999\n", True, [{"zip": "01234"}, {"zip": "99999"}]),
        ("a\n1\nx\n", True, [{"a": "1"}, {"a": "x"}]),
        ("a\n+1\n", True, [{"a": "+1"}]),
        ("a\n1_000\n", True, [{"a": "1_000"}]),
        ("a\n٣\n", True, [{"a": "٣"}]),
        ("a\n 1\n", True, [{"a": " 1"}]),
        ("a\nnan\n", True, [{"a": "nan"}]),
        ("a\n1e999\n", True, [{"a": "1e999"}]),
        ("a\ninf\n", True, [{"a": "inf"}]),
        ("a,b\ntrue,x\nFALSE,\n,y\n", True, [{"a": True, "b": "x"}, {"a": False, "b": ""}, {"a": None, "b": "y"}]),
        ("a,b\n,1\n,2\n", True, [{"a": "", "b": 1}, {"a": "", "b": 2}]),
        ("a\ntrue\n1\n", True, [{"a": "true"}, {"a": "1"}]),
        ("a\n" + "9" * 4300 + "\n", True, [{"a": int("9" * 4300)}]),
        ("a\n" + "9" * 5000 + "\n", True, [{"a": "9" * 5000}]),
        ("a\n" + "x" * 200_000 + "\n", False, [{"a": "x" * 200_000}]),
    ],
)
def test_parse_csv(call: Any, text: str, types: bool, result: Any) -> None:
    found = call("table.parse_csv", text=text, types=types)
    assert repr(found) == repr(result)


@pytest.mark.parametrize(
    "text,message",
    [
        ("a,b\n1,2\n3\n", "row 2 (it ends in line 3) has 1 cells, the header has 2"),
        ('a,b\n"x\ny",2\n1,2,3\n', "row 2 (it ends in line 4) has 3 cells, the header has 2"),
        ("a,b,a\n", "two columns of the header are called `a`"),
        ("a, a\n", "two columns of the header are called `a`"),
        ("a,,b\n", "column 2 has no name in the header"),
        ('a\n"open\n', "the text is not CSV: unexpected end of data, in line 2"),
        ('a\n"x"y\n', "the text is not CSV: ',' expected after '\"', in line 2"),
    ],
)
def test_csv_that_cannot_be_read(call: Any, fault: Any, text: str, message: str) -> None:
    assert fault(call, "table.parse_csv", text=text) == ("FLJ0614", message)


def test_to_csv(call: Any) -> None:
    table = [{"a": 1, "b": 'x,"y"\nz'}, {"b": None, "c": [1, "é"]}, {"a": True, "c": 0.5}]
    assert call("table.to_csv", rows=table) == 'a,b,c\n1,"x,""y""\nz",\n,,"[1, ""é""]"\ntrue,,0.5\n'
    assert call("table.to_csv", rows=table, columns=["c", "a"]) == 'c,a\n,1\n"[1, ""é""]",\n0.5,true\n'
    assert call("table.to_csv", rows=[]) == ""
    assert call("table.to_csv", rows=[], columns=["a"]) == "a\n"
    assert call("table.to_csv", rows=[{}]) == ""
    assert call("table.to_csv", rows=[{"a": ""}, {"a": None}]) == 'a\n""\n""\n'


cells = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)
names = st.text("abcdé ", min_size=1, max_size=4).filter(lambda name: name == name.strip())
tables = st.lists(names, min_size=1, max_size=4, unique=True).flatmap(
    lambda header: st.lists(st.fixed_dictionaries({name: cells for name in header}), min_size=1, max_size=5)
)


@settings(max_examples=80, derandomize=True, deadline=None)
@given(tables)
def test_csv_round_trip(table: Any) -> None:
    text = csv_text(table, columns_of(table))
    assert parse_csv(text, types=False) == table
    assert list(csv.DictReader(io.StringIO(text, newline=""))) == table, "other programs read the same"


@settings(max_examples=80, derandomize=True, deadline=None)
@given(st.text(st.sampled_from('a,"\n\r1 \ufeff'), max_size=30), st.booleans())
def test_any_text_is_a_table_or_an_error_with_a_code(text: str, types: bool) -> None:
    try:
        table = parse_csv(text, types)
    except Exception as error:
        assert error.diagnostic.code == "FLJ0614"  # type: ignore[attr-defined]
    else:
        assert all(list(row) == list(table[0]) for row in table)


@pytest.mark.parametrize(
    "where,ids",
    [
        ("row.status == 'open' and row.priority == 'high'", [1, 4, 5]),
        ("row.hours is not none and row.hours > 1.5", [3, 4, 5]),
        ("row['subject'] == 'é'", [4]),
        ("'Lamp' in row.product", [1, 3]),
        ("row.id in [2, 3]", [2, 3]),
        ("not row.product", [5]),
        ("true", [1, 2, 3, 4, 5]),
        ("false", []),
        ("row.gone is defined", []),
        ("row.gone | default('x') == 'x' and row.id < 2", [1]),
    ],
)
def test_filter(call: Any, where: str, ids: list[int]) -> None:
    assert [row["id"] for row in call("table.filter", rows=rows(call), where=where)] == ids
    assert call("table.filter", rows=[], where=where) == []


@pytest.mark.parametrize(
    "where,words",
    [
        ("row.hours > 1", "`where` fails for row 2"),
        ("row.statsu == 'open'", "`where` fails for row 1"),
        ("row.status", "`where` gives text for row 1, not true or false"),
        ("1", "`where` gives an integer for row 1, not true or false"),
        ("row.", "`where` is not a condition"),
        ("", "`where` is not a condition"),
        ("steps.a.output == 1", "`where` is not a condition"),
        ("row.__class__ == 1", "`where` is not a condition"),
        ("row.subject.format(1) == ''", "`where` is not a condition"),
        ("('a' * 100000000) == 'b'", "`where`"),
    ],
)
def test_conditions_that_cannot_be_used(call: Any, fault: Any, where: str, words: str) -> None:
    code, message = fault(call, "table.filter", rows=rows(call), where=where)
    assert (code, message.startswith(words)) == ("FLJ0614", True), message


@pytest.mark.parametrize(
    "arguments,ids",
    [
        ({"by": "hours"}, [1, 3, 4, 5, 2]),
        ({"by": "hours", "descending": True}, [5, 4, 3, 1, 2]),
        ({"by": ["priority", "product"]}, [5, 4, 1, 3, 2]),
        ({"by": "priority"}, [1, 3, 4, 5, 2]),
        ({"by": "priority", "descending": True}, [2, 1, 3, 4, 5]),
    ],
)
def test_sort(call: Any, arguments: Any, ids: list[int]) -> None:
    table = rows(call)
    assert [row["id"] for row in call("table.sort", rows=table, **arguments)] == ids
    assert [row["id"] for row in table] == [1, 2, 3, 4, 5], "the input is left as it was"


def test_sort_with_missing_cells_and_booleans(call: Any) -> None:
    table = [{"a": True}, {}, {"a": False}, {"a": None}]
    assert call("table.sort", rows=table, by="a") == [{"a": False}, {"a": True}, {}, {"a": None}]
    assert call("table.sort", rows=[], by="a") == []


@pytest.mark.parametrize(
    "table,by,message",
    [
        ([{"a": 1}, {"a": "x"}], "a", "column `a` holds values that cannot be compared: number (1) and text ('x')"),
        (
            [{"a": 1}, {"a": True}],
            "a",
            "column `a` holds values that cannot be compared: number (1) and boolean (True)",
        ),
        ([{"a": [1]}, {"a": [2]}], "a", "column `a` holds a list, which has no order"),
        ([{"a": 1}], "b", "there is no column `b`"),
        ([{"a": 1}], [], "no column is named"),
    ],
)
def test_rows_that_cannot_be_sorted(call: Any, fault: Any, table: Any, by: Any, message: str) -> None:
    assert fault(call, "table.sort", rows=table, by=by) == ("FLJ0614", message)


def test_a_near_column_is_suggested(call: Any) -> None:
    with pytest.raises(Exception) as caught:
        call("table.sort", rows=rows(call), by="prodct")
    assert caught.value.diagnostic.help == "did you mean `product`?"  # type: ignore[attr-defined]
    with pytest.raises(Exception) as caught:
        call("table.select", rows=rows(call), columns=["zzz"])
    assert caught.value.diagnostic.help.startswith("there are `id`, `product`")  # type: ignore[attr-defined]


ALL = {
    "n": {"op": "count"},
    "filled": {"op": "count", "column": "hours"},
    "sum": {"op": "sum", "column": "hours"},
    "mean": {"op": "mean", "column": "hours"},
    "least": {"op": "min", "column": "hours"},
    "most": {"op": "max", "column": "hours"},
}


def test_group(call: Any) -> None:
    table = rows(call)
    assert call("table.group", rows=table, by="product") == [
        {"product": "Lamp", "count": 2},
        {"product": "Desk", "count": 2},
        {"product": "", "count": 1},
    ]
    assert call("table.group", rows=table, by=["priority", "status"]) == [
        {"priority": "high", "status": "open", "count": 3},
        {"priority": "low", "status": "open", "count": 1},
        {"priority": "high", "status": "closed", "count": 1},
    ]
    assert call("table.group", rows=table, by="product", aggregate=ALL)[:2] == [
        {"product": "Lamp", "n": 2, "filled": 2, "sum": 3.5, "mean": 1.75, "least": 1.5, "most": 2},
        {"product": "Desk", "n": 2, "filled": 1, "sum": 3, "mean": 3.0, "least": 3, "most": 3},
    ]
    assert call("table.group", rows=[], by="product") == []
    assert call("table.group", rows=table, by="product", aggregate={})[0] == {"product": "Lamp"}


def test_group_of_nothing_but_nulls_and_of_texts(call: Any) -> None:
    table = [{"k": 1, "hours": None}, {"k": 1}]
    assert call("table.group", rows=table, by="k", aggregate=ALL) == [
        {"k": 1, "n": 2, "filled": 0, "sum": 0, "mean": None, "least": None, "most": None}
    ]
    texts = [{"k": 1, "t": "b"}, {"k": 1, "t": "a"}]
    least = {"x": {"op": "min", "column": "t"}, "y": {"op": "max", "column": "t"}}
    assert call("table.group", rows=texts, by="k", aggregate=least) == [{"k": 1, "x": "a", "y": "b"}]


def test_group_tells_values_apart_as_expressions_do(call: Any) -> None:
    table = [{"k": value} for value in (1, 1.0, True, "1", None, [1], [True], {"a": 1}, [1])] + [{}]
    counts = [row["count"] for row in call("table.group", rows=table, by="k")]
    assert counts == [2, 1, 1, 2, 2, 1, 1]


def test_sums_are_exact(call: Any) -> None:
    total = {"s": {"op": "sum", "column": "v"}}

    def sum_of(*values: Any) -> Any:
        return call("table.group", rows=[{"k": 0, "v": value} for value in values], by="k", aggregate=total)[0]["s"]

    assert sum_of(*[0.1] * 10) == 1.0
    assert sum_of(10**30, 1) == 10**30 + 1
    assert sum_of(1e16, 1, -1e16) == 1.0
    assert type(sum_of(1, 2)) is int


@pytest.mark.parametrize(
    "table,aggregate,code,words",
    [
        (
            [{"k": 1, "v": "5"}],
            {"s": {"op": "sum", "column": "v"}},
            "FLJ0614",
            "column `v` holds text, which has no sum",
        ),
        ([{"k": 1, "v": True}], {"s": {"op": "mean", "column": "v"}}, "FLJ0614", "holds boolean, which has no mean"),
        ([{"k": 1, "v": 1}, {"k": 1, "v": "x"}], {"s": {"op": "max", "column": "v"}}, "FLJ0614", "cannot be compared"),
        ([{"k": 1, "v": 1e308}] * 2, {"s": {"op": "sum", "column": "v"}}, "FLJ0614", "too large for a number"),
        ([{"k": 1, "v": 10**400}], {"s": {"op": "mean", "column": "v"}}, "FLJ0614", "too large for a number"),
        ([{"k": 1, "v": 10**400}, {"k": 1, "v": 0.5}], {"s": {"op": "sum", "column": "v"}}, "FLJ0614", "too large"),
        ([{"k": 1}], {"s": {"op": "sum"}}, "FLJ0614", "the aggregate `s` needs a `column` to take the sum of"),
        ([{"k": 1}], {"s": {"op": "sum", "column": "gone"}}, "FLJ0614", "there is no column `gone`"),
        ([{"k": 1}], {"k": {"op": "count"}}, "FLJ0614", "`k` is both"),
        ([{"k": 1}], {"s": {"op": "median", "column": "k"}}, "FLJ0604", "`aggregate.s.op`"),
        ([{"k": 1}], {"s": {}}, "FLJ0604", "`aggregate.s.op`"),
        ([{"k": 1}], {"s": {"op": "count", "colum": "k"}}, "FLJ0604", "`aggregate.s.colum`"),
        ([{"k": 1}], {"s": "count"}, "FLJ0604", "`aggregate.s`"),
        ([1], None, "FLJ0604", "parameter `rows[0]` of `table.group` must be a mapping, not an integer"),
        ("k\n1\n", None, "FLJ0604", "parameter `rows` of `table.group` must be a list, not text"),
    ],
)
def test_groups_that_cannot_be_made(call: Any, fault: Any, table: Any, aggregate: Any, code: str, words: str) -> None:
    found, message = fault(call, "table.group", rows=table, by="k", aggregate=aggregate)
    assert (found, words in message) == (code, True), message


LEFT = [{"id": 1, "n": "a"}, {"id": 2, "n": "b"}, {"id": None, "n": "c"}, {"id": 1.0, "n": "d"}]
RIGHT = [{"id": 1, "c": "x"}, {"id": 1, "c": "y", "e": 1}, {"id": None, "c": "z"}, {"id": True, "c": "t"}]


def test_join(call: Any) -> None:
    inner = [
        {"id": 1, "n": "a", "c": "x", "e": None},
        {"id": 1, "n": "a", "c": "y", "e": 1},
        {"id": 1.0, "n": "d", "c": "x", "e": None},
        {"id": 1.0, "n": "d", "c": "y", "e": 1},
    ]
    assert call("table.join", rows=LEFT, other=RIGHT, on="id") == inner
    left = call("table.join", rows=LEFT, other=RIGHT, on=["id"], how="left")
    assert [row for row in left if row["c"] is not None] == inner
    assert left[2:4] == [{"id": 2, "n": "b", "c": None, "e": None}, {"id": None, "n": "c", "c": None, "e": None}]
    assert call("table.join", rows=[], other=RIGHT, on="id") == []
    assert call("table.join", rows=LEFT, other=[], on="id") == []
    assert call("table.join", rows=LEFT, other=[], on="id", how="left") == LEFT


def test_join_on_several_columns(call: Any) -> None:
    one = [{"a": 1, "b": 1, "x": 1}, {"a": 1, "b": 2, "x": 2}]
    two = [{"a": 1, "b": 2, "y": 3}]
    assert call("table.join", rows=one, other=two, on=["a", "b"]) == [{"a": 1, "b": 2, "x": 2, "y": 3}]


def test_joins_that_cannot_be_made(call: Any, fault: Any) -> None:
    assert fault(call, "table.join", rows=LEFT, other=[{"id": 1, "n": 2}], on="id") == (
        "FLJ0614",
        "both tables have the column `n`",
    )
    assert fault(call, "table.join", rows=LEFT, other=RIGHT, on="n")[1] == "there is no column `n`"
    assert fault(call, "table.join", rows=LEFT, other=RIGHT, on="id", how="outer")[0] == "FLJ0604"
    many = [{"id": 1}] * 4000
    other = [{"id": 1, "c": 1}] * 4000
    assert "more than 3,000,000 cells" in fault(call, "table.join", rows=many, other=other, on="id")[1]


def test_tables_of_very_many_columns_are_refused_before_they_are_made(call: Any, fault: Any) -> None:
    sparse = [{f"c{number}": 1} for number in range(2000)]
    for id in ("table.to_csv", "table.to_markdown"):
        assert "more than 3,000,000 cells" in fault(call, id, rows=sparse)[1]
    columns = [f"c{number}" for number in range(2000)]
    assert "cells" in fault(call, "table.select", rows=sparse, columns=columns)[1]
    assert "cells" in fault(call, "table.group", rows=sparse, by=columns)[1]
    assert "cells" in fault(call, "table.join", rows=[{"k": 1}], other=[{**row, "k": 1} for row in sparse], on="k")[1]


def test_select(call: Any) -> None:
    assert call("table.select", rows=[{"a": 1, "b": 2}, {"b": 3}], columns=["b", "a", "b"]) == [
        {"b": 2, "a": 1},
        {"b": 3, "a": None},
    ]
    assert list(call("table.select", rows=[{"a": 1, "b": 2}], columns=["b", "a"])[0]) == ["b", "a"]
    assert call("table.select", rows=[], columns=["a"]) == []


def test_to_markdown(call: Any) -> None:
    table = [{"name": "a|b", "n": 1, "note": "two\r\nlines"}, {"name": "\\", "n": None, "note": "<b>é</b>"}]
    assert call("table.to_markdown", rows=table) == (
        "| name | n | note |\n| --- | ---: | --- |\n| a\\|b | 1 | two<br>lines |\n| \\\\ |  | &lt;b>é&lt;/b> |\n"
    )
    assert call("table.to_markdown", rows=table, columns=["n"]) == "| n |\n| ---: |\n| 1 |\n|  |\n"
    assert call("table.to_markdown", rows=[{"a": True, "b": [1]}]) == "| a | b |\n| --- | --- |\n| true | [1] |\n"
    assert call("table.to_markdown", rows=[]) == ""
    assert call("table.to_markdown", rows=[], columns=["a"]) == "| a |\n| --- |\n"


@settings(max_examples=50, derandomize=True, deadline=None)
@given(st.lists(st.fixed_dictionaries({"a": st.text(), "b": st.text()}), max_size=4))
def test_a_markdown_table_has_one_line_a_row_and_no_more_columns(table: Any) -> None:
    from flujo.skills.builtin.table import to_markdown

    lines = to_markdown(table, ["a", "b"]).splitlines()
    assert len(lines) == len(table) + 2
    for line in lines:
        unescaped = line.replace("\\\\", "").replace("\\|", "")
        assert unescaped.count("|") == 3


def test_the_demo_from_file_to_report(call: Any) -> None:
    table = rows(call, types=False)
    kept = call("table.filter", rows=table, where="row.status == 'open' and row.priority == 'high'")
    counted = call("table.group", rows=kept, by="product")
    assert call("table.to_markdown", rows=counted) == (
        "| product | count |\n| --- | ---: |\n| Lamp | 1 |\n| Desk | 1 |\n|  | 1 |\n"
    )
