"""What expressions and texts yield: one row each."""

import json
from typing import Any

import pytest

from flujo.core.errors import TemplateError
from flujo.expressions import MappingNames, compile_template

DATA: dict[str, Any] = {
    "input": {
        "t": "Hello World foo",
        "a": [3, 1, 2],
        "n": None,
        "z": 0,
        "f": 2.5,
        "d": {"b": 1, "a": 2},
        "items": "a key called items",
        "rows": [{"p": "x", "n": 1, "t": "b"}, {"p": "Y", "n": 2, "t": "a"}, {"p": "x", "n": 3, "t": "C"}],
        "html": "<b>hi</b>  <i>there</i>",
        "csv": 'p,n\r\nx,1\r\n\r\n"a, b",2\r\n',
    },
    "previous": 7,
    "steps": {"a": {"output": {"b": [5]}, "status": "completed", "error": None}, "a-b": {"output": 7}},
    "context": {"x": {"y": 1}},
    "run": {"id": "r1", "name": "n"},
    "loop": {"index": 4},
    "secrets": {"KEY": "s3cret"},
}


class Fixed(MappingNames):
    """Names with functions of known value."""

    def call(self, function: str) -> Any:
        return {"now": "2026-11-21T09:30:00Z", "uuid": "u-1", "random": 0.25}[function]


def render(text: Any) -> Any:
    template, diagnostics = compile_template(text)
    assert template is not None, diagnostics
    return template.render(Fixed(DATA))


EXPRESSIONS = [
    # literals and arithmetic
    ("1 + 2 * 3 - 4 / 2", 5.0),
    ("7 // 2", 3),
    ("-7 // 2", -4),
    ("7 % 3", 1),
    ("2 ** 10", 1024),
    ("2 ** -1", 0.5),
    ("2 ** 3 ** 2", 64),
    ("-2 ** 2", 4),
    ("0x1f + 1_000", 1031),
    ("1e3", 1000.0),
    ("10 ** 4299 // 10 ** 4298", 10),
    ("'a' 'b'", "ab"),
    ("'a' + 'b'", "ab"),
    ("'ab' * 3", "ababab"),
    ("3 * 'ab'", "ababab"),
    ("'' * 10 ** 30", ""),
    ("'ab' * -(10 ** 30)", ""),
    ("[1] + [2]", [1, 2]),
    ("[0] * 3", [0, 0, 0]),
    ("(1, 2)", [1, 2]),
    ("{'a': 1, 'b': [2]}", {"a": 1, "b": [2]}),
    (r"'\u00e9\x41\n\d\101'", "éA\n\\dA"),
    (r"'\ud83d\ude00'", "😀"),
    ("+1", 1),
    ("-input.f", -2.5),
    ("none", None),
    ("True", True),
    # comparison, membership, logic
    ("1 == 1.0", True),
    ("true == 1", False),
    ("1 == true", False),
    ("[1, true] == [1.0, true]", True),
    ("[1] == [true]", False),
    ("{'a': 1} == {'a': true}", False),
    ("{'a': [1, 2], 'b': 'x'} == {'b': 'x', 'a': [1.0, 2]}", True),
    ("'a' != 'b'", True),
    ("1 < 2 < 3", True),
    ("3 > 2 > 2", False),
    ("'a' < 'b'", True),
    ("1 in [1.0]", True),
    ("1 in [true]", False),
    ("true in [1]", False),
    ("[1] in [[1]]", True),
    ("'World' in input.t", True),
    ("'b' in input.d", True),
    ("1 in input.d", False),
    ("'q' not in input.d", True),
    ("not true and false", False),
    ("0 or 'x'", "x"),
    ("1 and 'x'", "x"),
    ("0 and 1 / 0", 0),
    ("'a' if input.z else 'b'", "b"),
    # lookups
    ("input.a[0]", 3),
    ("input.a[-1]", 2),
    ("input.a.0", 3),
    ("input.a[1:]", [1, 2]),
    ("input.a[::-1]", [2, 1, 3]),
    ("input.t[0:5]", "Hello"),
    ("input.t[-3]", "f"),
    ("input['d']['b']", 1),
    ("input.d[input.rows[1].t]", 2),
    ("input.items", "a key called items"),
    ("steps.a.output.b[0]", 5),
    ("steps['a-b'].output", 7),
    ("steps.a.status", "completed"),
    ("context.x.y", 1),
    ("run.id ~ loop.index", "r14"),
    ("secrets.KEY", "s3cret"),
    ("previous + 1", 8),
    # concatenation is text, values as JSON
    ("1 ~ none ~ true ~ 1.5 ~ ['é', {'k': 1}] ~ 'x'", '1nulltrue1.5["é", {"k": 1}]x'),
    # undefined
    ("input.q | default(1)", 1),
    ("input.q.r.s | default('d')", "d"),
    ("input.n.q | d('d')", "d"),
    ("input.a[9] | default(0)", 0),
    ("[] | first | default('none')", "none"),
    ("input.n | default(1)", None),
    ("'' | default(3, true)", 3),
    ("'' | default(3)", ""),
    ("input.q is defined", False),
    ("input.q.r is undefined", True),
    ("input.a is defined", True),
    ("nothing is defined", False),
    ("input.q if input.q is defined else 'no'", "no"),
    ("(1 if false) is defined", False),
    # methods
    ("input.t.upper()", "HELLO WORLD FOO"),
    ("input.t.split()", ["Hello", "World", "foo"]),
    ("input.t.split('o', 1)", ["Hell", " World foo"]),
    ("', '.join(['a', 1, none])", "a, 1, null"),
    ("input.t.replace('o', '0')", "Hell0 W0rld f00"),
    ("input.t.count('o')", 4),
    ("[1, true, 1.0].count(1)", 2),
    ("input.t.find('W')", 6),
    ("input.t.find('l', 4)", 9),
    ("input.t.startswith('He') and input.t.endswith(['x', 'oo'])", True),
    ("input.d.get('q', 5)", 5),
    ("input.d.get('q')", None),
    ("input.d.keys()", ["b", "a"]),
    ("input.d.values()", [1, 2]),
    ("input.d.items()", [["b", 1], ["a", 2]]),
    ("' x '.strip() ~ 'xxaxx'.strip('x') ~ 'xxa'.lstrip('x') ~ 'axx'.rstrip('x')", "xaaa"),
    ("'ab cd'.title() ~ 'X'.lower()", "Ab Cdx"),
    # filters on text
    ("'straße é' | upper", "STRASSE É"),
    ("'aBC d' | capitalize ~ 'a b' | title ~ 'A' | lower", "Abc dA Ba"),
    ("' x ' | trim ~ 'xyx' | trim('x')", "xy"),
    ("input.t | replace('o', '0', 1)", "Hell0 World foo"),
    ("'ab' | replace('', '-')", "-a-b-"),
    ("input.t | truncate(8)", "Hello..."),
    ("input.t | truncate(9, true, '..', 0)", "Hello W.."),
    ("input.t | wordcount", 3),
    ("input.t | wordwrap(6)", "Hello\nWorld\nfoo"),
    ("'a b  c dddddddddd' | wordwrap(4)", "a b\nc dd\ndddd\ndddd"),
    ("'long words stay' | wordwrap(3, false, '|')", "long|words|stay"),
    ("'ab' | center(6)", "  ab  "),
    (r"'a\n\nb' | indent(2, true)", "  a\n\n  b"),
    (r"'a\n\nb' | indent('> ', false, true)", "a\n> \n> b"),
    ("input.html | striptags", "hi there"),
    ("'a <!-- b > --> c' | striptags", "a c"),
    ("'<a&\"' | escape", "&lt;a&amp;&#34;"),
    ("'a,b' | split(',')", ["a", "b"]),
    ("5 | string ~ ['a'] | string", '5["a"]'),
    ("'abc' | reverse", "cba"),
    # filters on numbers
    ("-2.5 | abs", 2.5),
    ("3.7 | int ~ '12' | int ~ '1.9' | int ~ 'x' | int(7) ~ 'ff' | int(base=16)", "31217255"),
    ("true | int", 1),
    ("'2.5' | float", 2.5),
    ("'x' | float(1.5)", 1.5),
    ("3.14159 | round(2)", 3.14),
    ("2.1 | round(0, 'ceil')", 3.0),
    ("2.95 | round(1, 'floor')", 2.9),
    ("42 | round", 42),
    ("none | int(1) ~ none | float(2)", "12"),
    ("2 | float", 2.0),
    ("0.5 | int ~ '1e3' | int", "01000"),
    # filters on lists
    ("input.a | sort", [1, 2, 3]),
    ("input.a | sort(reverse=true)", [3, 2, 1]),
    ("['b', 'A', 'c'] | sort", ["A", "b", "c"]),
    ("['b', 'A', 'c'] | sort(case_sensitive=true) | join", "Abc"),
    ("input.rows | sort(attribute='p,n') | map(attribute='n')", [1, 3, 2]),
    ("input.rows | sort(attribute='t') | map(attribute='n')", [2, 1, 3]),
    ("input.rows | sum(attribute='n')", 6),
    ("[0.5, 1] | sum(start=1)", 2.5),
    ("input.a | max ~ input.a | min", "31"),
    ("(input.rows | max(attribute='n')).t", "C"),
    ("[] | max | default('none')", "none"),
    ("input.a | first ~ input.a | last ~ input.a | length ~ input.d | count", "3232"),
    ("input.a | join('-')", "3-1-2"),
    ("input.rows | join(', ', attribute='t')", "b, a, C"),
    ("input.rows | map(attribute='p') | unique", ["x", "Y"]),
    ("[1, 1.0, true, 'a', 'A', [1], [1]] | unique", [1, True, "a", [1]]),
    ("input.rows | selectattr('n', 'gt', 1) | map(attribute='n')", [2, 3]),
    ("input.rows | rejectattr('p', 'eq', 'x') | map(attribute='n')", [2]),
    ("input.rows | selectattr('q') | list", []),
    ("input.rows | selectattr('q', 'undefined') | length", 3),
    ("[1, none, 2] | select", [1, 2]),
    ("[1, 2, 3] | reject('odd')", [2]),
    ("[1, 2, 3] | select('in', [1, 3])", [1, 3]),
    ("['a', 'b'] | map('upper')", ["A", "B"]),
    ("['a,b'] | map('replace', ',', ';')", ["a;b"]),
    ("input.rows | map(attribute='q', default=0)", [0, 0, 0]),
    ("input.d | items", [["b", 1], ["a", 2]]),
    ("input.d | dictsort", [["a", 2], ["b", 1]]),
    ("input.d | dictsort(by='value', reverse=true)", [["a", 2], ["b", 1]]),
    ("input.rows | groupby('p') | map('first')", ["x", "Y"]),
    ("([{'k': 1}, {}] | groupby('k', default=0))[1]", [0, [{}]]),
    ("[1, 2, 3] | batch(2)", [[1, 2], [3]]),
    ("[1, 2, 3] | batch(2, 0)", [[1, 2], [3, 0]]),
    ("[1, 2, 3, 4] | slice(3, 'q')", [[1, 2], [3, "q"], [4, "q"]]),
    ("input.a | reverse", [2, 1, 3]),
    ("'ab' | list", ["a", "b"]),
    ("input.d | list", ["b", "a"]),
    ("range(3)", [0, 1, 2]),
    ("range(5, 0, -2)", [5, 3, 1]),
    # codecs
    ("{'a': [1, 'é', none]} | tojson", '{"a": [1, "é", null]}'),
    ("[1] | tojson(indent=2)", "[\n  1\n]"),
    ("'[1, {\"a\": 1.0}]' | fromjson", [1, {"a": 1.0}]),
    ("'abc' | hash", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ("{'b': 1, 'a': 2} | hash == {'a': 2, 'b': 1} | hash", True),
    ("'é' | b64encode", "w6k="),
    ("'w6k=' | b64decode", "é"),
    ("'a b/c?' | urlencode", "a%20b/c%3F"),
    ("{'a': 1, 'b': 'x y'} | urlencode", "a=1&b=x+y"),
    ("'order 42 of 7' | regex_search('[0-9]+')", "42"),
    ("'order' | regex_search('[0-9]+')", None),
    (r"'a1b22' | regex_replace('([a-z])([0-9]+)', '\\2\\g<1>-')", "1a-22b-"),
    ("'aaa' | regex_replace('a', 'b', 2)", "bba"),
    ("'é😀é' | regex_replace('', '.')", ".é.😀.é."),
    ("input.csv | parse_csv", [{"p": "x", "n": "1"}, {"p": "a, b", "n": "2"}]),
    ("[{'a': 1, 'b': none}, {'c': 'x,y'}] | to_csv", 'a,b,c\n1,,\n,,"x,y"\n'),
    ("'2026-11-21T23:30:00+02:00' | date", "2026-11-21"),
    ("0 | date('%d.%m.%y %H:%M:%S %A %B %j %% %s')", "01.01.70 00:00:00 Thursday January 001 % 0"),
    # tests
    ("3 is odd and 2 is even and 4 is divisibleby 2", True),
    ("'a' is string and 1 is number and true is boolean and none is none", True),
    ("true is number or 1 is float or 1.0 is integer", False),
    ("input.d is mapping and input.a is sequence and 'A' is upper and 'a' is lower", True),
    ("1 is eq 1.0 and 1 is ne true and 1 is lt 2 and 3 is in [3]", True),
    ("input.a is not string", True),
    # functions
    ("now() | date('%H:%M')", "09:30"),
    ("uuid() ~ random()", "u-10.25"),
]

TEXTS = [
    ("plain", "plain"),
    ("{ not } a {template", "{ not } a {template"),
    ("  {{ input.a }}\n", [3, 1, 2]),
    ("{{- input.a -}}", [3, 1, 2]),
    ("a {{ input.a }}\n", "a [3, 1, 2]\n"),
    ("{{ 1 }}{{ 2 }}", "12"),
    ("{# c #}{{ 1 }}", "1"),
    ("{% raw %}{{ x }}{% endraw %}", "{{ x }}"),
    ("a\r\n{{ 1 }}\r\nb", "a\r\n1\r\nb"),
    ("a   {{- 1 -}}   b", "a1b"),
    ("{{ input.n }}|{{ true }}|{{ 1.0 }}|{{ 'x' }}", "null|true|1.0|x"),
    ("{% if input.z %}a{% elif input.f > 2 %}b{% else %}c{% endif %}", "b"),
    ("{% for r in input.rows %}{{ loop.index }}{{ r.p }}{% if not loop.last %}, {% endif %}{% endfor %}", "1x, 2Y, 3x"),
    ("{% for k, v in input.d.items() %}{{ k }}={{ v }};{% endfor %}", "b=1;a=2;"),
    ("{% for k in input.d %}{{ k }}{% endfor %}", "ba"),
    ("{% for x in [] %}a{% else %}empty{% endfor %}", "empty"),
    ("{% for x in [1, 2, 3] if x is odd %}{{ loop.length }}{{ x }}{% endfor %}", "2123"),
    ("{% for x in range(3) %}{{ loop.revindex }}{{ loop.first }}{{ loop.previtem | default('-') }} {% endfor %}",
     "3true- 2false0 1false1 "),
    ("{% set x = 1 %}{% for i in [1, 2] %}{{ x }}{% set x = x + i %}{{ x }} {% endfor %}{{ x }}", "12 13 1"),
    ("{% for i in [1, 2] %}{% if i == 1 %}{% set y = i %}{% endif %}{{ y | default('-') }}{% endfor %}", "1-"),
    ("{% if false %}{% set input = 1 %}{% endif %}{{ input.z }}", "0"),
    ("{% set a, b = [1, 2] %}{{ b }}{{ a }}", "21"),
    ("{% set block %}x{{ 1 }}{% endset %}{{ block | length }}", "2"),
    ("{% for a in [1,2] %}{% set up = loop %}{% for b in [1] %}{{ up.index }}{{ loop.index }};{% endfor %}{% endfor %}",
     "11;21;"),
    ("{{ loop.index }}{% for a in [1] %}{{ loop.index }}{% endfor %}{{ loop.index }}", "414"),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "expected"), EXPRESSIONS)
def test_expressions(expression: str, expected: Any) -> None:
    result = render("{{ " + expression + " }}")
    assert json.dumps(result) == json.dumps(expected)  # tells 1, 1.0 and true apart, and the order of keys


@pytest.mark.parametrize(("text", "expected"), TEXTS)
def test_texts(text: str, expected: Any) -> None:
    assert json.dumps(render(text)) == json.dumps(expected)


def test_structures_render_in_their_shape_and_keys_are_no_templates() -> None:
    value = {"{{ x }}": ["{{ input.z }}", {"k": "a{{ 1 }}"}, 5, None], "c": "constant"}
    assert render(value) == {"{{ x }}": [0, {"k": "a1"}, 5, None], "c": "constant"}


def test_a_value_is_never_rendered_twice() -> None:
    assert render("{{ '{' ~ '{ 1 + 1 }}' }}") == "{{ 1 + 1 }}"


def test_constants_are_given_back_as_they_are() -> None:
    value = {"a": [1, "x"]}
    template, _ = compile_template(value)
    assert template is not None
    assert template.is_constant
    assert template.render(MappingNames({})) is value
    assert (template.reads, template.refs, template.functions) == ((), frozenset(), frozenset())


def test_functions_are_known_before_rendering() -> None:
    template, _ = compile_template(["{{ now() }}", "{{ uuid() ~ random() }}", "{{ range(2) }}"])
    assert template is not None
    assert template.functions == {"now", "uuid", "random"}


def test_values_from_outside_are_not_changed() -> None:
    before = json.dumps(DATA)
    for expression, _ in EXPRESSIONS:
        render("{{ " + expression + " }}")
    assert json.dumps(DATA) == before


def test_plain_reads_pass_large_values_through() -> None:
    deep: Any = 1
    for _ in range(150):
        deep = [deep]
    large = {"input": {"text": "x" * 20_000_000, "deep": deep}}
    for text in ("{{ input }}", "{{ input.text }}", "{{ input.deep }}"):
        template, _ = compile_template(text)
        assert template is not None
        assert template.render(MappingNames(large)) is (
            large["input"] if "." not in text else large["input"][text[9:13]]
        )


def test_undefined_at_run_time_says_what() -> None:
    with pytest.raises(TemplateError, match=r"`input\.q` is undefined: the mapping has no key `q`"):
        render("{{ input.q.r }}")
