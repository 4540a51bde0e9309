"""Every diagnostic of the compiler: the code, and the very text it points at."""

import pytest

from .conftest import Compile

HEAD = 'version: "0.1"\n'
STEP = "steps: {name: a, input: 1}\n"


def _steps(*steps: str) -> str:
    return HEAD + "steps:\n" + "".join(f"- {step}\n" for step in steps)


def _with(step: str) -> str:
    return _steps("{name: first, input: 1}", step)


CONDITIONAL = """version: "0.1"
steps:
  kind: conditional
  name: a
  condition: %s
  default_branch: x
  branches: {true: {name: b, input: 1}, x: {name: c, input: 1}}
"""
CONDITIONAL_INPUT = CONDITIONAL % "'{{ input }}'"

# Code, blueprint, and what is marked.
AGENT = "agents: {x: {model: a/b}}\n"
FOUND = [
    ("FLJ0201", HEAD + STEP + "stpes: 1\n", "stpes"),
    ("FLJ0201", _steps("{name: a, input: 1, wen: true}"), "wen"),
    ("FLJ0201", _steps("{name: a, uses: core.pass, retry: {atempts: 3}}"), "atempts"),
    ("FLJ0201", HEAD + "agents: {a: {model: x/y, promt: b}}\n" + STEP, "promt"),
    ("FLJ0202", HEAD, 'version: "0.1"'),
    ("FLJ0202", _steps("{input: 1}"), "{input: 1}"),
    ("FLJ0202", _steps("{kind: conditional, name: a, branches: {true: {name: b, input: 1}}}"), None),
    ("FLJ0202", _steps("{kind: hitl, name: a}"), "{kind: hitl, name: a}"),
    ("FLJ0202", HEAD + "agents: {a: {seed: 1}}\n" + STEP, "{seed: 1}"),
    ("FLJ0201", HEAD + "agents: {a: {model: x/y, system_prompt: {fiel: prompts/sort.md}}}\n" + STEP, "fiel"),
    ("FLJ0202", HEAD + "agents: {a: {model: x/y, system_prompt: {}}}\n" + STEP, "{}"),
    ("FLJ0203", HEAD + "agents: {a: {model: x/y, system_prompt: 5}}\n" + STEP, "5"),
    ("FLJ0203", HEAD + "agents: {a: {model: x/y, system_prompt: {file: 5}}}\n" + STEP, "5"),
    ("FLJ0204", HEAD + "agents: {a: {model: ''}}\n" + STEP, "''"),
    ("FLJ0205", CONDITIONAL_INPUT.replace("true:", "'':"), "''"),
    ("FLJ0203", "- a\n", "- a"),
    ("FLJ0203", HEAD + "steps: 5\n", "5"),
    ("FLJ0203", _steps("hello"), "hello"),
    ("FLJ0203", _steps("{name: 5, input: 1}"), "5"),
    ("FLJ0203", _steps("{name: a, uses: [x]}"), "[x]"),
    ("FLJ0203", _steps("{name: a, uses: core.pass, with: text}"), "text"),
    ("FLJ0203", _steps("{name: a, input: 1, set: 5}"), "5"),
    ("FLJ0203", _steps("{name: a, input: 1, updates_context: 'yes'}"), "'yes'"),
    ("FLJ0203", _steps("{name: a, input: 1, retry: often}"), "often"),
    ("FLJ0203", _steps("{name: a, input: 1, description: [b]}"), "[b]"),
    ("FLJ0203", _steps("{kind: hitl, name: a, message: b, choices: [true, c]}"), "true"),
    ("FLJ0204", HEAD + "steps: []\n", "[]"),
    ("FLJ0204", _steps("{name: a, input: 1, retry: 101}"), "101"),
    ("FLJ0204", _steps("{name: a, input: 1, retry: {attempts: 0}}"), "0"),
    ("FLJ0204", _steps("{name: a, input: 1, retry: {on: [rain]}}"), "rain"),
    ("FLJ0204", _steps("{name: a, input: 1, set: {a..b: 1}}"), "a..b"),
    ("FLJ0204", _steps("{kind: hitl, name: a, message: b, choices: []}"), "[]"),
    ("FLJ0204", _steps("{kind: hitl, name: a, message: b, choices: [x, x]}"), "x"),
    ("FLJ0204", _steps("{kind: hitl, name: a, message: b, choices: [x], schema: {type: string}}"), "choices"),
    ("FLJ0204", _steps("{kind: hitl, name: a, message: b, sink_to: context.}"), "context."),
    ("FLJ0204", _steps("{kind: conditional, name: a, condition: '{{ input.x }}', branches: {}}"), "{}"),
    ("FLJ0204", _steps("{kind: conditional, name: a, condition: '{{ input.x }}', branches: {true: []}}"), "[]"),
    ("FLJ0204", HEAD + "inputs: {a: text}\n" + STEP, "text"),
    ("FLJ0204", HEAD + 'context: {a: ["{{ input }}"]}\n' + STEP, '"{{ input }}"'),
    ("FLJ0204", HEAD + "agents: {a: {model: x/y, temperature: -1}}\n" + STEP, "-1"),
    ("FLJ0205", HEAD + "name: a b\n" + STEP, "a b"),
    ("FLJ0205", _steps("{name: 2nd, input: 1}"), "2nd"),
    ("FLJ0205", _steps("{name: '', input: 1}"), "''"),
    ("FLJ0205", _steps(f"{{name: {'x' * 65}, input: 1}}"), "x" * 65),
    ("FLJ0205", _steps("{name: u\u0308, input: 1}"), "u\u0308"),
    ("FLJ0205", HEAD + "agents: {a b: {model: x/y}}\n" + STEP, "a b"),
    ("FLJ0203", HEAD + "secrets: KEY\n" + STEP, "KEY"),
    ("FLJ0203", HEAD + "secrets: [1]\n" + STEP, "1"),
    ("FLJ0204", HEAD + "secrets: [KEY, KEY]\n" + STEP, None),
    ("FLJ0205", HEAD + "secrets: [MY-KEY]\n" + STEP, "MY-KEY"),
    ("FLJ0206", STEP, STEP.strip()),
    ("FLJ0206", 'version: "0.2"\n' + STEP, '"0.2"'),
    ("FLJ0206", "version: true\n" + STEP, "true"),
    ("FLJ0207", HEAD + STEP + "limits: {usd: 1}\n", "limits"),
    ("FLJ0207", HEAD + "agents: {a: {model: x/y, tier: gold}}\n" + STEP, "tier"),
    ("FLJ0207", _steps("{kind: map, name: a, over: [1], cache: true, steps: {name: b, input: 1}}"), "cache"),
    ("FLJ0207", _steps("{kind: hitl, name: a, message: b, idempotency_key: x}"), "idempotency_key"),
    ("FLJ0203", _steps("{name: a, input: 1, idempotency_key: 5}"), "5"),
    ("FLJ0203", _steps("{name: a, input: 1, verify: {expr: 'value'}}"), "{expr: 'value'}"),
    ("FLJ0204", _steps("{name: a, input: 1, verify: []}"), "[]"),
    ("FLJ0204", _steps("{name: a, input: 1, verify: [{message: no}]}"), "{message: no}"),
    ("FLJ0204", _steps("{name: a, input: 1, verify: [{schema: {}, expr: 'true'}]}"), "{schema: {}, expr: 'true'}"),
    ("FLJ0209", _steps("{name: a, input: 1, verify: [{schema: {type: txt}}]}"), "txt"),
    ("FLJ0201", _steps("{name: a, input: 1, verify: [{schema: {}, with: {}}]}"), "with"),
    ("FLJ0302", _steps("{name: a, input: 1, set: {b: '{{ value }}'}}"), "value"),
    ("FLJ0601", _steps("{name: a, input: 1, verify: [{uses: text.uper}]}"), "text.uper"),
    ("FLJ0204", _steps("{name: a, input: 1, verify: [{uses: files.write, with: {path: a}}]}"), "files.write"),
    ("FLJ0304", _steps("{name: a, input: 1, verify: [{judge: agents.b, min_score: 1}]}"), "agents.b"),
    ("FLJ0202", HEAD + AGENT + "steps: [{name: a, input: 1, verify: [{judge: agents.x}]}]\n", "{judge: agents.x}"),
    ("FLJ0204", HEAD + AGENT + "steps: [{name: a, input: 1, verify: [{judge: agents.x, min_score: 7}]}]\n", "7"),
    ("FLJ0207", _steps("{kind: hitl, name: a, message: b, verify: [{expr: '{{ value }}'}]}"), "verify"),
    ("FLJ0203", _steps("{name: a, input: 1, cache: 1h}"), "1h"),
    ("FLJ0208", _steps("{name: a, input: 1, cache: {ttl: 1}}"), "1"),
    ("FLJ0201", _steps("{name: a, input: 1, cache: {for: 1h}}"), "for"),
    ("FLJ0302", _steps("{name: a, when: '{{ this }}', input: 1}"), "this"),
    ("FLJ0207", _steps("{kind: hitl, name: a, message: b, approval: required}"), "approval"),
    ("FLJ0202", _steps("{}"), "{}"),
    ("FLJ0207", _steps("{kind: wait, name: a, for: 5s, retry: 2}"), "retry"),
    ("FLJ0204", _steps("{kind: wait, name: a, for: 5s, event: paid}"), "event"),
    ("FLJ0207", _steps("{name: a, uses: core.pass, input: 1, usage_limits: {}}"), "usage_limits"),
    ("FLJ0311", _steps("{name: a, uses: imports.b}"), "imports.b"),
    ("FLJ0207", _steps("{kind: hitl, name: a, message: b, retry: 2}"), "retry"),
    ("FLJ0207", HEAD + "agents: {a: {model: x/y, tools: [b]}}\n" + STEP, "tools"),
    ("FLJ0207", HEAD + "agents: {a: {model: x/y, system_prompt: {file: prompts/sort.md, variables: {}}}}\n" + STEP,
     "variables"),
    ("FLJ0208", _steps("{name: a, input: 1, retry: {delay: 5}}"), "5"),
    ("FLJ0208", _steps("{name: a, input: 1, retry: {max_time: 367d}}"), "367d"),
    ("FLJ0209", HEAD + "inputs: {properties: {a: {type: strin}}}\n" + STEP, None),
    ("FLJ0209", _steps("{kind: hitl, name: a, message: b, schema: {type: 5}}"), "5"),
    ("FLJ0209", HEAD + "agents: {a: {model: x/y, output_schema: {type: 5}}}\n" + STEP, "5"),
    ("FLJ0301", _with("{name: b, input: '{{ steps.frist.output }}'}"), "frist"),
    ("FLJ0301", _steps("{name: a, input: '{{ steps.b.output }}'}", "{name: b, input: 1}"), "b"),
    ("FLJ0301", _steps("{name: a, input: '{{ steps.a.output }}'}"), "a"),
    ("FLJ0301", HEAD + STEP + "output: '{{ steps.b.output }}'\n", "b"),
    ("FLJ0312", _steps("{name: a, uses: mail.send, with: {text: '{{ secrets.KEY }}'}}"), "secrets.KEY"),
    ("FLJ0302", _with("{name: b, input: '{{ inptu }}'}"), "inptu"),
    ("FLJ0302", _with("{name: b, input: '{{ item }}'}"), "item"),
    ("FLJ0302", _with("{name: b, input: '{{ this }}'}"), "this"),
    ("FLJ0302", _with("{name: b, input: '{{ run.nmae }}'}"), "run.nmae"),
    ("FLJ0303", _with("{name: first, input: 2}"), "first"),
    ("FLJ0304", HEAD + "agents: {sorter: {model: x/y}}\nsteps: {name: a, uses: agents.sortr}\n", "agents.sortr"),
    ("FLJ0305", _steps("{name: a, kind: stpe}"), "stpe"),
    ("FLJ0305", _steps("{name: a, kind: agent}"), "agent"),
    ("FLJ0306", HEAD + "inputs: {url: string}\nsteps: {name: a, input: '{{ input.ulr }}'}\n", "ulr"),
    ("FLJ0308", HEAD + "context: {a: {b: 1}}\nsteps: {name: a, input: '{{ context.a.c }}'}\n", "context.a.c"),
    ("FLJ0309", _with("{name: b, input: '{{ answer }}'}"), "answer"),
    ("FLJ0501", _steps("{name: a}"), "{name: a}"),
    ("FLJ0502", CONDITIONAL_INPUT.replace("x:", "c:"), "x"),
    ("FLJ0504", HEAD + "context: {a: 1}\nsteps: {name: a, input: 1, set: {a.b: 2}}\n", "a.b"),
    ("FLJ0601", _steps("{name: a, uses: text.uper}"), "text.uper"),
    ("FLJ0601", _steps("{name: a, uses: 'my.module:function'}"), "'my.module:function'"),
    ("FLJ0601", _steps("{name: a, uses: text.upper@2}"), "text.upper@2"),
    ("FLJ0602", _steps("{name: a, uses: files.read, with: {path: a, encoding: b}}"), "encoding"),
    ("FLJ0603", _steps("{name: a, uses: files.read}"), "files.read"),
    ("FLJ0603", _steps("{name: a, uses: table.top, with: {rows: []}}"), "{rows: []}"),
    ("FLJ0604", _steps("{name: a, uses: text.upper, with: {text: 5}}"), "5"),
    ("FLJ0604", _steps("{name: a, uses: table.top, with: {count: true}}"), "true"),
    ("FLJ0604", _steps("{name: a, uses: table.top, with: {count: 1, order: left}}"), "left"),
    ("FLJ0605", _steps("{name: a, uses: core.todo, with: {need: x}}"), "core.todo"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "text", "marked"), FOUND)
def test_found(compile_text: Compile, code: str, text: str, marked: str | None) -> None:
    compiled = compile_text(text)
    assert [item.code for item in compiled.diagnostics] == [code]
    assert compiled.graph is None
    item = compiled.diagnostics[0]
    assert item.place is not None
    assert item.message[:1].lower() == item.message[:1]
    assert not item.message.endswith(".")
    span = item.place.span
    if marked is not None:
        assert item.place.source.text[span.start : span.end] == marked


HELPED = [
    (_steps("{name: a, uses: text.uper}"), "did you mean `text.upper`?"),
    (_steps("{name: a, uses: upper}"), "did you mean `text.upper`?"),
    (_with("{name: b, input: '{{ steps.frist.output }}'}"), "did you mean `first` (line 3)?"),
    (_with("{name: b, input: '{{ first }}'}"), "write `steps.first.output`"),
    (_steps("{name: a, kind: conditonal}"), "did you mean `conditional`?"),
    (_steps("{name: a, inptu: 1, uses: core.pass}"), "did you mean `input`?"),
    (HEAD + "inputs: {a: int}\n" + STEP, "did you mean `integer`?"),
    (_steps("{name: a, kind: agent}"), "an agent is called by a step: write `uses: agents.NAME`"),
]


@pytest.mark.parametrize(("text", "help"), HELPED)
def test_help(compile_text: Compile, text: str, help: str) -> None:
    assert [item.help for item in compile_text(text).diagnostics] == [help]


def test_a_near_key_has_a_fix(compile_text: Compile) -> None:
    text = _steps("{name: a, inptu: 1, uses: core.pass}")
    [item] = compile_text(text).diagnostics
    assert item.fix is not None
    [edit] = item.fix.edits
    fixed = text[: edit.span.start] + edit.text + text[edit.span.end :]
    assert compile_text(fixed).diagnostics == ()


NESTED = """version: "0.1"
steps:
- {name: first, input: 1}
- kind: conditional
  name: choose
  condition: "{{ input == 'x' }}"
  branches:
    true:
    - {name: inner, input: "{{ steps.first.output }}"}
    - {name: more, input: "{{ steps.inner.output }}"}
    false: {name: other, input: "{{ %s }}"}
- {name: last, input: "{{ %s }}"}
"""


@pytest.mark.parametrize(
    ("inside", "after", "codes"),
    [
        ("steps.first.output", "steps.choose.output", []),
        ("steps.inner.output", "1", ["FLJ0301"]),
        ("steps.choose.output", "1", ["FLJ0301"]),
        ("steps.last.output", "1", ["FLJ0301"]),
        ("1", "steps.inner.output", ["FLJ0301"]),
    ],
)
def test_steps_are_seen_from_inside_only(compile_text: Compile, inside: str, after: str, codes: list[str]) -> None:
    assert [item.code for item in compile_text(NESTED % (inside, after)).diagnostics] == codes


def test_a_hidden_name_is_a_warning(compile_text: Compile) -> None:
    compiled = compile_text(NESTED.replace("name: inner", "name: first") % ("1", "1"))
    assert [item.code for item in compiled.diagnostics] == ["FLJ0307", "FLJ0301"]
    assert [str(item.severity) for item in compiled.diagnostics] == ["warning", "error"]


@pytest.mark.parametrize(
    ("condition", "never"),
    [
        ("true", ["x"]),
        ("false", ["true"]),
        ("'{{ 1 == 2 }}'", ["true"]),
        ("\"{{ 'x' }}\"", ["true"]),
        ("'{{ input }}'", []),
    ],
)
def test_branches_that_are_never_taken(compile_text: Compile, condition: str, never: list[str]) -> None:
    compiled = compile_text(CONDITIONAL % condition)
    assert compiled.graph is not None
    assert [(item.code, str(item.severity), item.path[-1]) for item in compiled.diagnostics] == [
        ("FLJ0503", "warning", key) for key in never
    ]


FINE = [
    CONDITIONAL_INPUT.replace("default_branch: x", "default_branch: true"),
    CONDITIONAL_INPUT.replace("default_branch: x", "default_branch: 1").replace("x:", "1:"),
    CONDITIONAL % "'{{ 1 / input }}'",
    HEAD + "inputs: {$ref: '#/$defs/a', $defs: {a: {type: object}}}\nsteps: {name: a, input: '{{ input.b }}'}\n",
    _steps("{name: a, input: 1, set: {total: '{{ steps.a.output }}'}}", "{name: b, input: '{{ context.total }}'}"),
    _steps("{kind: hitl, name: a, message: b}", "{name: b, input: '{{ answer }}'}"),
    _steps("{kind: hitl, name: a, message: b, sink_to: x.y}", "{name: b, input: '{{ context.x.y.z }}'}"),
    _steps("{name: a, input: {x: 1}, updates_context: true}", "{name: b, input: '{{ context.x }}'}"),
    _with("{name: b, input: \"{{ context.gone | default('x') }}\"}"),
    _with("{name: b, uses: text.upper, with: {text: '{{ this }}'}}"),
    _with("{name: b, uses: text.upper, with: {text: '{{ 5 }}'}}"),
    _with("{name: b, uses: text.upper}"),
    _with("{name: b, input: '{{ [run.id, run.name, run.started_at, now(), uuid(), previous] }}'}"),
    _with("{name: b, input: '{% for x in input %}{{ x }}{{ loop.index }}{% endfor %}'}"),
    _steps("{name: a, uses: table.top, with: {count: 2.0, rows: '{{ input }}', order: up}}"),
    HEAD + "inputs: {a: string}\nsteps: {name: a, input: '{{ input.a }}'}\n",
    HEAD + "context: {a: [1]}\nsteps: {name: a, input: '{{ context.a[0] }}'}\n",
    HEAD + "context: {a: null}\nsteps: {name: a, input: 1, set: {a.b: 1}}\n",
    HEAD + STEP + "output: '{{ steps.a.output }} {{ previous }}'\n",
]


@pytest.mark.parametrize("text", FINE)
def test_fine(compile_text: Compile, text: str) -> None:
    assert [item for item in compile_text(text).diagnostics if item.code != "FLJ0526"] == []


def test_an_open_schema_only_warns(compile_text: Compile) -> None:
    text = (
        HEAD + "inputs: {type: object, properties: {url: {type: string}}}\nsteps: {name: a, input: '{{ input.ulr }}'}\n"
    )
    assert [(item.code, str(item.severity)) for item in compile_text(text).diagnostics] == [("FLJ0306", "warning")]


def test_a_prompt_file_that_is_not_there(compile_text: Compile) -> None:
    text = HEAD + "agents: {a: {model: x/y, system_prompt: {file: gone.md}}}\n" + STEP
    [item] = compile_text(text).diagnostics
    assert (item.code, item.place and item.place.start) == ("FLJ0001", (2, 48))


def test_errors_inside_templates_have_places(compile_text: Compile) -> None:
    text = _with('{name: b, input: "caf\\u00e9 {{ input | uper }}"}')
    [item] = compile_text(text).diagnostics
    assert item.code == "FLJ0403"
    assert item.place is not None
    assert item.place.source.text[item.place.span.start : item.place.span.end] == "uper"
    assert item.path == ("steps", 1, "input")


SECRET = HEAD + "secrets: [K]\nsteps: [{name: a, uses: text.upper, with: {text: '{{ secrets.K }}'}, "


def test_a_call_with_a_secret_is_cached_with_a_key_only(compile_text: Compile) -> None:
    assert [item.code for item in compile_text(SECRET + "cache: true}]\n").diagnostics] == ["FLJ0516"]
    assert [item.code for item in compile_text(SECRET + "cache: {ttl: 1h}}]\n").diagnostics] == ["FLJ0516"]
    assert compile_text(SECRET + "cache: {key: k}}]\n").diagnostics == ()
