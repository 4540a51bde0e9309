"""The original Flujo's spellings: each compiles to the graph of our own, and its fix writes that."""

from typing import Any

import pytest

from flujo.blueprints.edit import apply_fixes, fix_all
from flujo.core.diagnostics import Fix, Severity, has_errors
from flujo.core.graph import describe

from .conftest import Compile
from .spellings import HEAD, PAIRS


def old_spellings(compile_text: Compile, text: str) -> list[Fix]:
    return [item.fix for item in compile_text(text).diagnostics if item.code == "FLJ0210" and item.fix]


def fixed(compile_text: Compile, text: str) -> str:
    result = fix_all(text, lambda text: old_spellings(compile_text, text))
    assert not result.left
    return result.text


def shape(value: Any) -> Any:
    """A graph without the texts of its templates."""
    if isinstance(value, dict):
        return {key: "..." if key == "template" else shape(part) for key, part in value.items()}
    return [shape(part) for part in value] if isinstance(value, list) else value


@pytest.mark.parametrize("case", PAIRS)
def test_it_is_the_same_blueprint_and_the_fix_writes_it(compile_text: Compile, case: str) -> None:
    old, new = (HEAD + text.removeprefix("\n") for text in PAIRS[case])
    one, two = compile_text(old), compile_text(new)
    assert not has_errors(one.diagnostics), one.diagnostics
    assert not has_errors(two.diagnostics), two.diagnostics
    assert one.graph is not None and two.graph is not None
    assert shape(describe(one.graph.root)) == shape(describe(two.graph.root))
    told = [item for item in one.diagnostics if item.code == "FLJ0210"]
    assert told and all(item.severity is not Severity.ERROR for item in told)
    assert not [item for item in two.diagnostics if item.code == "FLJ0210"]
    assert fixed(compile_text, old) == new


@pytest.mark.parametrize("case", PAIRS)
def test_each_fix_alone_leaves_a_blueprint_that_compiles(compile_text: Compile, case: str) -> None:
    text = HEAD + PAIRS[case][0].removeprefix("\n")
    for item in compile_text(text).diagnostics:
        if item.fix is not None:
            after = apply_fixes(text, [item.fix]).text
            assert compile_text(after).graph is not None, (item, after)


REFUSED = {
    "{name: s, agent: {id: 'pkg.mod:func'}}": ("FLJ0601", "unknown skill `pkg.mod:func`", "register the function"),
    "{name: s, agent: pkg.mod.func}": ("FLJ0601", "unknown skill `pkg.mod.func`", "register the function"),
    "{name: s, kind: conditional, condition: 'pkg.mod:f', branches: {true: {name: t, input: 1}}}": (
        "FLJ0601", "`pkg.mod:f` is Python, which a blueprint does not call", "register the function"),
    "{name: s, kind: loop, loop: {body: {name: t, input: 1}, max_loops: 2, exit_condition: 'p:f'}}": (
        "FLJ0601", "`exit_condition` names Python, which a blueprint does not call", "register the function"),
    "{name: s, agent: {id: flujo.builtins.context_get}}": (
        "FLJ0601", "the original's builtin `context_get` has no counterpart", "context.PATH"),
    "{name: s, agent: {id: flujo.builtins.passtrough}}": (
        "FLJ0601", "unknown skill `flujo.builtins.passtrough`", "did you mean `flujo.builtins.passthrough`"),
    "{name: s, agent: {idd: core.pass}}": ("FLJ0201", "unknown key `idd`", "did you mean `id`"),
    "{name: s, agent: {params: {value: 1}}}": ("FLJ0202", "the key `id` is missing", "uses"),
    "{name: s, agent: {id: core.pass}, uses: core.pass}": ("FLJ0204", "`id` is given, and `uses` too", "write one"),
    "{name: s, uses: core.pass, config: {max_retris: 1}}": ("FLJ0201", "unknown key `max_retris`", "`max_retries`"),
    "{name: s, uses: core.pass, config: {max_retries: many}}": (
        "FLJ0203", "`max_retries` must be a number of retries", None),
    "{name: s, uses: core.pass, config: {temperature: 1}}": (
        "FLJ0204", "`temperature` has a meaning for agents only", "agent"),
    "{name: s, kind: parallel, merge_strategy: keep_first, branches: {a: {name: t, input: 1}}}": (
        "FLJ0204", "the strategy `keep_first` is not in flujo", "merge: strict"),
    "{name: s, uses: core.pass, usage_limits: {total_cost_usd_limit: 1}}": (
        "FLJ0207", "the key `usage_limits` is not in this version of flujo yet", None),
    "{name: s, kind: loop, loop: {body: [{name: t, input: 1}], max_loops: 2, state: {set: []}}}": (
        "FLJ0207", "this form of `state` is not in flujo", "set"),
    "{name: s, kind: loop, loop: {body: [{name: t, input: 1}], max_loops: 2, propagation: {field: x}}}": (
        "FLJ0207", "this form of `propagation` is not in flujo", "next_input"),
    "{name: s, kind: map, map: {iterable_input: things, body: {name: t, input: 1}, finalize: {}}}": (
        "FLJ0204", "this form of `finalize` is not in flujo", "reduce"),
}  # fmt: skip


@pytest.mark.parametrize("step", REFUSED)
def test_what_has_no_counterpart_is_refused_with_help(compile_text: Compile, step: str) -> None:
    code, message, help = REFUSED[step]
    errors = [item for item in compile_text(f"{HEAD}  - {step}\n").diagnostics if item.severity is Severity.ERROR]
    assert [(item.code, item.message) for item in errors] == [(code, message)]
    assert help is None or (errors[0].help and help in errors[0].help)
    assert errors[0].place is not None and errors[0].place.start[0] == 10


def test_init_of_a_loop_becomes_its_first_step(compile_text: Compile) -> None:
    old = """\
  - kind: loop
    name: s
    loop:
      init:
        set:
          - {target: context.count, value: "{{ previous_step }}"}
      body:
        - {name: t, input: "{{ context.count }}"}
      max_loops: 2
"""
    new = """\
  - kind: loop
    name: s
    steps:
      - {name: loop_init, when: "{{ loop.first }}", set: {count: "{{ previous }}"}}
      - {name: t, input: "{{ context.count }}"}
    max: 2
"""
    one, two = compile_text(HEAD + old), compile_text(HEAD + new)
    assert one.graph is not None and two.graph is not None, (one.diagnostics, two.diagnostics)
    assert shape(describe(one.graph.root)) == shape(describe(two.graph.root))


def test_the_temperature_of_all_its_steps_is_an_agents(compile_text: Compile) -> None:
    step = "  - {{name: {}, uses: agents.a, config: {{temperature: {}}}}}\n"
    compiled = compile_text(HEAD + step.format("s", 0.5) + step.format("t", 0.5))
    assert compiled.graph is not None, compiled.diagnostics
    assert [child.config["temperature"] for child in compiled.graph.root.children[2:]] == [0.5, 0.5]  # type: ignore[union-attr]
    compiled = compile_text(HEAD + step.format("s", 0.5) + step.format("t", 0.7))
    assert [item.code for item in compiled.diagnostics if item.severity is Severity.ERROR] == ["FLJ0204"] * 2


def test_agents_of_the_original(compile_text: Compile) -> None:
    text = """\
version: "0.1"
agents:
  a:
    model: openai:gpt-4o
    system_prompt: {from_file: prompts/sort.md}
    model_settings: {top_p: 1}
  b: {model: "ollama/llama3:8b"}
steps:
  - {name: s, uses: agents.a}
  - {name: t, uses: agents.b}
"""
    compiled = compile_text(text)
    assert compiled.graph is not None, compiled.diagnostics
    first, second = compiled.graph.root.children
    assert first.config["model"] == "openai/gpt-4o"  # type: ignore[union-attr]
    assert second.config["model"] == "ollama/llama3:8b"  # type: ignore[union-attr]
    after = fixed(compile_text, text)
    assert after == (
        text.replace("openai:", "openai/").replace("from_file", "file").replace("model_settings", "settings")
    )


def test_a_value_called_initial_prompt_stays_one(compile_text: Compile) -> None:
    text = """\
version: "0.1"
steps:
  - {name: s, uses: core.pass, set: {initial_prompt: "mine"}}
  - {name: t, input: "{{ context.initial_prompt }}"}
"""
    compiled = compile_text(text)
    assert compiled.graph is not None
    assert compiled.graph.root.children[1].meta.input.refs == {("context",)}  # type: ignore[union-attr]


def test_this_is_the_steps_own_input_in_with(compile_text: Compile) -> None:
    text = (
        HEAD
        + """\
  - kind: map
    name: s
    over: "{{ context.things }}"
    steps:
      - {name: t, input: "{{ item + 1 }}", uses: core.pass, with: {value: "{{ this }}"}}
"""
    )
    compiled = compile_text(text)
    assert compiled.graph is not None
    assert not [item for item in compiled.diagnostics if item.code == "FLJ0210"]


def test_places_are_those_of_the_text(compile_text: Compile) -> None:
    text = (
        HEAD
        + """\
  - kind: loop
    name: s
    loop:
      body:
        - name: t
          agent: {id: agents.a, params: {input: "{{ steps.nobody.output }}"}}
      max_loops: 2
      exit_expression: "{{ steps.before.outptu }}"
"""
    )
    errors = [item for item in compile_text(text).diagnostics if item.severity is Severity.ERROR]
    places = [(item.place.start, item.place.end) for item in errors if item.place]
    assert {(line, text.splitlines()[line - 1][start - 1 : end - 1]) for (line, start), (_, end) in places} == {
        (15, "nobody"),
        (17, "steps.before.outptu"),
    }


def test_a_key_that_is_near_one_is_one_error(compile_text: Compile) -> None:
    for step in ("{name: s, use: core.pass}", "{name: s, kind: loop, max: 1, stepps: [{name: t, input: 1}]}"):
        errors = [item.code for item in compile_text(f"{HEAD}  - {step}\n").diagnostics]
        assert [code for code in errors if code not in ("FLJ0211",)] == ["FLJ0201"]


@pytest.mark.parametrize(
    "entries",
    [
        "kind: loop, body: {}", "kind: loop, loop: []", "kind: loop, loop: {}",
        "kind: loop, loop: {body: 5, init: [{}]}",
        "kind: map, map: {iterable_input: 5, finalize: x}", "kind: parallel, merge_strategy: [], branches: 5",
        "kind: StateMachine, start_state: [], states: {a: {steps: {}}}, transitions: [5, {on: pause}], end_states: 5",
        "kind: dynamic_router, router: 5", "agent: 5", "agent: {id: 5, params: x}", "config: [], set: 5, sink_to: []",
        "kind: loop, loop: {body: [], propagation: {}, state: 5}", "uses: agents.a, config: {temperature: []}",
    ],
)  # fmt: skip
def test_what_has_not_the_right_form_is_an_error_of_the_blueprint(compile_text: Compile, entries: str) -> None:
    compiled = compile_text(f"{HEAD}  - {{name: s, {entries}}}\n")
    assert compiled.graph is None
    assert has_errors(compiled.diagnostics)
