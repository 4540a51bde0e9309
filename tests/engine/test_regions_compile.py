"""One small run of each kind of region, from its YAML to its output: compiler and engine mean the same."""

import pytest

from tests.engine.world import World, fails


@pytest.fixture
def world():
    return World()


SIDES = """
steps:
  - kind: parallel
    name: both
    join: %s
    branches:
      left: {name: a, uses: t.inc}
      "right hand":
        - {name: b, uses: t.inc}
        - {name: c, uses: t.plan}
    %s
"""


def test_parallel_gives_a_mapping_in_the_order_of_declaration(world):
    world.plans = {"both/right hand/c": [7]}
    view = world.start(SIDES % ("all", ""), 1)
    assert view.output == {"left": 2, "right hand": 7}
    assert list(view.output) == ["left", "right hand"]


def test_parallel_any_needs_one_to_succeed(world):
    world.plans = {"both/right hand/c": [fails()]}
    view = world.start(SIDES % ("any", "on_branch_failure: ignore"), 1)
    assert (view.status, view.output) == ("completed", {"left": 2, "right hand": None})


@pytest.mark.parametrize(
    ("reduce", "output"),
    [
        ("sum", 9),
        ("last", 7),
        ("'{{ results | length }}'", 2),
        ("t.echo", [2, 7]),
        ("{uses: t.echo, with: {value: '{{ results[1] - results[0] }}'}}", 5),
    ],
)
def test_reduce(world, reduce, output):
    world.plans = {"both/right hand/c": [7]}
    assert world.start(SIDES % ("all", f"reduce: {reduce}"), 1).output == output


def test_writes_of_branches_are_merged(world):
    text = """
context: {n: 0}
steps:
  - kind: parallel
    name: both
    merge: last
    branches:
      a: {name: x, input: 1, set: {n: "{{ context.n + 1 }}", a: 1}}
      b: {name: x, input: 1, set: {n: "{{ context.n + 2 }}"}}
  - {name: end, input: "{{ [context.n, context.a] }}"}
"""
    assert world.start(text).output == [2, 1]


def test_map_keeps_the_order_of_its_input(world):
    text = """
steps:
  - kind: map
    name: fan
    over: "{{ input }}"
    max_concurrency: 2
    steps:
      - {name: up, uses: t.inc}
      - {name: pair, input: ["{{ index }}", "{{ item }}", "{{ previous }}"]}
"""
    assert world.start(text, [5, 6, 7]).output == [[0, 5, 6], [1, 6, 7], [2, 7, 8]]


def test_map_over_a_mapping_in_batches_and_tolerating(world):
    text = """
steps:
  - kind: map
    name: fan
    over: {a: 1, b: 2, c: 3}
    batch: 2
    tolerate: 50%
    steps: {name: x, uses: t.plan}
"""
    world.plans = {"fan[0]/x": [fails()], "fan[1]/x": ["fine"]}
    view = world.start(text)
    assert (view.status, view.output) == ("completed", [None, "fine"])


LOOP = """
steps:
  - kind: loop
    name: work
    init: 10
    max: 5
    %s
    steps:
      - {name: up, uses: t.inc}
      - {name: note, input: ["{{ loop.index }}", "{{ loop.first }}", "{{ loop.previous }}", "{{ steps.up.output }}"]}
    next_input: "{{ steps.up.output * 2 }}"
    output: "{{ {'n': loop.index, 'last': previous} }}"
"""


def test_loop_until(world):
    view = world.start(LOOP % 'until: "{{ steps.up.output > 20 }}"')
    assert view.output == {"n": 2, "last": [2, False, [1, True, None, 11], 23]}


def test_loop_while_false_at_once_gives_its_input(world):
    text = """
steps: {kind: loop, name: w, init: 3, max: 5, while: "{{ previous < 3 }}", steps: {name: up, uses: t.inc}}
"""
    assert world.start(text).output == 3
    assert world.start(text.replace("init: 3", "init: 0")).output == 3


def test_while_sees_the_steps_of_the_iteration_before(world):
    text = """
steps:
  kind: loop
  name: w
  max: 5
  while: "{{ loop.first or steps.up.output < 3 }}"
  steps: [{name: up, uses: t.inc}, {name: rest, input: "{{ previous }}"}]
"""
    assert world.start(text, 0).output == 3


def test_loop_at_max(world):
    text = 'steps: {kind: loop, name: w, init: 0, max: 3, until: "{{ previous > 9 }}", steps: {name: up, uses: t.inc}}'
    assert world.start(text).error["code"] == "FLJ0506"
    assert world.start(text.replace("max: 3", "max: 3, on_max: continue")).output == 3


GRAPH = """
steps:
  - {name: load, uses: t.inc}
  - {name: left, needs: [load], uses: t.inc, set: {seen: 1}}
  - {name: right, depends_on: load, uses: t.inc, with: {value: "{{ steps.load.output * 10 }}"}}
  - {name: join, needs: [left, right], input: {was: "{{ previous }}", first: "{{ steps.load.output }}",
                                               seen: "{{ context.seen }}"}}
"""


def test_a_list_with_needs(world):
    view = world.start(GRAPH, 1)
    assert view.output == {"was": {"left": 3, "right": 21}, "first": 2, "seen": 1}


def test_the_output_of_the_run_sees_all_steps_of_a_list_with_needs(world):
    assert world.start(GRAPH + 'output: "{{ [steps.left.output, steps.right.output] }}"', 1).output == [3, 21]


def test_an_answer_through_needs(world):
    text = """
steps:
  - {kind: hitl, name: ask, message: go}
  - {name: a, input: 1}
  - {name: b, needs: [ask, a], input: "{{ answer }}"}
"""
    view = world.start(text)
    assert view.status == "suspended"
    assert world.resume(view.run_id, "well").output == "well"


def test_the_exit_of_a_loop_sees_a_list_with_needs(world):
    text = """
steps:
  kind: loop
  name: again
  max: 3
  until: "{{ steps.b.output > 1 }}"
  steps:
    - {name: a, uses: t.inc, with: {value: "{{ loop.index }}"}}
    - {name: b, needs: [a], input: "{{ previous }}"}
"""
    assert world.start(text).output == 2


def test_a_long_line_of_needs(world):
    world.inputs = False
    steps = "".join(f"  - {{name: s{n}, needs: [s{n - 1}], uses: t.inc}}\n" for n in range(1, 1500))
    assert world.start(f"steps:\n  - {{name: s0, uses: t.inc}}\n{steps}", 0).output == 1500


def test_on_error_continue_and_catch(world):
    world.plans = {"a": [fails()], "b": [fails("bad")]}
    text = """
steps:
  - {name: a, uses: t.plan, on_error: continue}
  - name: b
    uses: t.plan
    on_error:
      steps: {name: handle, input: ["{{ error.message }}", "{{ steps.a.status }}"]}
  - {name: c, uses: t.echo}
"""
    view = world.start(text)
    assert (view.status, view.output) == ("partial", ["bad", "continued"])


def test_retry_on_a_region_does_only_what_failed_again(world):
    world.plans = {"pick/true/b": [fails("no", "other"), 5]}
    text = """
steps:
  kind: conditional
  name: pick
  condition: true
  retry: {attempts: 2, on: [any], delay: 1s}
  branches:
    true:
      - {name: a, uses: t.inc, with: {value: 1}}
      - {name: b, uses: t.plan}
"""
    assert world.start(text).output == 5
    assert world.calls.count("pick/true/a") == 1


def test_wait(world):
    began = world.clock.now()
    world.start("steps: [{kind: wait, name: w, for: 30s}, {name: a, input: 1}]")
    assert world.clock.now() - began >= 30_000_000
    world.start("steps: {kind: wait, name: w, until: '{{ run.started_at }}'}")


def test_approval(world):
    text = "steps: {name: w, uses: t.write, with: {value: 1}, approval: {message: 'Write {{ input }}?'}}"
    view = world.start(text, 7)
    assert view.status == "suspended"
    assert world.calls == []
    assert world.resume(view.run_id, "yes").output == 1


ASK = "{kind: hitl, name: q, message: m}"


@pytest.mark.parametrize(
    "text",
    [
        "steps: {kind: conditional, name: c, condition: true, timeout: 5s, branches: {true: " + ASK + "}}",
        pytest.param("timeout: 5s\nsteps: " + ASK),
        pytest.param("steps: " + ASK.replace("m}", "m, timeout: 5s}")),
    ],
)
def test_a_deadline_runs_on_while_a_person_is_waited_for(world, text):
    view = world.start(text)
    assert view.status == "suspended"
    world.clock.advance(6)
    assert world.resume(view.run_id, "late").error["code"] == "FLJ0508"


def test_regions_inside_regions(world):
    text = """
steps:
  kind: map
  name: rows
  over: [[1, 2], [3]]
  steps:
    kind: parallel
    name: p
    branches:
      sum: {kind: map, name: cells, over: "{{ item }}", reduce: sum, steps: {name: up, uses: t.inc}}
      grow:
        kind: loop
        name: g
        max: 2
        steps: {name: up, input: "{{ [item | length, loop.index, index] }}"}
"""
    assert world.start(text).output == [{"sum": 5, "grow": [2, 2, 0]}, {"sum": 4, "grow": [1, 2, 1]}]
