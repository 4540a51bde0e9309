"""A property of `input` that is read must be one that `inputs` declares."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flujo.blueprints.program import Program
from flujo.core.diagnostics import Diagnostic, Severity
from flujo.core.suggest import did_you_mean, listed


def check(program: Program) -> Iterator[Diagnostic]:
    """Yield every read of an undeclared property (FLJ0306): a warning where the schema allows further ones."""
    if program.inputs is None:
        return
    for use, read in program.reads():
        if read.ref != ("input",) or read.guarded:
            continue
        schema: Any = program.inputs
        for key in read.tail:
            properties = schema.get("properties") if isinstance(schema, dict) else None
            if not isinstance(properties, dict) or not isinstance(key, str) or schema.get("type") != "object":
                break
            if key not in properties:
                if "patternProperties" in schema or "$ref" in schema or "allOf" in schema:
                    break
                near = did_you_mean(key, properties)
                there = f"the properties are {listed(properties)}" if properties else None
                help = f"did you mean `{near}`?" if near else there
                closed = schema.get("additionalProperties") is False
                yield Diagnostic(
                    "FLJ0306",
                    f"`inputs` does not declare `{key}`",
                    program.place_of(use, read, key),
                    help,
                    severity=Severity.ERROR if closed else Severity.WARNING,
                    path=(*use.path, *read.at),
                )
                break
            schema = properties[key]
