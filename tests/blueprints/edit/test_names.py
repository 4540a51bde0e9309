"""A new name is written where it means the step, and nowhere else; what named a wrapped step names the map."""

from __future__ import annotations

from pathlib import Path

import pytest

from flujo.blueprints.compiler import _lower
from flujo.blueprints.defaults import NO_DEFAULTS
from flujo.blueprints.edit import Rename, WrapInMap
from flujo.blueprints.edit.naming import named
from flujo.blueprints.lowering import Workshop
from flujo.blueprints.original import translate
from flujo.blueprints.reader import read
from flujo.blueprints.report import Report
from flujo.core.spans import Path as At

from ..conftest import CATALOGUE
from .edits import after

ROOT = Path(__file__).resolve().parents[3]
BLUEPRINTS = [*sorted(ROOT.glob("tests/semantics/*/blueprint.yaml")), *sorted(ROOT.glob("tests/data/edits/*.yaml"))]


@pytest.mark.parametrize("part", range(8))
def test_names_mean_the_steps_that_the_compiler_takes_them_for(part: int) -> None:
    for path in BLUEPRINTS[part::8]:
        document, _ = read(path.read_bytes(), path.name)
        if document is None or translate(document).document is not document:
            continue
        report = Report(document)
        agents = {name: {} for name in document.data.get("agents", ())}
        shop = Workshop(report, CATALOGUE, agents, {}, NO_DEFAULTS)
        _lower(document, shop)
        theirs: dict[tuple[At, str], At | None] = {}
        for use in shop.uses:
            for one in use.template.reads:
                if one.ref[0] == "steps":
                    name, own = one.ref[1], use.field[0] == "set" and one.ref[1] == use.own_name
                    target = use.position.steps.paths[use.position.index] if own else use.position.find(name)
                    theirs[(*use.path, *one.at), name] = target
        ours = {(item.path, item.name): item.target for item in named(document.data) if item.part}
        assert {key: ours.get(key) for key, target in theirs.items() if target} == {
            key: target for key, target in theirs.items() if target
        }, path


DAG = """\
steps:
  - name: load
    uses: files.read
  - name: both
    needs: load   # c
    input: "{{ steps.load.output ~ steps['load'].status }} load {# steps.load #}"
    when: steps.load.output == 'steps.load'
  - kind: loop
    name: again
    needs: [load, both]
    max: 3
    until: "{{ steps.load.output > 3 }}"
    steps:
      - name: load
        input: '{{ steps["load"].output }}'
      - name: next
        input: >-
          {% if steps.load.output %}
          {{ steps.load.output.load }}{% endif %}
    on_error: {steps: [{name: note, input: "{{ steps.load.output }}"}]}
output: "{{ steps.load.output }}"
"""


def test_a_name_is_changed_where_it_means_the_step_and_nowhere_else() -> None:
    new = after(DAG, Rename("steps.load", "fetch"))
    changed = [(old, now) for old, now in zip(DAG.splitlines(), new.splitlines(), strict=True) if old != now]
    assert changed == [
        ("  - name: load", "  - name: fetch"),
        ("    needs: load   # c", "    needs: fetch   # c"),
        (
            "    input: \"{{ steps.load.output ~ steps['load'].status }} load {# steps.load #}\"",
            "    input: \"{{ steps.fetch.output ~ steps['fetch'].status }} load {# steps.load #}\"",
        ),
        ("    when: steps.load.output == 'steps.load'", "    when: steps.fetch.output == 'steps.load'"),
        ("    needs: [load, both]", "    needs: [fetch, both]"),
        ("        input: '{{ steps[\"load\"].output }}'", "        input: '{{ steps[\"fetch\"].output }}'"),
        (
            '    on_error: {steps: [{name: note, input: "{{ steps.load.output }}"}]}',
            '    on_error: {steps: [{name: note, input: "{{ steps.fetch.output }}"}]}',
        ),
        ('output: "{{ steps.load.output }}"', 'output: "{{ steps.fetch.output }}"'),
    ]


def test_a_step_inside_is_another_one() -> None:
    new = after(DAG, Rename("steps.again.steps.load", "inner"))
    changed = [now for old, now in zip(DAG.splitlines(), new.splitlines(), strict=True) if old != now]
    assert changed == [
        '    until: "{{ steps.inner.output > 3 }}"',
        "      - name: inner",
        "          {% if steps.inner.output %}",
        "          {{ steps.inner.output.load }}{% endif %}",
    ]


def test_a_name_with_a_dash_is_written_in_brackets_that_fit_the_quotes() -> None:
    text = (
        "steps:\n- {name: a, uses: x}\n- {name: b, input: \"{{ steps.a.output }}\", when: '{{ steps.a.output }}'}\n"
        "- {name: c, when: steps.a.output}\n"
    )
    assert after(text, Rename("steps.a", "a-1")) == (
        "steps:\n- {name: a-1, uses: x}\n"
        "- {name: b, input: \"{{ steps['a-1'].output }}\", when: '{{ steps[''a-1''].output }}'}\n"
        "- {name: c, when: \"steps['a-1'].output\"}\n"
    ).replace("when: '{{ steps[''a-1''].output }}'", "when: \"{{ steps['a-1'].output }}\"").replace("\n\n", "\n")


def test_names_that_yaml_takes_otherwise_are_quoted() -> None:
    text = "steps:\n- {name: a, uses: x}\n- {name: b, uses: x, needs: [a]}\n"
    assert after(text, Rename("steps.a", "no")) == (
        'steps:\n- {name: "no", uses: x}\n- {name: b, uses: x, needs: ["no"]}\n'
    )


def test_a_conversation_names_steps_of_its_body() -> None:
    text = (
        "steps:\n- kind: loop\n  name: talk\n  named_steps: [say]\n  user_turn_sources: [hitl, say]\n"
        "  steps:\n  - name: say\n"
    )
    assert after(text, Rename("steps.talk.steps.say", "tell")) == text.replace("say", "tell")


def test_an_unnamed_question_gets_its_first_name() -> None:
    text = "steps:\n- kind: hitl\n  message: a\n- name: b\n  input: '{{ steps.hitl_1.output }}'\n"
    assert after(text, Rename("steps.hitl_1", "ask")) == (
        "steps:\n- kind: hitl\n  message: a\n  name: ask\n- name: b\n  input: '{{ steps.ask.output }}'\n"
    )


def test_agents_and_imports_are_renamed_with_all_who_use_them() -> None:
    text = (
        "agents: {'a': {model: x}, b: {model: y}}\nimports:\n  part: a.yaml\nsteps:\n"
        "- {name: a, uses: agents.a, verify: [{judge: 'agents.a'}], with: {text: agents.a}}\n"
        "- {name: c, uses: imports.part}\n"
    )
    assert after(text, Rename("agents.a", "writer"), Rename("imports.part", "piece")) == (
        "agents: {'writer': {model: x}, b: {model: y}}\nimports:\n  piece: a.yaml\nsteps:\n"
        "- {name: a, uses: agents.writer, verify: [{judge: 'agents.writer'}], with: {text: agents.a}}\n"
        "- {name: c, uses: imports.piece}\n"
    )


def test_what_named_a_wrapped_step_names_the_map_and_its_needs_are_the_maps() -> None:
    text = (
        "steps:\n  - name: a\n    uses: x\n  - name: b # c\n    needs: [a]  # e\n\n    # d\n    input: |\n"
        '       {{ item }}\n\n         deep\n    uses: y\n  - {name: c, needs: [b], input: "{{ steps.b.output }}"}\n'
    )
    assert after(text, WrapInMap("steps.b", "each", "{{ steps.a.output }}")) == (
        'steps:\n  - name: a\n    uses: x\n  - kind: map\n    name: each\n    over: "{{ steps.a.output }}"\n'
        "    needs: [a]  # e\n    steps:\n"
        "      - name: b # c\n\n        # d\n        input: |\n           {{ item }}\n\n"
        '             deep\n        uses: y\n  - {name: c, needs: [each], input: "{{ steps.each.output }}"}\n'
    )
    flow = "steps: [{name: a, uses: x}]\n"
    assert after(flow, WrapInMap("steps.a", "each", [1])) == (
        "steps: [{kind: map, name: each, over: [1], steps: [{name: a, uses: x}]}]\n"
    )
