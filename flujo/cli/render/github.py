"""Diagnostics as workflow commands of GitHub Actions: annotations at the lines of a change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from flujo.cli.render.diagnostics import general_help
from flujo.cli.render.screen import visible
from flujo.core.diagnostics import Diagnostic, Severity
from flujo.core.spans import Source

_COMMANDS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def commands(diagnostics: Sequence[Diagnostic], where: Callable[[Source], str]) -> str:
    """Return a command a line; `where` says by which path, from the top of the repository, a file is known."""
    return "".join(f"{_command(item, where)}\n" for item in diagnostics)


def _command(item: Diagnostic, where: Callable[[Source], str]) -> str:
    properties: dict[str, str | int] = {}
    if item.place is not None:
        (line, column), (end_line, end_column) = item.place.start, item.place.end
        properties = {"file": where(item.place.source), "line": line, "endLine": end_line}
        if line == end_line:  # GitHub takes columns only then; its last one is inside
            properties |= {"col": column, "endColumn": max(column, end_column - 1)}
    properties["title"] = f"{item.code} {item.slug}"
    given = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    text = f"{item.message}\nhelp: {item.help or general_help(item.code)}"
    return f"::{_COMMANDS[item.severity]} {given}::{_data(text)}"


def _data(text: str) -> str:
    return visible(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
