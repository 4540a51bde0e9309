"""Bytes to a Source: UTF-8, at most 8 MiB, and only characters that a blueprint may hold."""

from __future__ import annotations

import re
from itertools import islice
from typing import Final

from flujo.core.diagnostics import Diagnostic
from flujo.core.spans import Place, Source, Span

MAX_BYTES: Final = 8 * 1024 * 1024
MAX_SHOWN: Final = 20
"""How many wrong characters are reported."""

_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
"""What YAML 1.2 does not count as printable. (The class of what it does count takes 20 times as long to compile.)"""


def to_source(text: bytes | str, name: str) -> tuple[Source, list[Diagnostic]]:
    """Return a text as a Source without its byte order mark, and what is wrong with its size or characters."""
    too_large = len(text) > MAX_BYTES
    if isinstance(text, bytes):
        try:
            decoded = text.decode() if not too_large else ""
        except UnicodeDecodeError as error:
            return _not_utf8(text, error, name)
    else:
        decoded = text
    source = Source(name, "" if too_large else decoded.removeprefix("\ufeff"))
    if too_large or (len(decoded) * 4 > MAX_BYTES and len(decoded.encode(errors="surrogatepass")) > MAX_BYTES):
        message = "the text is larger than 8 MiB"
        return source, [Diagnostic("FLJ0110", message, Place(source, Span(0, 0)), "move data out of the blueprint")]
    found = islice(_FORBIDDEN.finditer(source.text), MAX_SHOWN)
    return source, [_forbidden(source, match.start()) for match in found]


def _forbidden(source: Source, offset: int) -> Diagnostic:
    message = f"the character {code_point(source.text[offset])} is not allowed"
    return Diagnostic("FLJ0109", message, place_at(source, offset), _how_to_write(source.text[offset]))


def _how_to_write(char: str) -> str:
    """Return what to do about a character that no text may have as it is; some not even as an escape."""
    if char == "\0" or "\ud800" <= char <= "\udfff":
        return "remove it"
    number = ord(char)
    escape = f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}"
    return f"remove it, or write it in double quotes as `{escape}`"


def _not_utf8(data: bytes, error: UnicodeDecodeError, name: str) -> tuple[Source, list[Diagnostic]]:
    source = Source(name, data.decode(errors="replace").removeprefix("\ufeff"))
    offset = len(data[: error.start].decode().removeprefix("\ufeff"))
    message = f"the file is not UTF-8 text: byte {error.start + 1} is 0x{data[error.start]:02x}"
    return source, [Diagnostic("FLJ0101", message, place_at(source, offset), "save the file as UTF-8")]


def place_at(source: Source, start: int, end: int | None = None) -> Place:
    """Return the place of [start, end), or of one character, cut to what the source has."""
    limit = len(source.text)
    start = max(0, min(start, limit))
    return Place(source, Span(start, max(start, min(start + 1 if end is None else end, limit))))


def code_point(char: str) -> str:
    """Return a character as `U+XXXX`."""
    return f"U+{ord(char):04X}"
