"""Other blueprints as single steps: what they see, what they are given, and that they are part of the one run."""

from __future__ import annotations

from typing import Any

import pytest

from flujo.core.errors import UsageError
from tests.engine.cutting import cut, to_the_end
from tests.engine.world import World, fails

HEAD = 'version: "0.1"\n'
ECHO = "steps: [{name: say, input: '{{ input }}'}]\n"


class Files(World):
    """A world with files; a run that was started needs them no more."""

    def __init__(self, **files: str) -> None:
        super().__init__()
        self.inputs = False
        self.files = {f"{name}.yaml": HEAD + text for name, text in files.items()}

    def read(self, path: str) -> str:
        if path not in self.files:
            raise UsageError("FLJ0001", f"there is no file `{path}`")
        return self.files[path]


def everywhere(world: Files, text: str, input: Any = None, answers: tuple[str, ...] = ()) -> Any:
    """Run a text; resumed from every event, and replayed, it must come to the same."""
    view = world.start(text, input)
    for answer in answers:
        view = world.resume(view.run_id, answer)
    world.files.clear()
    replay = world.replay(view.run_id)
    assert replay.equal, replay.differences
    for length in range(1, len(list(world.store.rows(view.run_id))) if not answers else 1):
        again = cut(world, view.run_id, length)
        again.plans = {}
        other = to_the_end(again, view.run_id)
        assert (other.status, other.output, other.error) == (view.status, view.output, view.error), length
    return view


def test_own_names_and_context_and_the_runs_facts() -> None:
    inner = (
        "context: {n: 1}\noutput: '{{ [input, context.n, run.id, run.name, steps.a.output] }}'\n"
        "steps: [{name: a, input: '{{ context.n + 1 }}', set: {n: '{{ steps.a.output }}'}}]\n"
    )
    view = everywhere(
        Files(inner=inner),
        "imports: {i: inner.yaml}\ncontext: {n: 7}\noutput: '{{ [steps.b.output, context] }}'\n"
        "steps: [{name: a, input: mine}, {name: b, uses: imports.i, set: {got: '{{ steps.b.output[1] }}'}}]\n",
        "outer",
    )
    assert view.output == [["mine", 2, "run-1", "test", 2], {"n": 7, "got": 2}]
    assert list(view.steps) == ["a", "b", "b/a"]
    assert (view.steps["b"].kind, view.steps["b"].uses) == ("step", "imports.i")


@pytest.mark.parametrize(
    ("inputs", "step", "given", "seen"),
    [
        ("{a: string, b: {type: integer, default: 3}}", "with: {a: '{{ input }}'}", "x", {"a": "x", "b": 3}),
        ("{a: string}", "", "x", {"a": "x"}),
        ("{a: string, b: string}", "", {"a": "x", "b": "y"}, {"a": "x", "b": "y"}),
        ("{b: {type: integer, default: 3}}", "", "", {"b": 3}),
        ("{b: {type: integer, default: 3}}", "", None, {"b": 3}),
        ("{$schema: 'https://json-schema.org/draft/2020-12/schema', type: string}", "", "x", "x"),
        (None, "input: [1]", "x", [1]),
    ],
)
def test_what_it_is_given(inputs: str | None, step: str, given: Any, seen: Any) -> None:
    world = Files(inner=(f"inputs: {inputs}\n" if inputs else "") + ECHO)
    comma = ", " if step else ""
    view = world.start(f"imports: {{i: inner.yaml}}\nsteps: {{name: b, uses: imports.i{comma}{step}}}\n", given)
    assert view.output == seen
    assert world.replay(view.run_id).equal


def test_a_computed_input_that_does_not_fit_fails_the_step_and_is_not_retried() -> None:
    view = everywhere(
        Files(inner="inputs: {a: integer}\n" + ECHO),
        "imports: {i: inner.yaml}\nsteps:\n- {name: b, uses: imports.i, with: {a: '{{ input }}'}, retry: "
        "{attempts: 3, on: [any]}, on_error: {steps: {name: c, input: '{{ error.code }} {{ error.class }}'}}}\n",
        "x",
    )
    assert view.output == "FLJ0520 structural"


def test_a_failure_names_both_files() -> None:
    inner = "imports: {d: deep.yaml}\nsteps: [{name: mid, uses: imports.d}]\n"
    world = Files(inner=inner, deep="\n\nsteps: [{name: bad, uses: t.broken}]\n")
    view = everywhere(world, "imports: {i: inner.yaml}\nsteps:\n- {name: b, uses: imports.i}\n")
    assert view.status == "failed"
    assert view.error["message"] == (
        "broken as ever (in `b/mid`, imported by inner.yaml:3) (in `b`, imported by test.yaml:4)"
    )
    assert (view.error["step"], view.error["file"], view.error["line"]) == ("b/mid/bad", "deep.yaml", 4)


def test_a_question_inside_suspends_the_run_and_its_answer_stays_inside() -> None:
    inner = "output: 'said {{ answer }}'\nsteps: [{name: one, input: 1}, {name: ask, kind: hitl, message: m}]\n"
    world = Files(inner=inner)
    text = (
        "imports: {i: inner.yaml}\nsteps:\n- {name: ask, kind: hitl, message: first}\n- {name: b, uses: imports.i}\n"
        "- {name: c, input: '{{ previous }}, {{ answer }}'}\n"
    )
    view = everywhere(world, text, None, ("yes", "no"))
    assert view.output == "said no, yes"
    assert [row for row in world.types(view.run_id) if row.startswith("task_opened")] == [
        "task_opened ask",
        "task_opened b/ask",
    ]


def test_retry_is_a_redrive_of_what_failed_inside() -> None:
    inner = "steps: [{name: one, uses: t.inc, input: 1}, {name: two, uses: t.flaky}]\n"
    world = Files(inner=inner)
    text = "imports: {i: inner.yaml}\nsteps: {name: b, uses: imports.i, retry: {attempts: 3, delay: 1s}}\n"
    view = everywhere(world, text)
    assert (view.status, view.output) == ("completed", 2)
    assert world.calls[:3] == ["b/one", "b/two", "b/two"]


def test_what_with_draws_stays_the_same_when_it_is_tried_again() -> None:
    inner = "inputs: {id: string, at: string}\nsteps: [{name: one, input: '{{ input }}'}, {name: two, uses: t.flaky}]\n"
    view = everywhere(
        Files(inner=inner),
        "imports: {i: inner.yaml}\noutput: '{{ steps.b.output.id }}'\nsteps: {name: b, uses: imports.i, "
        "with: {id: '{{ uuid() }}', at: '{{ now() }}'}, retry: {attempts: 3, delay: 1s}}\n",
    )
    assert view.status == "completed"


@pytest.mark.parametrize(
    "step",
    [
        "uses: imports.i, with: {at: '{{ now() }}'}",
        "uses: imports.i, input: {at: '{{ now() }}'}",
        "uses: imports.i, input: {at: '{{ now() }}'}, timeout: 1h",
        "kind: parallel, branches: {b: {name: say, input: '{{ previous }}'}}, input: {at: '{{ now() }}'}",
    ],
)
def test_what_a_region_read_of_the_clock_is_read_again_after_a_restart(step: str) -> None:
    world = Files(
        i="inputs: {at: string}\nsteps: [{name: say, input: '{{ input }}'}, {name: end, input: '{{ input }}'}]\n"
    )
    view = world.start(
        f"imports: {{i: i.yaml}}\nsteps: [{{name: r, {step}}}, {{name: c, input: '{{{{ previous }}}}'}}]\n"
    )
    entered = world.types(view.run_id).index("region_entered r")
    for length in range(entered + 1, len(world.types(view.run_id))):
        again = cut(world, view.run_id, length)
        again.clock.advance(100)
        assert to_the_end(again, view.run_id).output == view.output
    assert world.replay(view.run_id).equal


def test_in_maps_branches_and_graphs() -> None:
    world = Files(inner="inputs: {n: integer}\nsteps: {name: add, uses: t.inc, input: '{{ input.n }}'}\n")
    text = """
imports: {i: inner.yaml}
steps:
- {name: m, kind: map, over: '{{ [1, 2] }}', steps: {name: x, uses: imports.i, with: {n: '{{ item }}'}}}
- name: p
  kind: parallel
  branches:
    a: {name: x, uses: imports.i, with: {n: 5}}
    b:
    - {name: x, uses: imports.i, with: {n: 6}}
    - {name: y, uses: imports.i, with: {n: 1}, needs: [x]}
output: '{{ [steps.m.output, steps.p.output] }}'
"""
    view = everywhere(world, text)
    assert view.output == [[2, 3], {"a": 6, "b": 2}]
    assert {"m[1]/x/add", "p/b/y/add"} <= set(view.steps)


def test_a_timeout_of_its_own_and_one_of_the_step() -> None:
    world = Files(inner="timeout: 5s\nsteps: {name: q, kind: hitl, message: m}\n")
    text = "imports: {i: inner.yaml}\nsteps: {name: b, uses: imports.i, timeout: 1h}\n"
    view = world.start(text)
    world.clock.advance(6)
    view = world.resume(view.run_id)
    assert (view.error["code"], view.error["message"]) == ("FLJ0508", "`b` took longer than 5 s")
    assert world.replay(view.run_id).equal


def test_what_goes_on_inside_makes_the_run_partial_also_after_a_restart() -> None:
    inner = "steps: [{name: bad, uses: t.broken, on_error: continue}, {name: say, input: done}]\n"
    view = everywhere(
        Files(inner=inner), "imports: {i: inner.yaml}\nsteps: [{name: b, uses: imports.i}, {name: c, input: end}]\n"
    )
    assert view.status == "partial"


def test_a_redrive_runs_only_what_failed() -> None:
    world = Files(inner="steps: [{name: one, uses: t.inc, input: 1}, {name: two, uses: t.plan}]\n")
    world.plans = {"b/two": [fails("now"), "later"]}
    view = world.start("imports: {i: inner.yaml}\nsteps: {name: b, uses: imports.i}\n")
    world.files.clear()
    assert view.status == "failed"
    assert world.redrive(view.run_id).output == "later"
    assert world.calls == ["b/one", "b/two", "b/two"]


def test_the_digest_is_of_what_the_import_does() -> None:
    text = "imports: {i: inner.yaml}\nsteps: {name: b, uses: imports.i}\n"
    same = "# prose\ndescription: more of it\n" + ECHO
    found = [Files(inner=inner).graph(text).digest for inner in (ECHO, same, ECHO.replace("input }}", "input }}!"))]
    assert found[0] == found[1] != found[2]
