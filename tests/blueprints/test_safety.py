"""What is safe and what is sensible: conditions of few values, texts that look like keys, the table of effects."""

import pytest

from flujo.blueprints.effects import TABLE, Row

from .conftest import Compile

HEAD = 'version: "0.1"\n'


def _steps(*steps: str) -> str:
    return HEAD + "steps:\n" + "".join(f"- {step}\n" for step in steps)


FEW = """version: "0.1"
inputs: {size: {enum: [1, 2]}, any: {}}
agents: {x: {model: a/b, output_schema: {type: object, properties: {sort: {enum: [bug, idea]}, ok: {type: boolean}}}}}
steps:
- {name: sort, uses: agents.x, input: "{{ input.any }}"}
- {name: maybe, uses: agents.x, input: a, when: "{{ input.any == 1 }}"}
- {name: ask, kind: hitl, message: m, choices: ["yes", "no"]}
- kind: conditional
  name: way
  condition: "{{ %s }}"
  branches: {%s}
"""


@pytest.mark.parametrize(
    ("condition", "branches", "never", "help"),
    [
        ("steps.ask.output", "yes no", [], None),
        ("steps.ask.output", "yes nop", ["nop"], "did you mean `no`?"),
        ("steps.ask.output == 'yess'", "true false", ["true"], "the condition is always `false`"),
        ("steps.ask.output == 'yes'", "true false", [], None),
        ("steps.sort.output.sort", "bug other", ["other"], "the condition gives `bug`, `idea`"),
        ("steps.sort.output.ok", "true false", [], None),
        ("steps.sort.output.ok", "yes false", ["yes"], "the condition gives `true`, `false`"),
        ("steps.maybe.output.sort", "bug other", [], None),
        ("input.size", "1 3", ["3"], "the condition gives `1`, `2`"),
        ("input.any", "1 3", [], None),
        ("steps.sort.output.sort == input.any", "true false", [], None),
    ],
)
def test_branches_that_no_value_takes(
    compile_text: Compile, condition: str, branches: str, never: list[str], help: str | None
) -> None:
    steps = ", ".join(f"'{key}': {{name: b{at}, input: 1}}" for at, key in enumerate(branches.split()))
    found = [item for item in compile_text(FEW % (condition, steps)).diagnostics if item.code == "FLJ0503"]
    assert [item.path[-1] for item in found] == never
    assert [item.help for item in found] == [help] * len(never)


@pytest.mark.parametrize(
    ("exit", "codes"),
    [
        ("until: '{{ loop.index > 3 }}'", ["FLJ0512"]),
        ("until: '{{ loop.index == 3 }}'", []),
        ("while: '{{ loop.index < 5 }}'", ["FLJ0512"]),
        ("while: '{{ loop.index < 4 }}'", []),
        ("until: '{{ previous == 3 }}'", []),
    ],
)
def test_exits_that_a_loop_never_comes_to(compile_text: Compile, exit: str, codes: list[str]) -> None:
    compiled = compile_text(_steps(f"{{kind: loop, name: l, max: 3, steps: {{name: a, input: 1}}, {exit}}}"))
    assert [item.code for item in compiled.diagnostics] == codes


KEYS = [
    ("sk-ant-api03-" + "a1B2" * 6, True),
    ("AKIA" + "Z7QX2M4KJ8LP9TWC", True),
    ("-----BEGIN RSA PRIVATE KEY-----", True),
    ("postgres://app:s3cretpw@db/x", True),
    ("wJalrXUtnFEMI7K7MDENGbPxRfiCYEXAMPLEKEY1", True),
    ("postgres://app@db/x", False),
    ("https://example.com:8080/a@b", False),
    ("a" * 40, False),
    ("d41d8cd98f00b204e9800998ecf8427e" * 2, False),
    ("TheQuickBrownFoxJumpsOver13LazyDogs", False),
    ("my_step_Name1_another_step2_and_more", False),
    ("src/Components/Header2/MainNavigation/Index", False),
    ("Donaudampfschifffahrtsgesellschaft", False),
]


@pytest.mark.parametrize(("text", "is_key"), KEYS)
def test_what_looks_like_a_key(compile_text: Compile, text: str, is_key: bool) -> None:
    compiled = compile_text(_steps(f"{{name: a, input: 'see {text} there'}}"))
    assert [item.code for item in compiled.diagnostics] == ["FLJ0527"] * is_key
    assert not any(text in item.message for item in compiled.diagnostics)


CALLS = {
    ("pure", None): "uses: text.upper, with: {text: a}",
    ("read", None): "uses: files.read, with: {path: a}",
    ("write", "yes"): "uses: files.write, with: {path: a, content: b}",
    ("write", "by_key"): "uses: mail.send, with: {text: a}",
    ("write", "no"): "uses: files.append, with: {path: a, content: b}",
    ("destructive", None): "uses: files.delete, with: {path: a}",
}
PLACES = {
    "once": "{name: a, %s}",
    "again": "{kind: loop, name: l, max: 2, steps: {name: a, %s}}",
    "cached": "{name: a, cache: true, %s}",
    "judging": "{name: a, input: 1, verify: [{%s}]}",
}
CODES_OF = {"nothing": [], "approval": ["FLJ0511"], "guard": ["FLJ0510"], "refused": ["FLJ0516"]}


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.effect}-{row.repeat}")
@pytest.mark.parametrize("place", PLACES)
def test_the_table_of_effects_is_what_the_compiler_does(compile_text: Compile, row: Row, place: str) -> None:
    call, need = CALLS[row.effect, row.repeat], getattr(row, place)
    found = [item.code for item in compile_text(_steps(PLACES[place] % call)).diagnostics]
    expected = ["FLJ0204"] if place == "judging" and need == "refused" else CODES_OF[need]
    if place == "cached" and row.effect == "destructive":
        expected = ["FLJ0511", *expected]
    assert sorted(found) == sorted(expected)
    guards = {"approval": ["approval: required"], "guard": ["approval: required", "idempotency_key: a"]}
    for guard in guards.get(need, ()) if place in ("once", "again") else ():
        assert compile_text(_steps(PLACES[place] % f"{call}, {guard}")).graph is not None


def test_what_is_said_in_a_conversation_is_used(compile_text: Compile) -> None:
    inner = "{kind: conditional, name: c, condition: '{{ input == 1 }}', branches: {true: [%s, {name: b, input: 1}]}}"
    said = inner % "{name: a, uses: agents.x, input: hi}"
    text = f"agents: {{x: {{model: a/b}}}}\n{_steps(f'{{kind: loop, name: l, max: 3, steps: [{said}]}}')}"
    assert [item.code for item in compile_text(text).diagnostics] == ["FLJ0526"]
    assert compile_text(text.replace("max: 3", "max: 3, conversation: true")).diagnostics == ()
