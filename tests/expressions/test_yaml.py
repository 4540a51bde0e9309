"""YAML in templates: read as plain data and written so that any reader takes it for the same value."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from flujo.core.errors import TemplateError
from flujo.core.values import stored_bytes
from flujo.expressions import MappingNames, compile_template

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
WORDS = st.sampled_from(
    ["yes", "null", "1", "1e3", "~", "- a", "a: b", "#x", "", " ", "a ", "<<", "0x1", "é", "\u2028"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT | WORDS, inner, max_size=4),
    max_leaves=12,
)


def render(expression: str, value: Any) -> Any:
    template, diagnostics = compile_template("{{ " + expression + " }}")
    assert template is not None, diagnostics
    return template.render(MappingNames({"input": value}))


@settings(max_examples=150, derandomize=True, deadline=None)
@given(JSON)
def test_what_is_written_is_read_again(value: Any) -> None:
    text = render("input | to_yaml", value)
    assert stored_bytes(render("input | from_yaml", text)) == stored_bytes(value)
    reader = YAML(typ="safe", pure=True)
    assert reader.load(text) == value


@settings(max_examples=150, derandomize=True, deadline=None)
@given(st.text(alphabet="ab:-[]{}&*!|>'\"#,?%<~ \n\t01.\\", max_size=24))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        stored_bytes(render("input | from_yaml", text))
    except TemplateError as error:
        assert error.diagnostic.code in ("FLJ0405", "FLJ0406")


REFUSED = {
    "!!python/object:os.system x": "tags such as",
    "!x y": "tags such as",
    "a: 1\na: 2": "the key `a` stands twice",
    "{<<: {a: 1}}": "merge keys",
    "1: 2": "a key is not text",
    "true: 2": "a key is not text",
    "[a]: 2": "a key is not text",
    "a: .inf": "NaN and infinities",
    "--- a\n--- b\n": "more than one document",
    "&a [1, *a]": "the alias `*a` names no part that is complete",
    "*a": "the alias `*a`",
    "a: [1": "(line 1)",
    'a: "\\0"': "NUL",
    'a: "\\ud800"': "cannot read the text",
    "a: b\u2028c": "line separator",
    "a: \x01": "cannot read the text",
}


@pytest.mark.parametrize("text", REFUSED)
def test_refused(text: str) -> None:
    with pytest.raises(TemplateError) as caught:
        render("input | from_yaml", text)
    assert caught.value.diagnostic.code == "FLJ0405"
    assert REFUSED[text] in caught.value.diagnostic.message


@pytest.mark.parametrize(
    "text",
    [
        "[" * 65,
        "a: &a " + "[" * 40 + "]" * 40 + "\nb: " + "[" * 40 + "*a" + "]" * 40,
        "- &a x\n" + "- *a\n" * 101,
        "a0: &a0 [" + "x," * 10 + "]\n" + "".join(f"a{i}: &a{i} [{f'*a{i - 1},' * 10}]\n" for i in range(1, 9)),
        "k: v\n" * 100_000,
        "- - - a\n" * 20_000,
        "# \n" * 3_000_000,
    ],
)
def test_bombs(text: str) -> None:
    with pytest.raises(TemplateError) as caught:
        render("input | from_yaml", text)
    assert caught.value.diagnostic.code == "FLJ0406" or "stands twice" in caught.value.diagnostic.message


def test_an_empty_text_is_null() -> None:
    assert render("input | from_yaml", "# nothing\n") is None
