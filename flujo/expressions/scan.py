"""Template text to tokens with offsets, within limits that keep Jinja's recursive parser from running deep.

Jinja's tokens and nodes have line numbers only. We give each token its index in their place, so every node of the
syntax tree leads back to a token, and from there to offsets in the text.
"""

from __future__ import annotations

import re
from dataclasses import field
from functools import cache
from typing import Final, NoReturn

from jinja2 import Environment, TemplateSyntaxError
from jinja2.lexer import Token, operators

from flujo.core.record import dataclass
from flujo.core.suggest import did_you_mean
from flujo.expressions.budget import MAX_DEPTH, over
from flujo.expressions.faults import At, Fault, no_result, shorten

MAX_SOURCE: Final = 64 * 1024
MAX_TOKENS: Final = 10_000
MAX_DIGITS: Final = 4_300

TAGS: Final = ("if", "elif", "else", "endif", "for", "endfor", "set", "endset", "raw", "endraw")
REFUSED_TAGS: Final = frozenset(
    {
        *("autoescape", "block", "break", "call", "continue", "debug", "do", "extends", "filter", "from", "import"),
        *(
            "include",
            "macro",
            "pluralize",
            "print",
            "trans",
            "with",
            "endautoescape",
            "endblock",
            "endcall",
            "endfilter",
        ),
        *("endmacro", "endtrans", "endwith"),
    }
)
_OPEN: Final = {"lparen": "rparen", "lbracket": "rbracket", "lbrace": "rbrace"}
_IGNORED: Final = frozenset({"whitespace", "comment_begin", "comment", "comment_end", "raw_begin", "raw_end"})
_LINE_END = re.compile(r"\r\n|\r")
_SPACE = re.compile(r"\s*")


@dataclass(slots=True)
class Scan:
    """The tokens of a text: `tokens[i].lineno` is i, `spans[i]` its offsets, `closers[i]` its closing bracket."""

    text: str
    tokens: list[Token] = field(default_factory=list)
    spans: list[At] = field(default_factory=list)
    closers: dict[int, int] = field(default_factory=dict)
    plain: bool = True
    """Nothing but expressions and white space: no comments, no raw blocks."""
    depth: int = 0
    """An upper bound of how deep the parser will recurse, in brackets, blocks and prefix operators."""

    def add(self, kind: str, value: str, start: int) -> None:
        """Add a token that stands in the text as it is."""
        self.tokens.append(Token(len(self.tokens), kind, value))
        self.spans.append((start, start + len(value)))

    def between(self, first: int, last: int) -> At:
        """Return the offsets from the start of one token to the end of another."""
        return self.spans[first][0], self.spans[last][1]


def has_syntax(text: str) -> bool:
    """Say whether a text has template syntax in it."""
    return "{" in text and ("{{" in text or "{%" in text or "{#" in text)


@cache
def environment() -> Environment:
    """Return the Jinja environment: only its lexer's rules and parser are used, it never compiles anything."""
    return Environment(keep_trailing_newline=True, optimized=False, autoescape=False)


def scan(text: str, bare: bool = False) -> Scan:
    """Return the tokens of a template, or of a `bare` expression; raise Fault with the place."""
    if len(text) > MAX_SOURCE or (not text.isascii() and len(text.encode("utf-8", "surrogatepass")) > MAX_SOURCE):
        fault = over("the template is longer than 64 KiB")
        fault.at = (0, len(text))
        raise fault
    result = Scan(text)
    limits = _Limits()
    source, offsets = _normalised(text)
    place = 0
    stream = environment().lexer.tokeniter(source, None, None, "variable" if bare else None)
    while True:
        try:
            _, kind, value = next(stream)
        except StopIteration:
            return result
        except TemplateSyntaxError as error:
            _lexer_fault(error, source, place, offsets)
        if not source.startswith(value, place):  # white space that a `-` took away
            space = _SPACE.match(source, place)
            place = space.end() if space else place
        start, place = place, place + len(value)
        at = (start, place) if offsets is None else (offsets[start], offsets[place])
        if kind in _IGNORED:
            result.plain = result.plain and kind == "whitespace"
            continue
        index = len(result.tokens)
        token = _token(index, kind, value if kind != "data" else text[at[0] : at[1]], at)
        at = _without_space(token.type, value, at)
        result.tokens.append(token)
        result.spans.append(at)
        limits.see(result, token, at)


_PLAIN: Final = re.compile(r"\{\{[ \n]*([a-zA-Z]\w*(?:\.[a-zA-Z]\w*)*)[ \n]*(\}\})", re.ASCII)


def scan_plain(text: str) -> Scan | None:
    """Return the tokens of a template that is one name with its parts, which most are; None of any other text.

    This is what `scan` finds, in a quarter of the time.
    """
    match = _PLAIN.fullmatch(text)
    if match is None or "__" in text or len(text) > MAX_SOURCE:
        return None
    result, place = Scan(text, [Token(0, "variable_begin", "{{")], [(0, 2)]), match.start(1)
    for word in match[1].split("."):
        if len(result.tokens) > 1:
            result.add("dot", ".", place - 1)
        result.add("name", word, place)
        place += len(word) + 1
    result.add("variable_end", "}}", match.start(2))
    return result


def _normalised(text: str) -> tuple[str, list[int] | None]:
    """Return the text with LF line ends, as Jinja reads it, and the offset in `text` of each of its characters."""
    if "\r" not in text:
        return text, None
    source = _LINE_END.sub("\n", text)
    offsets = []
    place = 0
    for _ in source:
        offsets.append(place)
        place += 2 if text.startswith("\r\n", place) else 1
    return source, [*offsets, place]


def _without_space(kind: str, value: str, at: At) -> At:
    """Return the offsets of a closing delimiter without the white space that its `-` took in."""
    if kind in ("variable_end", "block_end"):
        return at[0], at[0] + len(value.rstrip())
    return at


class _Limits:
    """Checks on the sequence of tokens: brackets, tags, and whatever makes the parser recurse."""

    def __init__(self) -> None:
        self.brackets: list[int] = []
        self.blocks = 0
        self.prefixes = 0
        self.elses = 0

    def see(self, scan: Scan, token: Token, at: At) -> None:
        """Take the next token."""
        index, kind = token.lineno, token.type
        if index >= MAX_TOKENS:
            self.refuse(f"the template has more than {MAX_TOKENS:,} tokens", at)
        if kind in _OPEN:
            self.brackets.append(index)
        elif self.brackets and kind == _OPEN[scan.tokens[self.brackets[-1]].type]:
            scan.closers[self.brackets.pop()] = index
        elif kind in ("block_begin", "variable_begin"):
            self.elses = 0
        elif kind == "name":
            self.name(scan, token, at)
        self.prefixes = self.prefixes + 1 if kind in ("sub", "add") or token.test("name:not") else 0
        depth = max(len(self.brackets), self.blocks, self.prefixes, self.elses)
        if depth > MAX_DEPTH:
            self.refuse(f"the template is nested deeper than {MAX_DEPTH} levels", at)
        scan.depth = max(scan.depth, len(self.brackets) + self.blocks + self.prefixes + self.elses)

    def name(self, scan: Scan, token: Token, at: At) -> None:
        """Take a name: refuse what begins with `__`, and tags that are not ours."""
        word = token.value
        if word.startswith("__"):
            raise Fault("FLJ0402", f"the name `{shorten(word)}` is not allowed: it begins with `__`", at=at)
        if token.lineno and scan.tokens[token.lineno - 1].type == "block_begin":
            check_tag(word, at)
            self.blocks += (word in ("if", "for")) - (word in ("endif", "endfor"))
        elif word == "else":
            self.elses += 1

    @staticmethod
    def refuse(what: str, at: At) -> NoReturn:
        fault = over(what)
        fault.at = at
        raise fault


def check_tag(word: str, at: At) -> None:
    """Raise Fault unless `{% word ... %}` is a statement of the language."""
    if word in TAGS:
        return
    allowed = "the statements are `if`, `for`, `set` and `raw`"
    if word in REFUSED_TAGS:
        raise Fault("FLJ0402", f"the statement `{word}` is not allowed in templates", help=allowed, at=at)
    near = did_you_mean(word, TAGS)
    raise Fault(
        "FLJ0401", f"unknown statement `{shorten(word)}`", help=f"did you mean `{near}`?" if near else allowed, at=at
    )


def _token(index: int, kind: str, value: str, at: At) -> Token:
    match kind:
        case "name":
            if not value.isidentifier():
                raise Fault("FLJ0401", f"`{shorten(value)}` is not a name", at=at)
            return Token(index, kind, value)
        case "string":
            return Token(index, kind, _unquoted(value, at))
        case "integer":
            return Token(index, kind, _integer(value, at))  # type: ignore[arg-type]  # the parser wants the number
        case "float":
            number = float(value.replace("_", ""))
            if number - number != 0:
                fault = no_result(f"the number `{shorten(value)}` is too large")
                fault.at = at
                raise fault
            return Token(index, kind, number)  # type: ignore[arg-type]
        case "operator":
            return Token(index, operators[value], value)
        case _:
            return Token(index, kind, value)


def _integer(text: str, at: At) -> int:
    digits = text.replace("_", "")
    base = {"0x": 16, "0o": 8, "0b": 2}.get(digits[:2].lower(), 10)
    if len(digits) <= MAX_DIGITS:
        number = int(digits, 0) if base != 10 else int(digits)
        if number.bit_length() < 14_284:  # 10 ** 4300 has 14,285 bits
            return number
    elif base == 10:
        digits = digits.lstrip("0")
        if len(digits) <= MAX_DIGITS:
            return int(digits or "0")
    fault = no_result(f"the number `{shorten(text, 20)}` has more than 4,300 digits")
    fault.at = at
    raise fault


_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{1,3}|.)", re.S)
_ESCAPES: Final = dict(
    zip("abfnrtv\\'\"\n", ["\a", "\b", "\f", "\n", "\r", "\t", "\v", "\\", "'", '"', ""], strict=True)
)


def _unquoted(literal: str, at: At) -> str:
    """Return what a quoted text means: Python's escapes, as in Jinja; an unknown escape stays as it is."""
    body = literal[1:-1]
    if "\\" not in body:
        return body
    try:
        text = _ESCAPE.sub(_unescape, body)
        if not text.isascii():  # "\ud83d\ude00" is one character; half of such a pair is none
            text = text.encode("utf-16", "surrogatepass").decode("utf-16")
    except (ValueError, OverflowError) as error:
        raise Fault("FLJ0401", "the text holds an escape that is no Unicode character", at=at) from error
    return text


def _unescape(match: re.Match[str]) -> str:
    code = match[1]
    if code[0] in "xuU" and len(code) > 1:
        return chr(int(code[1:], 16))
    if code[0] in "01234567":
        return chr(int(code, 8))
    return _ESCAPES.get(code, match[0])


def _lexer_fault(error: TemplateSyntaxError, source: str, place: int, offsets: list[int] | None) -> NoReturn:
    """Raise the fault of a text that Jinja's lexer cannot take apart; its errors have only a line."""
    char = source[place : place + 1]
    message = (error.message or "").lower()
    if message.startswith("unexpected char"):
        message = "the quote is not closed" if char in ("'", '"') else f"unexpected character `{char}`"
    elif message.startswith("missing end of"):
        message = "the comment is not closed" if "comment" in message else "the raw block is not closed"
        place = max(0, source.rfind("{", 0, place))
    else:
        message = reworded(message)
    end = min(place + 1, len(source))
    at = (place, end) if offsets is None else (offsets[place], offsets[end])
    raise Fault("FLJ0401", message, at=at) from error


def reworded(message: str) -> str:
    """Return a message of Jinja's in our form: lower case, words in backticks, no final period."""
    message = re.sub(r"'([^']*)'", r"`\1`", message).rstrip(".")
    for old, new in (("end of print statement", "}}"), ("end of statement block", "%}"), ("token ", "")):
        message = message.replace(old, new)
    return message[:1].lower() + message[1:]
