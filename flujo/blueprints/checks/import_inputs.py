"""What a step gives an imported blueprint fits its `inputs`: none unknown, none missing, literals of the right form."""

from __future__ import annotations

from collections.abc import Iterator

from flujo.blueprints.program import Program, constant
from flujo.core.diagnostics import Diagnostic
from flujo.core.graph import Flow, Import
from flujo.core.inputs import filled, resolved, with_defaults
from flujo.core.json_schema import problems
from flujo.core.spans import Path
from flujo.core.suggest import did_you_mean, listed
from flujo.core.values import JsonObject, JsonValue
from flujo.expressions import compile_template


def check(program: Program) -> Iterator[Diagnostic]:
    """Yield inputs of imports that cannot fit (FLJ0520); what is computed is checked when the step runs."""
    for node in program.nodes():
        if not isinstance(node, Flow) or node.imported is None:
            continue
        schema = node.imported.graph.inputs
        if node.imported.arguments is not None:
            yield from _arguments(node.imported, (*node.meta.path, "with"), schema, program)
        elif schema is not None:
            given = constant(node.meta.input)
            for text in problems(filled(given[0], schema), schema)[:1] if given else ():
                yield _found(f"the input of `imports.{node.imported.alias}` does not fit: {text}",
                             (*node.meta.path, "input"), program)  # fmt: skip


def _arguments(imported: Import, path: Path, schema: JsonObject | None, program: Program) -> Iterator[Diagnostic]:
    name = f"imports.{imported.alias}"
    given = imported.arguments.source if imported.arguments is not None else None
    if schema is None:
        help = "give it one value with `input`, or declare `inputs` in its file"
        yield _found(f"`{name}` declares no `inputs` that `with` could fill", path, program, help)
    elif isinstance(given, dict):
        rules = resolved(schema, schema)
        known: JsonObject = rules.get("properties", {})
        literals = {key: value for key, value in given.items() if _is_literal(value)}
        wrong = list(_properties(name, literals, known, schema, path, program))
        meant = set()
        for key in given.keys() - known.keys() if rules.get("additionalProperties") is False else ():
            near = did_you_mean(key, known)
            meant.add(near)
            there = f"its inputs are {listed(known)}" if known else "it has no inputs"
            help = f"did you mean `{near}`?" if near else there
            wrong.append(_found(f"`{name}` has no input `{key}`", (*path, key), program, help, on_key=True))
        for key in rules.get("required", ()):
            if key not in given and key not in meant and "default" not in resolved(known.get(key), schema):
                wrong.append(_found(f"`{name}` needs the input `{key}`", path, program, f"add `{key}:` under `with`"))
        yield from wrong
        if not wrong and len(literals) == len(given):
            for text in problems(filled(given, schema), schema)[:1]:
                yield _found(f"the input of `{name}` does not fit: {text}", path, program)


def _properties(
    name: str, literals: JsonObject, known: JsonObject, schema: JsonObject, path: Path, program: Program
) -> Iterator[Diagnostic]:
    """Yield the literals that miss the schema of their property."""
    rules: JsonObject = {key: schema[key] for key in ("$defs", "definitions") if key in schema}
    rules["properties"] = known
    for key in literals.keys() & known.keys():
        value = with_defaults({key: literals[key]}, rules)
        for text in problems({key: value[key]}, rules)[:1]:
            if "schema cannot be used" not in text:  # a reference to a part that is not here: the run checks it
                yield _found(f"the input of `{name}` does not fit: {text}", (*path, key), program)


def _found(message: str, path: Path, program: Program, help: str | None = None, *, on_key: bool = False) -> Diagnostic:
    help = help or "compare it with the `inputs` of the imported blueprint"
    return Diagnostic("FLJ0520", message, program.report.document.place(path, on_key=on_key), help, path=path)


def _is_literal(value: JsonValue) -> bool:
    template, _ = compile_template(value)
    return template is not None and template.is_constant
