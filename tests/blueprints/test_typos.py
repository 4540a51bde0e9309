"""One wrong letter in any word, and the word that was meant is suggested first (promise 2.3).

A sample; more of it, over every blueprint of the repository: `python -m tests.campaign ONLY=typos COUNT=20000`.
"""

import pytest

from flujo.core.suggest import did_you_mean, hint
from tests.campaigns import typos


def test_the_right_word_comes_first() -> None:
    tally = typos.run(260, 11, own=True)
    assert tally.clean, f"{tally.table()}\n" + "\n".join(tally.notes)
    assert tally.right.total() > 200
    assert tally.right.keys() >= {"kind", "skill", "agent", "step", "branch", "state", "filter", "test", "step key"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("stesp: [{name: a, input: 1}]", ["FLJ0201 did you mean `steps`?"]),
        ("steps: [{nmae: a, input: 1}]", ["FLJ0201 did you mean `name`?"]),
        ("steps: [{name: a, knid: map, over: [1], steps: {name: b, input: 1}}]", ["FLJ0201 did you mean `kind`?"]),
        ("steps: [{name: a, over: [1], input: 2}]", ["FLJ0201 it belongs to a step of the kind `map`"]),
        ("steps: [{name: a, uses: files.read, with: {paht: a}}]", ["FLJ0602 did you mean `path`?"]),
        ("steps: [{name: a, kind: htil, message: x}]", ["FLJ0305 did you mean `hitl`?"]),
        ("steps: [{kind: htil, message: x}]", ["FLJ0305 did you mean `hitl`?"]),
        ("steps: [{name: a, kind: [x]}]", ["FLJ0203 write it without the brackets"]),
        ("steps: [{name: a, input: 1, on_error: {stpes: {name: b, input: 2}}}]", ["FLJ0201 did you mean `steps`?"]),
        ("steps: [{name: a, input: 1, undo: {use: core.pass}}]", ["FLJ0201 did you mean `uses`?"]),
        ("steps: [{name: a, input: 1, undo: {stpes: {name: b, input: 2}}}]", ["FLJ0201 did you mean `steps`?"]),
        ("steps: [{name: a, uses: files.delete, with: {path: a}, approval: requird}]",
         ["FLJ0203 did you mean `required`?"]),
        ("agents: {a: {modle: fake/one}}\nsteps: [{name: a, uses: agents.a}]", ["FLJ0201 did you mean `model`?"]),
        ("steps: [{name: a, uses: core.pass, verify: [{exrp: '{{ value }}'}]}]", ["FLJ0201 did you mean `expr`?"]),
    ],
)  # fmt: skip
def test_one_typo_is_one_error(text: str, told: list[str]) -> None:
    found = typos.compile_text(f'version: "0.1"\n{text}\n')
    assert [f"{item.code} {item.help}" for item in found] == told


def test_hint() -> None:
    assert hint("lop", ("loop", "map")) == "did you mean `loop`?"
    assert hint("xyz", ("loop", "map"), "write `loop`") == "write `loop`"
    assert hint(7, ("loop",)) is None
    assert did_you_mean("l", ("loop",)) is None
