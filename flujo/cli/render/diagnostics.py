"""Diagnostics as text in the look of rustc, and as the JSON document of `validate`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from flujo.cli.render.screen import Paint, visible, visible_char, width
from flujo.core.codes import CODES
from flujo.core.diagnostics import Diagnostic, Severity, docs_page, has_errors
from flujo.core.spans import Place
from flujo.core.values import JsonObject

SHOWN = 20
"""How many diagnostics the text form shows; the rest are counted."""

WARNED = 5
"""How many warnings a run says before it starts."""

_STYLES = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
_RANKS = (Severity.ERROR, Severity.WARNING, Severity.INFO)
_CUT = "..."


def render(diagnostics: Sequence[Diagnostic], color: bool = False, columns: int = 120) -> str:
    """Return diagnostics as text that ends with a line break; errors come before others when not all can be shown."""
    paint = Paint(color)
    chosen = sorted(range(len(diagnostics)), key=lambda at: _RANKS.index(diagnostics[at].severity))[:SHOWN]
    blocks = [_block(diagnostics[at], paint, columns) for at in sorted(chosen)]
    if len(diagnostics) > SHOWN:
        kept = set(chosen)
        rest = [item for at, item in enumerate(diagnostics) if at not in kept]
        blocks.append(f"{_CUT} and {len(rest)} more: {counts(rest)} (`--json` shows all)\n")
    return "\n".join(blocks)


def counts(diagnostics: Sequence[Diagnostic]) -> str:
    """Return how many there are of each severity, in words."""
    found = Counter(item.severity for item in diagnostics)
    names = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
    parts = [f"{found[rank]} {names[rank]}{'s' * (found[rank] > 1)}" for rank in _RANKS if found[rank]]
    return ", ".join(parts) or "no errors"


def warnings_text(diagnostics: Sequence[Diagnostic], paint: Paint) -> str:
    """Return the warnings, a line each; nothing when there are none."""
    found = [item for item in diagnostics if item.severity is Severity.WARNING]
    lines = [
        f"{paint('yellow', f'warning[{item.code}]')}: {visible(item.message, keep='')}"
        + (f" ({visible(str(item.place), keep='')})" if item.place else "")
        for item in found[:WARNED]
    ]
    if len(found) > WARNED:
        lines.append(f"{_CUT} and {len(found) - WARNED} more: `flujo validate` shows all")
    return "".join(f"{line}\n" for line in lines)


def general_help(code: str) -> str:
    """Return the help of a code, for where there is none of the case at hand: worded as all helps are."""
    text = CODES[code].fix.removesuffix(".") if code in CODES else ""
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def document(diagnostics: Sequence[Diagnostic]) -> JsonObject:
    """Return the document of `validate --json` (design 9)."""
    shown = [{**item.to_json(), "help": item.help or general_help(item.code)} for item in diagnostics]
    return {"valid": not has_errors(diagnostics), "diagnostics": shown}


def diff_text(lines: Iterable[str], color: bool = False) -> str:
    """Return a unified diff as text, with what goes in red and what comes in green."""
    paint = Paint(color)
    styles = {"+": "green", "-": "red", "@": "cyan"}
    shown = ((line[:1], visible(line, keep="\t")) for line in lines)
    return "".join(f"{paint(styles[sign], text) if sign in styles else text}\n" for sign, text in shown)


def excerpt(place: Place, paint: Paint, style: str = "red", label: str = "", columns: int = 120) -> list[str]:
    """Return the lines that show a place: file and position, the source line, carets under the span."""
    line, column = place.start
    gutter = " " * len(str(line))
    text, indent, carets = _window(place, max(20, columns - len(gutter) - 3))
    marks = paint(style, f"{carets} {visible(label, keep='')}".rstrip())
    return [
        f"{gutter}{paint('blue', '-->')} {visible(place.source.name, keep='')}:{line}:{column}",
        paint("blue", f"{gutter} |"),
        f"{paint('blue', f'{line} |')} {text}".rstrip(),
        f"{paint('blue', f'{gutter} |')} {indent}{marks}",
    ]


def _block(item: Diagnostic, paint: Paint, columns: int) -> str:
    style = _STYLES[item.severity]
    head = f"{paint(style, f'{item.severity}[{item.code}]')}: {paint('bold', visible(item.message, keep=''))}"
    lines, gutter = [head], ""
    if item.place is not None:
        gutter = " " * len(str(item.place.start[0]))
        lines += [*excerpt(item.place, paint, style, item.label, columns), paint("blue", f"{gutter} |")]
    notes = [("note", f"{text}: {place}") for place, text in item.related]
    notes += [("help", item.help or general_help(item.code)), ("docs", docs_page(item.code))]
    return "\n".join([*lines, *(_note(gutter, word, text, paint) for word, text in notes), ""])


def _note(gutter: str, word: str, text: str, paint: Paint) -> str:
    first, *rest = visible(text).rstrip("\n").split("\n")
    margin = " " * (len(gutter) + len(word) + 5)
    return "\n".join([f"{gutter} {paint('blue', '=')} {word}: {first}", *(f"{margin}{line}" for line in rest)])


def _window(place: Place, room: int) -> tuple[str, str, str]:
    """Return what is shown of the source line, the indent of the carets, and the carets.

    A line that is too wide is cut round the start of the span; a span over several lines is marked on its first.
    """
    line, column = place.start
    end_line, end_column = place.end
    text = place.source.line(line)
    start = min(column - 1, len(text))
    end = end_column - 1 if end_line == line else len(text)
    low = max(0, start - room)
    cells = [_cell(char) for char in text[low : start + room]]
    sizes = [width(cell) for cell in cells]
    at = start - low
    first, last = _cut(sizes, at, room, whole=(low == 0, start + room >= len(text)))
    left = _CUT if low or first else ""
    right = _CUT if last < len(cells) or start + room < len(text) else ""
    shown = left + "".join(cells[first:last]) + right
    marked = sum(sizes[at : min(last, max(end - low, at))])
    return shown, " " * (len(left) + sum(sizes[first:at])), "^" * max(1, marked)


def _cut(sizes: list[int], at: int, room: int, whole: tuple[bool, bool]) -> tuple[int, int]:
    """Return which cells to show so that they fit: all, else a third of the room before `at` and the rest after."""
    if all(whole) and sum(sizes) <= room:
        return 0, len(sizes)
    room -= 2 * len(_CUT)
    first, before = at, 0
    while first and before + sizes[first - 1] <= room // 3:
        first -= 1
        before += sizes[first]
    last, after = at, before
    while last < len(sizes) and after + sizes[last] <= room:
        after += sizes[last]
        last += 1
    while first and after + sizes[first - 1] <= room:  # the span stands near the end: the start of the line fits more
        first -= 1
        after += sizes[first]
    return first, last


def _cell(char: str) -> str:
    return "    " if char == "\t" else visible_char(char)
