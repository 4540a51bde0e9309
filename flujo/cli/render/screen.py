"""What a terminal can show: harmless characters, their widths, and colours.

Data of a run or a file may hold escape sequences that rewrite the screen or bidi controls that make text read as
something else. Everything that came from outside goes through `visible` before it is printed.
"""

from __future__ import annotations

import unicodedata

from flujo.core.record import dataclass

_JOINERS = "\u200c\u200d"  # needed inside words and emoji; they move nothing
_HIDDEN = ("Cc", "Cf", "Cs", "Zl", "Zp")
_CODES = {"bold": "1", "dim": "2", "red": "1;31", "green": "32", "yellow": "1;33", "blue": "1;34", "cyan": "36"}


def visible(text: str, keep: str = "\n") -> str:
    r"""Return `text` with control, format and surrogate characters as escapes (`\x1b`); those in `keep` stay."""
    if text.isascii() and text.isprintable():
        return text
    return "".join([char if char in keep else visible_char(char) for char in text])


def visible_char(char: str) -> str:
    """Return one character as it may be printed."""
    if char.isprintable() or char in _JOINERS or unicodedata.category(char) not in _HIDDEN:
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def width(text: str) -> int:
    """Return how many columns `text` takes: wide characters two, combining ones none."""
    return len(text) if text.isascii() else sum(map(char_width, text))


def char_width(char: str) -> int:
    """Return how many columns a character takes."""
    if char in _JOINERS or unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def fit(text: str, columns: int) -> str:
    """Return `text` cut to at most `columns`, with `...` where something is missing."""
    if width(text) <= columns:
        return text
    taken, room = [], max(0, columns - 3)
    for char in text:
        room -= char_width(char)
        if room < 0:
            break
        taken.append(char)
    return "".join(taken) + "..."[:columns]


def pad(text: str, columns: int) -> str:
    """Return `text` filled with spaces to `columns`."""
    return text + " " * (columns - width(text))


@dataclass(frozen=True, slots=True)
class Paint:
    """Colours, where the stream wants them: without, every method returns its text."""

    on: bool = False

    def __call__(self, style: str, text: str) -> str:
        """Return `text` in a style: bold, dim, red, green, yellow, blue or cyan."""
        return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if self.on and text else text
