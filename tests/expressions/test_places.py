"""Where things stand: reads, faults and their offsets in the text."""

from __future__ import annotations

from typing import Any

import pytest

from flujo.core.errors import TemplateError
from flujo.core.spans import Path, Place, Source, Span
from flujo.expressions import Read, compile_condition, compile_template, evaluate


def reads(text: Any, **options: Any) -> list[tuple[tuple[str, ...], tuple[str | int, ...], str, bool]]:
    template, diagnostics = compile_template(text, **options)
    assert template is not None, diagnostics
    return [(read.ref, read.tail, text[read.start : read.end], read.guarded) for read in template.reads]


def marked(text: str, data: dict[str, Any] | None = None) -> str:
    """Return what a diagnostic points at."""
    source = Source("t", text)

    def locate(path: Path, start: int, end: int) -> Place:
        return Place(source, Span(start, end))

    template, diagnostics = compile_template(text, locate)
    if template is None:
        place = diagnostics[0].place
    else:
        with pytest.raises(TemplateError) as caught:
            evaluate(template, data or {})
        place = caught.value.diagnostic.place
    assert place is not None
    return text[place.span.start : place.span.end]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ input }}", (("input",), (), "input", False)),
        ("{{ input.a.b }}", (("input",), ("a", "b"), "input.a.b", False)),
        ("{{ input . a [ 'b' ] }}", (("input",), ("a", "b"), "input . a [ 'b' ]", False)),
        ("{{ input['a'][0][-1].b }}", (("input",), ("a", 0, -1, "b"), "input['a'][0][-1].b", False)),
        ("{{ input.a[1:].b }}", (("input",), ("a",), "input.a", False)),
        ("{{ input.a.upper() }}", (("input",), ("a",), "input.a", False)),
        ("{{ steps.a.output.b[0] }}", (("steps", "a", "output"), ("b", 0), "steps.a.output.b[0]", False)),
        ("{{ steps['a-b'].status }}", (("steps", "a-b", "status"), (), "steps['a-b'].status", False)),
        ("{{ run.id }}", (("run", "id"), (), "run.id", False)),
        ("{{ secrets.KEY }}", (("secrets", "KEY"), (), "secrets.KEY", False)),
        ("{{ loop.previous.x }}", (("loop", "previous"), ("x",), "loop.previous.x", False)),
        ("{{ whatever.x }}", (("whatever",), ("x",), "whatever.x", False)),
        ("a\r\nb {{ input.é }}", (("input",), ("é",), "input.é", False)),
        ("  x  {{- input.a -}}  ", (("input",), ("a",), "input.a", False)),
        ("{# c #}{% raw %}{{ no }}{% endraw %}{{ input.a }}", (("input",), ("a",), "input.a", False)),
        ("{{ input.a.b | default(1) }}", (("input",), ("a", "b"), "input.a.b", True)),
        ("{{ input.a is defined }}", (("input",), ("a",), "input.a", True)),
        ("{{ input.a | upper | default(1) }}", (("input",), ("a",), "input.a", False)),
    ],
)
def test_reads(text: str, expected: tuple[Any, ...]) -> None:
    assert reads(text) == [expected]


@pytest.mark.parametrize(
    ("text", "guarded"),
    [
        ("{{ input.a.b if input.a is defined else 1 }}", [True, True]),
        ("{{ input.b if input.a is defined else 1 }}", [False, True]),
        ("{{ 1 if input.a is undefined else input.a }}", [True, True]),
        ("{{ 1 if not input.a is defined else input.a }}", [True, True]),
        ("{{ input.a is defined and input.a > 1 }}", [True, True]),
        ("{{ input.a is undefined or input.a > 1 }}", [True, True]),
        ("{{ input.a is defined or input.a > 1 }}", [True, False]),
        ("{{ not (input.a is undefined or input.b) and input.a }}", [True, False, True]),
        ("{% if input.a is defined and input.b %}{{ input.a }}{% else %}{{ input.a }}{% endif %}{{ input.a }}",
         [True, False, True, False, False]),
        ("{% if input.a is undefined %}{% elif input.a %}{{ input.a }}{% endif %}{{ input.a }}",
         [True, True, True, False]),
    ],
)  # fmt: skip
def test_guards(text: str, guarded: list[bool]) -> None:
    template, diagnostics = compile_template(text)
    assert template is not None, diagnostics
    in_order = sorted(template.reads, key=lambda read: read.start)
    assert [read.guarded for read in in_order] == guarded


def test_reads_of_a_structure_have_paths() -> None:
    template, _ = compile_template({"a": [1, "{{ input.x }}"], "b": {"c": "{{ previous }}"}})
    assert template is not None
    assert template.reads == (
        Read(("input",), ("x",), ("a", 1), 3, 10, False),
        Read(("previous",), (), ("b", "c"), 3, 11, False),
    )
    assert template.refs == {("input",), ("previous",)}


def test_local_names_are_references_of_their_own() -> None:
    assert reads("{{ steps.x }}", local_names=frozenset({"steps"})) == [(("steps",), ("x",), "steps.x", False)]


def test_names_set_in_the_template_are_not_read() -> None:
    assert reads("{% set x = 1 %}{% for y in [x] %}{{ x }}{{ y }}{{ loop.index }}{% endfor %}") == []
    assert [item[0] for item in reads("{% for y in [1] %}{% endfor %}{{ y }}{{ loop.index }}")] == [
        ("y",),
        ("loop", "index"),
    ]


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("a {{ input.t | uper }}", "uper"),
        ("{{ 1 is nmber }}", "nmber"),
        ("{{ 1 is not nmber }}", "nmber"),
        ("{{ input.foo() }}", "foo"),
        ("{{ foo(1) }}", "foo"),
        ("{{ 'a }}", "'"),
        ("{{ (1 }}", "}"),
        ("{{ a ? b }}", "?"),
        ("{% iff x %}", "iff"),
        ("\r\n{{ 1 +\r\n}}", "}}"),
        ("{{ input.__class__ }}", "__class__"),
        ("{{ steps.a.foo.b }}", "steps.a.foo.b"),
        ("{{ 'a' * 10 ** 9 ~ input }}", "'a' * 10 ** 9"),
        ("{{ input ~ (1 + 'a') }}", "1 + 'a'"),
        ("{{ input ~ 'a' | center('x') }}", "center"),
        ("{{ 1e999 }}", "1e999"),
        ("x {# open", "{"),
    ],
)
def test_spans_while_compiling(text: str, span: str) -> None:
    assert marked(text) == span


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("a\r\n{{ input.a.b + 1 }}", "input.a"),
        ("{{ 1 + input.n.b }}", "input.n.b"),
        ("{{ steps.a.output.x }}", "steps.a.output"),
        ("{{ 1 + (input.n * 2) }}", "input.n * 2"),
        ("{{ input.l[0] < 'a' }}", "input.l[0] < 'a'"),
        ("{{ input.l | join(5) }}", "join"),
        ("{{ input.n.upper() }}", "input.n"),
        ("{{ input['n'].upper() }}", "upper"),
        ("{% for a, b in input.l %}{% endfor %}", "a, b"),
        ("{{ -input.n }}", "-"),
        ("{{ 'a' ~ [1][2:] | first }}", "[1][2:] | first"),
        ("{{ (input.l | reject('number') | first).x }}", "input.l | reject('number') | first"),
    ],
)
def test_spans_while_rendering(text: str, span: str) -> None:
    data = {"input": {"n": None, "l": [1, 2]}, "steps": {}}
    if span == "input.n":
        data["input"] = {"l": []}
    assert marked(text, data) == span


def test_a_condition_has_places_too() -> None:
    template, _ = compile_condition("input.a == 1")
    assert template is not None
    assert [(read.start, read.end) for read in template.reads] == [(0, 7)]
