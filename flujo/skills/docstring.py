"""Docstrings of skills: summary, description, parameters and examples, in the Google style."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable
from dataclasses import field

from flujo.core.record import dataclass

_SECTION = re.compile(r"(Args|Arguments|Parameters|Examples?|Returns?|Raises|Yields|Notes?):\s*")
_ENTRY = re.compile(r"(\*{0,2}\w+)(?:\s*\([^)]*\))?:\s*(.*)")


@dataclass(frozen=True, slots=True)
class Prose:
    """What a docstring says, by part."""

    summary: str = ""
    description: str = ""
    parameters: dict[str, str] = field(default_factory=dict)
    examples: tuple[str, ...] = ()


def read_docstring(text: str | None) -> Prose:
    """Return the parts of a docstring; a missing one has empty parts."""
    if not text:
        return Prose()
    sections = _sections(inspect.cleandoc(text).splitlines())
    head = _paragraphs(sections.get("", []))
    summary = head[0] if head else ""
    examples = sections.get("Examples") or sections.get("Example") or []
    arguments = sections.get("Args") or sections.get("Arguments") or sections.get("Parameters") or []
    return Prose(
        summary.removesuffix("."),
        "\n\n".join(head[1:]),
        _entries(arguments),
        tuple(line.strip() for line in examples if line.strip()),
    )


def _sections(lines: Iterable[str]) -> dict[str, list[str]]:
    """Split at unindented `Word:` lines; what stands before the first is the section with the empty name."""
    name = ""
    found: dict[str, list[str]] = {name: []}
    for line in lines:
        heading = _SECTION.fullmatch(line)
        if heading:
            name = heading[1]
            found[name] = []
        else:
            found[name].append(line)
    return found


def _paragraphs(lines: Iterable[str]) -> list[str]:
    text = "\n".join(lines)
    return [" ".join(part.split()) for part in re.split(r"\n\s*\n", text) if part.strip()]


def _entries(lines: list[str]) -> dict[str, str]:
    """Read `name: text` entries; deeper lines go on with the entry above them."""
    indents = [len(line) - len(line.lstrip()) for line in lines if line.strip()]
    least = min(indents, default=0)
    found: dict[str, str] = {}
    name = ""
    for line in lines:
        entry = _ENTRY.fullmatch(line.strip())
        if entry and len(line) - len(line.lstrip()) == least:
            name = entry[1].lstrip("*")
            found[name] = entry[2]
        elif name and line.strip():
            found[name] = f"{found[name]} {line.strip()}".strip()
    return found
