from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize(
    "id,arguments,result",
    [
        ("text.upper", {"text": "straße é"}, "STRASSE É"),
        ("text.upper", {"text": ""}, ""),
        ("text.lower", {"text": "ÀB"}, "àb"),
        ("text.trim", {"text": " \t\u00a0a b\r\n"}, "a b"),
        ("text.split", {"text": "  a b\tc\n"}, ["a", "b", "c"]),
        ("text.split", {"text": ""}, []),
        ("text.split", {"text": "", "separator": ","}, [""]),
        ("text.split", {"text": "a, b,,c", "separator": ","}, ["a", " b", "", "c"]),
        ("text.split", {"text": "a b", "separator": None}, ["a", "b"]),
        ("text.join", {"items": ["a", "b"]}, "a, b"),
        ("text.join", {"items": []}, ""),
        ("text.join", {"items": ["é", 1, 1.0, None, True, [1, 2], {"a": "ü"}], "separator": "|"},
         'é|1|1.0|null|true|[1, 2]|{"a": "ü"}'),
        ("text.join", {"items": ["a", "b"], "separator": ""}, "ab"),
        ("text.replace", {"text": "a.b.c", "old": ".", "new": "--"}, "a--b--c"),
        ("text.replace", {"text": "a.b", "old": "."}, "ab"),
        ("text.replace", {"text": "aaa", "old": "aa", "new": "b"}, "ba"),
        ("text.lines", {"text": "a\nb\r\nc\rd"}, ["a", "b", "c", "d"]),
        ("text.lines", {"text": "a\n"}, ["a"]),
        ("text.lines", {"text": "a\n\n"}, ["a", ""]),
        ("text.lines", {"text": ""}, []),
        ("text.lines", {"text": "a\u2028b\x0bc\x85d"}, ["a\u2028b\x0bc\x85d"]),
        ("text.count", {"text": "one  two\nthree"}, 3),
        ("text.count", {"text": "é👍", "of": "chars"}, 2),
        ("text.count", {"text": "a\nb\n", "of": "lines"}, 2),
        ("text.count", {"text": "", "of": "lines"}, 0),
        ("text.template", {"template": "Dear {{ name }}!\n", "values": {"name": "Ada"}}, "Dear Ada!\n"),
        ("text.template", {"template": "{{ n }}", "values": {"n": 5}}, "5"),
        ("text.template", {"template": " {{ n }}\n", "values": {"n": [1, "é"]}}, ' [1, "é"]\n'),
        ("text.template", {"template": "{% for x in xs %}{{ x.a }};{% endfor %}", "values": {"xs": [{"a": 1}] * 2}},
         "1;1;"),
        ("text.template", {"template": "plain"}, "plain"),
        ("text.template", {"template": ""}, ""),
        ("text.template", {"template": "{{ a }}", "values": {"a": "{{ b }}", "b": 1}}, "{{ b }}"),
        ("text.template", {"template": "{{ input }} {{ steps.a.output.b }}",
                           "values": {"input": "i", "steps": {"a": {"output": {"b": 2}}}}}, "i 2"),
        ("text.template", {"template": "{{ now() }} {{ random() }}"}, "2026-01-02T03:04:05Z 0.25"),
        ("text.template", {"template": "{{ gone | default('none') }}"}, "none"),
    ],
)  # fmt: skip
def test_results(call: Any, id: str, arguments: Any, result: Any) -> None:
    found = call(id, **arguments)
    assert found == result and type(found) is type(result)


@pytest.mark.parametrize(
    "id,arguments,code,words",
    [
        ("text.upper", {"text": 1}, "FLJ0604", "must be text, not an integer"),
        ("text.upper", {"text": None}, "FLJ0604", "must be text, not null"),
        ("text.upper", {}, "FLJ0603", "`text`"),
        ("text.split", {"text": "a", "separator": ""}, "FLJ0614", "`separator` is empty"),
        ("text.join", {"items": "ab"}, "FLJ0604", "must be a list, not text"),
        ("text.replace", {"text": "a", "old": ""}, "FLJ0614", "`old` is empty"),
        ("text.replace", {"text": "a" * 100_000, "old": "a", "new": "b" * 100_000}, "FLJ0614", "16 MiB"),
        ("text.join", {"items": [""] * 100_000, "separator": "b" * 100_000}, "FLJ0614", "16 MiB"),
        ("text.count", {"text": "a", "of": "bytes"}, "FLJ0604", "`of`"),
        ("text.template", {"template": "{{ gone }}"}, "FLJ0614", "cannot be filled"),
        ("text.template", {"template": "{{ steps.a.output }}", "values": {"steps": 1}}, "FLJ0614", "cannot be filled"),
        ("text.template", {"template": "{{ a"}, "FLJ0614", "cannot be used"),
        ("text.template", {"template": "{% import 'os' %}"}, "FLJ0614", "cannot be used"),
        ("text.template", {"template": "{{ a.__class__ }}", "values": {"a": 1}}, "FLJ0614", "cannot be used"),
        ("text.template", {"template": "{{ 'a' * n }}", "values": {"n": 10**9}}, "FLJ0614", "cannot be filled"),
    ],
)
def test_faults(call: Any, fault: Any, id: str, arguments: Any, code: str, words: str) -> None:
    found, message = fault(call, id, **arguments)
    assert (found, words in message) == (code, True), message
