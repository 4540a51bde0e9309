"""The words the offline planner knows, one file a language: data only.

A set is phrases with `|` between them. A pattern is a row of elements: a word, several with `|`, `@set`, each with `?`
when it may be missing. Everything is written without accents (`words.plain_form`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from flujo.architect.lexicon import de, en, es, fr
from flujo.architect.words import phrase
from flujo.core.record import dataclass

Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """One language: sets of phrases (longest first), patterns, and names of common data in English."""

    language: str
    sets: Mapping[str, tuple[Phrase, ...]]
    approvals: tuple[str, ...]
    approval_tails: tuple[str, ...]
    translations: Mapping[str, str]
    endings: tuple[str, ...]

    def has(self, name: str, word: str) -> bool:
        """Say whether a set holds a phrase of this one word."""
        return (word,) in self.sets.get(name, ())

    def english(self, word: str) -> str | None:
        """Return the English word for a name of common data, whatever its ending."""
        for ending in ("", *self.endings):
            if word.endswith(ending) and (found := self.translations.get(word[: len(word) - len(ending)])):
                return found
        return None


_MODULES = {"en": en, "de": de, "es": es, "fr": fr}


@lru_cache(maxsize=len(_MODULES))
def lexicon(language: str) -> Lexicon:
    """Return the lexicon of a language: `en`, `de`, `es` or `fr`."""
    module = _MODULES[language]
    sets = {name: _phrases(text) for name, text in module.SETS.items()}
    return Lexicon(language, sets, module.APPROVALS, module.APPROVAL_TAILS, module.TRANSLATIONS, module.ENDINGS)


def language_of(words: Iterable[str]) -> str:
    """Return the language most of the words belong to; English when nothing speaks for another."""
    seen = list(words)
    scores = {name: sum(_known(name).issuperset((word,)) for word in seen) for name in _MODULES}
    return max(scores, key=lambda name: (scores[name], name == "en"))


@lru_cache(maxsize=len(_MODULES))
def _known(language: str) -> frozenset[str]:
    return frozenset(word for phrases in lexicon(language).sets.values() for parts in phrases for word in parts)


def _phrases(text: str) -> tuple[Phrase, ...]:
    parts = {phrase(part.strip()) for part in text.split("|")}
    return tuple(sorted((part for part in parts if part), key=lambda part: (-len(part), part)))
