"""A goal being read: which of its words are accounted for, and by what. Patterns take words away until none is left.

What is left at the end was not understood, and is named; that is how the offline planner stays honest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache

from flujo.architect.lexicon import Lexicon, Phrase, language_of, lexicon
from flujo.architect.words import Token, Words, tokens_of, words_between
from flujo.core.record import dataclass

Found = tuple[int, int]
"""Start and end of a match in the words that are still free."""


@dataclass(frozen=True, slots=True)
class Element:
    """One place of a pattern: any of the phrases fits; an optional one may be missing."""

    phrases: tuple[Phrase, ...]
    optional: bool


class Reading:
    """The tokens of a goal with the use each was put to."""

    def __init__(self, goal: str) -> None:
        self.goal = goal
        self.tokens = tokens_of(goal)
        self.lexicon: Lexicon = lexicon(language_of(token.plain for token in self.tokens if token.kind == "word"))
        self._use: dict[int, str] = {}
        self.free: tuple[Token, ...] = self.tokens

    def take(self, tokens: Iterable[Token], use: str) -> None:
        """Account for tokens."""
        for token in tokens:
            self._use.setdefault(token.start, use)
        self.free = tuple(token for token in self.tokens if token.start not in self._use)

    def use_of(self, token: Token) -> str | None:
        """Return the use a token was put to."""
        return self._use.get(token.start)

    def words(self, *uses: str) -> tuple[Words, ...]:
        """Return the stretches of the goal that were put to these uses."""
        return words_between(self.goal, (token for token in self.tokens if self._use.get(token.start) in uses))

    def phrase_at(self, name: str, at: int, free: Sequence[Token] | None = None) -> int | None:
        """Return the end of the longest phrase of a set at `at`, if one is there."""
        tokens = self.free if free is None else free
        for phrase in self.lexicon.sets.get(name, ()):
            if _fits(tokens, at, phrase):
                return at + len(phrase)
        return None

    def phrase_before(self, name: str, at: int) -> int | None:
        """Return the start of the longest phrase of a set that ends right before `at`."""
        for phrase in self.lexicon.sets.get(name, ()):
            start = at - len(phrase)
            if start >= 0 and _fits(self.free, start, phrase):
                return start
        return None

    def find(self, pattern: str, start: int = 0) -> Found | None:
        """Return the first match of a pattern among the free words."""
        elements = _compiled(self.lexicon.language, pattern)
        for at in range(start, len(self.free)):
            end = _match(elements, self.free, at)
            if end is not None and end > at:
                return at, end
        return None

    def take_all(self, pattern: str, use: str, accept: Callable[[int, int], bool] | None = None) -> bool:
        """Take every match of a pattern; say whether there was one."""
        hit, start = False, 0
        while (found := self.find(pattern, start)) is not None:
            if accept is not None and not accept(*found):
                start = found[0] + 1
                continue
            self.take(self.free[found[0] : found[1]], use)
            hit, start = True, found[0]
        return hit

    def take_phrases(self, name: str, use: str) -> list[Token]:
        """Take every phrase of a set; return the tokens."""
        taken: list[Token] = []
        at = 0
        while at < len(self.free):
            end = self.phrase_at(name, at)
            if end is None:
                at += 1
                continue
            taken += self.free[at:end]
            self.take(self.free[at:end], use)
        return taken


def _fits(tokens: Sequence[Token], at: int, phrase: Phrase) -> bool:
    if at + len(phrase) > len(tokens):
        return False
    return all(
        tokens[at + index].plain == word and tokens[at + index].kind in ("word", "sign", "mark")
        for index, word in enumerate(phrase)
    )


@lru_cache(maxsize=2048)
def _compiled(language: str, pattern: str) -> tuple[Element, ...]:
    return tuple(_element(language, part) for part in pattern.split())


def _element(language: str, part: str) -> Element:
    optional = part.endswith("?")
    phrases: list[Phrase] = []
    for option in part.removesuffix("?").split("|"):
        if option.startswith("@"):
            phrases += lexicon(language).sets.get(option[1:], ())
        else:
            phrases.append(tuple(token.plain for token in tokens_of(option)))
    return Element(tuple(sorted(set(phrases), key=lambda item: (-len(item), item))), optional)


def _match(elements: tuple[Element, ...], tokens: Sequence[Token], at: int) -> int | None:
    return next(_matches(elements, 0, tokens, at), None)


def _matches(elements: tuple[Element, ...], index: int, tokens: Sequence[Token], at: int) -> Iterator[int]:
    if index == len(elements):
        yield at
        return
    for phrase in elements[index].phrases:
        if _fits(tokens, at, phrase):
            yield from _matches(elements, index + 1, tokens, at + len(phrase))
    if elements[index].optional:
        yield from _matches(elements, index + 1, tokens, at)
