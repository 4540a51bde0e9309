"""Conversations: what the conformance suite does not pin (tests/semantics 226 to 230)."""

from pathlib import Path

import pytest

from flujo.app import open_app
from flujo.blueprints.compiler import compile_blueprint
from flujo.core.graph import Conversation
from flujo.engine.conversation import shortened, tokens
from flujo.testing.semantics import ScriptedModel
from tests.engine.world import World

TALK = """version: "0.1"
agents: {guide: {model: openai/m, system_prompt: Be kind.}}
steps:
  - name: talk
    kind: loop
    max: 3
    OPTIONS
    steps:
      - {name: ask, uses: agents.guide}
      - kind: conditional
        name: perhaps
        condition: "{{ previous.endswith('?') }}"
        branches:
          true: {name: answer, kind: hitl, message: "{{ previous }}"}
"""


def found(options: str) -> list[tuple[str, str]]:
    world = World()
    compiled = compile_blueprint(TALK.replace("OPTIONS", options), "t.yaml", world, world)
    return [(item.code, item.message) for item in compiled.diagnostics]


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        ("history: {max_turns: 3}", "FLJ0204", "`history` has no meaning without `conversation: true`"),
        ("conversation: true\n    named_steps: [ask]", "FLJ0204", "no meaning with `last`"),
        ("conversation: true\n    ai_turn_source: named_steps", "FLJ0202", "`named_steps` is missing"),
        ("conversation: true\n    user_turn_sources: [hitl, answr]", "FLJ0301", "no step `answr` in this loop"),
        ("conversation: true\n    history: {strategy: summarize}", "FLJ0207", "not in this version"),
        ("conversation: true\n    history: {summarize_with: agents.guide}", "FLJ0207", "not in this version"),
        ("conversation: true\n    history: {strategy: forget}", "FLJ0204", "`strategy` must be `truncate_tokens`"),
        ("conversation: true\n    history: {strategy: [x]}", "FLJ0204", "`strategy` must be `truncate_tokens`"),
        ("conversation: true\n    history: {max_turn: 3}", "FLJ0201", "unknown key `max_turn`"),
        ("conversation: true\n    history: {max_turns: 0}", "FLJ0204", "`max_turns` must be a number from 1"),
        ("conversation: true\n    history: {max_turns: 1, max_tokens: 2}", "FLJ0204", "`max_tokens` has no meaning"),
        ('conversation: true\n    history_template: "{{ histori }}"', "FLJ0302", "unknown name `histori`"),
        ('until: "{{ history }}"', "FLJ0302", "`history` has a value in `history_template` only"),
    ],
)
def test_what_is_refused(options: str, code: str, words: str) -> None:
    problems = found(options)
    assert [code] == [one for one, _ in problems]
    assert words in problems[0][1]


def test_without_a_word_about_it_a_loop_is_as_before() -> None:
    world = World()
    plain = "steps:\n  - {name: l, kind: loop, max: 2, steps: {name: a, uses: t.inc}}"
    same = plain.replace("max: 2", "max: 2, conversation: false")
    assert world.graph(plain).digest == world.graph(same).digest
    assert world.graph(plain).digest != world.graph(plain.replace("max: 2", "max: 2, conversation: true")).digest


def turns(*texts: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": text} for text in texts]


@pytest.mark.parametrize(
    ("max_turns", "max_tokens", "kept"),
    [(None, None, 3), (2, None, 2), (9, None, 3), (None, 2, 1), (None, 3, 2), (None, 1, 0), (None, 99, 3)],
)
def test_the_latest_turns_are_kept(max_turns: int | None, max_tokens: int | None, kept: int) -> None:
    said = turns("four bytes make a token", "four", "five!")
    bounds = Conversation((), (), max_turns=max_turns, max_tokens=max_tokens)
    assert shortened(said, bounds) == said[3 - kept :]


def test_tokens_are_quarters_of_bytes_rounded_up() -> None:
    assert [tokens(text) for text in ("", "a", "abcd", "abcde", "äöü")] == [0, 1, 1, 2, 2]


def test_it_goes_on_after_a_week_with_all_that_was_said(tmp_path: Path) -> None:
    file = tmp_path / "t.yaml"
    file.write_text(TALK.replace("OPTIONS", "conversation: true"), "utf-8")
    (tmp_path / "flujo.toml").write_text('[project]\nname = "t"\n', "utf-8")
    model = ScriptedModel(["Where?", "Nice.", "Bye."])
    run = ""
    for answer in (None, "Bergen"):
        with open_app(tmp_path, {}) as app:
            app.model = model
            graph = app.compile(str(file)).graph
            assert graph is not None
            view = app.start_run(graph, "Hi") if answer is None else app.resume(run, answer)
            run = view.run_id
            assert app.replay(run).equal
    assert (view.status, view.output) == ("completed", None)
    said = [(message["role"][0], message["content"]) for message in model.requests[2].messages]
    assert said == [
        ("s", "Be kind."),
        ("u", "Hi"),
        ("a", "Where?"),
        ("u", "Bergen"),
        ("a", "Nice."),
        ("u", "(no input)"),
    ]
    with open_app(tmp_path, {}) as app:
        steps = app.view(run).steps
    assert steps["talk[1]/ask"].input["@history"] == [
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "Where?"},
        {"role": "user", "content": "Bergen"},
    ]
    assert "@history" not in steps["talk[0]/ask"].input
