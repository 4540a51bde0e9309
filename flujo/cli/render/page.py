"""The page of a code: as Markdown for the documentation, and any such page as text for a terminal."""

from __future__ import annotations

import re
from importlib import resources
from textwrap import wrap

from flujo.cli.render.screen import Paint
from flujo.core.codes.entry import Code, ErrorClass

CLASSES: dict[ErrorClass, str] = {
    "structural": "the blueprint or the project has to change",
    "semantic": "the data or a skill said no",
    "environmental": "the world outside failed",
    "authority": "a person, a policy or a limit said no",
}
"""Who can mend it."""

_FENCE = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_TICKS = re.compile(r"`[^`]+`")
_LINK = re.compile(r"\[([^\]]+)\]\(([^)]+)\)")


def page(code: Code) -> str:
    """Return the page of a code as Markdown: what it means, why flujo insists, what to do, an example."""
    why = resources.files("flujo.core.codes").joinpath("pages", f"{code.id}.md").read_text("utf-8")
    reason, _, example = why.partition("\n## ")
    return (
        f"# {code.id}: {code.slug.replace('-', ' ')}\n\n"
        f"{code.what} {reason.strip()}\n\n"
        f"**What to do:** {code.fix}\n\n"
        f"*Class {code.error_class}: {CLASSES[code.error_class]}.*\n\n"
        f"## {example}"
    )


def page_text(markdown: str, columns: int, paint: Paint) -> str:
    """Return a page of paragraphs, headings and blocks for a terminal."""
    parts, at = [], 0
    for block in _FENCE.finditer(markdown):
        parts += _prose(markdown[at : block.start()], columns, paint)
        name = block[2] if block[2] and block[1] != "console" else None
        head = [f"    {paint('dim', f'# {name}')}"] if name else []
        parts.append("\n".join([*head, *(f"    {line}".rstrip() for line in block[3].splitlines())]))
        at = block.end()
    return "\n\n".join([*parts, *_prose(markdown[at:], columns, paint)]) + "\n"


def _prose(text: str, columns: int, paint: Paint) -> list[str]:
    found = []
    for paragraph in re.split(r"\n{2,}", text.strip()):
        line = " ".join(paragraph.split())
        if line.startswith("#"):
            found.append(paint("bold", line.lstrip("# ")))
        elif line:
            line = _LINK.sub(r"\1 (\2)", line.replace("**", "").strip("*"))
            wrapped = "\n".join(wrap(line, min(columns, 100), break_long_words=False, break_on_hyphens=False))
            found.append(_TICKS.sub(lambda word: paint("cyan", word[0]), wrapped))
    return found
