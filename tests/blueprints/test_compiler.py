"""From a blueprint's text to the Graph: what each word becomes."""

import time

import pytest

from flujo.blueprints.compiler import compile_blueprint
from flujo.blueprints.pinned import pinned_catalogue, pinned_sources
from flujo.core.graph import Branch, Call, Flow, Graph, Question, Retry, Wait, describe
from flujo.core.values import load_stored, stored_bytes
from flujo.steps import kinds

from .conftest import Compile

WHOLE = """version: "0.1"
name: triage
description: Sorts tickets.
inputs: {url: string, limit: {type: integer, default: 10}}
context: {seen: {count: 0}}
agents:
  sorter:
    model: openai/gpt-x
    system_prompt: {file: prompts/sort.md}
    output_schema: {type: object, properties: {team: {type: string}}}
    temperature: 0
steps:
  - name: load
    uses: files.read@1
    with: {path: "{{ input.url }}"}
    retry: {attempts: 5, on: [timeout], backoff: linear, delay: 500ms, max_time: 2h}
  - name: sort
    uses: agents.sorter
    set: {context.seen.team: "{{ steps.sort.output.team }}", note: x}
  - kind: hitl
    name: ask
    message: Is {{ previous }} right?
    show: {rows: "{{ steps.load.output }}"}
    choices: ["yes", "no"]
    sink_to: context.answer
  - kind: conditional
    name: decide
    when: "{{ input.limit > 0 }}"
    condition: "{{ answer == 'yes' }}"
    branches:
      true:
        - {name: put, uses: files.write, with: {path: out.txt}, retry: 2}
      false: {name: nothing, input: {note: "{{ context.note }}"}, updates_context: true}
output: {team: "{{ context.seen.team }}"}
"""


def _graph(compile_text: Compile, text: str) -> Graph:
    compiled = compile_text(text)
    assert compiled.diagnostics == ()
    assert compiled.graph is not None
    return compiled.graph


def _only(compile_text: Compile, steps: str) -> Call:
    node = _graph(compile_text, f'version: "0.1"\n{steps}').root.children[0]
    assert isinstance(node, Call)
    return node


def test_a_whole_blueprint(compile_text: Compile) -> None:
    graph = _graph(compile_text, WHOLE)
    load, sort, ask, decide = graph.root.children
    assert isinstance(load, Call)
    assert (load.runner, load.target, load.main, load.effect) == ("step", "files.read", None, "read")
    assert load.meta.retry == Retry(5, frozenset({"timeout"}), "linear", 0.5, 60.0, False, 7200.0)
    assert load.revision
    assert isinstance(sort, Call)
    assert (sort.runner, sort.target, sort.main, sort.effect) == ("agent", "sorter", "input", "read")
    assert sort.config["system_prompt"] == "Sort the tickets.\n"
    assert sort.meta.retry == Retry(3, frozenset({"invalid_output"}), delay=0.0)
    assert [path for path, _ in sort.meta.sets] == [("seen", "team"), ("note",)]
    assert isinstance(ask, Wait)
    assert isinstance(ask.on, Question)
    assert (ask.on.choices, ask.on.sink, ask.on.schema) == (("yes", "no"), ("answer",), None)
    assert isinstance(decide, Branch)
    assert [(key, flow.meta.name, [child.meta.name for child in flow.children]) for key, flow in decide.branches] == [
        ("true", "true", ["put"]),
        ("false", "false", ["nothing"]),
    ]
    nothing = decide.branches[1][1].children[0]
    assert isinstance(nothing, Call)
    assert (nothing.target, nothing.meta.merges_output) == ("core.pass", True)
    assert graph.name == "triage"
    assert graph.context == {"seen": {"count": 0}}
    assert graph.inputs == {
        "type": "object",
        "properties": {"url": {"type": "string"}, "limit": {"type": "integer", "default": 10}},
        "required": ["url"],
        "additionalProperties": False,
    }
    assert graph.output is not None
    assert graph.places is not None
    assert graph.places.start_of(load.meta.path) == (13, 5)


def test_a_run_can_be_compiled_from_what_it_pinned(compile_text: Compile) -> None:
    graph = _graph(compile_text, WHOLE)
    assert set(graph.pinned["skills"]) == {"files.read", "files.write", "core.pass"}
    assert graph.pinned["files"] == {"prompts/sort.md": "Sort the tickets.\n"}
    pinned = load_stored(stored_bytes(graph.pinned))
    again = compile_blueprint(
        pinned["source"], pinned["name"], pinned_sources(pinned), pinned_catalogue(pinned, kinds())
    )
    assert again.diagnostics == ()
    assert again.graph is not None
    assert again.graph.digest == graph.digest
    assert describe(again.graph.root) == describe(graph.root)
    assert again.graph.pinned == graph.pinned


def test_prose_and_layout_are_not_in_the_digest(compile_text: Compile) -> None:
    one = _graph(compile_text, WHOLE)
    other = _graph(compile_text, "# a comment\n" + WHOLE.replace("Sorts tickets.", "Sorts them."))
    changed = _graph(compile_text, WHOLE.replace("out.txt", "other.txt"))
    assert one.digest == other.digest != changed.digest


@pytest.mark.parametrize(
    ("text", "retry"),
    [
        ("3", Retry(3)),
        ("{attempts: 2}", Retry(2)),
        ("{}", Retry(3)),
        ("{on: [any]}", Retry(3, frozenset({"any"}))),
        ("{delay: 1.5m, max_delay: 7d, jitter: true}", Retry(3, delay=90.0, max_delay=604_800.0, jitter=True)),
    ],
)
def test_retry(compile_text: Compile, text: str, retry: Retry) -> None:
    assert _only(compile_text, f"steps: {{name: a, uses: core.pass, retry: {text}}}").meta.retry == retry


def test_an_agent_keeps_the_retry_it_is_given(compile_text: Compile) -> None:
    agent = "agents: {a: {model: x/y, output_schema: {type: string}}}\n"
    assert _only(compile_text, agent + "steps: {name: a, uses: agents.a, retry: 1}").meta.retry == Retry(1)
    assert (
        _only(
            compile_text, agent.replace(", output_schema: {type: string}", "") + "steps: {name: a, uses: agents.a}"
        ).meta.retry
        is None
    )


@pytest.mark.parametrize(
    ("file", "name"),
    [("flows/my flow.yaml", "my_flow"), ("2nd.yaml", "_2nd"), ("größe.yml", "größe"), ("x" * 80, "x" * 64)],
)
def test_the_name_comes_from_the_file(compile_text: Compile, file: str, name: str) -> None:
    compiled = compile_text('version: "0.1"\nsteps: {name: a, input: 1}', name=file)
    assert compiled.graph is not None
    assert compiled.graph.name == name


def test_the_version_may_be_a_number(compile_text: Compile) -> None:
    assert _only(compile_text.__call__, "steps: {name: a, input: 1}").meta.name == "a"
    assert compile_text("version: 0.1\nsteps: {name: a, input: 1}").diagnostics == ()


def test_json_schema_inputs_are_taken_as_they_are(compile_text: Compile) -> None:
    schema = "{type: object, properties: {a: {type: string}}}"
    assert _graph(
        compile_text, f'version: "0.1"\ninputs: {schema}\nsteps: {{name: a, input: "{{{{ input.a }}}}"}}'
    ).inputs == {
        "type": "object",
        "properties": {"a": {"type": "string"}},
    }


def test_unnamed_questions_are_numbered(compile_text: Compile) -> None:
    compiled = compile_text(
        'version: "0.1"\nsteps:\n- {kind: hitl, message: a}\n- {name: x, input: 1}\n- {kind: hitl, message: b}\n'
    )
    assert [item.code for item in compiled.diagnostics] == ["FLJ0211", "FLJ0211"]
    assert compiled.graph is not None
    assert [node.meta.name for node in compiled.graph.root.children] == ["hitl_1", "x", "hitl_2"]


def test_names_of_any_script(compile_text: Compile) -> None:
    steps = "".join(f"- {{name: {name}, input: 1}}\n" for name in ["größe", "步骤_1", "हिन्दी", "a-b", "_", "-x"])
    assert {item.code for item in compile_text(f'version: "0.1"\nsteps:\n{steps}').diagnostics} == {"FLJ0526"}


def test_no_strict_lets_a_run_find_out(compile_text: Compile) -> None:
    text = 'version: "0.1"\nsteps: {name: a, input: "{{ steps.gone.output }}"}'
    assert compile_text(text).graph is None
    compiled = compile_text(text, strict=False)
    assert compiled.graph is not None
    assert [(item.code, str(item.severity)) for item in compiled.diagnostics] == [("FLJ0301", "warning")]


def test_a_step_that_does_not_lower_poisons_nothing(compile_text: Compile) -> None:
    compiled = compile_text(
        'version: "0.1"\nagents: {bad: {modell: x}}\nsteps:\n- {name: a, uses: no.such}\n- {name: b, kind: rooter}\n'
        '- {name: c, uses: agents.bad}\n- {name: d, input: "{{ [steps.a.output, steps.b.output, steps.c.output] }}"}\n'
    )
    assert [item.code for item in compiled.diagnostics] == ["FLJ0201", "FLJ0601", "FLJ0305"]


def test_an_alias_repeats_a_problem_only_once(compile_text: Compile) -> None:
    compiled = compile_text(
        'version: "0.1"\nsteps:\n- {name: a, uses: text.upper, with: &w {text: 5}}\n'
        "- {name: b, uses: text.upper, with: *w}\n"
    )
    assert [item.code for item in compiled.diagnostics] == ["FLJ0604"]


def test_too_many_steps(compile_text: Compile) -> None:
    steps = "- {name: a, input: 1}\n" * 20_001
    assert [item.code for item in compile_text(f'version: "0.1"\nsteps:\n{steps}').diagnostics] == ["FLJ0110"]


def test_a_thousand_steps_compile_fast(compile_text: Compile) -> None:
    steps = "- {name: s0, input: 1}\n" + "".join(
        f'- {{name: s{n}, uses: core.pass, input: "{{{{ steps.s{n - 1}.output }}}}"}}\n' for n in range(1, 1000)
    )
    began = time.process_time()
    graph = _graph(compile_text, f'version: "0.1"\nsteps:\n{steps}')
    assert time.process_time() - began < 2.0  # 0.1 s alone; the bound is for loaded machines
    assert isinstance(graph.root, Flow)
    assert len(graph.root.children) == 1000
