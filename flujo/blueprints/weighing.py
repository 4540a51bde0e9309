"""How much there is to compile in the templates of a file, counted before any of it is compiled."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from flujo.core.record import dataclass
from flujo.core.values import JsonValue
from flujo.expressions import has_syntax

MAX_TOKENS: Final = 250_000
"""Words and signs inside all `{{ }}` and `{% %}` of one file: some seconds of compiling."""

_BLOCK: Final = re.compile(r"\{[{%].*?(?:[}%]\}|\Z)", re.S)
_TOKEN: Final = re.compile(r"\w+|[^\w\s]")


@dataclass(slots=True)
class Weight:
    """The tokens of all templates so far."""

    tokens: int = 0

    def takes(self, value: JsonValue, bare: bool = False) -> bool:
        """Count the templates in a value; say whether the file is still within its limit."""
        for text in _texts(value):
            parts = [text] if bare else _BLOCK.findall(text) if has_syntax(text) else ()
            self.tokens += sum(sum(1 for _ in _TOKEN.finditer(part)) - 4 for part in parts)
            if self.tokens > MAX_TOKENS:
                return False
        return True


def _texts(value: JsonValue) -> Iterator[str]:
    stack = [value]
    while stack:
        part = stack.pop()
        if isinstance(part, str):
            yield part
        elif isinstance(part, list):
            stack += part
        elif isinstance(part, dict):
            stack += part.values()
