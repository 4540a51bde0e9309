"""What a person meant where YAML stops: the parser's complaint and the line it is about, as a mistake with its remedy.

Each function looks for one sort of mistake and answers None when it is another. `problem` is libyaml's text; where none
of them knows better, `yaml_events` has a sentence for it. A help says what to type, as far as it fits on a line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Final

from flujo.core.record import dataclass

MAX_KEY: Final = 1024
"""Characters of a key that YAML parsers look ahead for its `:`."""

_SHOWN: Final = 60
_NEARBY: Final = 50
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_KEY: Final = r"[^\s:#\-\[\]{},&*!|>'\"%@`][^:#\r\n]*?"
_ENTRY: Final = re.compile(rf"[ \t]*(?:- +)*(?:(?:{_KEY}|\"[^\"\r\n]*\"|'[^'\r\n]*'):[ \t]+)?")
_TIGHT: Final = re.compile(r"[ \t]*(?:- +)?([A-Za-z_][\w-]*):([^\s:/][^\r\n]*)")
_COMMENT: Final = re.compile(r"[ \t]#")
_FLOW_END: Final = re.compile(r"[,\]}\r\n]")
_CLOSES: Final = {"[": "]", "{": "}"}
_FIRST: Final = {
    "found character that cannot start any token": ("@", "`", "%", "|", ">"),
    "did not find expected alphabetic or numeric character": ("*", "&"),
    "did not find expected whitespace or line break": ("!",),
    "mapping keys are not allowed in this context": ("?",),
    "did not find expected node content": ("?", "-"),
}
"""Signs that no text can begin with, by what the parser says of them."""
_QUOTE_OR_COMMENT: Final = re.compile(
    r"""(?:^|[ \t])\#[^\r\n]*+ | (?: ^[ \t]*+ | [-:?,\[{][ \t]++ | [\[{,] ) (["'])""", re.MULTILINE | re.VERBOSE
)
_QUOTED: Final = {"'": re.compile("'(?:[^']|'')*+'"), '"': re.compile(r'"(?:[^"\\]|\\.)*+"', re.DOTALL)}


@dataclass(eq=False)
class SyntaxProblem(Exception):
    """Text that is not YAML: message, offset, help, and where the part began that went wrong."""

    message: str
    offset: int
    help: str
    code: str = "FLJ0102"
    began: int | None = None


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a parser stopped: what it says, the offset, and where the part began that it was reading."""

    problem: str
    text: str
    offset: int
    began: int | None

    @property
    def char(self) -> str:
        """The character there; empty at the end."""
        return self.text[self.offset : self.offset + 1]

    @property
    def opener(self) -> str:
        """The character with which the part began; empty where none is known."""
        return "" if self.began is None else self.text[self.began : self.began + 1]

    def start_of_line(self, offset: int) -> int:
        """Return where the line of an offset begins."""
        return max(self.text.rfind("\n", 0, offset), self.text.rfind("\r", 0, offset)) + 1

    def line_of(self, offset: int) -> str:
        """Return the line of an offset, without its end."""
        end = _LINE_END.search(self.text, offset)
        return self.text[self.start_of_line(offset) : end.start() if end else len(self.text)]

    def number(self, offset: int) -> int:
        """Return the number of a line."""
        return sum(1 for _ in _LINE_END.finditer(self.text, 0, offset)) + 1

    def is_first(self, offset: int) -> bool:
        """Say whether an offset is the first of its line that is no blank."""
        return not self.text[self.start_of_line(offset) : offset].strip()

    def line_before(self) -> int | None:
        """Return where the nearest line above begins that is neither blank nor a comment, if it is near."""
        start = self.start_of_line(self.offset)
        for _ in range(_NEARBY):
            if start == 0:
                return None
            start = self.start_of_line(start - (2 if self.text[start - 2 : start] == "\r\n" else 1))
            words = self.line_of(start).strip()
            if words and not words.startswith("#"):
                return start
        return None

    def value_at(self, offset: int) -> tuple[int, str]:
        """Return where the value begins that an offset is in, and the value as it was written on that line."""
        start = self.start_of_line(offset)
        entry = _ENTRY.match(self.text, start)
        begin = entry.end() if entry and entry.end() <= offset else offset
        rest = self.line_of(offset)[begin - start :]
        comment = _COMMENT.search(rest)
        return begin, (rest[: comment.start()] if comment else rest).strip()

    def in_flow(self, offset: int) -> str:
        """Return the text inside `{ }` or `[ ]` that an offset is in: from the sign before it to the next one."""
        start = max(self.text.rfind(mark, 0, offset) + len(mark) for mark in ("{", "[", ",", ": ", "\n"))
        end = _FLOW_END.search(self.text, offset)
        return self.text[start : end.start() if end else len(self.text)].strip()


def meant(spot: Spot) -> SyntaxProblem | None:
    """Return the mistake at a spot; None when it is none that is known."""
    return next((found for look in _LOOKS if (found := look(spot)) is not None), None)


def quoted(value: str) -> str:
    """Return a text as it can be written: in quotes."""
    if '"' not in value and "\\" not in value:
        return f'"{value}"'
    return f"'{value}'" if "'" not in value else json.dumps(value, ensure_ascii=False)


def _write(value: str, otherwise: str = "quote the value") -> str:
    return f"write {quoted(value)}" if value and len(value) <= _SHOWN else otherwise


def _is_over(spot: Spot, began: int) -> bool:
    """Say whether brackets should have ended on a line above.

    So it is when others end here, or when this line is the first that is indented no more than the one that opens them.
    """
    start = spot.start_of_line(began)
    if not spot.char or start == spot.start_of_line(spot.offset):
        return not spot.char
    lines = [line for line in _LINE_END.split(spot.text[start : spot.offset]) if line.strip(" ")]
    opened, *within = (len(line) - len(line.lstrip(" ")) for line in lines)
    return spot.char in "]}" or (bool(within) and within[-1] <= opened < min(within[:-1], default=opened + 1))


def _open_quote(spot: Spot) -> SyntaxProblem | None:
    """A quote of a line above that is closed in the line of the problem only.

    A quote that is not closed ends at the next one, wherever that is, and the problem is what stands after it.
    """
    at, text = 0, spot.text
    while (found := _QUOTE_OR_COMMENT.search(text, at, spot.offset)) is not None:
        at = found.end()
        closed = _QUOTED[found[1]].match(text, found.start(1)) if found[1] else None
        if closed is None:
            continue
        at = closed.end()
        if at <= spot.offset and _LINE_END.search(text, *closed.span()) and not _LINE_END.search(text, at, spot.offset):
            help = f"add `{found[1]}` where it ends: without it the text goes on to line {spot.number(at)}"
            return SyntaxProblem("a quoted text is not closed", found.start(1), help)
    return None


def _first_sign(spot: Spot) -> SyntaxProblem | None:
    """A text begins with a sign that means something else."""
    signs = _FIRST.get(spot.problem)
    if signs is None:
        return None
    at = spot.began if spot.began is not None and spot.opener in signs else spot.offset
    sign = spot.text[at : at + 1]
    if sign not in signs:
        return None
    begin, value = spot.value_at(at)
    return SyntaxProblem(f"a text cannot begin with `{sign}`", at, _write(value if begin == at else spot.in_flow(at)))


def _block_header(spot: Spot) -> SyntaxProblem | None:
    """Text follows `|` or `>` on its line."""
    at = spot.began
    if spot.problem != "did not find expected comment or line break" or at is None or spot.opener not in ("|", ">"):
        return None
    message = f"`{spot.opener}` begins a block: its text stands on the lines below it"
    value = spot.value_at(at)[1]
    return SyntaxProblem(message, at, f"{_write(value)}, or go on below, indented")


def _tight(spot: Spot, start: int | None) -> SyntaxProblem | None:
    """Return the mistake of a line like `name:a`."""
    found = None if start is None else _TIGHT.match(spot.text, start)
    if found is None:
        return None
    key, value = found.groups()
    help = f"write `{key}: {value.strip()}`" if len(value) <= _SHOWN else "write a space after the `:`"
    return SyntaxProblem(f"a space is missing after `{key}:`", found.end(1), help)


def _colon(spot: Spot) -> SyntaxProblem | None:
    """A `:` where no key can be: inside a value, or because the line above lacks a space."""
    if not spot.problem.startswith("mapping values are not allowed"):
        return None
    begin, value = spot.value_at(spot.offset)
    if begin < spot.offset and value[:1] not in ("", '"', "'", "{", "[") and not spot.is_first(begin):
        return SyntaxProblem("a text with `: ` in it must be in quotes", spot.offset, _write(value))
    return _tight(spot, spot.line_before())


def _no_colon(spot: Spot) -> SyntaxProblem | None:
    """A key without its `:`, because the space after it is missing, or because it is too long."""
    if spot.problem != "could not find expected ':'" or spot.began is None:
        return None
    if spot.offset - spot.began > MAX_KEY:
        return SyntaxProblem(f"a key has more than {MAX_KEY:,} characters", spot.began, "give it a shorter name")
    return _tight(spot, spot.start_of_line(spot.began))


def _flow(spot: Spot) -> SyntaxProblem | None:
    """A list or mapping in brackets that goes wrong: not closed, closed by the other sign, or without a comma."""
    began, char = spot.began, spot.char
    if spot.problem == "found unexpected ':'":
        message = "a text with `:` inside `{ }` or `[ ]` must be in quotes"
        return SyntaxProblem(message, spot.offset, _write(spot.in_flow(spot.offset)))
    sign = spot.opener
    if began is None or sign not in _CLOSES or not spot.problem.startswith("did not find expected ',' or"):
        return None
    close = _CLOSES[sign]
    if _is_over(spot, began):
        if "{{" in (spot.text[began : began + 2], spot.text[max(0, began - 1) : began + 1]):
            at = began - (spot.text[began - 1 : began] == "{")
            return SyntaxProblem("a template must be in quotes, and end in `}}`", at, 'write "{{ ... }}"', "FLJ0108")
        return SyntaxProblem(f"the `{sign}` that begins here is not closed", began, f"add `{close}` where it ends")
    if char in ":?":
        message = f"a text with `{char}` inside `{sign} {close}` must be in quotes"
        return SyntaxProblem(message, spot.offset, _write(spot.in_flow(spot.offset)))
    if char in "]}":
        message = f"`{char}` cannot close what `{sign}` began"
        return SyntaxProblem(message, spot.offset, f"write `{close}` before it", began=began)
    return SyntaxProblem("a `,` is missing here", spot.offset, "add `,` between the entries, or quote the text")


def _after_value(spot: Spot) -> SyntaxProblem | None:
    """Something follows a value that is over: after a closing quote or bracket."""
    if spot.problem != "did not find expected key" or spot.is_first(spot.offset) or not spot.char:
        return None
    value = spot.value_at(spot.offset)[1]
    if value.startswith("'") and spot.text[spot.offset - 1] == "'" and value.count("'") > 2:
        inner = value.strip("'").replace("''", "'")
        message = "a `'` ends a text in single quotes; inside one it is written twice"
        return SyntaxProblem(message, spot.offset, _write(inner))
    last = spot.text[: spot.offset].rstrip()[-1:]
    if last in ("'", '"', "]", "}"):
        return SyntaxProblem(f"the value ends with `{last}`, and this follows", spot.offset, _write(value))
    return None


def _indentation(spot: Spot) -> SyntaxProblem | None:
    """A line begins in a column where nothing can begin."""
    key = spot.problem == "did not find expected key"
    above = spot.line_before()
    if not (key or spot.problem == "did not find expected '-' indicator") or above is None:
        return None
    if not spot.is_first(spot.offset) or not spot.char:
        return None
    line, number = spot.line_of(above), spot.number(above)
    words = line.lstrip(" ")
    if re.search(r":[ \t]+[|>][0-9+-]*[ \t]*(?:#.*)?$", line):
        message = "the lines of a block are indented deeper than its key"
        return SyntaxProblem(message, spot.offset, f"indent it deeper than line {number}", began=above)
    if spot.char == ":":
        return SyntaxProblem("a key is missing before this `:`", spot.offset, "write the key, or quote the value")
    if spot.text.startswith("- ", spot.offset):
        if words.startswith("- "):
            help = f"begin it in the same column as the `-` of line {number}"
        else:
            help = "begin each item of the list with `- `, in the same column"
        return SyntaxProblem("a `-` item stands among keys", spot.offset, help, began=spot.began)
    column = len(line) - len(re.sub(r"^ *(?:- +)*", "", line)) + 1
    message = "this line begins in a column where none above it does"
    return SyntaxProblem(message, spot.offset, f"begin it in column {column}, as line {number}", began=above)


def _document_end(spot: Spot) -> SyntaxProblem | None:
    """Something follows the end of the document."""
    if spot.problem != "did not find expected <document start>":
        return None
    start = spot.start_of_line(spot.offset) if spot.char else spot.line_before()
    if start is not None and spot.text.startswith("%", start):
        message = "a line with `%` can only stand at the beginning"
        return SyntaxProblem(message, start, "remove it; quote a text that begins with `%`")
    message = "text follows the end of the document"
    return SyntaxProblem(message, spot.offset, "remove the line `...`, or what comes after it", "FLJ0104")


def _escape(spot: Spot) -> SyntaxProblem | None:
    """A backslash that begins no escape."""
    if spot.problem != "found unknown escape character":
        return None
    at = spot.offset if spot.char == "\\" else spot.offset - 1
    sign = spot.text[at : at + 2]
    help = f"write `\\{sign}`, or put the text in single quotes"
    return SyntaxProblem(f"`{sign}` is no escape of YAML", at, help)


_LOOKS: Final[tuple[Callable[[Spot], SyntaxProblem | None], ...]] = (
    _open_quote,
    _first_sign,
    _block_header,
    _colon,
    _no_colon,
    _flow,
    _after_value,
    _indentation,
    _document_end,
    _escape,
)
