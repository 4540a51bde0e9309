"""`flujo explain`: a code, a blueprint, a step of it. Nothing is started."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flujo.cli.render.page import page, page_text
from flujo.cli.render.screen import Paint
from flujo.core.codes import CODES

Flujo = Callable[..., Any]

WHOLE = """\
# Goal: Read the orders of ann,
# sort them and send what is urgent
# Planned by: a person
version: "0.1"
name: orders
description: Sorts orders
inputs: {file: string, limit: {type: integer, default: 10}}
secrets: [API_TOKEN]
context: {total: 0}
agents:
  clerk: {model: openai/gpt-4o, system_prompt: You sort orders., max_tokens: 100}
imports: {greet: parts/greet.yaml}
steps:
  # "Read the orders" (files.read@1)
  - {name: read, uses: files.read, with: {path: "{{ input.file }}"}, retry: 3}
  - name: rows
    uses: table.parse_csv
    set: {total: "{{ steps.rows.output | length }}"}
  - kind: map
    name: each
    over: "{{ steps.rows.output[:input.limit] }}"
    tolerate: 10%
    steps:
      - {name: sort, uses: agents.clerk, timeout: 30s, cache: {ttl: 1h}}
      - name: choose
        kind: conditional
        condition: "{{ steps.sort.output }}"
        branches:
          urgent:
            name: tell
            uses: files.append
            with: {path: urgent.txt, content: "{{ item.id }}: {{ item.text }}"}
            approval: {by: [ann, bob], quorum: 2, expires: 2h}
            on_error: {steps: {name: note, input: "{{ error.message }}"}}
            undo: {uses: files.write, with: {path: urgent.txt, content: ""}}
          other: {name: skip, input: later}
  - kind: loop
    name: polish
    max: 3
    until: "{{ previous | length < 100 }}"
    on_max: continue
    steps: {name: shorter, input: "{{ previous }}"}
  - kind: hitl
    name: ask
    message: "{{ context.total }} orders, send them?"
    choices: ["yes", "no"]
    sink_to: context.said
    timeout: 1d
    on_timeout: {answer: "no"}
    when: "{{ context.total > 0 }}"
  - kind: parallel
    name: both
    join: any
    branches:
      left: {name: hello, uses: imports.greet, with: {name: Ann}}
      right: {kind: wait, name: doze, for: 90s}
  - kind: wait
    name: paid
    event: payment
    match: "{{ event.amount > 0 }}"
    on_error: continue
  - name: clear
    uses: files.delete
    with: {path: old.csv}
    approval: required
    idempotency_key: "{{ run.id }}"
    verify: [{expr: "{{ value == true }}"}]
output: {said: "{{ steps.ask.output }}"}
"""
GREET = 'version: "0.1"\ninputs: {name: string}\nsteps:\n  - {name: greet, input: "hello {{ input.name }}"}\n'
STEPS = [
    "read",
    "rows",
    "each",
    "each/sort",
    "choose",
    "tell",
    "note",
    "polish",
    "shorter",
    "ask",
    "both",
    "hello",
    "both/left/hello/greet",
    "paid",
    "clear",
]


@pytest.fixture(autouse=True)
def project(flujo: Flujo) -> None:
    Path("parts").mkdir()
    Path("parts/greet.yaml").write_text(GREET)
    Path("orders.yaml").write_text(WHOLE)
    Path("skills").mkdir()
    Path("skills/evil.py").write_text("raise SystemExit('a project file was imported')\n")


def test_a_blueprint(flujo: Flujo, golden: Callable[[str, str], None]) -> None:
    result = flujo("explain", "orders.yaml")
    assert (result.code, result.err) == (0, "")
    golden("explain/blueprint.txt", result.out)
    assert not Path(".flujo").exists()
    assert flujo("dev", "explain", "orders.yaml").out == result.out


def test_steps(flujo: Flujo, golden: Callable[[str, str], None]) -> None:
    golden("explain/steps.txt", "\n".join(flujo("explain", f"orders.yaml:{step}").out for step in STEPS))


def test_as_json(flujo: Flujo) -> None:
    found = flujo("explain", "orders.yaml", "--json").json
    assert (found["kind"], found["goal"], found["planner"]) == (
        "file",
        "Read the orders of ann, sort them and send what is urgent",
        "a person",
    )
    assert found["destroys"] == ["clear"]
    assert found["changes"] == ["each/choose/urgent/tell", "each/choose/urgent/tell/@undo"]
    assert found["asks_a_person"] == ["each/choose/urgent/tell", "ask", "clear"]
    assert found["worst_case"]
    assert [step["name"] for step in found["steps"]] == [
        "read",
        "rows",
        "each",
        "polish",
        "ask",
        "both",
        "paid",
        "clear",
    ]
    step = flujo("explain", "orders.yaml:each[3]/choose/urgent/tell", "--json").json
    assert (step["address"], step["uses"], step["because"]) == ("each/choose/urgent/tell", "files.append", None)
    assert step["terms"][0] == "2 people (ann, bob) must agree within 2h before it is done"


@pytest.mark.parametrize(
    ("what", "message", "help"),
    [
        ("orders.yaml:raed", "there is no step `raed`", "did you mean `read`?"),
        ("orders.yaml:nothing", "there is no step `nothing`", "the steps are `read`, `rows`, "),
        ("FLJ0999", "there is no code `FLJ0999`", "of this range there are FLJ0901 to FLJ0901"),
        ("FLJ4711", "there is no code `FLJ4711`", "codes begin with FLJ00 to FLJ09"),
        ("unknwon-step", "`unknwon-step` is no code and no file", "did you mean `unknown-step`?"),
        ("what", "`what` is no code and no file", "name a code such as FLJ0301, a file, or FILE:STEP"),
        ("order.yaml", "there is no file `order.yaml`", "there is `orders.yaml`"),
    ],
)
def test_what_is_not_there(what: str, message: str, help: str, flujo: Flujo) -> None:
    result = flujo("explain", what, "--json")
    error = result.json["error"]
    assert (result.code, error["message"]) == (2, message)
    assert error["help"].startswith(help)


def test_a_name_of_several_steps(flujo: Flujo) -> None:
    step = "{name: a, input: 1}"
    Path("two.yaml").write_text(
        f'version: "0.1"\nsteps:\n  - {{kind: map, name: m, over: [1], steps: {step}}}\n  - {step}\n'
    )
    assert flujo("explain", "two.yaml:a").out.startswith("a  two.yaml:4\n")
    Path("two.yaml").write_text(
        f'version: "0.1"\nsteps:\n  - kind: parallel\n    name: p\n    branches: {{x: {step}, y: {step}}}\n'
    )
    error = flujo("explain", "two.yaml:a", "--json").json["error"]
    assert (error["message"], error["help"]) == ("`a` fits several steps: `p/x/a`, `p/y/a`", "give the whole address")


def test_a_blueprint_that_is_not_valid(flujo: Flujo) -> None:
    Path("bad.yaml").write_text('version: "0.1"\nsteps: [{name: a, uses: text.uper}]\n')
    result = flujo("explain", "bad.yaml")
    assert result.code == 4
    assert "did you mean `text.upper`?" in result.err


@pytest.mark.parametrize("what", ["FLJ0301", "flj0301", "301", "unknown-step"])
def test_a_code(what: str, flujo: Flujo) -> None:
    result = flujo("explain", what)
    assert (result.code, result.err) == (0, "")
    lines = result.out.splitlines()
    assert lines[0] == "FLJ0301: unknown step"
    assert max(map(len, lines)) <= 100
    assert "What to do: Name a step that stands before this one in the same list or an outer one." in lines
    assert "    error[FLJ0301]: unknown step `greeet`" in lines
    document = flujo("explain", what, "--json").json
    assert (document["code"], document["url"]) == ("FLJ0301", "docs/reference/errors/FLJ0301.md")
    assert document["page"] == page(CODES["FLJ0301"])


def test_a_page_in_colours() -> None:
    text = "# A\n\nRead `x` in [the docs](a.md), **now**.\n\n```yaml a.yaml\na: 1\n```\n"
    assert page_text(text, 80, Paint(False)) == "A\n\nRead `x` in the docs (a.md), now.\n\n    # a.yaml\n    a: 1\n"
    assert page_text(text, 80, Paint(True)).startswith("\x1b[1mA\x1b[0m\n\nRead \x1b[36m`x`\x1b[0m in")
