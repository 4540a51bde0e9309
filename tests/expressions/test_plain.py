"""The short way for templates that are one name: it finds what the long way finds, and leaves all others alone."""

import pytest
from jinja2 import nodes

from flujo.expressions.program import _name, _parse
from flujo.expressions.scan import scan, scan_plain


@pytest.mark.parametrize(
    "text",
    [
        "{{ input }}",
        "{{input}}",
        "{{  steps.a.output }}",
        "{{ steps.a_1.output.b.c }}",
        "{{\n context.x\n}}",
        "{{ a.true.if.none }}",
        "{{ loop.index0}}",
        "{{ a" + ".b" * 60 + " }}",
    ],
)
def test_as_the_long_way(text: str) -> None:
    short, long = scan_plain(text), scan(text)
    assert short is not None
    assert [(token, token.lineno) for token in short.tokens] == [(token, token.lineno) for token in long.tokens]
    assert (short.spans, short.closers, short.depth, short.plain) == (long.spans, {}, 0, True)
    tree, same = _name(short), _parse(long, bare=False)[0]
    assert tree == same
    assert tree is not None and same is not None
    assert [node.lineno for node in tree.find_all(nodes.Node)] == [node.lineno for node in same.find_all(nodes.Node)]


@pytest.mark.parametrize(
    "text",
    [
        "{{ input }} ",
        " {{ input }}",
        "{{ input }}\n",
        "{{- input }}",
        "{{ input -}}",
        "{{+ input }}",
        "{{ a.0 }}",
        "{{ a . b }}",
        "{{ a['b'] }}",
        "{{ a.__class__ }}",
        "{{ _a }}",
        "{{ ä }}",
        "{{ a\t}}",
        "{{ a\r\n}}",
        "{{ }}",
        "{{ a }}}",
        "{{ a }}{{ b }}",
        "{{ " + "a" * 70_000 + " }}",
    ],
)
def test_others_take_the_long_way(text: str) -> None:
    assert scan_plain(text) is None


@pytest.mark.parametrize("word", ["true", "False", "none", "not", "and.or", "if", "a" + ".b" * 200])
def test_words_with_a_meaning_take_the_long_way(word: str) -> None:
    found = scan_plain(f"{{{{ {word} }}}}")
    assert found is not None
    assert _name(found) is None
