"""Secrets: the port they come in through, and what takes them out of everything that is written.

A secret is known by its text in the forms in which it usually comes back: as it is, in upper and lower case,
percent-encoded, in base64 (three alignments, both alphabets) and hex, escaped for JSON, Python and HTML; of one with
several lines each long line too. Forms nobody listed (split over a list, encrypted, compressed) are not found.
"""

from __future__ import annotations

import base64
import html
import json
from collections import deque
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final, Protocol
from urllib.parse import quote, quote_plus

from flujo.core.values import JsonValue

HIDDEN: Final = "***"
"""What stands where a secret was."""

PLACEHOLDER: Final = "$secret"
"""The only key of the mapping that stands for a secret in arguments, wherever they are kept or shown."""

MIN_LENGTH: Final = 6
"""Characters: a shorter secret cannot be taken out, for it would blot out words that are none."""

MIN_LINE: Final = 16
"""Characters of a line of a secret that counts by itself."""

MAX_DERIVED: Final = 50
"""Values computed from secrets that are remembered, the latest of them."""


class Secrets(Protocol):
    """Where the values of secrets come from."""

    def get(self, name: str) -> str | None:
        """Return the value that a secret has now; None when it is not set."""
        ...


class Redactor:
    """Knows the secrets of a process and puts `***` in their place. False while it knows none."""

    __slots__ = ("_derived", "_in_json", "_known", "forms")

    def __init__(self) -> None:
        self.forms: tuple[str, ...] = ()
        """All texts that are taken out, the longest first."""
        self._in_json: tuple[str, ...] = ()
        self._known: set[str] = set()
        self._derived: deque[str] = deque(maxlen=MAX_DERIVED)

    def __bool__(self) -> bool:
        return bool(self.forms)

    def learn(self, value: str) -> None:
        """Take a secret's value out from now on, unless it is too short for that."""
        if value not in self._known and forms_of(value):
            self._known.add(value)
            self._collect()

    def learn_derived(self, value: JsonValue, secrets: Sequence[str]) -> None:
        """Take out what was computed with secrets, unless each of them is found in it anyway."""
        for text in _texts(value):
            if text in self._derived or not forms_of(text):
                continue
            if not all(any(form in text for form in forms_of(secret)) for secret in secrets):
                self._derived.append(text)
                self._collect()

    def text(self, text: str) -> str:
        """Return a text without the secrets in it."""
        for form in self.forms:
            if form in text:
                text = text.replace(form, HIDDEN)
        return text

    def value(self, value: JsonValue) -> JsonValue:
        """Return JSON data without the secrets in its texts, keys and numbers; the same object when there are none."""
        if value is None or not self.forms:
            return value
        whole = json.dumps(value, ensure_ascii=False)
        return self._part(value) if any(form in whole for form in self._in_json) else value

    def _part(self, value: JsonValue) -> JsonValue:
        match value:
            case str():
                return self.text(value)
            case dict():
                return {self.text(key): self._part(part) for key, part in value.items()}
            case list():
                return [self._part(part) for part in value]
            case bool() | None:
                return value
        text = str(value)
        return value if self.text(text) == text else HIDDEN

    def _collect(self) -> None:
        values = (*self._known, *self._derived)
        forms = {form for value in values for form in forms_of(value)}
        self._in_json = tuple({form for value in values for form in _forms_in_json(value)})
        self.forms = tuple(sorted(forms, key=lambda form: (-len(form), form)))


@lru_cache(maxsize=4 * MAX_DERIVED)
def forms_of(value: str) -> tuple[str, ...]:
    """Return the texts by which a secret is known; none for one that is too short."""
    bare = value.strip()
    if len(bare) < MIN_LENGTH:
        return ()
    lines = [line.strip() for line in bare.splitlines()] if "\n" in bare or "\r" in bare else []
    parts = {bare, value, *(line for line in lines if len(line) >= MIN_LINE)}
    return tuple({form for part in parts for form in _forms(part)})


@lru_cache(maxsize=4 * MAX_DERIVED)
def _forms_in_json(value: str) -> tuple[str, ...]:
    return tuple(json.dumps(form, ensure_ascii=False)[1:-1] for form in forms_of(value))


def _forms(text: str) -> Iterator[str]:
    yield from (text, text.lower(), text.upper())
    yield from (repr(text)[1:-1], html.escape(text), html.escape(text, quote=False))
    for ascii_only in (True, False):
        once = json.dumps(text, ensure_ascii=ascii_only)[1:-1]
        yield from (once, json.dumps(once, ensure_ascii=ascii_only)[1:-1])
    data = text.encode("utf-8", "surrogatepass")
    yield from (data.hex(), data.hex().upper())
    encoded = {quote(data, safe) for safe in ("", "/", "!'()*", "/:@")} | {quote_plus(data)}
    yield from encoded
    yield from (_lower_escapes(item) for item in encoded)
    for before in range(3):
        # the first and last characters also hold bits of what stands around the secret, unless nothing follows
        whole = base64.b64encode(b"\0" * before + data).decode()[-(-before * 8 // 6) :]
        inner = whole[: (before + len(data)) * 8 // 6 - -(-before * 8 // 6)]
        for form in (whole, whole.rstrip("="), inner):
            yield from (form, form.translate(_URL_SAFE), quote(form, ""))


_URL_SAFE: Final = str.maketrans("+/", "-_")


def _lower_escapes(text: str) -> str:
    first, *rest = text.split("%")
    return "".join([first, *(f"%{part[:2].lower()}{part[2:]}" for part in rest)])


def _texts(value: JsonValue) -> Iterator[str]:
    """Yield the texts in a value, and its numbers as texts."""
    match value:
        case dict():
            for key, part in value.items():
                yield key
                yield from _texts(part)
        case list():
            for part in value:
                yield from _texts(part)
        case str():
            yield value
        case bool() | None:
            return
        case _:
            yield str(value)


def masked(value: JsonValue) -> JsonValue:
    """Return arguments for a person to read: `***` where a secret stands."""
    match value:
        case {"$secret": _}:
            return HIDDEN
        case dict():
            return {key: masked(part) for key, part in value.items()}
        case list():
            return [masked(part) for part in value]
    return value
