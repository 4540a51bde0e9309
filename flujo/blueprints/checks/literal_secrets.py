"""A key or password does not stand in a blueprint, which is kept, shown and shared."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from math import log2
from typing import Final

from flujo.blueprints.program import Program
from flujo.core.diagnostics import Diagnostic, Severity
from flujo.core.spans import Path
from flujo.core.values import JsonValue

_KNOWN: Final = re.compile(
    r"""(?<![A-Za-z0-9_-])(?:
      sk-(?:ant-|proj-|or-)?[A-Za-z0-9_-]{20,} | gh[pousr]_[A-Za-z0-9]{30,} | github_pat_[A-Za-z0-9_]{40,}
    | glpat-[A-Za-z0-9_-]{20,} | (?:AKIA|ASIA)[A-Z0-9]{16} | AIza[A-Za-z0-9_-]{35} | xox[abeoprs]-[A-Za-z0-9-]{20,}
    | [rs]k_live_[A-Za-z0-9]{20,} | hf_[A-Za-z0-9]{30,} | npm_[A-Za-z0-9]{36} | pypi-[A-Za-z0-9_-]{50,}
    | SG\.[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,} | eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}
    )(?![A-Za-z0-9_-])
    | -----BEGIN[ ](?:[A-Z]+[ ])*PRIVATE[ ]KEY-----
    | (?<=://)[^\s/:@{}]+:[^\s/:@{}]{4,}(?=@)""",
    re.VERBOSE,
)
"""The forms of keys of well-known services, private keys, and passwords in addresses."""

_MARKS: Final = (
    *("sk-", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "AKIA", "ASIA", "AIza", "xox", "k_live_"),
    *("hf_", "npm_", "pypi-", "SG.", "eyJ", "PRIVATE KEY-----", "@"),
)
"""One of these stands in each of them: texts are searched for it first, which takes no time."""

_LONG: Final = re.compile(r"[A-Za-z0-9+/_-]{24}")
_TOKEN: Final = re.compile(r"(?<![A-Za-z0-9+/=_.-])[A-Za-z0-9+/_-]{24,128}={0,2}(?![A-Za-z0-9+/=_.-])")
_BITS: Final = 4.0
"""Entropy of a character from which a token with letters of both cases and digits is no word and no path."""

_WORDS: Final = re.compile("[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
_WORD: Final = 3.2
"""Characters of a word on average: names made of words have longer ones, random tokens have shorter ones."""

_HELP: Final = (
    "put it into the environment and declare its name under `secrets`; and replace it: who has the file has it"
)


def check(program: Program) -> Iterator[Diagnostic]:
    """Yield texts that look like keys (FLJ0527, a warning); they are not repeated in the message."""
    if next(_found(program.report.document.source.text), None) is None:
        return  # nearly always: then no text is looked at by itself
    stack: list[tuple[Path, JsonValue]] = [((), program.report.document.data)]
    while stack:
        path, value = stack.pop()
        if isinstance(value, dict):
            stack.extend(((*path, key), part) for key, part in value.items())
        elif isinstance(value, list):
            stack.extend(((*path, index), part) for index, part in enumerate(value))
        elif isinstance(value, str):
            for start, end in _found(value):
                place = program.report.document.locate(path, start, end)
                message = "this looks like a key or a password, and a blueprint is kept and shown"
                yield Diagnostic("FLJ0527", message, place, _HELP, severity=Severity.WARNING, path=path)


def _found(text: str) -> Iterator[tuple[int, int]]:
    """Yield where a text has what looks like a key."""
    known = [match.span() for match in _KNOWN.finditer(text)] if any(mark in text for mark in _MARKS) else []
    yield from known
    for match in _TOKEN.finditer(text) if _LONG.search(text) else ():
        apart = all(match.end() <= start or match.start() >= end for start, end in known)
        if apart and _is_random(match[0]):
            yield match.span()


def _is_random(token: str) -> bool:
    """Say whether a token has no pattern: digests and ids in hexadecimal, words, paths and names do."""
    kinds = (any(map(kind, token)) for kind in (str.islower, str.isupper, str.isdigit))
    if not all(kinds) or token.count("/") > len(token) / 16 or len(token) > _WORD * len(_WORDS.findall(token)):
        return False
    counts = Counter(token).values()
    return -sum(count / len(token) * log2(count / len(token)) for count in counts) >= _BITS
