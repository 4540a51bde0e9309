from __future__ import annotations

import time
from typing import Any

import pytest

PEOPLE = {"people": [{"name": "Ada", "age": 36}, {"name": "Bob", "age": 7}, {"name": "Cy"}]}


@pytest.mark.parametrize(
    "id,arguments,result",
    [
        ("json.parse", {"text": '{"a": [1, 1.0, true, null, "é"]}'}, {"a": [1, 1.0, True, None, "é"]}),
        ("json.parse", {"text": "\ufeff 3 "}, 3),
        ("json.parse", {"text": '"\\ud83d\\ude00"'}, "😀"),
        ("json.dump", {"value": {"b": [1, 1.0, True, None], "a": "é"}}, '{"b": [1, 1.0, true, null], "a": "é"}'),
        ("json.dump", {"value": "text"}, '"text"'),
        ("json.merge", {"values": [{"a": 1, "b": {"x": 1}}, {"b": {"y": 2}}]}, {"a": 1, "b": {"y": 2}}),
        ("json.merge", {"values": []}, {}),
        ("json.query", {"value": PEOPLE, "query": "people[?age > `30`].name"}, ["Ada"]),
        ("json.query", {"value": PEOPLE, "query": "people[0].age"}, 36),
        ("json.query", {"value": PEOPLE, "query": "sort_by(people[?age], &age)[].name"}, ["Bob", "Ada"]),
        ("json.query", {"value": PEOPLE, "query": "nothing.here"}, None),
        ("json.query", {"value": PEOPLE, "query": "people[?age == `7`] | [0].name"}, "Bob"),
        ("json.query", {"value": {"a": 1, "b": 2}, "query": "length(@)"}, 2),
        ("json.query", {"value": {"a": 1}, "query": "*"}, [1]),
        ("json.query", {"value": ["a", "b"], "query": "join('-', @)"}, "a-b"),
        ("json.query", {"value": "text", "query": "a.b"}, None),
        ("json.query", {"value": None, "query": "@"}, None),
    ],
)  # fmt: skip
def test_results(call: Any, id: str, arguments: Any, result: Any) -> None:
    found = call(id, **arguments)
    assert found == result and type(found) is type(result)


@pytest.mark.parametrize(
    "id,arguments,code,words",
    [
        ("json.parse", {"text": ""}, "FLJ0614", "is not JSON"),
        ("json.parse", {"text": "{'a': 1}"}, "FLJ0614", "is not JSON"),
        ("json.parse", {"text": "[NaN]"}, "FLJ0614", "`NaN` is not a JSON number"),
        ("json.parse", {"text": '{"a": 1, "a": 2}'}, "FLJ0614", "`a` stands twice"),
        ("json.parse", {"text": "[" * 100_000}, "FLJ0614", "is not JSON"),
        ("json.parse", {"text": "1" * 5000}, "FLJ0614", "is not JSON"),
        ("json.merge", {"values": [[1]]}, "FLJ0604", "`values[0]`"),
        ("json.merge", {"values": {"a": 1}}, "FLJ0604", "must be a list"),
        ("json.query", {"value": 1, "query": ""}, "FLJ0614", "cannot be empty"),
        ("json.query", {"value": 1, "query": "a["}, "FLJ0614", "cannot be answered"),
        ("json.query", {"value": 1, "query": "nothing(@)"}, "FLJ0614", "Unknown function"),
        ("json.query", {"value": 1, "query": "length(@)"}, "FLJ0614", "invalid type"),
        ("json.query", {"value": 1, "query": "&a"}, "FLJ0614", "not JSON data"),
        ("json.query", {"value": 1, "query": "to_number('nan')"}, "FLJ0614", "not JSON data"),
        ("json.query", {"value": [1], "query": "@[::0]"}, "FLJ0614", "slice step cannot be zero"),
        ("json.query", {"value": [{"a": 1}, {"a": "b"}], "query": "max_by(@, &a)"}, "FLJ0614", "cannot be answered"),
        ("json.query", {"value": 1, "query": "a" * 5000}, "FLJ0614", "longer than 4,096"),
        ("json.query", {"value": 1, "query": "(" * 2000 + "a" + ")" * 2000}, "FLJ0614", "nested too deeply"),
    ],
)
def test_faults(call: Any, fault: Any, id: str, arguments: Any, code: str, words: str) -> None:
    found, message = fault(call, id, **arguments)
    assert (found, words in message) == (code, True), message


DOUBLED = "|".join(["[@,@]"] * 21)


@pytest.mark.parametrize(
    "query",
    [
        "|".join(["[@,@]"] * 60),
        "|".join(["[@,@][]"] * 60),
        f"to_string({DOUBLED}|[@,@]|[@,@]|[@,@])",
        f"[{DOUBLED}, {DOUBLED}, {DOUBLED}] | [?@ == {DOUBLED}]",
        f"length({DOUBLED}[][][][][][][][][][][][][][][][][][][][][])",
        "join('" + "x" * 3000 + "', [" + ",".join(["'a'"] * 200) + "] | [@,@,@,@,@,@,@,@][] | [@,@,@,@,@,@,@,@][])",
    ],
)
def test_queries_that_ask_for_more_than_there_is(call: Any, fault: Any, query: str) -> None:
    started = time.perf_counter()
    code, message = fault(call, "json.query", value="abc", query=query)
    assert (code, "too much work" in message) == ("FLJ0614", True), message
    assert time.perf_counter() - started < 10


def test_a_large_value_can_be_asked(call: Any) -> None:
    rows = [{"id": number, "name": f"n{number}", "tags": ["a", "b"]} for number in range(20_000)]
    assert len(call("json.query", value=rows, query="[?tags[0] == 'a'].name")) == 20_000
