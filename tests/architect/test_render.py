"""The renderer: whatever a plan holds comes out of the compiled blueprint as it went in."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flujo.app import App
from flujo.architect.plan import Approval, CallStep, Computed, Fixed, Output, Plan, Question, RunInput, Unplaced
from flujo.architect.plan import with_placeholders as filled
from flujo.architect.render import fixed, render, scalar, text_literal
from flujo.architect.words import Words
from flujo.expressions import MappingNames, compile_template

WORDS = (Words("do it", 0, 5),)
TEXT = st.text(max_size=60) | st.sampled_from(
    [
        "yes",
        "no",
        "007",
        "1e3",
        "null",
        "~",
        "{{ input }}",
        "{% raw %}",
        "{#",
        "a: b",
        "# no",
        "- x",
        "'\"\\",
        "\u2028\x85",
        " x ",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=8),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)
LOOSE = settings(derandomize=True, max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))


def rendered(value: object) -> object:
    template, found = compile_template(value)
    assert template is not None, found
    return template.render(MappingNames({}))


@given(JSON)
@LOOSE
def test_values_survive(app: App, value: object) -> None:
    plan = Plan("do it", (CallStep("pass", "core.pass", params={"value": Fixed(value)}, main="value", because=WORDS),))
    compiled = app.compile_text(render(plan, "x"), "x.yaml")
    assert compiled.diagnostics == ()
    assert compiled.graph is not None
    node = compiled.graph.root.children[0]
    got = node.arguments.render(MappingNames({}))["value"]  # type: ignore[union-attr]
    assert json.dumps(got) == json.dumps(value)


@given(st.text(max_size=300), st.lists(st.text(max_size=80), max_size=3), TEXT)
@LOOSE
def test_any_text_around_the_values_is_harmless(app: App, goal: str, notes: list[str], message: str) -> None:
    words = (Words(goal, 0, len(goal)),)
    steps = (
        CallStep("first", "core.pass", params={"value": Fixed(1)}, main="value", because=words),
        Approval("ask", message, {message or "x": Output("first")}, words),
        CallStep("last", "core.pass", params={"value": Output("first")}, main="value", because=words),
    )
    text = render(Plan(goal, steps, assumptions=tuple(notes), planner=message), "name")
    compiled = app.compile_text(text, "x.yaml")
    assert compiled.diagnostics == ()
    assert compiled.graph is not None
    assert [child.meta.name for child in compiled.graph.root.children] == ["first", "ask", "ask_approved"]
    assert compiled.graph.root.children[1].on.message.render(MappingNames({})) == message  # type: ignore[union-attr]


@given(TEXT)
@settings(derandomize=True, max_examples=200, deadline=None)
def test_text_literals(text: str) -> None:
    assert rendered(f"{{{{ {text_literal(text)} }}}}") == text
    assert rendered(fixed(text)) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain words", "plain words"),
        ("a/b.csv", "a/b.csv"),
        ("yes", '"yes"'),
        ("007", '"007"'),
        ("", '""'),
        ("a: b", '"a: b"'),
        ("ü", '"ü"'),
        ([1, "x", None], "[1, x, null]"),
        ({"op": "sum", "a b": 1.5}, '{op: sum, "a b": 1.5}'),
    ],
)
def test_scalars_are_as_plain_as_they_can_be(value: object, text: str) -> None:
    assert scalar(value) == text


def test_the_form_of_a_blueprint(app: App) -> None:
    steps = (
        CallStep("read", "files.read", "1", {"path": Fixed("a.txt")}, None, WORDS),
        CallStep("up", "text.upper", "1", {"text": Output("read")}, "text", WORDS),
        Question("who", "Who?", ("me", "no"), WORDS),
        Approval("approve", "Write?", {"a.txt": Output("up")}, WORDS),
        CallStep("write", "files.write", "1", {"path": Fixed("b.txt"), "content": Output("up")}, "content", WORDS),
    )
    text = render(Plan("do it", steps, assumptions=("x is y",), planner="offline"), "it")
    assert text == GOLDEN
    assert app.compile_text(text, "it.yaml").diagnostics == ()


def test_an_approval_of_nothing_more_gives_what_was_shown(app: App) -> None:
    steps = (
        CallStep("value", "core.pass", "1", {"value": Fixed([1])}, "value", WORDS),
        Approval("approve", "Right?", {"it": Output("value")}, WORDS),
    )
    compiled = app.compile_text(render(Plan("do it", steps), "x"), "x.yaml")
    assert compiled.diagnostics == ()


def test_inputs_and_templates(app: App) -> None:
    steps = (
        CallStep("a", "core.pass", "1", {"value": RunInput()}, "value", WORDS),
        CallStep("b", "core.pass", "1", {"value": Computed("{{ steps.a.output | upper }}")}, "value", WORDS),
    )
    text = render(Plan("do it", steps), "x")
    assert 'value: "{{ input }}"' in text
    graph = app.compile_text(text, "x.yaml").graph
    assert graph is not None
    assert app.start_run(graph, "abc").output == "ABC"


def test_placeholders_stand_where_the_words_do() -> None:
    goal = "one two three"
    steps = (
        CallStep("a", "core.pass", because=(Words("one", 0, 3),)),
        CallStep("c", "core.pass", because=(Words("three", 8, 13),)),
    )
    plan = filled(Plan(goal, steps, (Unplaced(Words("two", 4, 7), "why"),)))
    assert [step.name for step in plan.steps] == ["a", "todo", "c"]
    assert plan.step("todo").params["need"] == Fixed("two (why)")  # type: ignore[union-attr]
    assert plan.to_json()["unplaced"] == [{"words": {"text": "two", "start": 4, "end": 7}, "why": "why"}]


GOLDEN = """\
# Goal: do it
# Planned by: offline
# Taken for granted:
# - x is y
version: "0.1"
name: it
steps:
  # "do it" (files.read@1)
  - name: read
    uses: files.read
    with:
      path: a.txt
  # "do it" (text.upper@1)
  - name: up
    uses: text.upper
  # "do it"
  - name: who
    kind: hitl
    message: "Who?"
    choices: ["me", "no"]
  # "do it"
  - name: approve
    kind: hitl
    message: "Write?"
    show:
      a.txt: "{{ steps.up.output }}"
    choices: ["yes", "no"]
  # only after a yes to `approve`
  - name: approved
    kind: conditional
    condition: "{{ answer == 'yes' }}"
    branches:
      true:
        # "do it" (files.write@1)
        - name: write
          uses: files.write
          input: "{{ steps.up.output }}"
          with:
            path: b.txt
      false:
        - name: not_approved
          uses: core.pass
          with:
            value: "not approved: nothing was done"
"""
