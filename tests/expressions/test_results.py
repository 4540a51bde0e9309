"""What expressions and texts yield: one row of `table.jsonl` each."""

import json
from pathlib import Path
from typing import Any

import pytest

from flujo.core.errors import TemplateError
from flujo.expressions import MappingNames, compile_template

ROWS = [json.loads(line) for line in Path(__file__).with_name("table.jsonl").read_text("utf-8").splitlines()]
"""The table: `names` first, then sections and rows of `expression` or `text` with what each `gives`, or its `error`."""

DATA: dict[str, Any] = ROWS[0]["names"]


class Fixed(MappingNames):
    """Names with functions of known value."""

    def call(self, function: str) -> Any:
        return {"now": "2026-11-21T09:30:00Z", "uuid": "u-1", "random": 0.25}[function]


def render(text: Any) -> Any:
    template, diagnostics = compile_template(text)
    assert template is not None, diagnostics
    return template.render(Fixed(DATA))


def text_of(row: dict[str, Any]) -> str:
    """Return the text of a row; an expression is one in braces."""
    return row.get("text") or "{{ " + row["expression"] + " }}"


GIVING = [row for row in ROWS if "gives" in row]
REFUSED = [row for row in ROWS if "error" in row]


def test_the_table_is_long() -> None:
    assert len(GIVING) + len(REFUSED) >= 300


@pytest.mark.parametrize("row", GIVING, ids=text_of)
def test_what_it_gives(row: dict[str, Any]) -> None:
    result = render(text_of(row))
    assert json.dumps(result) == json.dumps(row["gives"])  # tells 1, 1.0 and true apart, and the order of keys


@pytest.mark.parametrize("row", REFUSED, ids=text_of)
def test_what_is_refused(row: dict[str, Any]) -> None:
    template, diagnostics = compile_template(text_of(row))
    if template is None:
        assert diagnostics[0].code == row["error"]
        return
    with pytest.raises(TemplateError) as caught:
        template.render(Fixed(DATA))
    assert caught.value.diagnostic.code == row["error"]


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
    for row in GIVING:
        render(text_of(row))
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
