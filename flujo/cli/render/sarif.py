"""Diagnostics as a SARIF 2.1.0 log, which code hosts and editors read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final
from urllib.parse import quote

from flujo._version import __version__
from flujo.app.checking import fingerprints
from flujo.cli.render.diagnostics import general_help
from flujo.core.codes import CODES
from flujo.core.diagnostics import Diagnostic, Severity, docs_page
from flujo.core.spans import Place, Source, Span
from flujo.core.values import JsonObject

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_BASE: Final = "%SRCROOT%"

Where = Callable[[Source], str]
"""Says by which path, from the folder that is checked, a file is known."""


def sarif(diagnostics: Sequence[Diagnostic], where: Where) -> JsonObject:
    """Return the log of one run."""
    codes = sorted({item.code for item in diagnostics})
    index = {code: at for at, code in enumerate(codes)}
    results = [
        _result(item, name, index, where) for item, name in zip(diagnostics, fingerprints(diagnostics), strict=True)
    ]
    driver = {
        "name": "flujo",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_rule(code) for code in codes],
    }
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(code: str) -> JsonObject:
    entry = CODES[code]
    page = docs_page(code)
    return {
        "id": code,
        "name": "".join(word.capitalize() for word in entry.slug.split("-")),
        "shortDescription": {"text": entry.slug.replace("-", " ").capitalize() + "."},
        "fullDescription": {"text": entry.what},
        "help": {"text": f"{entry.fix}\n\nMore: {page}", "markdown": f"{entry.fix}\n\nMore: `{page}`"},
        "defaultConfiguration": {"level": "error"},
        "properties": {"tags": [entry.error_class]},
    }


def _result(item: Diagnostic, name: str, index: dict[str, int], where: Where) -> JsonObject:
    help = item.help or general_help(item.code)
    result: JsonObject = {
        "ruleId": item.code,
        "ruleIndex": index[item.code],
        "level": _LEVELS[item.severity],
        "message": {"text": f"{item.message}\nhelp: {help}"},
        "locations": [_location(item.place, where)] if item.place else [],
        "partialFingerprints": {"flujo/v1": name},
    }
    if item.related:
        related = [
            {**_location(place, where), "id": at, "message": {"text": text}}
            for at, (place, text) in enumerate(item.related, 1)
        ]
        result["relatedLocations"] = related
    if item.fix and item.place:
        source = item.place.source
        replacements = [
            {"deletedRegion": _region(source, edit.span), "insertedContent": {"text": edit.text}}
            for edit in item.fix.edits
        ]
        change = {"artifactLocation": _artifact(source, where), "replacements": replacements}
        result["fixes"] = [{"description": {"text": item.fix.title}, "artifactChanges": [change]}]
    return result


def _location(place: Place, where: Where) -> JsonObject:
    region = _region(place.source, place.span)
    return {"physicalLocation": {"artifactLocation": _artifact(place.source, where), "region": region}}


def _artifact(source: Source, where: Where) -> JsonObject:
    path = where(source)
    if path.startswith("/"):
        return {"uri": "file://" + quote(path)}
    return {"uri": quote(path, safe="/"), "uriBaseId": _BASE}


def _region(source: Source, span: Span) -> JsonObject:
    (line, column), (end_line, end_column) = source.position(span.start), source.position(span.end)
    return {
        "startLine": line,
        "startColumn": column,
        "endLine": end_line,
        "endColumn": end_column,
        "charOffset": span.start,
        "charLength": span.end - span.start,
    }
