"""Secrets at compile time: where they may stand, and that nothing else ever holds them."""

import pytest

from .conftest import Compile

HEAD = 'version: "0.1"\nsecrets: [KEY]\nagents: {writer: {model: x/y}}\n'
S = "{{ secrets.KEY }}"

EXPOSED = [
    "output: '%s'\nsteps: {name: a, input: 1}",
    "steps: {name: a, input: '%s'}",
    "steps: {name: a, input: {deep: ['x', 'y %s']}}",
    "steps: {name: a, input: 1, when: '%s'}",
    "steps: {name: a, input: 1, set: {context.x: '%s'}}",
    "steps: {name: a, uses: mail.send, input: 1, approval: {message: '%s'}}",
    "steps: {name: a, uses: agents.writer, input: '%s'}",
    "steps: {name: a, uses: agents.writer, with: {text: '%s'}}",
    "steps: {name: a, uses: files.read, with: {path: '%s'}}",
    "steps: {name: a, uses: files.write, with: {path: 'a/%s', content: b}}",
    "steps: {name: a, uses: http.get, with: {url: 'https://x/%s'}}",
    "steps: {name: a, uses: http.get, with: {url: u, endpoint: '%s'}}",
    "steps: {name: a, uses: http.get, with: {url: u, target: '%s'}}",
    "steps: {name: a, kind: hitl, message: '%s'}",
    "steps: {name: a, kind: hitl, message: x, show: {x: '%s'}}",
    "steps: {name: a, kind: conditional, condition: '%s', branches: {true: {name: b, input: 1}}}",
    "steps: {name: a, kind: map, over: '%s', steps: {name: b, input: 1}}",
    "steps: {name: a, kind: map, over: [1], steps: {name: b, input: '%s'}}",
    "steps: {name: a, kind: map, over: [1], steps: {name: b, input: 1}, reduce: '%s'}",
    "steps: {name: a, kind: loop, max: 2, until: '%s', steps: {name: b, input: 1}}",
    "steps: {name: a, kind: loop, max: 2, init: '%s', steps: {name: b, input: 1}}",
    "steps: {name: a, kind: loop, max: 2, output: '%s', steps: {name: b, input: 1}}",
    "steps: {name: a, kind: wait, until: '%s'}",
    "steps: {name: a, input: 1, on_error: {steps: {name: b, input: '%s'}}}",
]


@pytest.mark.parametrize("text", EXPOSED)
def test_a_secret_is_refused_where_it_would_be_exposed(compile_text: Compile, text: str) -> None:
    codes = [item.code for item in compile_text(HEAD + text % S).diagnostics if item.code != "FLJ0510"]
    assert codes == ["FLJ0522"]
    assert compile_text(HEAD + text % S, strict=False).graph is None


@pytest.mark.parametrize(
    "text",
    [
        "steps: {name: a, uses: mail.send, with: {text: '%s'}}",
        "steps: {name: a, uses: http.get, with: {url: u, headers: {Authorization: ['Bearer %s']}}}",
        "steps: {name: a, kind: map, over: [1], steps: {name: b, input: 1}, "
        "reduce: {uses: mail.send, with: {text: '%s'}}}",
        "steps: {name: a, input: 1, on_error: {steps: {name: b, uses: mail.send, with: {text: '%s'}}}}",
    ],
)
def test_a_secret_may_be_given_to_a_skill(compile_text: Compile, text: str) -> None:
    compiled = compile_text(HEAD + text % S)
    assert compiled.diagnostics == ()
    assert compiled.graph is not None
    assert compiled.graph.secrets == ("KEY",)
    assert compiled.graph.pinned["source"] == HEAD + text % S


def test_declaring_a_secret_does_not_change_what_the_program_is(compile_text: Compile) -> None:
    step = "steps: {name: a, input: 1}\n"
    with_it, without = compile_text(HEAD + step).graph, compile_text(HEAD.replace("secrets: [KEY]\n", "") + step).graph
    assert with_it is not None
    assert without is not None
    assert with_it.digest == without.digest
