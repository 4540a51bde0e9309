"""The words of `reduce`: how a list of results becomes one value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from flujo.core.errors import FlujoError
from flujo.core.values import JsonValue, a_type, canonical_bytes

Results = list[JsonValue]


def reduced(word: str, results: Results) -> JsonValue:
    """Return the results as one value; raise FLJ0507 when they are of the wrong types."""
    return _WORDS[word](results)


def _concat(results: Results) -> JsonValue:
    present = [value for value in results if value is not None]
    if all(type(value) is str for value in present):
        return "".join(present)
    if all(type(value) is list for value in present):
        return [item for value in present for item in value]
    raise _misfit("concat", "texts only or lists only", present, (str, list))


def _sum(results: Results) -> JsonValue:
    present = [value for value in results if value is not None]
    if any(type(value) not in (int, float) for value in present):
        raise _misfit("sum", "numbers", present, (int, float))
    return sum(present)


def _merge(results: Results) -> JsonValue:
    merged: dict[str, JsonValue] = {}
    for value in results:
        if value is None:
            continue
        if type(value) is not dict:
            raise _misfit("merge", "mappings", [value], (dict,))
        merged |= value
    return merged


def _majority(results: Results) -> JsonValue:
    """Return the most frequent result, at a tie the first; null results do not vote."""
    votes: dict[bytes, tuple[int, JsonValue]] = {}
    for value in results:
        if value is not None:
            key = canonical_bytes(value)
            votes[key] = (votes[key][0] + 1 if key in votes else 1, value)
    return max(votes.values(), key=lambda vote: vote[0])[1] if votes else None


def _misfit(word: str, wanted: str, results: Results, types: tuple[type, ...]) -> FlujoError:
    odd = next((value for value in results if type(value) not in types), results[0])
    return FlujoError("FLJ0507", f"`reduce: {word}` needs {wanted}, and one result is {a_type(odd)}")


_WORDS: Final[dict[str, Callable[[Results], JsonValue]]] = {
    "concat": _concat,
    "sum": _sum,
    "merge": _merge,
    "first": lambda results: results[0] if results else None,
    "last": lambda results: results[-1] if results else None,
    "majority": _majority,
}
