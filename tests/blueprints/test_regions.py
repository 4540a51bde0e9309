"""Regions, `needs`, `on_error`, `timeout` and `approval`: what they become, and what is refused."""

import pytest

from flujo.blueprints.compiler import compile_blueprint
from flujo.blueprints.pinned import pinned_catalogue, pinned_sources
from flujo.core.graph import Approval, Call, Flow, Join, Loop, Map, Node, Reduce, Retry, Timer, Wait
from flujo.core.values import load_stored, stored_bytes
from flujo.steps import kinds

from .conftest import Compile

HEAD = 'version: "0.1"\n'


def _node(compile_text: Compile, step: str) -> Node:
    compiled = compile_text(f"{HEAD}steps:\n- {step}\n")
    assert compiled.diagnostics == ()
    assert compiled.graph is not None
    return compiled.graph.root.children[0]


ONE = "{name: x, input: 1}"


@pytest.mark.parametrize(
    ("fields", "join"),
    [
        ("join: all", Join()),
        ("join: any, on_branch_failure: ignore", Join(1, True)),
        ("join: 2, max_concurrency: 3, merge: last, reduce: sum", Join(2, False, 3, "last", Reduce("sum"))),
    ],
)
def test_parallel(compile_text: Compile, fields: str, join: Join) -> None:
    node = _node(compile_text, f"{{kind: parallel, name: p, branches: {{a b: {ONE}, 2: [{ONE}]}}, {fields}}}")
    assert isinstance(node, Flow)
    assert node.join == join
    assert [(branch.meta.name, branch.meta.kind) for branch in node.children] == [("a b", "branch"), ("2", "branch")]
    assert node.children[1].meta.path == ("steps", 0, "branches", "2")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("over: '{{ input }}'", (8, None, 0, False, "strict")),
        (
            "over: [1], max_concurrency: 1, batch: 5, tolerate: 3, merge: none",
            (1, 5, 3, False, "none"),
        ),
        ("over: {a: 1}, tolerate: 10%", (8, None, 10, True, "strict")),
    ],
)
def test_map(compile_text: Compile, fields: str, expected: tuple[object, ...]) -> None:
    node = _node(compile_text, f"{{kind: map, name: m, {fields}, steps: {ONE}}}")
    assert isinstance(node, Map)
    assert (node.max_concurrency, node.batch, node.tolerate, node.percent, node.merge) == expected
    assert [child.meta.name for child in node.body.children] == ["x"]


def test_loop(compile_text: Compile) -> None:
    node = _node(
        compile_text,
        f"{{kind: loop, name: l, max: 3, steps: {ONE}, until: '{{{{ previous == loop.index }}}}', while: '{{{{ steps.x"
        ".output > 1 }}', init: 0, next_input: '{{ loop.first }}', output: '{{ steps.x.output }}', on_max: continue}",
    )
    assert isinstance(node, Loop)
    assert (node.max, node.fails_at_max) == (3, False)
    templates = (node.until, node.while_, node.init, node.next_input, node.output)
    assert [template.source for template in templates if template is not None] == [
        "{{ previous == loop.index }}", "{{ steps.x.output > 1 }}", 0, "{{ loop.first }}", "{{ steps.x.output }}"
    ]  # fmt: skip


def test_a_loop_may_begin_with_null(compile_text: Compile) -> None:
    node = _node(compile_text, f"{{kind: loop, name: l, max: 3, steps: {ONE}, init: null}}")
    assert isinstance(node, Loop)
    assert node.init is not None
    assert (node.until, node.fails_at_max) == (None, True)


def test_wait(compile_text: Compile) -> None:
    node = _node(compile_text, "{kind: wait, name: w, for: 1.5m}")
    assert isinstance(node, Wait)
    assert node.on == Timer(90.0)
    node = _node(compile_text, "{kind: wait, name: w, until: '{{ input.due }}'}")
    assert isinstance(node, Wait)
    assert isinstance(node.on, Timer)
    assert node.on.until is not None


@pytest.mark.parametrize(
    ("reduce", "target", "source"),
    [
        ("text.upper", "text.upper", None),
        ("text.upper@1", "text.upper", None),
        (
            "{uses: table.top, with: {rows: '{{ results }}', count: 2}}",
            "table.top",
            {"rows": "{{ results }}", "count": 2},
        ),
        ("agents.judge", "judge", None),
    ],
)
def test_reduce_by_a_call(compile_text: Compile, reduce: str, target: str, source: object) -> None:
    text = (
        f"{HEAD}agents: {{judge: {{model: x/y}}}}\n"
        f"steps: {{kind: map, name: m, over: [1], steps: {ONE}, reduce: {reduce}}}\n"
    )
    compiled = compile_text(text)
    assert compiled.diagnostics == ()
    assert compiled.graph is not None
    node = compiled.graph.root.children[0]
    assert isinstance(node, Map)
    assert node.reduce is not None
    call = node.reduce.call
    assert isinstance(call, Call)
    assert (call.meta.name, call.target) == ("@reduce", target)
    assert (call.arguments and call.arguments.source) == source
    assert target == "judge" or target in compiled.graph.pinned["skills"]


def test_reduce_by_a_template(compile_text: Compile) -> None:
    node = _node(
        compile_text,
        f"{{kind: parallel, name: p, branches: {{a: {ONE}}}, reduce: '{{{{ results[0] + input }}}}'}}",
    )
    assert isinstance(node, Flow)
    assert node.join is not None
    assert node.join.reduce is not None
    assert node.join.reduce.template is not None
    assert node.join.reduce.template.refs == {("results",), ("input",)}


def test_fields_of_every_step(compile_text: Compile) -> None:
    compiled = compile_text(
        f"{HEAD}timeout: 2h\nsteps:\n"
        "- {kind: hitl, name: ask, message: m, timeout: 5m}\n"
        "- {name: put, uses: files.delete, with: {path: x}, timeout: 500ms, approval: {message: 'Go on?'}, "
        "retry: 2}\n"
        f"- {{kind: map, name: fan, over: [1], steps: {ONE}, retry: 3, timeout: 1h, on_error: continue}}\n"
        "- {name: last, input: 1, on_error: {steps: [{name: handle, input: '{{ [error.code, steps.put.output] }}'}]}}\n"
    )
    assert compiled.diagnostics == ()
    assert compiled.graph is not None
    assert compiled.graph.root.meta.timeout == 7200.0
    ask, put, fan, last = compiled.graph.root.children
    assert (ask.meta.timeout, put.meta.timeout, fan.meta.timeout) == (300.0, 0.5, 3600.0)
    assert put.meta.approval is not None
    assert put.meta.approval.message is not None
    assert (fan.meta.retry, fan.meta.on_error) == (Retry(3), "continue")
    assert isinstance(last.meta.on_error, Flow)
    assert [child.meta.name for child in last.meta.on_error.children] == ["handle"]


def test_approval_required(compile_text: Compile) -> None:
    assert _node(compile_text, "{name: a, input: 1, approval: required}").meta.approval == Approval()


def test_needs(compile_text: Compile) -> None:
    compiled = compile_text(
        f"{HEAD}steps:\n- {{name: c, needs: [a, b], input: '{{{{ [previous, steps.a.output, steps.z.output] }}}}'}}\n"
        "- {name: a, depends_on: z, input: 1}\n- {name: b, needs: [], input: 2}\n- {name: z, input: 1}\n"
        "output: '{{ steps.c.output }}'\n"
    )
    assert compiled.diagnostics == ()
    assert compiled.graph is not None
    root = compiled.graph.root
    assert [child.meta.needs for child in root.children] == [("a", "b"), ("z",), (), ()]
    assert not root.is_chain


def test_a_region_can_be_compiled_from_what_it_pinned(compile_text: Compile) -> None:
    fields = f"over: [1], steps: {ONE}, reduce: text.upper, on_error: {{steps: {ONE}}}"
    text = f"{HEAD}steps: {{kind: map, name: m, {fields}}}\n"
    graph = compile_text(text).graph
    assert graph is not None
    pinned = load_stored(stored_bytes(graph.pinned))
    again = compile_blueprint(
        pinned["source"], pinned["name"], pinned_sources(pinned), pinned_catalogue(pinned, kinds())
    )
    assert again.graph is not None
    assert set(pinned["skills"]) == {"core.pass", "text.upper"}
    assert again.graph.digest == graph.digest


def _steps(*steps: str) -> str:
    return HEAD + "steps:\n" + "".join(f"- {step}\n" for step in steps)


def _parallel(fields: str) -> str:
    return _steps(f"{{kind: parallel, name: p, branches: {{a: {ONE}, b: {ONE}}}, {fields}}}")


def _sides(one: str, other: str, fields: str = "merge: strict") -> str:
    return _steps(f"{{kind: parallel, name: p, branches: {{a: {one}, b: {other}}}, {fields}}}")


def _map(fields: str, steps: str = ONE) -> str:
    return _steps(f"{{kind: map, name: m, over: '{{{{ input }}}}', steps: {steps}, {fields}}}")


def _loop(fields: str, steps: str = ONE) -> str:
    return _steps(f"{{kind: loop, name: l, steps: {steps}, {fields}}}")


APPEND = "{name: w, uses: files.append, with: {path: a, content: b}}"
DELETE = "{name: d, uses: files.delete, with: {path: a}}"


def _and(step: str, more: str) -> str:
    return f"{step[:-1]}, {more}}}"


SET = "{name: s, input: 1, set: {n: '{{ input }}'}}"
SET_T = SET.replace("s,", "t,")
SET_IN = SET.replace("n:", "n.m:")
READ_X = "{name: b, input: '{{ steps.x.output }}'}"
READS_X = "{name: b, needs: [a], input: '{{ steps.x.output }}'}"
ASKED = "{name: b, needs: [%s], input: '{{ answer }}'}"
ASK = "{kind: hitl, name: q, message: m}"

# Code, severity, blueprint, and what is marked.
FOUND = [
    ("FLJ0202", "error", _loop("until: '{{ true }}'"), None),
    ("FLJ0204", "error", _loop("max: 0"), "0"),
    ("FLJ0204", "error", _loop("max: 1000001"), "1000001"),
    ("FLJ0204", "error", _loop("max: 1, on_max: stop"), "stop"),
    ("FLJ0204", "error", _steps("{kind: parallel, name: p, branches: {}}"), "{}"),
    ("FLJ0205", "error", _steps(f"{{kind: parallel, name: p, branches: {{'': {ONE}}}}}"), "''"),
    ("FLJ0204", "error", _parallel("join: most"), "most"),
    ("FLJ0204", "error", _parallel("join: true"), "true"),
    ("FLJ0204", "error", _parallel("join: 3"), "3"),
    ("FLJ0204", "error", _parallel("on_branch_failure: stop"), "stop"),
    ("FLJ0204", "error", _parallel("max_concurrency: 1001"), "1001"),
    ("FLJ0204", "error", _parallel("merge: first"), "first"),
    ("FLJ0204", "error", _parallel("reduce: contact"), "contact"),
    ("FLJ0203", "error", _parallel("reduce: [1]"), "[1]"),
    ("FLJ0202", "error", _parallel("reduce: {with: {}}"), "{with: {}}"),
    ("FLJ0201", "error", _parallel("reduce: {uses: text.upper, when: true}"), "when"),
    ("FLJ0203", "error", _parallel("reduce: {uses: 5}"), "5"),
    ("FLJ0601", "error", _parallel("reduce: text.uper"), "reduce"),
    ("FLJ0602", "error", _parallel("reduce: {uses: text.upper, with: {txt: 1}}"), "txt"),
    ("FLJ0204", "error", _map("tolerate: 101%"), "101%"),
    ("FLJ0204", "error", _map("tolerate: -1"), "-1"),
    ("FLJ0204", "error", _map("batch: 0"), "0"),
    ("FLJ0203", "error", _steps(f"{{kind: map, name: m, over: rows, steps: {ONE}}}"), "rows"),
    ("FLJ0202", "error", _steps("{kind: wait, name: w}"), "{kind: wait, name: w}"),
    ("FLJ0204", "error", _steps("{kind: wait, name: w, for: 5s, until: '{{ input }}'}"), "until"),
    ("FLJ0208", "error", _steps("{kind: wait, name: w, for: 5}"), "5"),
    ("FLJ0208", "error", _steps("{name: a, input: 1, timeout: 367d}"), "367d"),
    ("FLJ0204", "error", _steps("{name: a, input: 1, timeout: 0s}"), "0s"),
    ("FLJ0208", "error", HEAD + "timeout: soon\nsteps: {name: a, input: 1}\n", "soon"),
    ("FLJ0203", "error", _steps("{name: a, input: 1, approval: true}"), "true"),
    ("FLJ0201", "error", _steps("{name: a, input: 1, approval: {mesage: x}}"), "mesage"),
    ("FLJ0204", "error", _steps("{name: a, input: 1, on_error: ignore}"), "ignore"),
    ("FLJ0201", "error", _steps(f"{{name: a, input: 1, on_error: {{steps: {ONE}, retry: 2}}}}"), "retry"),
    ("FLJ0202", "error", _steps("{name: a, input: 1, on_error: {}}"), "{}"),
    ("FLJ0203", "error", _steps("{name: a, input: 1, needs: 5}"), "5"),
    ("FLJ0204", "error", _steps("{name: a, input: 1, needs: []}"), "[]"),
    ("FLJ0204", "error", _steps(ONE, "{name: a, input: 1, needs: [x, x]}"), "x"),
    ("FLJ0204", "error", _steps(ONE, "{name: a, input: 1, needs: x, depends_on: x}"), "depends_on"),
    ("FLJ0310", "error", _steps(ONE, "{name: a, input: 1, needs: [y, x]}"), "y"),
    ("FLJ0310", "error", _steps(ONE, "{kind: map, name: m, over: [1], steps: [{name: a, input: 1, needs: x}]}"), "x"),
    ("FLJ0514", "error", _steps("{name: a, input: 1, needs: [a]}"), "[a]"),
    ("FLJ0514", "error", _steps("{name: a, input: 1, needs: [b]}", "{name: b, input: 1, needs: [c]}",
                                "{name: c, input: '{{ steps.a.output }}', needs: a}"), "[b]"),
    ("FLJ0301", "error", _steps(ONE, "{name: a, input: 1}", READS_X), "x"),
    ("FLJ0301", "error", _steps("{name: a, input: '{{ steps.b.output }}'}", "{name: b, needs: [a], input: 1}"), "b"),
    ("FLJ0309", "error", _steps(ASK, ONE, ASKED % "x"),
     "answer"),
    ("FLJ0301", "error", _steps(f"{{kind: map, name: x2, over: [1], steps: {ONE}}}", READ_X),
     "x"),
    ("FLJ0302", "error", _map("reduce: '{{ item }}'"), "item"),
    ("FLJ0302", "error", _map("when: '{{ index }}'"), "index"),
    ("FLJ0302", "error", _map("tolerate: 1, input: '{{ item }}'"), "item"),
    ("FLJ0302", "error", _loop("max: 1, init: '{{ loop.index }}'"), "loop.index"),
    ("FLJ0302", "error", _loop("max: 1, until: '{{ loop.last }}'"), "loop.last"),
    ("FLJ0302", "error", _loop("max: 1", "{name: x, input: '{{ results }}'}"), "results"),
    ("FLJ0302", "error", _steps("{name: a, input: '{{ error }}', on_error: continue}"), "error"),
    ("FLJ0301", "error", _loop("max: 1, init: '{{ steps.x.output }}'"), "x"),
    ("FLJ0301", "error", _steps(_and(ONE, f"on_error: {{steps: {READ_X}}}")), "x"),
    ("FLJ0512", "warning", _loop("max: 2, until: false"), "false"),
    ("FLJ0512", "warning", _loop("max: 2, while: '{{ 1 < 2 }}'"), "'{{ 1 < 2 }}'"),
    ("FLJ0510", "error", _loop("max: 2", APPEND), "files.append"),
    ("FLJ0510", "error", _map("retry: 1", APPEND), "files.append"),
    ("FLJ0510", "error", _steps(_and(APPEND, "retry: 2")), "files.append"),
    ("FLJ0510", "error", _steps(f"{{kind: parallel, name: p, retry: 2, branches: {{a: {APPEND}}}}}"), "files.append"),
    ("FLJ0510", "error", _map("batch: 1, retry: 2, reduce: {uses: files.append, with: {path: x}}"), "files.append"),
    ("FLJ0511", "error", _steps(DELETE), "files.delete"),
    ("FLJ0511", "error", _map("batch: 1", DELETE), "files.delete"),
    ("FLJ0505", "error", _sides(SET, f"[{ONE}, {SET}]"), "n"),
    ("FLJ0505", "error", _sides(SET, SET_IN), "n.m"),
    ("FLJ0505", "error", _sides(SET_IN, SET), "n"),
    ("FLJ0505", "error", _sides(SET, _and(ASK, "sink_to: n")), "n"),
    ("FLJ0505", "warning", _sides(SET, SET, "join: any"), "n"),
    ("FLJ0505", "warning", _sides(SET, _and(SET, "on_error: continue")), "n"),
    ("FLJ0505", "warning", _map("batch: 1", SET), "n"),
    ("FLJ0509", "error", _steps(SET, SET_T, "{name: u, needs: [s, t], input: 1}"), "n"),
    ("FLJ0513", "warning", _map("timeout: 5m", ASK), "q"),
    ("FLJ0513", "warning", _map("timeout: 5m", "{kind: hitl, name: q, message: m, timeout: 5m}"), "q"),
    ("FLJ0513", "warning", HEAD + "timeout: 5m\nsteps: {kind: hitl, name: q, message: m}\n", "q"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "severity", "text", "marked"), FOUND)
def test_found(compile_text: Compile, code: str, severity: str, text: str, marked: str | None) -> None:
    compiled = compile_text(text)
    assert [(item.code, str(item.severity)) for item in compiled.diagnostics] == [(code, severity)]
    item = compiled.diagnostics[0]
    assert item.place is not None
    span = item.place.span
    if marked is not None:
        assert item.place.source.text[span.start : span.end] == marked
    assert item.message[:1].lower() == item.message[:1]
    assert not item.message.endswith(".")


FINE = [
    _map("batch: 1", "{name: x, input: '{{ [item, index, loop is defined] }}'}").replace(", loop is defined", ""),
    _map("reduce: '{{ results | length }}'"),
    _map("batch: 1", "{kind: loop, name: l, max: 2, steps: {name: x, input: '{{ [item, loop.previous] }}'}}"),
    _map("merge: last", SET),
    _map("batch: 1", "{name: s, input: 1, set: {n: 5}}"),
    _map("batch: 1", _and(APPEND, "approval: required")),
    _map("batch: 1", "{name: w, uses: files.write, with: {path: a}}"),
    _loop("max: 1", "{name: w, uses: mail.send, retry: 3}"),
    _steps(_and(APPEND, "retry: 1")),
    _map("reduce: {uses: files.append, with: {path: x}}"),
    _steps(f"{{name: a, uses: text.upper, retry: 3, on_error: {{steps: {APPEND}}}}}"),
    _steps("{name: d, uses: files.delete, with: {path: a}, approval: required}"),
    _sides(SET, SET, "merge: none"),
    _sides(SET.replace("'{{ input }}'", "1"), SET.replace("'{{ input }}'", "1")),
    _sides(f"[{SET}, {SET_T}]", ONE),
    _sides(SET, f"{{kind: map, name: m, merge: none, over: [1], steps: {SET}}}"),
    _steps(SET, _and(SET_T, "needs: [s]")),
    _steps(ASK, ONE, ASKED % "x, q"),
    _map("timeout: 5m", "{kind: hitl, name: q, message: m, timeout: 4m}"),
    _steps("{name: a, input: 1, on_error: {steps: {name: b, input: '{{ [error.message, input] }}'}}}"),
]  # fmt: skip


@pytest.mark.parametrize("text", FINE)
def test_fine(compile_text: Compile, text: str) -> None:
    assert compile_text(text).diagnostics == ()


HELPED = [
    (_parallel("reduce: contact"), "did you mean `concat`?"),
    (_steps(ONE, "{name: a, input: 1}", READS_X), "add it to `needs` of `b`"),
    (_steps("{name: first, input: 1}", "{name: a, input: 1, needs: [frist]}"), "did you mean `first`?"),
    (_loop("until: '{{ true }}'"), "add `max:`"),
    (_steps("{name: a, kind: paralel}"), "did you mean `parallel`?"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "help"), HELPED)
def test_help(compile_text: Compile, text: str, help: str) -> None:
    assert [item.help for item in compile_text(text).diagnostics] == [help]


def test_no_strict_lets_a_run_meet_conflicts(compile_text: Compile) -> None:
    text = _loop("max: 2", APPEND)
    assert [str(item.severity) for item in compile_text(text, strict=False).diagnostics] == ["warning"]


def test_thousands_of_needs_compile_fast(compile_text: Compile) -> None:
    steps = [
        ONE,
        *(f"{{name: s{n}, needs: [{f's{n - 1}' if n else 'x'}], input: 1, set: {{n: {n}}}}}" for n in range(2000)),
    ]
    compiled = compile_text(_steps(*steps))
    assert compiled.diagnostics == ()
    loose = compile_text(_steps(*steps, "{name: end, input: 1, set: {n: 1}}"))
    assert [item.code for item in loose.diagnostics] == ["FLJ0509"]
