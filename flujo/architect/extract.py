"""What a goal says outside its tables: files and their roles, formats, and the wish to be asked first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from typing import Literal

from flujo.architect.reading import Reading
from flujo.architect.words import Token, is_file_name, phrase
from flujo.core.record import dataclass

Role = Literal["source", "sink"]

_NO_NOUNS = {
    "rest",
    "rests",
    "other",
    "others",
    "remainder",
    "not",
    "new",
    "all",
    "both",
    "first",
    "last",
    "only",
    "no",
}
"""Words that keep their own meaning even when a file is called like them."""

_BETWEEN = {",", "and", "but", "then", "und", "aber", "dann", "y", "pero", "et", "mais", "-"}


@dataclass(slots=True)
class Files:
    """The files of a goal by what happens to them; `stdin` when the input of the run is read."""

    sources: list[str] = field(default_factory=list)
    sinks: list[str] = field(default_factory=list)
    stdin: bool = False
    notes: list[str] = field(default_factory=list)

    @property
    def nouns(self) -> frozenset[str]:
        """Words that stand for the rows of the source: `tickets`, `ticket` for tickets.csv."""
        return frozenset(word for path in self.sources for word in _nouns(path))

    @property
    def result_nouns(self) -> frozenset[str]:
        """Words that stand for the file written: `report` for report.md."""
        return frozenset(word for path in self.sinks for word in _nouns(path))


def _nouns(path: str) -> list[str]:
    stem = path.rpartition("/")[2].rpartition(".")[0]
    words = phrase(stem.replace("_", " ").replace("-", " "))
    forms = [form for word in words for form in (word, word + "s", word.removesuffix("s"), word.removesuffix("es"))]
    return [form for form in forms if form not in _NO_NOUNS]


def files_of(reading: Reading, known: Sequence[str]) -> Files:
    """Find the files of a goal, decide what each is for, and take the words that say so."""
    files = Files()
    for token in [item for item in reading.tokens if _names_file(item)]:
        at = reading.free.index(token)
        role, start = _role(reading, at, files, token.value in known)
        if token.value in files.sinks:
            role = "sink"
        paths = files.sources if role == "source" else files.sinks
        if token.value not in paths:
            paths.append(token.value)
        tokens = [*reading.free[start : at + 1], *(_verb_words(reading, start) if role == "sink" else ())]
        reading.take(tokens, role)
    for use in ("from", "read", "at"):
        for noun in ("", "@filenoun? "):
            files.stdin |= reading.take_all(f"@{use} @the? {noun}@stdin", "source")
    files.stdin |= bool(reading.take_phrases("stdin", "source"))
    return files


def _names_file(token: Token) -> bool:
    return token.kind == "file" or (token.kind == "quoted" and is_file_name(token.value))


def _role(reading: Reading, at: int, files: Files, exists: bool) -> tuple[Role, int]:
    """Return what the file at `at` is for, and where the words that say so begin."""
    start = at
    for _ in range(3):
        before = reading.phrase_before("filenoun", start)
        before = reading.phrase_before("the", start) if before is None else before
        start = start if before is None else before
    for name, role in (("to", "sink"), ("from", "source"), ("read", "source"), ("make", "sink")):
        for end in (at, start):
            found = reading.phrase_before(name, end)
            if found is not None:
                return role, found  # type: ignore[return-value]
    found = reading.phrase_before("at", start)
    if found is not None:
        return ("sink" if _open_verb(reading, found) is not None else "source"), found
    if (found := reading.phrase_before("write", start)) is not None:
        return "sink", found
    if files.sources and not files.sinks and not exists:
        return "sink", start
    return ("source" if exists or not files.sources else "sink"), start


def _open_verb(reading: Reading, at: int) -> int | None:
    """Return where a verb of writing stands earlier in the sentence, with no other file in between."""
    while at > 0 and not reading.free[at - 1].ends_sentence:
        found = reading.phrase_before("write", at)
        if found is not None:
            return found
        at -= 1
    return None


def _verb_words(reading: Reading, start: int) -> Sequence[Token]:
    """Return the words of `write the summary` before `start`; the verb alone when its object says more."""
    verb = _open_verb(reading, start)
    if verb is None:
        return ()
    at = after = reading.phrase_at("write", verb) or verb
    while at < start:
        end = reading.phrase_at("thing", at) or reading.phrase_at("the", at)
        if end is None:
            return reading.free[verb:after]
        at = end
    return reading.free[verb:start]


def approval_of(reading: Reading) -> bool:
    """Find the wish to be asked before something is done, and take the words that say so."""
    found = False
    for pattern in reading.lexicon.approvals:
        found |= reading.take_all(pattern, "approval")
    if found:
        for pattern in reading.lexicon.approval_tails:
            reading.take_all(pattern, "approval", lambda start, end: _beside_approval(reading, start, end))
    return found


def _beside_approval(reading: Reading, start: int, end: int) -> bool:
    """Whether words stand right beside those of the approval or of the writing it holds back."""
    first, last = reading.tokens.index(reading.free[start]), reading.tokens.index(reading.free[end - 1])
    for at, step in ((first - 1, -1), (last + 1, 1)):
        while 0 <= at < len(reading.tokens) and reading.tokens[at].plain in _BETWEEN:
            at += step
        if 0 <= at < len(reading.tokens) and reading.use_of(reading.tokens[at]) in ("approval", "sink"):
            return True
    return False


def format_of(reading: Reading) -> str | None:
    """Return the format the result is asked in: markdown, csv or json."""
    found = [name for name in ("markdown", "csv", "json") if reading.take_phrases(name, "format")]
    if found:
        reading.take_phrases("convert", "format")
    return found[-1] if len(found) == 1 else None
