"""Regions, sentence by sentence of language 11: side by side, maps, loops, lists with needs, failure, retry, time.

Long because it follows the sentences, one after the other.
"""

import pytest

from tests.engine.test_recovery import Crash
from tests.engine.world import World, fails


@pytest.fixture
def world():
    return World()


def same(world, view):
    """Every finished run replays byte-equal."""
    replay = world.replay(view.run_id)
    assert replay.equal, replay.differences
    return view


def run(world, text, input=None):
    return same(world, world.start(text, input))


# --- parallel ---

FAN = """
context: {n: 0}
steps:
  - kind: parallel
    name: fan
    OPTIONS
    branches:
      a: [{name: x, uses: t.plan}, {name: x2, uses: t.inc}]
      b: {name: y, uses: t.plan}
      c: [{name: z, uses: t.plan}]
"""


def fan(options="", **plans):
    world = World()
    names = {"a": "fan/a/x", "b": "fan/b/y", "c": "fan/c/z"}
    world.plans = {names[key]: list(value) for key, value in plans.items()}
    view = world.start(FAN.replace("OPTIONS", options or "description: x"))
    return world, same(world, view)


def test_branches_give_a_mapping_in_declaration_order():
    _, view = fan(a=[1], b=[20], c=[30])
    assert list(view.output.items()) == [("a", 2), ("b", 20), ("c", 30)]


def test_a_failed_branch_fails_the_region():
    _, view = fan(a=[1], b=[fails("bang")], c=[3])
    assert (view.status, view.error["message"], view.error["step"]) == ("failed", "bang", "fan/b/y")


def test_ignored_failures_are_null_and_the_run_is_complete():
    _, view = fan("on_branch_failure: ignore", a=[1], b=[fails("bang")], c=[3])
    assert (view.status, view.output) == ("completed", {"a": 2, "b": None, "c": 3})


def test_join_any_takes_the_first_success_and_losers_are_null():
    _, view = fan("join: any", a=[fails("no")], b=[7], c=[fails("no")])
    assert view.output == {"a": None, "b": 7, "c": None}
    assert view.steps["fan"].decision == [1]


def test_join_n_fails_when_n_are_no_longer_possible():
    _, view = fan("join: 2", a=[fails("no")], b=[fails("neither")], c=[3])
    assert view.status == "failed"
    assert "2 of 3 branches failed, 2 must succeed" in view.error["message"]


@pytest.mark.parametrize(
    ("reduce", "results", "value"),
    [
        ("sum", [1, 2, 3], 7),
        ("first", [1, 2, 3], 2),
        ("last", [1, 2, 3], 3),
        ("majority", [1, 2, 5], 2),
        ('"{{ results|max }}"', [1, 9, 3], 9),
        ("t.echo", [1, 2, 3], [2, 2, 3]),
        ("{uses: t.echo, with: {value: '{{ results|length }}'}}", [1, 2, 3], 3),
    ],
)
def test_reduce_makes_one_value(reduce, results, value):
    _, view = fan(f"reduce: {reduce}", a=results[:1], b=results[1:2], c=results[2:])
    assert view.output == value, view.error


def test_reduce_of_wrong_types_fails_the_step():
    _, view = fan("reduce: concat", a=[1], b=["x"], c=[[1]])
    assert (view.error["code"], view.error["step"]) == ("FLJ0507", "fan")


def test_merge_and_concat():
    _, view = fan("reduce: merge", a=[0], b=[{"x": 1}], c=[{"x": 2, "y": 3}])
    assert view.error["code"] == "FLJ0507"
    text = """
steps:
  - kind: parallel
    name: p
    reduce: WORD
    branches: {a: {name: a, uses: t.echo, with: {value: ONE}}, b: {name: b, uses: t.echo, with: {value: TWO}}}
"""
    for word, one, two, value in [
        ("merge", "{x: 1, z: 0}", "{x: 2}", {"x": 2, "z": 0}),
        ("concat", "[1]", "[2, 3]", [1, 2, 3]),
        ("concat", "'a'", "'b'", "ab"),
    ]:
        assert run(World(), text.replace("WORD", word).replace("ONE", one).replace("TWO", two)).output == value


WRITERS = """
context: {v: 0}
steps:
  - kind: parallel
    name: p
    MERGE
    branches:
      a: {name: a, uses: t.echo, input: "{{ input.a }}", set: {v: "{{ steps.a.output }}"}, when: "{{ input.go }}"}
      b: {name: b, uses: t.echo, with: {value: "{{ input.b }}"}, set: {v: "{{ steps.b.output + context.v }}"}}
output: "{{ context.v }}"
"""


@pytest.mark.parametrize(
    ("merge", "a", "b", "value"), [("strict", 5, 5, 5), ("last", 1, 2, 2), ("none", 1, 2, 0), ("strict", 1, 2, None)]
)
def test_branches_see_the_context_of_the_start_and_are_merged(world, merge, a, b, value):
    view = run(world, WRITERS.replace("MERGE", f"merge: {merge}"), {"a": a, "b": b, "go": True})
    if value is None:
        assert view.error["code"] == "FLJ0505"
    else:
        assert view.output == value


# --- map ---


def test_a_map_keeps_the_order_of_its_input(world):
    text = """
steps:
  - kind: map
    name: m
    over: "{{ input }}"
    steps:
      - {name: a, uses: t.inc}
      - {name: b, uses: t.echo, with: {value: ["{{ item }}", "{{ index }}", "{{ previous }}"]}}
"""
    assert run(world, text, [5, 6]).output == [[5, 0, 6], [6, 1, 7]]
    assert run(world, text, []).output == []
    assert run(world, text, 5).error["code"] == "FLJ0405"


def test_a_map_over_a_mapping_and_in_batches(world):
    text = "steps: [{kind: map, name: m, over: '{{ input }}', OPT steps: {name: a, uses: t.echo}}]"
    assert run(world, text.replace("OPT", ""), {"k": 1}).output == [{"key": "k", "value": 1}]
    assert run(world, text.replace("OPT", "batch: 2,"), [1, 2, 3]).output == [[1, 2], [3]]


TOLERANT = """
steps:
  - kind: map
    name: m
    over: [0, 1, 2, 3]
    tolerate: TOL
    max_concurrency: 1
    steps: {name: a, uses: t.plan}
"""


@pytest.mark.parametrize(
    ("tolerate", "failures", "ok"), [("1", 1, True), ("1", 2, False), ("50%", 2, True), ("49%", 2, False)]
)
def test_tolerated_items_are_null(world, tolerate, failures, ok):
    for number in range(4):
        world.plans[f"m[{number}]/a"] = [fails(f"f{number}") if number < failures else number]
    view = run(world, TOLERANT.replace("TOL", f'"{tolerate}"' if "%" in tolerate else tolerate))
    if ok:
        assert (view.status, view.output) == ("completed", [None] * failures + list(range(failures, 4)))
    else:
        assert (view.status, view.error["message"]) == ("failed", "f0")


def test_nothing_new_starts_after_a_failure(world):
    for number in range(4):
        world.plans[f"m[{number}]/a"] = [fails("f") if number == 1 else number]
    view = run(world, TOLERANT.replace("TOL", "0"))
    assert view.status == "failed"
    assert world.calls == ["m[0]/a", "m[1]/a"]


def test_redrive_keeps_finished_items(world):
    for number in range(4):
        world.plans[f"m[{number}]/a"] = [fails("f"), 9] if number == 2 else [number]
    view = run(world, TOLERANT.replace("TOL", "0"))
    assert view.status == "failed"
    done = same(world, world.redrive(view.run_id))
    assert done.output == [0, 1, 9, 3]
    assert world.calls == ["m[0]/a", "m[1]/a", "m[2]/a", "m[2]/a", "m[3]/a"]


# --- loop ---

LOOP = """
context: {sum: 0}
steps:
  - kind: loop
    name: l
    max: 5
    OPTIONS
    steps:
      - {name: a, uses: t.inc, set: {sum: "{{ context.sum + steps.a.output }}"}}
      - {name: b, uses: t.echo, with: {value: "{{ previous }}"}}
output: ["{{ steps.l.output }}", "{{ context.sum }}"]
"""


@pytest.mark.parametrize(
    ("options", "input", "value"),
    [
        ('until: "{{ previous >= 3 }}"', 0, [3, 6]),
        ('until: "{{ steps.b.output >= 3 }}"', 0, [3, 6]),
        ('while: "{{ previous < 2 }}"', 0, [2, 3]),
        ('while: "{{ previous < 2 }}"', 7, [7, 0]),
        ("init: 10", 0, [15, 65]),
        ('next_input: "{{ previous * 10 }}"', 0, [11111, 12345]),
        ('output: "{{ loop.index }}"', 0, [5, 15]),
        ('until: "{{ loop.index == 2 }}"', 0, [2, 3]),
        ('until: "{{ loop.previous is none and not loop.first }}"\n    on_max: continue', 0, [5, 15]),
    ],
)
def test_loops(world, options, input, value):
    view = run(world, LOOP.replace("OPTIONS", options), input)
    assert view.output == value, view.error


def test_a_loop_whose_exit_is_never_true_fails(world):
    view = run(world, LOOP.replace("OPTIONS", 'until: "{{ previous > 99 }}"'), 0)
    assert (view.error["code"], view.error["step"]) == ("FLJ0506", "l")


LONG = """
context: {n: 0, other: 5, deep: {a: 1}}
steps:
  - name: l
    kind: loop
    max: 130
    while: "{{ loop.index == 1 or steps.x.output < 125 }}"
    output: "{{ [steps.x.output, loop.index, context.deep.a] }}"
    steps:
      - {name: x, input: "{{ context.n + 1 }}", set: {n: "{{ steps.x.output }}", deep.a: "{{ loop.index }}"}}
      - {name: y, uses: t.echo}
"""


@pytest.mark.parametrize("where", [2, 104])
def test_a_loop_that_was_cut_off_goes_on_as_if_it_had_not_been(world, where):
    """`while` and `output` see the steps of the iteration before; the writes are those of all iterations."""
    world.inputs = False

    def die(address):
        if address == f"l[{where}]/y" and world.calls.count(address) == 1:
            raise Crash

    world.die = die
    with pytest.raises(Crash):
        world.start(LONG)
    assert same(world, world.resume("run-1")).output == [125, 125, 125]


# --- lists with needs ---

DAG = """
steps:
  - {name: a, uses: t.plan}
  - {name: b, uses: t.plan, needs: [a]}
  - {name: c, uses: t.plan, needs: [a], when: "{{ steps.a.output > 0 }}"}
  - {name: d, uses: t.echo, needs: [b, c]}
  - {name: e, uses: t.echo, with: {value: "{{ input }}"}}
"""


def dag(world, input=None, **plans):
    world.plans = {key: [value] for key, value in plans.items()}
    return run(world, DAG, input)


def test_a_list_with_needs(world):
    assert dag(world, "in", a=1, b=2, c=3).output == {"d": {"b": 2, "c": 3}, "e": "in"}


def test_a_skipped_need_is_left_out(world):
    assert dag(world, a=0, b=2).output == {"d": {"b": 2}, "e": None}


def test_writes_are_seen_by_those_who_need_them_only(world):
    text = """
context: {v: 0}
steps:
  - {name: a, uses: t.echo, with: {value: 1}, set: {v: 1}}
  - {name: b, uses: t.echo, needs: [a], with: {value: "{{ context.v }}"}}
  - {name: c, uses: t.echo, with: {value: "{{ context.v }}"}}
output: ["{{ steps.b.output }}", "{{ steps.c.output }}", "{{ context.v }}"]
"""
    assert run(world, text).output == [1, 0, 1]


# --- failure ---


def test_continue_goes_on_and_the_run_is_partial(world):
    world.plans["a"] = [fails("gone")]
    text = """
steps:
  - {name: a, uses: t.plan, on_error: continue}
  - {name: b, uses: t.echo, with: {value: ["{{ previous }}", "{{ steps.a.status }}", "{{ steps.a.error.message }}"]}}
"""
    view = run(world, text)
    assert (view.status, view.output) == ("partial", [None, "continued", "gone"])


def test_a_catch_gives_the_output_and_the_run_is_complete(world):
    world.plans["a"] = [fails("gone")]
    text = """
steps:
  - name: a
    uses: t.plan
    input: 5
    on_error:
      steps:
        - {name: h, uses: t.echo, with: {value: ["{{ error.message }}", "{{ error.step }}", "{{ previous }}"]}}
  - {name: b, uses: t.echo}
"""
    view = run(world, text)
    assert (view.status, view.output) == ("completed", ["gone", "a", 5])
    assert view.steps["a"].status == "completed"


def test_a_failing_catch_names_both(world):
    world.plans = {"a": [fails("first")], "a/@catch/h": [fails("second")]}
    text = "steps: [{name: a, uses: t.plan, on_error: {steps: [{name: h, uses: t.plan}]}}]"
    view = run(world, text)
    assert (view.status, view.error["step"]) == ("failed", "a/@catch/h")
    assert "second" in view.error["message"]
    assert "first" in view.error["message"]


def test_a_region_can_be_caught_and_continued(world):
    world.plans = {"m[0]/x": [fails("f")], "n[0]/x": [fails("g")]}
    text = """
steps:
  - {kind: map, name: m, over: [1], steps: {name: x, uses: t.plan}, on_error: {steps: [{name: h, uses: t.echo}]}}
  - {kind: map, name: n, over: [1], steps: {name: x, uses: t.plan}, on_error: continue}
  - {name: z, uses: t.echo, with: {value: ["{{ steps.m.status }}", "{{ steps.n.status }}"]}}
"""
    view = run(world, text)
    assert (view.status, view.output) == ("partial", ["completed", "continued"])


def test_retry_of_a_region_keeps_what_was_completed(world):
    world.plans = {"p/a/x": [1], "p/b/y": [fails("1", "timeout"), fails("2", "timeout"), 3]}
    text = """
steps:
  - kind: parallel
    name: p
    retry: {attempts: 3, delay: 1s}
    branches: {a: {name: x, uses: t.plan}, b: {name: y, uses: t.plan}}
"""
    view = run(world, text)
    assert view.output == {"a": 1, "b": 3}
    assert sorted(world.calls) == ["p/a/x", "p/b/y", "p/b/y", "p/b/y"]
    assert view.steps["p/b/y"].attempt == 3


def test_retry_of_a_loop_goes_on_with_its_failed_iteration(world):
    world.plans = {f"l[{number}]/x": [number] for number in range(3)}
    world.plans["l[1]/x"] = [fails("once", "connection"), 1]
    view = run(world, "steps: [{kind: loop, name: l, max: 3, retry: 2, steps: {name: x, uses: t.plan}}]")
    assert view.output == 2
    assert world.calls == ["l[0]/x", "l[1]/x", "l[1]/x", "l[2]/x"]


# --- people ---

ASKING = """
steps:
  - kind: map
    name: m
    over: [1, 2, 3]
    steps:
      - {name: before, uses: t.inc}
      - {kind: hitl, name: ask, message: "item {{ item }}?", when: "{{ item != 2 }}"}
      - {name: after, uses: t.echo, with: {value: "{{ steps.ask.output }}"}}
  - {name: end, uses: t.echo}
"""


def test_everything_that_can_go_on_goes_on_before_a_pause(world):
    view = world.start(ASKING)
    assert view.status == "suspended"
    assert [task.message for task in view.tasks] == ["item 1?", "item 3?"]
    assert sorted(world.calls) == ["m[0]/before", "m[1]/after", "m[1]/before", "m[2]/before"]
    first, second = (task.id for task in view.tasks)
    view = world.resume(view.run_id, "three", second)
    assert (view.status, [task.id for task in view.tasks]) == ("suspended", [first])
    view = same(world, world.resume(view.run_id, "one", first))
    assert view.output == ["one", None, "three"]
    assert len(world.calls) == len(set(world.calls))


def test_at_most_a_hundred_questions_are_open_in_a_region(world):
    text = """
steps:
  - kind: map
    name: m
    over: "{{ range(103) | list }}"
    steps: {kind: hitl, name: ask, message: "item {{ item }}?"}
"""
    view = world.start(text)
    assert (view.status, len(view.tasks)) == ("suspended", 100)
    view = world.resume(view.run_id, "yes", view.tasks[0].id)
    assert "item 100?" in [task.message for task in view.tasks]
    assert len(view.tasks) == 100


def test_a_suspended_branch_is_neither_winner_nor_loser(world):
    text = """
steps:
  - kind: parallel
    name: p
    join: any
    branches: {a: {kind: hitl, name: ask, message: "well?"}, b: {name: y, uses: t.echo, with: {value: 1}}}
"""
    assert run(world, text).output == {"a": None, "b": 1}


def test_questions_of_losers_are_closed(world):
    text = """
steps:
  - kind: parallel
    name: p
    join: any
    branches: {a: {kind: hitl, name: ask, message: "well?"}, b: {name: y, uses: t.echo, with: {value: 1}}}
  - {kind: hitl, name: next, message: "and now?"}
"""
    view = world.start(text)
    assert [task.step for task in view.tasks] == ["next"]
    assert [task.step for task in world.store.tasks()] == ["next"]
    assert same(world, world.resume(view.run_id, "fine")).output == "fine"


def test_questions_of_a_run_that_ended_are_closed(world):
    world.plans["p/b/y"] = [fails("no")]
    text = """
steps:
  - kind: parallel
    name: p
    branches: {a: {kind: hitl, name: ask, message: "well?"}, b: {name: y, uses: t.plan}}
"""
    view = run(world, text)
    assert (view.status, view.tasks, world.store.tasks()) == ("failed", [], [])


def test_a_question_that_took_too_long_can_be_caught(world):
    handler = "on_error: {steps: [{name: h, uses: t.echo, with: {value: late}}]}"
    view = world.start(f"steps: [{{kind: hitl, name: q, message: m, timeout: 5s, {handler}}}]")
    world.clock.advance(6)
    done = same(world, world.resume(view.run_id))
    assert (done.output, done.tasks, world.store.tasks()) == ("late", [], [])


@pytest.mark.parametrize(("answer", "status"), [("yes", "completed"), ("no", "denied")])
def test_an_approval_shows_what_will_be_done(world, answer, status):
    view = world.start("steps: [{name: w, uses: t.write, with: {value: {a: 1}}, approval: required}]")
    (task,) = view.tasks
    assert (task.kind, task.show) == ("approval", {"skill": "t.write", "arguments": {"value": {"a": 1}}})
    assert world.calls == []
    view = same(world, world.resume(view.run_id, answer))
    assert view.status == status
    assert (view.error or {}).get("class") == ("authority" if answer == "no" else None)
    assert world.calls == (["w"] if answer == "yes" else [])


# --- time ---


def test_a_wait_takes_its_time_and_survives(world):
    view = run(world, "steps: [{kind: wait, name: w, for: 30s}, {name: a, uses: t.echo, with: {value: 1}}]")
    assert view.output == 1
    assert 30.0 in world.clock.naps


def test_a_long_wait_suspends_the_run_and_goes_on_when_it_is_time(world):
    text = "steps: [{name: a, uses: t.echo}, {kind: wait, name: w, for: 2h}, {name: b, uses: t.echo, with: {value: 1}}]"
    view = world.start(text)
    assert (view.status, view.tasks) == ("suspended", [])
    assert world.resume(view.run_id).status == "suspended"
    world.clock.advance(7190)
    assert same(world, world.resume(view.run_id)).output == 1
    assert world.clock.naps[-1] == 10.0


def test_wait_until_a_time(world):
    text = "steps: [{kind: wait, name: w, until: '{{ input }}'}]"
    assert run(world, text, "2023-11-14T22:13:30Z").status == "completed"
    assert world.clock.naps[-1] == 10.0
    assert run(world, text, "2020-01-01").status == "completed"
    assert run(world, text, "soon").error["code"] == "FLJ0405"


def test_a_timeout_of_a_region_is_a_failure_of_class_timeout(world):
    text = """
steps:
  - kind: loop
    name: l
    max: 100
    timeout: 5s
    steps: [{kind: wait, name: w, for: 2s}]
"""
    view = run(world, text)
    assert (view.error["code"], view.error["step"]) == ("FLJ0508", "l")


# --- crashes ---

NESTED = """
context: {sum: 0}
steps:
  - kind: map
    name: m
    over: [1, 2, 3]
    merge: none
    steps:
      - kind: loop
        name: l
        max: 2
        steps:
          - {name: x, uses: t.inc}
          - {name: y, uses: t.keyed, set: {sum: "{{ context.sum + previous }}"}}
  - kind: parallel
    name: p
    branches:
      a: [{name: a1, uses: t.inc, with: {value: 1}}, {name: a2, uses: t.inc}]
      b: [{kind: conditional, name: c, condition: true, branches: {true: {name: b1, uses: t.echo, with: {value: 4}}}}]
  - {name: n1, uses: t.echo, with: {value: ["{{ steps.m.output }}", "{{ steps.p.output }}"]}}
"""


@pytest.mark.parametrize("death", range(0, 16, 3))
def test_a_crash_at_any_call_loses_nothing(death):
    whole = World()
    expected = run(whole, NESTED)
    world = World()
    count = iter(range(1000))

    def die(address):
        if next(count) == death:
            raise Crash

    world.die = die
    with pytest.raises(Crash):
        world.start(NESTED)
    recorded = {row.address for row in world.store.index("run-1") if row.type == "step_completed"}
    before = len(world.calls)
    view = same(world, world.resume("run-1"))
    assert view.output == expected.output
    assert not recorded & set(world.calls[before:])
