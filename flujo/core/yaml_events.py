"""The YAML event stream: libyaml through ruamel where it is installed, the pure parser else; and what its errors mean.

Both count marks in code points, which is what our spans count. Nothing here builds a tree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from flujo.core.record import dataclass

try:
    from ruamel.yaml import cyaml

    CParser: Any = getattr(cyaml, "CParser")  # noqa: B009 - ruamel does not export it for type checkers
except (ImportError, AttributeError):  # pragma: no cover - PyPy and platforms without a wheel
    CParser = None

Event = Any
"""An event of ruamel.yaml; both parsers use the classes of `ruamel.yaml.events`."""

_UNSURE: Final = "look at this line and the one above it"
_QUOTE: Final = "quote the value if it is meant as text"
_WORDS: Final[dict[str, tuple[str, str]]] = {
    "found character that cannot start any token": ("a value cannot begin with `{char}`", _QUOTE),
    "found character '\\t' that cannot start any token": ("a tab cannot indent", "indent with spaces"),
    "mapping values are not allowed in this context": (
        "a `:` stands where no key can be",
        "quote a value that has `: ` in it; else check the indentation",
    ),
    "mapping values are not allowed here": (
        "a `:` stands where no key can be",
        "quote a value that has `: ` in it; else check the indentation",
    ),
    "block sequence entries are not allowed in this context": (
        "a `-` item cannot begin here",
        "begin the list on a line of its own",
    ),
    "did not find expected ',' or ']'": ("a list in `[ ]` is not closed", "add `]`, or `,` between the items"),
    "did not find expected ',' or '}'": ("a mapping in `{ }` is not closed", "add `}`, or `,` between the entries"),
    "did not find expected '-' indicator": ("a list ends here without a `-`", "check the indentation of this line"),
    "did not find expected key": (
        "this does not belong to the value before it",
        "quote the whole value (also around `{{ }}`), or correct the indentation",
    ),
    "did not find expected node content": ("a value is missing here", _QUOTE),
    "could not find expected ':'": ("a key without `:`", "add `:` after the key, or indent the text that goes on"),
    "found unexpected ':'": ("a value with `:` inside `{ }` or `[ ]` must be in quotes", "quote the value"),
    "found unexpected end of stream": ("a quoted text is not closed", "add the closing quote"),
    "found unknown escape character": (
        "an escape that YAML does not have",
        "double the backslash, or use single quotes",
    ),
    "found unknown directive name": ("a `%` directive that YAML does not have", "remove the line"),
}

_QUOTE_OR_COMMENT: Final = re.compile(
    r"""(?:^|[ \t])\#[^\r\n]*+ | (?: ^[ \t]*+ | [-:?,\[{][ \t]++ | [\[{,] ) (["'])""", re.MULTILINE | re.VERBOSE
)
_QUOTED: Final = {"'": re.compile("'(?:[^']|'')*+'"), '"': re.compile(r'"(?:[^"\\]|\\.)*+"', re.DOTALL)}
_LINE_END: Final = re.compile(r"\r\n|\n|\r")


@dataclass(eq=False)
class SyntaxProblem(Exception):
    """Text that is not YAML: message, offset, help, and where the part began that went wrong."""

    message: str
    offset: int
    help: str
    code: str = "FLJ0102"
    began: int | None = None


def events(text: str, *, pure: bool = False) -> Iterator[Event]:
    """Yield the events of `text`; raise SyntaxProblem where it stops being YAML."""
    try:
        if CParser is None or pure:
            yield from YAML(typ="safe", pure=True).parse(text)
            return
        next_event = CParser(text).get_event
        while (event := next_event()) is not None:
            yield event
    except MarkedYAMLError as error:
        raise _explain(error, text) from error
    except (YAMLError, ValueError, IndexError, OverflowError, AssertionError, RecursionError) as error:
        # The parsers let some of their own slips through; a blueprint must never see one as a crash.
        raise SyntaxProblem("the text is not YAML", 0, _UNSURE) from error


def _explain(error: MarkedYAMLError, text: str) -> SyntaxProblem:
    problem = error.problem or error.context or ""
    mark = error.problem_mark or error.context_mark
    offset = mark.index if mark is not None else 0
    began = error.context_mark.index if error.context_mark is not None else None
    char = text[offset : offset + 1]
    if "Unicode character escape" in problem:
        help = "write the character itself, or `\\U` and eight digits for characters beyond U+FFFF"
        return SyntaxProblem("an escape names half of a surrogate pair or no character", offset, help, "FLJ0109")
    if char == "?" and began is not None and text[began : began + 1] in ("{", "["):
        message = "a text with `?` inside `{ }` or `[ ]` must be in quotes"
        return SyntaxProblem(message, offset, "quote the value")
    if char == "\t" and "cannot start any token" in problem:
        problem = "found character '\\t' that cannot start any token"
    if (open_quote := _left_open(text, offset)) is not None:
        return open_quote
    message, help = _WORDS.get(problem, (_lower(problem) or "the text is not YAML", _UNSURE))
    if began is not None and (problem == "found unexpected end of stream" or _is_over(text, began, offset, problem)):
        offset, began = began, None  # what is not closed is found where it is opened
    return SyntaxProblem(message.replace("{char}", char), offset, help, began=began if began != offset else None)


def _is_over(text: str, began: int, offset: int, problem: str) -> bool:
    """Say whether brackets should have ended before a problem inside them.

    So it is when others end there, or when its line is the first that is indented no more than the one that opens them.
    """
    if not problem.startswith("did not find expected ',' or"):
        return False
    if text[offset : offset + 1] in ("]", "}", ""):
        return True
    start = max(text.rfind("\n", 0, began), text.rfind("\r", 0, began)) + 1
    lines = [line for line in _LINE_END.split(text[start:offset]) if line.strip(" ")]
    opened, *within = (len(line) - len(line.lstrip(" ")) for line in lines)
    return bool(within) and within[-1] <= opened < min(within[:-1], default=opened + 1)


def _left_open(text: str, offset: int) -> SyntaxProblem | None:
    """Return what is wrong if it is a quote: one of a line above that is closed in the line of a problem only.

    A quote that is not closed ends at the next one, wherever that is, and the problem is what stands after it.
    """
    at = 0
    while (found := _QUOTE_OR_COMMENT.search(text, at, offset)) is not None:
        at = found.end()
        quoted = _QUOTED[found[1]].match(text, found.start(1)) if found[1] else None
        if quoted is None:
            continue
        at = quoted.end()
        if at <= offset and _LINE_END.search(text, *quoted.span()) and not _LINE_END.search(text, at, offset):
            line = sum(1 for _ in _LINE_END.finditer(text, 0, at)) + 1
            help = f"add the closing quote: without it the text goes on to line {line}"
            return SyntaxProblem("a quoted text is not closed", found.start(1), help)
    return None


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
