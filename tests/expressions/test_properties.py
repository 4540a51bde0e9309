"""What holds for every template: it ends within its budget, its places lie in the text, no Python object gets out."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path as FilePath
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from flujo.core.errors import TemplateError
from flujo.core.spans import Path
from flujo.expressions import Budget, MappingNames, compile_condition, compile_template
from flujo.expressions.budget import MAX_BYTES, MAX_STEPS
from flujo.expressions.operators import equal
from tests.campaigns import expressions as campaign

ROOT = FilePath(__file__).resolve().parents[2]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)
SYNTAX = st.text(alphabet="{}%#()[]'\"|.,:-~+*/= \n\r\tabcdif01_é\\", max_size=40)


def test_the_campaign_in_small_finds_nothing() -> None:
    tally = campaign.run(300, seed=11)
    assert tally.notes == []
    assert tally.rendered > 100
    assert tally.failed > 40
    assert tally.codes["FLJ0406"] > 0


def test_the_campaign_in_a_process_of_its_own_finds_nothing() -> None:
    """There the memory that it measures is that of the templates."""
    code = "from tests.campaigns import expressions as x; t = x.run(1700, 23); print(*t.notes, t.faults, sep='\\n')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.splitlines()[-1] == "0", done.stdout


@settings(max_examples=150, derandomize=True, deadline=None)
@given(st.text(max_size=30) | SYNTAX | SYNTAX.map(lambda text: "{{" + text + "}}"))
def test_any_text_compiles_or_is_refused_at_a_place(text: str) -> None:
    def locate(path: Path, start: int, end: int) -> None:
        assert 0 <= start <= end <= len(text)

    for compile_value in (compile_template, compile_condition):
        template, diagnostics = compile_value(text, locate)
        assert (template is None) is bool(diagnostics)
        if template is not None:
            try:
                template.render(MappingNames({}))
            except TemplateError as error:
                assert error.diagnostic.message


@settings(max_examples=60, derandomize=True, deadline=None)
@given(st.integers(0, 2**32))
def test_rendering_ends_within_its_budget(seed: int) -> None:
    template, _ = compile_template(campaign.Grammar(random.Random(seed)).template())
    if template is None:
        return
    budget = Budget()
    try:
        template.render(campaign.NAMES, budget)
    except TemplateError:
        return
    assert budget.steps <= MAX_STEPS
    assert budget.held <= MAX_BYTES


def _typed(value: Any) -> Any:
    """Return a value in which Python's equality tells booleans from numbers, but not 1 from 1.0."""
    if isinstance(value, bool):
        return ("boolean", value)
    if isinstance(value, list):
        return [_typed(item) for item in value]
    if isinstance(value, dict):
        return {key: _typed(item) for key, item in value.items()}
    return value


@settings(max_examples=200, derandomize=True, deadline=None)
@given(JSON, JSON)
def test_equality(one: Any, other: Any) -> None:
    assert equal(Budget(), one, other) is (_typed(one) == _typed(other))
    assert equal(Budget(), one, json.loads(json.dumps(one)))
    assert equal(Budget(), [one], [other]) is equal(Budget(), other, one)


@settings(max_examples=100, derandomize=True, deadline=None)
@given(JSON)
def test_values_go_through_unchanged_and_into_text_as_json(value: Any) -> None:
    names = MappingNames({"input": value})
    native, text = compile_template("{{ input }}")[0], compile_template("x{{ [input] }}")[0]
    back = compile_template("{{ [input] | tojson | fromjson }}")[0]
    assert native is not None
    assert text is not None
    assert back is not None
    assert native.render(names) is value
    assert text.render(names) == "x" + json.dumps([value], ensure_ascii=False)
    assert json.dumps(back.render(names)) == json.dumps([value])


def test_importing_is_light() -> None:
    code = (
        "import sys, flujo.expressions as x\n"
        "t, _ = x.compile_template('{{ input.a | upper }} {% if 1 %}b{% endif %}')\n"
        "assert x.evaluate(t, {'input': {'a': 'q'}}) == 'Q b'\n"
        "heavy = {'re2', 'csv', 'ruamel', 'yaml', 'pydantic', 'asyncio', 'socket', 'sqlite3', 'subprocess'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
