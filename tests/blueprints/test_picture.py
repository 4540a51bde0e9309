"""Pictures of blueprints: the one in the documentation is the golden file; what must hold for any."""

import os
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from flujo.blueprints.picture import FORMATS
from flujo.blueprints.picture.layout import laid_out
from flujo.blueprints.picture.parts import duration, parts_of, text
from flujo.blueprints.picture.widths import text_width
from tests.docs.session import fences

from .conftest import Compile

ROOT = Path(__file__).resolve().parents[2]
PICTURE = ROOT / "docs/images/support.svg"
SUPPORT = next(block.text for block in fences((ROOT / "docs/how-to/draw-a-blueprint.md").read_text("utf-8"))
               if block.name == "support.yaml")  # fmt: skip
NEEDS = """version: "0.1"
steps:
- {name: a, input: 1}
- {name: b, input: 1, needs: a}
- {name: c, input: 1, needs: b}
- {name: d, input: 1, needs: [a, c]}
- {name: e, input: 1}
"""
MACHINE = """version: "0.1"
steps:
- kind: state_machine
  name: order
  start: new
  max: 9
  states:
    new: {name: check, input: 1}
    paid: {name: pack, uses: mail.send, with: {text: "<&> 日本"}}
  transitions:
  - {from: new, to: paid, when: "{{ previous == 1 }}"}
  - {from: new, to: new, on: failure}
"""
ROUTED = """version: "0.1"
imports: {greet: parts/greet.yaml}
agents: {x: {model: a/b}}
context: {n: 1}
steps:
- {name: i, uses: imports.greet, with: {name: a}, when: "{{ input == 'x' }}", set: {n: 2}}
- kind: router
  name: r
  uses: agents.x
  max_concurrency: 1
  on_branch_failure: ignore
  reduce: first
  branches: {a: {name: s, input: 1}, b: {kind: wait, name: w, for: 90m}}
- {kind: wait, name: later, until: "{{ now() }}"}
- {kind: wait, name: paid, event: paid}
- kind: map
  name: m
  over: [1]
  batch: 2
  tolerate: 5%
  reduce: "{{ results | length }}"
  steps: {name: mail, uses: mail.send, with: {text: a}, undo: {uses: mail.send, with: {text: b}}, cache: false}
- {name: q, kind: hitl, message: m, to: ann, quorum: 2, timeout: 1h, on_timeout: {answer: x}}
"""


def graph_of(compile_text, text):
    compiled = compile_text(text)
    assert compiled.graph is not None, compiled.diagnostics
    return compiled.graph


def test_the_picture_in_the_documentation(compile_text: Compile) -> None:
    drawn = FORMATS["svg"](graph_of(compile_text, SUPPORT))
    if os.environ.get("FLUJO_GOLDEN") == "write":
        PICTURE.write_text(drawn, "utf-8")
    assert drawn == PICTURE.read_text("utf-8")


@pytest.mark.parametrize("blueprint", [SUPPORT, NEEDS, MACHINE, ROUTED])
def test_boxes_stand_inside_their_boxes_and_beside_each_other(compile_text: Compile, blueprint: str) -> None:
    whole = laid_out(parts_of(graph_of(compile_text, blueprint)))

    def check(strip, left, top, right, foot):
        assert left - 0.1 <= strip.x and strip.x + strip.width <= right + 0.1
        assert top - 0.1 <= strip.y and strip.y + strip.height <= foot + 0.1
        inside = (strip.x, strip.y, strip.x + strip.width, strip.y + strip.height)
        for at, box in enumerate(strip.boxes):
            assert inside[0] - 0.1 <= box.x and box.x + box.width <= inside[2] + 0.1
            assert inside[1] - 0.1 <= box.y and box.y + box.height <= inside[3] + 0.1
            assert text_width(box.part.name, 13, bold=True) < box.width
            for other in strip.boxes[:at]:
                apart = box.x >= other.x + other.width or other.x >= box.x + box.width
                assert apart or box.y >= other.y + other.height or other.y >= box.y + box.height
            for row in box.rows:
                for inner in row:
                    check(inner, box.x, box.y + box.head - 0.1, box.x + box.width, box.y + box.height)

    check(whole, 0, 0, whole.width, whole.height)


@pytest.mark.parametrize("blueprint", [SUPPORT, NEEDS, MACHINE, ROUTED])
def test_an_svg_is_xml_and_shows_every_step(compile_text: Compile, blueprint: str) -> None:
    graph = graph_of(compile_text, blueprint)
    drawn = FORMATS["svg"](graph)
    assert drawn == FORMATS["svg"](graph)
    shown = {element.text for element in ET.fromstring(drawn).iter() if element.tag.endswith("text")}

    def names(lane):
        return {part.name for part in lane.parts}.union(*(names(inner) for part in lane.parts for inner in part.lanes))

    assert names(parts_of(graph)) <= shown


def test_words_of_a_picture(compile_text: Compile) -> None:
    drawn = FORMATS["mermaid"](graph_of(compile_text, ROUTED))
    for words in (
        "when input == 'x'", "sets n", "agents.x chooses", "1 at a time", "failures are ignored", "reduced: first",
        "for 90m", "until now()", "for the event paid", "in batches of 2", "5% may fail", "asks ann",
        "reduced to results | length", "undo: mail.send", "2 people must agree", "without an answer: x",
    ):  # fmt: skip
        assert words in drawn, words


def test_mermaid(compile_text: Compile) -> None:
    assert FORMATS["mermaid"](graph_of(compile_text, NEEDS)).splitlines()[4:] == [
        *(f'  s{at}["<b>{name}</b><br/>= 1"]' for at, name in enumerate("abcde", 1)),
        "  s1 --> s2",
        "  s2 --> s3",
        "  s1 --> s4",
        "  s3 --> s4",
    ]
    machine = FORMATS["mermaid"](graph_of(compile_text, MACHINE))
    assert "new (start) · → paid when previous == 1 · → new on failure" in machine


def test_short_texts() -> None:
    assert text('a\n "b" \x00 c') == 'a "b" c'
    assert len(text("x" * 100)) == 46
    assert [duration(seconds) for seconds in (0.5, 90, 3600, 86_400, 5400)] == ["500ms", "90s", "1h", "1d", "90m"]
    assert text_width("e\u0301", 10) == text_width("e", 10) < text_width("日", 10)
