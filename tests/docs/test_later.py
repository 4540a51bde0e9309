"""What the language reference says is refused is refused, word by word, with FLJ0207."""

import re
from pathlib import Path
from typing import Any

import pytest

from flujo.app import open_app
from flujo.core.values import stored_bytes

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs/reference/language/index.md").read_text("utf-8").partition("<!-- begin later")[2]
WORDS = [
    (place, word)
    for place, words in re.findall(r"^- (.+): (`\w+`(?:, `\w+`)*)$", TEXT, re.MULTILINE)
    for word in re.findall(r"`(\w+)`", words)
]
STEP = {"name": "a", "uses": "text.upper"}
HITL = {"name": "a", "kind": "hitl", "message": "?"}
KINDS = {
    "step": STEP,
    "hitl": HITL,
    "loop": {"name": "a", "kind": "loop", "max": 1, "steps": STEP},
    "map": {"name": "a", "kind": "map", "over": [1], "steps": STEP},
    "parallel": {"name": "a", "kind": "parallel", "branches": {"one": STEP}},
}
OF_KIND = {f"in a step of kind `{kind}`": step for kind, step in KINDS.items()}
AGENT = {"model": "openai/m"}


def blueprint(place: str, word: str) -> dict[str, Any]:
    """Return a blueprint that uses a word at a place, and would be valid without it."""
    match place:
        case "at the top level":
            return {"steps": [STEP], word: {}}
        case "as `kind`":
            return {"steps": [{"name": "a", "kind": word}]}
        case "in any step":
            return {"steps": [{**STEP, word: {}}, {**HITL, "name": "b", word: {}}]}
        case kind if kind in OF_KIND:
            return {"steps": [{**OF_KIND[kind], word: {}}]}
        case "in an agent":
            return {"agents": {"x": {**AGENT, word: {}}}, "steps": [{"name": "a", "uses": "agents.x"}]}
        case "retry elsewhere":
            return {"steps": [{**HITL, "retry": 3}]}
        case "approval elsewhere":
            return {"steps": [{**KINDS["map"], "approval": "required"}]}
        case "variables":
            prompt = {"file": "prompt.txt", "variables": {}}
            return {
                "agents": {"x": {**AGENT, "system_prompt": prompt}},
                "steps": [{"name": "a", "uses": "agents.x"}],
            }
    raise LookupError(place)


OTHERS = ["retry elsewhere", "approval elsewhere", "variables"]


@pytest.mark.parametrize(("place", "word"), [*WORDS, *((place, "") for place in OTHERS)])
def test_word_is_refused(place: str, word: str, tmp_path: Path) -> None:
    (tmp_path / "prompt.txt").write_text("hello", "utf-8")
    steps = blueprint(place, word)["steps"]
    text = stored_bytes({"version": "0.1", **blueprint(place, word)})
    with open_app(tmp_path, {}) as app:
        found = app.compile_text(text, "later.yaml").diagnostics
    assert [item.code for item in found] == ["FLJ0207"] * (len(steps) if place == "in any step" else 1)


def test_all_places_are_met() -> None:
    assert {place for place, _ in WORDS} <= {
        "at the top level",
        "as `kind`",
        "in any step",
        "in an agent",
        *OF_KIND,
    }
