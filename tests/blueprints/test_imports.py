"""`imports` and `defaults` as the compiler reads them."""

from __future__ import annotations

import hashlib
import time
from typing import Any

import pytest

from flujo.blueprints.compiler import compile_blueprint
from flujo.blueprints.importing import Compiled
from flujo.blueprints.pinned import PinnedSources, pinned_catalogue, pinned_sources
from flujo.core.graph import Call, Flow
from flujo.steps import kinds

from .conftest import CATALOGUE

HEAD = 'version: "0.1"\n'
PLAIN = "steps: {name: a, input: 1}\n"


def compiled(text: str, strict: bool = True, **files: str) -> Compiled:
    texts = {f"{name.replace('__', '/')}.yaml": HEAD + inner for name, inner in files.items()}
    return compile_blueprint(HEAD + text, "flows/main.yaml", PinnedSources(texts), CATALOGUE, strict=strict)


def codes(found: Compiled) -> list[tuple[str, str | None]]:
    return [(item.code, item.place and str(item.place)) for item in found.diagnostics]


def using(*aliases: str) -> str:
    return "steps:\n" + "".join(f"- {{name: {alias}, uses: imports.{alias}}}\n" for alias in aliases)


def test_paths_start_at_the_importing_file_and_stay_in_the_project() -> None:
    inner = "imports: {c: ../other/c.yaml}\n" + using("c")
    found = compiled("imports: {b: parts/b.yaml}\n" + using("b"), flows__parts__b=inner, flows__other__c=PLAIN)
    assert found.graph is not None
    assert sorted(found.graph.pinned["files"]) == ["flows/other/c.yaml", "flows/parts/b.yaml"]
    for path in ("../../x.yaml", "/etc/passwd", "''", "..", "parts/../../../x.yaml"):
        assert [code for code, _ in codes(compiled(f"imports: {{b: {path}}}\n" + using("b")))] == ["FLJ0517"], path


def test_what_was_pinned_compiles_to_the_same() -> None:
    text = "imports: {b: b.yaml}\n" + using("b")
    graph = compiled(text, flows__b="steps: {name: up, uses: text.upper}\n").graph
    assert graph is not None
    assert list(graph.pinned["skills"]) == ["text.upper"]
    again = compile_blueprint(
        graph.pinned["source"],
        graph.pinned["name"],
        pinned_sources(graph.pinned),
        pinned_catalogue(graph.pinned, kinds()),
    )
    assert again.graph is not None
    assert (again.graph.digest, again.graph.pinned) == (graph.digest, graph.pinned)


def test_a_file_that_several_import_is_compiled_and_reported_once() -> None:
    text = "imports: {b: b.yaml, c: c.yaml}\n" + using("b", "c")
    inner = "imports: {d: d.yaml}\n" + using("d")
    found = compiled(text, flows__b=inner, flows__c=inner, flows__d="steps: {name: a, uses: no.such}\n")
    assert codes(found) == [("FLJ0601", "flows/d.yaml:2:24")]
    assert [f"{text} {place}" for place, text in found.diagnostics[0].related] == ["imported here flows/b.yaml:2:14"]
    valid = compiled(text, flows__b=inner, flows__c=inner, flows__d=PLAIN)
    assert valid.graph is not None
    inside = [node.imported.graph.root.children[0] for node in valid.graph.root.children if _imports(node)]
    assert inside[0].imported.graph is inside[1].imported.graph  # type: ignore[union-attr]


def _imports(node: Any) -> bool:
    return isinstance(node, Flow) and node.imported is not None


def test_a_digest_is_that_of_the_file() -> None:
    digest = hashlib.sha256((HEAD + PLAIN).encode()).hexdigest()
    for written in (digest, f"sha256:{digest}"):
        assert compiled(f"imports: {{b: {{path: b.yaml, digest: '{written}'}}}}\n" + using("b"), flows__b=PLAIN).graph
    wrong = compiled("imports: {b: {path: b.yaml, digest: other}}\n" + using("b"), flows__b=PLAIN).diagnostics
    assert [item.code for item in wrong] == ["FLJ0519"]
    assert digest in wrong[0].message
    assert wrong[0].fix is not None
    assert wrong[0].fix.edits[0].text == digest


@pytest.mark.parametrize(
    ("imports", "code"),
    [
        ("[b.yaml]", "FLJ0203"),
        ("{b: 3}", "FLJ0203"),
        ("{b: {digest: x}}", "FLJ0202"),
        ("{b: {path: 3}}", "FLJ0203"),
        ("{b: {path: b.yaml, digets: x}}", "FLJ0201"),
        ("{'no name': b.yaml}", "FLJ0205"),
    ],
)
def test_the_shape_of_imports(imports: str, code: str) -> None:
    found = compiled(f"imports: {imports}\n" + PLAIN, flows__b=PLAIN)
    assert code in {item.code for item in found.diagnostics}


def chain(length: int) -> dict[str, str]:
    links = {f"flows__f{number}": f"imports: {{n: f{number + 1}.yaml}}\n" + using("n") for number in range(1, length)}
    return {**links, f"flows__f{length}": PLAIN}


def test_imports_may_be_sixteen_deep() -> None:
    text = "imports: {n: f1.yaml}\n" + using("n")
    assert compiled(text, **chain(16)).graph is not None
    assert codes(compiled(text, **chain(17))) == [("FLJ0518", "flows/f16.yaml:2:14")]


def test_an_import_counts_each_time_it_is_used() -> None:
    ten = "imports: {n: NEXT.yaml}\nsteps:\n" + "".join(f"- {{name: s{n}, uses: imports.n}}\n" for n in range(10))
    files = {f"flows__f{number}": ten.replace("NEXT", f"f{number + 1}") for number in range(1, 16)}
    began = time.monotonic()
    found = compiled(ten.replace("NEXT", "f1"), **files, flows__f16=PLAIN)
    assert {item.code for item in found.diagnostics} == {"FLJ0110"}
    assert time.monotonic() - began < 5


def test_an_import_of_itself() -> None:
    found = compile_blueprint(HEAD + "imports: {me: a.yaml}\n" + using("me"), "a.yaml", PinnedSources({}), CATALOGUE)
    assert [item.code for item in found.diagnostics] == ["FLJ0518"]
    assert "`a.yaml` → `a.yaml`" in found.diagnostics[0].message


def test_fields_of_the_step_that_do_not_fit_an_import() -> None:
    text = "imports: {b: b.yaml}\nsteps: {name: b, uses: imports.b, approval: required}\n"
    found = compiled(text, flows__b=PLAIN)
    assert [(item.code, "an import" in item.message) for item in found.diagnostics] == [("FLJ0207", True)]


def test_what_must_not_run_twice_is_found_inside_imports() -> None:
    inner = "steps: {name: a, uses: files.append, with: {path: p, content: c}}\n"
    safe = "steps: {name: a, uses: files.append, approval: required, with: {path: p, content: c}}\n"
    text = "imports: {b: b.yaml}\nsteps: {name: m, kind: map, over: [1], steps: {name: b, uses: imports.b}}\n"
    deep = "imports: {c: c.yaml}\n" + using("c")
    assert codes(compiled(text, flows__b=inner)) == [("FLJ0510", "flows/main.yaml:3:63")]
    assert codes(compiled(text, flows__b=deep, flows__c=inner)) == [("FLJ0510", "flows/main.yaml:3:63")]
    assert codes(compiled(text, flows__b=safe)) == []
    retried = "imports: {b: b.yaml}\nsteps: {name: b, uses: imports.b, retry: 2}\n"
    assert [code for code, _ in codes(compiled(retried, flows__b=inner))] == ["FLJ0510"]


def test_questions_inside_imports_under_a_deadline() -> None:
    ask = "steps: {name: q, kind: hitl, message: m}\n"
    text = "imports: {b: b.yaml}\nsteps: {name: b, uses: imports.b, timeout: 1h}\n"
    assert codes(compiled(text, flows__b=ask)) == [("FLJ0513", "flows/main.yaml:3:15")]
    assert codes(compiled(text, flows__b=ask.replace("message: m", "message: m, timeout: 5m"))) == []


@pytest.mark.parametrize(
    ("inputs", "step", "wrong"),
    [
        ("{n: integer}", "with: {n: 1}", 0),
        ("{n: integer}", "with: {n: '{{ input }}'}", 0),
        ("{n: {type: integer, default: 1}}", "with: {}", 0),
        ("{n: integer, s: string}", "with: {n: '{{ input }}', s: 3}", 1),
        ("{$ref: '#/$defs/x', $defs: {x: {type: object, properties: {n: {$ref: '#/$defs/n'}}}, n: {minimum: 2}}}",
         "with: {n: 1, m: '{{ input }}'}", 1),
        ("{properties: {n: {$ref: '#/properties/m'}, m: {items: {$ref: '#/properties/k'}}, k: {type: string}}}",
         "with: {n: [1], x: '{{ input }}'}", 1),
        ("{properties: {n: {}}, minProperties: 2}", "with: {n: 1}", 1),
        ("{t: string}", "input: a text", 0),
        ("{t: string}", "input: 3", 1),
        ("{t: string}", "input: '{{ input }}'", 0),
        (None, "with: {n: 1}", 1),
    ],
)  # fmt: skip
def test_what_an_import_is_given(inputs: str | None, step: str, wrong: int) -> None:
    inner = (f"inputs: {inputs}\n" if inputs else "") + PLAIN
    text = f"imports: {{b: b.yaml}}\nsteps: {{name: b, uses: imports.b, {step}}}\n"
    assert [code for code, _ in codes(compiled(text, flows__b=inner))] == ["FLJ0520"] * wrong


# --- defaults ---

BOTH = """steps:
- {name: one, uses: text.upper}
- {name: two, uses: text.upper, retry: 5, timeout: 1m, on_error: fail}
- {name: ask, kind: hitl, message: m}
- {name: each, kind: map, over: [1], steps: {name: in, uses: text.upper}}
"""


def test_defaults_are_for_calls_and_on_error_for_all() -> None:
    graph = compiled("defaults: {retry: 2, timeout: 3s, on_error: continue}\n" + BOTH).graph
    assert graph is not None
    one, two, ask, each = graph.root.children
    assert (one.meta.retry.attempts, one.meta.timeout, one.meta.on_error) == (2, 3, "continue")  # type: ignore[union-attr]
    assert (two.meta.retry.attempts, two.meta.timeout, two.meta.on_error) == (5, 60, "fail")  # type: ignore[union-attr]
    assert (ask.meta.retry, ask.meta.timeout, ask.meta.on_error) == (None, None, "continue")
    assert (each.meta.retry, each.meta.timeout, each.meta.on_error) == (None, None, "continue")
    assert each.body.children[0].meta.timeout == 3  # type: ignore[union-attr]


def test_defaults_that_say_nothing_change_no_digest() -> None:
    plain, empty = compiled(BOTH).graph, compiled("defaults: {on_error: fail}\n" + BOTH).graph
    assert plain is not None
    assert empty is not None
    assert plain.digest == empty.digest


def test_a_default_catch_has_none_itself_and_a_reduce_has_none_either() -> None:
    text = (
        "defaults: {on_error: {steps: {name: c, uses: text.upper}}}\n"
        "steps: {name: m, kind: map, over: [1], reduce: table.top, steps: {name: a, input: 1}}\n"
    )
    graph = compiled(text.replace("table.top", "text.upper")).graph
    assert graph is not None
    each = graph.root.children[0]
    assert isinstance(each.meta.on_error, Flow)
    assert each.meta.on_error.children[0].meta.on_error == "fail"
    call = each.reduce.call  # type: ignore[union-attr]
    assert isinstance(call, Call)
    assert call.meta.on_error == "fail"


def test_a_default_retry_goes_before_that_of_a_schema_and_a_default_model_behind_the_agents_own() -> None:
    text = (
        "defaults: {retry: 2, model: p/one}\nagents: {a: {output_schema: {type: object}}, b: {model: p/two}}\n"
        "steps: [{name: x, uses: agents.a}, {name: y, uses: agents.b}]\n"
    )
    graph = compiled(text).graph
    assert graph is not None
    x, y = graph.root.children
    assert isinstance(x, Call)
    assert isinstance(y, Call)
    assert (x.meta.retry.attempts, x.config["model"], y.config["model"]) == (2, "p/one", "p/two")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("defaults", "code"),
    [
        ("[]", "FLJ0203"),
        ("{retyr: 3}", "FLJ0201"),
        ("{retry: 0}", "FLJ0204"),
        ("{timeout: soon}", "FLJ0208"),
        ("{model: 3}", "FLJ0203"),
        ("{model: ''}", "FLJ0204"),
        ("{on_error: stop}", "FLJ0204"),
        ("{on_error: {}}", "FLJ0202"),
        ("{on_error: {steps: {name: a, uses: no.such}}}", "FLJ0601"),
    ],
)
def test_the_shape_of_defaults(defaults: str, code: str) -> None:
    found = compiled(f"defaults: {defaults}\n" + BOTH)
    assert [item.code for item in found.diagnostics] == [code]
