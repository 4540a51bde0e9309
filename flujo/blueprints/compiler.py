"""Blueprint text to Graph in named passes: read, translate, model, resolve, lower, check; its imports on the way, once.

Passes that do not need each other go on after errors, so that users see all problems at once. Nothing here reads files,
starts anything or imports a name that came from a blueprint: texts and skills come in through two ports.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from typing import Any

from flujo.blueprints.agents import read_agents
from flujo.blueprints.checks import run_checks
from flujo.blueprints.defaults import NO_DEFAULTS, Defaults, read_defaults
from flujo.blueprints.document import Document
from flujo.blueprints.fields import read_duration, read_name, read_secrets
from flujo.blueprints.ignoring import sorted_out
from flujo.blueprints.importing import Compiled, Importing, found_in_imports, read_imports, report_unused
from flujo.blueprints.inputs import read_inputs
from flujo.blueprints.language import TOP_KEYS, TOP_LATER, VERSIONS
from flujo.blueprints.lowering import Body, Workshop
from flujo.blueprints.names import name_of_file
from flujo.blueprints.original import translate
from flujo.blueprints.original.names import OldNames
from flujo.blueprints.program import Program
from flujo.blueprints.reader import read
from flujo.blueprints.report import Report, TooMany
from flujo.core.diagnostics import Diagnostic, Edit, Fix, has_errors
from flujo.core.graph import Call, Flow, Graph, Meta, Template
from flujo.core.ports import Catalogue, Sources
from flujo.core.record import dataclass
from flujo.core.spans import Span
from flujo.core.values import JsonObject


@dataclass(frozen=True, slots=True)
class _Head:
    """The top level of a blueprint, without its steps."""

    name: str
    inputs: JsonObject | None
    context: JsonObject
    agents: dict[str, JsonObject]
    imports: dict[str, Compiled]
    defaults: Defaults
    secrets: tuple[str, ...] = ()


def compile_blueprint(
    text: bytes | str, name: str, sources: Sources, catalogue: Catalogue, *, strict: bool = True
) -> Compiled:
    """Compile a blueprint; `name` is its path in the project. Never raises for what the text says."""

    def one(text: bytes | str, name: str, importing: Importing) -> Compiled:
        return _compile(text, name, importing, catalogue, strict)

    with _garbage_kept():
        return one(text, name, Importing(sources, one))


@contextmanager
def _garbage_kept() -> Iterator[None]:
    """Have Python look for no cycles meanwhile: in trees that only grow it would look in vain, ever longer."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _compile(text: bytes | str, name: str, importing: Importing, catalogue: Catalogue, strict: bool) -> Compiled:
    """Compile one file."""
    document, problems = read(text, name)
    if document is None:
        return Compiled(None, tuple(problems))
    translated = translate(document)
    report = Report(translated.document)
    try:
        report.extend([*problems, *translated.diagnostics], ())
        report.unread = frozenset(item.place for item in problems)
        return _build(report, importing, catalogue, OldNames(translated.has_initial_prompt), strict)
    except TooMany:
        return Compiled(None, report.cut())


def _build(report: Report, importing: Importing, catalogue: Catalogue, names: OldNames, strict: bool) -> Compiled:
    """Make the graph of a document that was read."""
    document = report.document
    head = _read_head(document, report, importing)
    shop = Workshop(report, catalogue, head.agents, head.imports, head.defaults, names)
    root, output = _lower(document, shop)
    report_unused(head.imports, shop.imported, report)
    program = Program(root, shop.uses, shop.lists, head.inputs, head.context, catalogue, report, head.secrets)
    run_checks(program)
    own, ignored = sorted_out(document, report.sorted(strict=strict))
    ignored = ignored.union(*(compiled.ignored for compiled in head.imports.values()))
    found = (*own, *found_in_imports(head.imports))
    if has_errors(found):
        return Compiled(None, found, shop.steps, ignored)
    pinned = {
        "source": document.source.text,
        "name": document.source.name,
        "files": importing.texts,
        "skills": _skills(program, head.imports),
    }
    used = (head.imports[alias].graph for alias in sorted(shop.imported & head.imports.keys()))
    inner = (graph.secrets for graph in used if graph is not None)
    secrets = tuple(dict.fromkeys(chain(head.secrets, *inner)))
    graph = Graph(
        head.name, root, document.source, head.inputs, head.context, output, pinned, document, secrets=secrets
    )
    return Compiled(graph, found, shop.steps, ignored)


def _read_head(document: Document, report: Report, importing: Importing) -> _Head:
    """Check the keys of the top level and read all but the steps."""
    top = report.mapping(document.data, (), "a blueprint")
    if not top:
        return _Head("", None, {}, {}, {}, NO_DEFAULTS)
    report.unknown_keys([key for key in top if key not in TOP_LATER], (), TOP_KEYS)
    for key in top.keys() & TOP_LATER:
        report.later(key, (key,))
    if "version" not in top:
        first = document.place(()).span.start
        fix = Fix('write `version: "0.1"`', (Edit(Span(first, first), 'version: "0.1"\n'),), "safe")
        block = document.root.style == "-" and document.source.position(first)[1] == 1
        help, place = 'begin with `version: "0.1"`', document.place(())
        report.put(Diagnostic("FLJ0206", "the `version` is missing", place, help, fix=fix if block else None))
    elif isinstance(top["version"], bool) or top["version"] not in VERSIONS:
        report.add("FLJ0206", f"this flujo does not read version `{top['version']}`", ("version",), help='write "0.1"')
    if "description" in top:
        report.text(top["description"], ("description",), "`description`")
    defaults = read_defaults(top["defaults"], ("defaults",), report) if "defaults" in top else NO_DEFAULTS
    return _Head(
        name=read_name(top["name"], ("name",), report) if "name" in top else name_of_file(document.source.name),
        inputs=read_inputs(top["inputs"], ("inputs",), report) if "inputs" in top else None,
        context=_context(top, report),
        agents=read_agents(top["agents"], ("agents",), report, importing.read, defaults.model)
        if "agents" in top
        else {},
        imports=read_imports(top["imports"], ("imports",), report, importing) if "imports" in top else {},
        defaults=defaults,
        secrets=read_secrets(top["secrets"], ("secrets",), report) if "secrets" in top else (),
    )


def _context(top: JsonObject, report: Report) -> JsonObject:
    """Return the context at the start: plain values, for nothing has run yet that a template could read."""
    context = report.mapping(top["context"], ("context",), "`context`") if "context" in top else {}
    stack: list[tuple[tuple[str | int, ...], Any]] = [(("context",), context)]
    while stack:
        path, value = stack.pop()
        if isinstance(value, dict):
            stack.extend(((*path, key), part) for key, part in value.items())
        elif isinstance(value, list):
            stack.extend(((*path, index), part) for index, part in enumerate(value))
        elif isinstance(value, str) and ("{{" in value or "{%" in value):
            help = "set it in the first step that knows it, with `set`"
            report.add("FLJ0204", "`context` holds plain values; a template is not rendered here", path, help=help)
    return context


def _lower(document: Document, shop: Workshop) -> tuple[Flow, Template | None]:
    """Lower the steps and compile the output."""
    top = document.data if isinstance(document.data, dict) else {}
    if "steps" in top:
        root = shop.flow(top["steps"], ("steps",), Body(""))
    else:
        root = Flow(Meta("", "steps"), ())
        if top:
            shop.report.add("FLJ0202", "the key `steps` is missing", (), help="add `steps:` with at least one step")
    if "timeout" in top:
        timeout = read_duration(top["timeout"], ("timeout",), shop.report)
        root = replace(root, meta=replace(root.meta, timeout=timeout))
    if "output" not in top or not shop.lists:
        return root, None
    return root, shop.compile(top["output"], ("output",), ("output",), shop.lists[0].end)


def _skills(program: Program, imports: Mapping[str, Compiled]) -> JsonObject:
    """Return the entries of all skills that a blueprint and its imports call, by id."""
    found: JsonObject = {}
    for compiled in imports.values():
        found |= compiled.graph.pinned["skills"] if compiled.graph is not None else {}
    for node in program.nodes():
        spec = program.catalogue.skill(node.target) if isinstance(node, Call) and node.runner == "step" else None
        if spec is not None:
            found[spec.id] = spec.to_json()
    return dict(sorted(found.items()))
