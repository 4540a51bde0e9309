"""How wide a text is: a table, so that a picture is the same on every machine."""

from __future__ import annotations

import unicodedata
from typing import Final

_CLASSES: Final = {
    27: "'", 28: "ijl", 29: "IJ", 32: " ,.", 34: "/:;\\|", 35: "f", 36: "-", 39: "()[]t", 40: "!", 41: "r", 46: '"',
    50: "*_`", 52: "sz", 53: "?", 55: "c", 56: "L", 58: "Fk", 59: "vxy", 60: "P", 61: "TYao", 62: "e", 63: "ESbdghnpqu",
    64: "$0123456789{}", 66: "K", 68: "AV", 69: "BRXZ", 70: "C", 73: "U", 75: "HN", 77: "DG", 78: "&", 79: "OQ",
    82: "w", 84: "#+<=>^~", 86: "M", 95: "%", 97: "m", 99: "W", 100: "@",
}  # fmt: skip
"""Advance widths of DejaVu Sans in hundredths of the size: of the fonts that are asked for it is the widest."""

_WIDTHS: Final = {char: width for width, chars in _CLASSES.items() for char in chars}
_BOLD: Final = 1.12
_OTHER: Final = 70
_WIDE: Final = 105


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Return how wide `text` is at most, in the units of `size`."""
    total = sum(_WIDTHS.get(char) or _unusual(char) for char in text)
    return round(total * size / 100 * (_BOLD if bold else 1), 1)


def _unusual(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return _WIDE if unicodedata.east_asian_width(char) in "WF" else _OTHER
