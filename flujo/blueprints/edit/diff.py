"""Unified diffs whose lines end as those of the file do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Final

CONTEXT: Final = 3
_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+\Z")


def unified(name: str, before: str, after: str) -> str:
    """Return the difference of two texts; empty when there is none."""
    if before == after:
        return ""
    old, new = _LINE.findall(before), _LINE.findall(after)
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    first, last = max(0, head - CONTEXT), min(tail, CONTEXT) - tail
    own, other = old[first : len(old) + last], new[first : len(new) + last]
    lines = [f"--- a/{name}\n", f"+++ b/{name}\n"]
    for group in SequenceMatcher(None, own, other, autojunk=False).get_grouped_opcodes(CONTEXT):
        start, end = group[0], group[-1]
        was, now = _range(first + start[1], end[2] - start[1]), _range(first + start[3], end[4] - start[3])
        lines.append(f"@@ -{was} +{now} @@\n")
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                lines += _marked(" ", own[i1:i2])
            else:
                lines += [*_marked("-", own[i1:i2]), *_marked("+", other[j1:j2])]
    return "".join(lines)


def _marked(mark: str, lines: list[str]) -> Iterator[str]:
    for line in lines:
        yield mark + line if line[-1:] in "\r\n" else f"{mark}{line}\n\\ No newline at end of file\n"


def _range(start: int, length: int) -> str:
    return f"{start + 1}" if length == 1 else f"{start + 1 if length else start},{length}"
