"""JSON data as YAML text in odd styles, with the lines that each part came to stand on."""

from __future__ import annotations

import json
import random
import re
from typing import Any

from flujo.core.spans import Path
from flujo.core.yaml_scalars import NumberProblem, resolve

PLAIN = re.compile(r"[A-Za-z0-9_./+-][A-Za-z0-9_./+@%() -]*\Z")
"""Texts that stand without quotes, also inside brackets; those that mean a number or a word are found out besides."""
BLOCK = re.compile(r"[!-~][ -~é☃]*(?:\n(?:[!-~][ -~é☃]*)?)*\Z")
"""Texts that a block scalar can say without an indentation indicator."""
JSON_ESCAPES = str.maketrans({"\x7f": "\\x7f", "\x85": "\\N", "\u2028": "\\L", "\u2029": "\\P", "\ufeff": "\\uFEFF"})


class Raw(str):
    """A text that is written as it stands, whatever it means."""

    __slots__ = ()


class Writer:
    """Writes one document; `lines` has the first line of each key (or item) and the last line of its value."""

    def __init__(self, chance: random.Random, *, tracking: bool = True) -> None:
        self._chance, self._tracking = chance, tracking
        self._out: list[str] = []
        self._line = 1
        self._anchors: dict[str, str] = {}
        self._step = chance.choice((2, 2, 2, 4, 1, 3))
        self._flow = chance.choice((0.0, 0.15, 0.4))
        self._noise = chance.choice((0.0, 0.0, 0.1))
        self.lines: dict[Path, tuple[int, int]] = {}

    def write(self, document: Any) -> str:
        """Return the text of a document."""
        chance = self._chance
        if chance.random() < 0.1:
            self._put("# a comment: {{ with }} [things\n\n")
        if chance.random() < 0.05:
            self._put("---\n")
        if isinstance(document, dict) and document:
            self._mapping(document, 0, ())
        elif isinstance(document, list) and document:
            self._list(document, 0, ())
        elif isinstance(document, dict | list):
            self._put(json.dumps(document) + "\n")
        else:
            self._put(self._scalar(document, 0, ()) + "\n")
        text = "".join(self._out)
        if chance.random() < 0.08 and "\r" not in text:
            text = text.replace("\n", "\r\n")
        return "\ufeff" + text if chance.random() < 0.03 else text

    def _put(self, text: str) -> None:
        self._out.append(text)
        self._line += text.count("\n")

    def _mapping(self, mapping: dict[Any, Any], indent: int, path: Path, *, inline: bool = False) -> None:
        for key, value in mapping.items():
            if not inline:
                self._between(indent)
                self._put(" " * indent)
            inline = False
            first, at = self._line, (*path, key)
            self._put(self._key(key, path) + ":")
            self._value(value, indent, indent, at)
            self.lines[at] = (first, self._line - 1)

    def _list(self, items: list[Any], indent: int, path: Path) -> None:
        for index, value in enumerate(items):
            self._between(indent)
            first, at = self._line, (*path, index)
            self._put(" " * indent + "-")
            if isinstance(value, dict) and value and not self._in_flow(value):
                space = self._chance.choice((1, 1, 1, 3))
                self._put(" " * space)
                self._mapping(value, indent + 1 + space, at, inline=True)
            else:
                self._value(value, indent, indent + 1, at)
            self.lines[at] = (first, self._line - 1)

    def _between(self, indent: int) -> None:
        if self._chance.random() < self._noise:
            self._put(self._chance.choice(("\n", "\n", " " * indent + "# note: - [ {{ x }} '\n", "# é\n")))

    def _value(self, value: Any, indent: int, least: int, path: Path) -> None:
        """Write a value after its key or dash."""
        if isinstance(value, dict | list) and value and not self._in_flow(value):
            self._put(self._comment() + "\n")
            if isinstance(value, dict):
                self._mapping(value, indent + self._step, path)
            else:
                # the items of a mapping's list may stand as far left as its key
                self._list(value, self._chance.choice((least, indent + self._step)), path)
            return
        space = self._chance.choice((" ", " ", " ", "   "))
        if isinstance(value, dict | list):
            self._put(space)
            self._flow_value(value, indent + self._step, path)
        else:
            text = self._scalar(value, indent + self._step, path)
            self._put(space + text if text else "")
            if text.startswith(("|", ">")):
                return
        self._put(self._comment() + "\n")

    def _comment(self) -> str:
        return " # 'why" if self._chance.random() < self._noise else ""

    def _in_flow(self, value: Any) -> bool:
        return self._chance.random() < self._flow

    def _flow_value(self, value: Any, indent: int, path: Path) -> None:
        """Write a value inside brackets, now and then over several lines."""
        if not isinstance(value, dict | list):
            self._put(self._scalar(value, None, path) or "null")
            return
        broken = len(value) > 2 and self._chance.random() < 0.2
        first, last = "{}" if isinstance(value, dict) else "[]"
        self._put(first)
        for number, item in enumerate(value):
            if number:
                self._put(",")
            self._put("\n" + " " * indent if broken else " " if number else "")
            begun = self._line
            at = (*path, item if isinstance(value, dict) else number)
            if isinstance(value, dict):
                self._put(self._key(item, path) + ": ")
                item = value[item]
            self._flow_value(item, indent, at)
            if self._tracking:
                self.lines[at] = (begun, self._line)
        self._put(last)

    def _key(self, key: Any, path: Path) -> str:
        if isinstance(key, Raw):
            return str(key)
        if not isinstance(key, str):
            return json.dumps(key)
        word = path and path[-1] == "branches" and key in ("true", "false")
        if word or (len(key) < 100 and _is_plain(key) and self._chance.random() < 0.95):
            return key
        return _quoted(key)

    def _scalar(self, value: Any, indent: int | None, path: Path) -> str:
        """Return the text of a scalar; without `indent` it stands inside brackets."""
        if isinstance(value, Raw):
            return str(value)
        if value is None:
            return self._chance.choice(("null", "~", "")) if indent else "null"
        if isinstance(value, bool):
            return self._chance.choice((str(value).lower(), str(value)))
        if not isinstance(value, str):
            return json.dumps(value) if value == value and abs(value) < float("inf") else "1.5"
        if path and self._chance.random() < self._noise / 2 and 0 < len(value) < 1000:
            if value in self._anchors:
                return f"*{self._anchors[value]}" + (" " if indent is None else "")
            self._anchors[value] = f"a{len(self._anchors)}"
            return f"&{self._anchors[value]} {_quoted(value)}"
        return self._text(value, indent)

    def _text(self, value: str, indent: int | None) -> str:
        roll = self._chance.random()
        if roll < 0.8 and _is_plain(value):
            return value
        if indent and roll < 0.5 + 0.4 * ("\n" in value) and BLOCK.match(value) and not value.endswith("\n\n"):
            return self._block(value, " " * indent)
        if roll < 0.75 and value.isprintable():
            return "'" + value.replace("'", "''") + "'"
        return _quoted(value)

    def _block(self, value: str, margin: str) -> str:
        """Return a block scalar; the line break after it is part of it."""
        lines = value.removesuffix("\n").split("\n")
        if value.isspace():
            return _quoted(value)
        style = "|"
        if self._chance.random() < 0.3 and "" not in lines:
            style, lines = ">", [line for text in lines for line in (text, "")][:-1]
        keep = "" if value.endswith("\n") else "-"
        return f"{style}{keep}\n" + "".join(f"{margin}{line}\n" if line else "\n" for line in lines)


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False).translate(JSON_ESCAPES)


def _is_plain(value: str) -> bool:
    """Say whether a text means itself when it stands without quotes."""
    if not PLAIN.match(value) or value.endswith(" ") or value.startswith(("- ", "-", "@", "%", ".")) or ": " in value:
        return False
    try:
        return resolve(value) == value
    except NumberProblem:
        return False
