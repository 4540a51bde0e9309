"""A name in a template that the original Flujo spelled otherwise is told, with its present name."""

from __future__ import annotations

from collections.abc import Iterator

from flujo.blueprints.program import Program
from flujo.core.diagnostics import Diagnostic, Edit, Fix, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    """Yield every other spelling of a name (FLJ0210, info), with a fix where its very characters can be found."""
    document = program.report.document
    for use, read in program.reads():
        if read.spelling is None:
            continue
        path, (start, end), name = (*use.path, *read.at), read.spelling.at, read.spelling.name
        value = document.find(path)[0].value
        place = document.locate(path, start, end)
        written = value[start:end] if isinstance(value, str) else ""
        exact = document.source.text[place.span.start : place.span.end] == written
        fix = Fix(f"write `{name}`", (Edit(place.span, name),), "safe") if exact else None
        message = f"`{written}` is an old spelling"
        yield Diagnostic("FLJ0210", message, place, f"write `{name}`", severity=Severity.INFO, path=path, fix=fix)
