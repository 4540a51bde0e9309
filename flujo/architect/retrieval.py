"""Finding skills for a need in words: BM25 over the fields of their specs, with light stemming and synonyms.

Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), in its simple form over one
weighted bag of words per skill. Ties are broken by id, so that the same need always finds the same skills.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from heapq import nsmallest
from math import log

from flujo.architect.synonyms import GROUPS
from flujo.architect.words import plain_form
from flujo.core.ports import SkillSpec
from flujo.core.record import dataclass

_K1 = 1.2
_B = 0.5
_SYNONYM = 0.3
_WORD = re.compile(r"[a-z0-9]+")
_EMPTY_TEXT = """
a an and are as at be but by can do for from has have i if in into is it its me my no not of on or our so than that
the their them then there these they this to up was we what when which who will with you your does how der die das
und den dem ein eine ist le la les et un une des de du el los las y que en es
"""
_EMPTY_WORDS = frozenset(_EMPTY_TEXT.split())
_WEIGHTS = (("id", 1.0), ("summary", 1.5), ("description", 1.5), ("parameters", 0.2), ("examples", 2.0))


@dataclass(frozen=True, slots=True)
class Hit:
    """A skill that was found, with how well it fits."""

    spec: SkillSpec
    score: float


class Retriever:
    """An index over skills. Building it takes time in the size of all specs; a search only in what the words hit."""

    def __init__(self, specs: Sequence[SkillSpec]) -> None:
        self._specs = tuple(specs)
        postings: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
        lengths: list[float] = []
        for number, spec in enumerate(self._specs):
            weights = _bag(spec)
            lengths.append(sum(weights.values()))
            for term, weight in weights.items():
                postings[term].append((number, weight))
        average = sum(lengths) / len(lengths) if lengths else 1.0
        self._impacts = {term: _impacts(found, lengths, average, len(self._specs)) for term, found in postings.items()}

    def search(self, need: str, k: int = 10) -> list[Hit]:
        """Return the `k` skills that fit a need best, best first; those without a word in common are left out."""
        scores: defaultdict[int, float] = defaultdict(float)
        for term, weight in _query(need).items():
            for number, impact in self._impacts.get(term, ()):
                scores[number] += weight * impact
        best = nsmallest(k, scores.items(), key=lambda item: (-item[1], self._specs[item[0]].id))
        return [Hit(self._specs[number], score) for number, score in best]


def _impacts(
    found: Sequence[tuple[int, float]], lengths: Sequence[float], average: float, total: int
) -> tuple[tuple[int, float], ...]:
    rarity = log(1 + (total - len(found) + 0.5) / (len(found) + 0.5))
    return tuple(
        (number, rarity * weight * (_K1 + 1) / (weight + _K1 * (1 - _B + _B * lengths[number] / average)))
        for number, weight in found
    )


def _bag(spec: SkillSpec) -> dict[str, float]:
    properties = spec.parameters.get("properties", {})
    parameters = (f"{name} {schema.get('description', '')}" for name, schema in properties.items())
    texts = (spec.id, spec.summary, spec.description, " ".join(parameters), " ".join(spec.examples))
    bag: defaultdict[str, float] = defaultdict(float)
    for text, (_, weight) in zip(texts, _WEIGHTS, strict=True):
        for term in terms_of(text):
            bag[term] += weight
    return bag


def _query(need: str) -> dict[str, float]:
    weights: dict[str, float] = {}
    for term in terms_of(need):
        weights[term] = 1.0
    for term in tuple(weights):
        for other in _synonyms().get(term, ()):
            weights.setdefault(other, _SYNONYM)
    return weights


def terms_of(text: str) -> list[str]:
    """Return the stems of a text's words, without the empty ones."""
    return [stem(word) for word in _WORD.findall(plain_form(text)) if word not in _EMPTY_WORDS]


def related_terms(text: str) -> set[str]:
    """Return the stems of a text's words and of those that mean the same."""
    terms = set(terms_of(text))
    return terms.union(*(_synonyms().get(term, frozenset()) for term in terms))


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Return a word without the commonest English endings; the same for all forms of most words, no more than that."""
    for ending, rest in (("ations", "ate"), ("ation", "ate"), ("iness", "y"), ("ies", "y"), ("ied", "y")):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return _bare(word[: -len(ending)] + rest)
    for ending in ("ings", "ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            return _bare(word[: -len(ending)])
    return _bare(word)


def _bare(word: str) -> str:
    if len(word) > 3 and word[-1].isalpha() and word[-1] == word[-2] and word[-1] not in "ls":
        word = word[:-1]
    return word[:-1] if len(word) > 3 and word.endswith("e") else word


@lru_cache(maxsize=1)
def _synonyms() -> dict[str, frozenset[str]]:
    groups: defaultdict[str, set[str]] = defaultdict(set)
    for line in GROUPS.strip().splitlines():
        terms = set(terms_of(line))
        for term in terms:
            groups[term] |= terms - {term}
    return {term: frozenset(others) for term, others in groups.items()}


def skills_for(retriever: Retriever, needs: Iterable[str], each: int = 5, most: int = 20) -> list[SkillSpec]:
    """Return skills for several needs: the best of each in turn, at most `most`, none twice."""
    lists = [[hit.spec for hit in retriever.search(need, each)] for need in needs]
    found: dict[str, SkillSpec] = {}
    for rank in range(each):
        for specs in lists:
            if rank < len(specs):
                found.setdefault(specs[rank].id, specs[rank])
    return list(found.values())[:most]
