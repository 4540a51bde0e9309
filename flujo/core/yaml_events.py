"""The YAML event stream: libyaml through ruamel where it is installed, the pure parser else; and what its errors mean.

Both count marks in code points, which is what our spans count. Nothing here builds a tree.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from flujo.core.yaml_mistakes import Spot, SyntaxProblem, meant

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
    "found a tab character that violates indentation": ("a tab cannot indent", "indent with spaces"),
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
        "begin the list on a line of its own, or quote the text",
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
    "found incompatible YAML document": ("blueprints are YAML 1.2", "remove the `%YAML` line"),
    "found unknown directive name": ("a `%` directive that YAML does not have", "remove the line"),
}


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
    known = None if char == "\t" else meant(Spot(problem, text, offset, began))
    if known is not None:
        return known
    if char == "\t" and "cannot start any token" in problem:
        problem = "found character '\\t' that cannot start any token"
    message, help = _WORDS.get(problem, (_lower(problem) or "the text is not YAML", _UNSURE))
    if problem == "found unexpected end of stream" and began is not None:
        help = f"add `{text[began : began + 1]}` where it ends"
        offset, began = began, None
    return SyntaxProblem(message.replace("{char}", char), offset, help, began=began if began != offset else None)


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
