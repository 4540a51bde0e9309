"""Random documents in odd styles: each a value, and a text that says it in one of the many ways YAML has."""

from __future__ import annotations

import json
import random
from typing import Any

WORDS = ["a", "load", "größe", "x y", "it's", 'say "hi"', "yes", "no", "12", "1e3", "0x1f", "null", "~", "12:30:00",
         "2026-01-01", "", " lead", "trail ", "a: b", "a #b", "#x", "- x", "[x]", "{x}", "{{ steps.a.output }}",
         "two\nlines", "end\n", "\ttab", "back\\slash", "日本", "*x", "&x", "!x", "%x", "@x", "a, b", "?", "x?",
         "http://h/p?q=1", "\x85", "\u2028", "é\x07"]  # fmt: skip
KEYS = ["a", "b", "c", "with", "on", "size", "größe", "a b", "a.b", "it's", "yes", "12", "#", "k:", "steps", "x-y"]


def value(rng: random.Random, depth: int = 3) -> Any:
    """A JSON value."""
    kind = rng.random()
    if depth == 0 or kind < 0.5:
        return rng.choice([*WORDS, *WORDS, 1, 0, -7, 1.5, True, False, None, 10**20, 0.1])
    if kind < 0.75:
        return [value(rng, depth - 1) for _ in range(rng.choice([0, 1, 2, 3]))]
    return {key: value(rng, depth - 1) for key in rng.sample(KEYS, rng.choice([0, 1, 2, 3, 4]))}


class Writer:
    """Writes a value; `comments` are all it has written, each another one."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.comments: list[str] = []
        self.anchors: dict[str, str] = {}

    def text(self, data: Any) -> str:
        lines = [*self.extra(0), *self.block(data, 0), *self.extra(0)]
        if self.rng.random() < 0.1:
            lines.insert(0, "---")
        end = self.rng.choice(["\n", "\n", "\r\n"])
        text = end.join(lines) + (end if self.rng.random() < 0.85 else "")
        return ("\ufeff" if self.rng.random() < 0.1 else "") + text

    def comment(self) -> str:
        self.comments.append(f"# {len(self.comments)}: - x, {{y}}")
        return self.comments[-1]

    def extra(self, indent: int) -> list[str]:
        """Lines between others."""
        kind = self.rng.random()
        if kind < 0.8:
            return []
        return [""] if kind < 0.9 else [" " * indent + self.comment()]

    def tail(self) -> str:
        return "  " + self.comment() if self.rng.random() < 0.15 else ""

    def block(self, data: Any, indent: int) -> list[str]:
        """The lines of a collection that is not empty; of anything else in one line."""
        if not data or not isinstance(data, dict | list) or (self.rng.random() < 0.15 and indent):
            return [" " * indent + self.flow(data) + self.tail()]
        lines: list[str] = []
        for key, part in data.items() if isinstance(data, dict) else enumerate(data):
            head = " " * indent + (f"{self.key(key)}:" if isinstance(data, dict) else "-")
            lines += [*self.extra(indent), *self.entry(head, part, indent, isinstance(data, dict))]
        return lines

    def entry(self, head: str, part: Any, indent: int, in_mapping: bool) -> list[str]:
        rng = self.rng
        if isinstance(part, dict | list) and part and rng.random() < 0.7:
            step = rng.choice([1, 2, 2, 2, 4, 7])
            if in_mapping and isinstance(part, list) and rng.random() < 0.4:
                step = 0
            lines = self.block(part, indent + step)
            first = lines[0].strip()
            if in_mapping or step < 2 or not first or first.startswith("#") or rng.random() < 0.2:
                return [head + self.tail(), *lines]
            return [head + lines[0][indent + 1 :], *lines[1:]]
        if isinstance(part, str) and "\n" in part and part.isprintable() is False and rng.random() < 0.7:
            return self.literal(head, part, indent)
        if part is None and rng.random() < 0.4:
            return [head + self.tail()]
        return [head + " " * rng.choice([1, 1, 1, 3]) + self.flow(part) + self.tail()]

    def literal(self, head: str, part: str, indent: int) -> list[str]:
        if any(ord(char) < 32 and char != "\n" for char in part) or part[:1] in " \n" or not part.strip("\n"):
            return [head + " " + json.dumps(part)]
        chomp = "" if part.endswith("\n") else "-"
        if part.endswith("\n\n"):
            return [head + " " + json.dumps(part)]
        lead = " " * (indent + self.rng.choice([1, 2, 5]))
        lines = part.removesuffix("\n").split("\n")
        return [f"{head} |{chomp}{self.tail()}", *(lead + line if line else "" for line in lines)]

    def flow(self, data: Any) -> str:
        """A value on one line: now and then an alias of one that was there, or with an anchor."""
        known = json.dumps(data)
        if known in self.anchors and self.rng.random() < 0.5:
            return f"*{self.anchors[known]} "
        text = self.written(data)
        if known not in self.anchors and self.rng.random() < 0.1:
            self.anchors[known] = f"n{len(self.anchors)}"
            return f"&{self.anchors[known]} {text}"
        return text

    def written(self, data: Any) -> str:
        rng, comma = self.rng, self.rng.choice([", ", ", ", ",", " , "])
        pad = rng.choice(["", "", " "])
        if isinstance(data, list):
            return f"[{pad}{comma.join(self.flow(part) for part in data)}{pad}]"
        if isinstance(data, dict):
            return f"{{{pad}{comma.join(f'{self.key(key)}: {self.flow(part)}' for key, part in data.items())}{pad}}}"
        return self.scalar(data)

    def key(self, name: str) -> str:
        return name if name.isalpha() and name not in ("null",) and self.rng.random() < 0.8 else self.quoted(name)

    def scalar(self, data: Any) -> str:
        if not isinstance(data, str):
            return json.dumps(data)
        plain = data.replace("/", "").replace("-", "").isalpha() and data not in ("null", "true", "false")
        return data if plain and self.rng.random() < 0.7 else self.quoted(data)

    def quoted(self, text: str) -> str:
        if text.isprintable() and self.rng.random() < 0.5:
            return "'" + text.replace("'", "''") + "'"
        return json.dumps(text, ensure_ascii=self.rng.random() < 0.5 or not text.isprintable())
