"""How tests are joined: `and`, `or`, `not`, commas and mere neighbourhood, read as people mean them or not at all."""

from __future__ import annotations

from itertools import pairwise

from flujo.architect.conditions import Ambiguous, Item, Run
from flujo.architect.expression import Condition, Not, Test, joined, negated, tests_of
from flujo.core.record import dataclass


@dataclass(frozen=True, slots=True)
class _Part:
    """A test with the word before it."""

    before: str
    condition: Condition
    columns: frozenset[str]
    listable: bool
    negative: bool


def condition_of(run: Run) -> Condition:
    """Return the condition for a row to be kept; raise Ambiguous when the words can be read in two ways."""
    items = [item for item in run.items if not item.weak]
    kinds = [item.kind for item in items]
    not_both = any(pair == ("not", "both") for pair in pairwise(kinds))
    if not_both:
        if kinds[:2] != ["not", "both"]:
            raise Ambiguous("it is not clear how far the `not both` reaches: split the sentence")
        items = items[2:]
    parts = _lists(_parts(items), run)
    words = {part.before for part in parts[1:]}
    if "or" in words and len(words - {"or"}) > 0:
        raise Ambiguous("`and` and `or` can be grouped in two ways here: split it into two sentences")
    if run.drop and "and" in words and "both" not in kinds:
        raise Ambiguous("it is not clear whether rows with one or only rows with all of these go: say `that are both`")
    condition = joined("or" if "or" in words else "and", [part.condition for part in parts])
    if not_both:
        condition = negated(condition)
    return negated(condition) if run.drop else condition


def _parts(items: list[Item]) -> list[_Part]:
    parts: list[_Part] = []
    before, negative, neither = "", False, False
    for item in items:
        match item.kind:
            case "neither":
                if negative and not neither:
                    raise Ambiguous("it says `not` twice")
                neither, negative = True, True
            case "not":
                if negative:
                    raise Ambiguous("it says `not` twice")
                negative = True
            case "and" | "or" | "," if negative and not neither:
                raise Ambiguous("it is not clear what the `not` belongs to")
            case "and" | "or" | ",":
                before = before if before in ("and", "or") and item.kind == "," else item.kind
            case "test" if item.condition is not None:
                condition = negated(item.condition) if negative else item.condition
                columns = frozenset(test.column for test in tests_of(condition))
                parts.append(_Part(before, condition, columns, not item.mixed, negative or _is_not(condition)))
                before, negative = "", neither
            case "column":
                raise Ambiguous(f"it is not clear what `{item.column}` should be")
    if negative and not neither:
        raise Ambiguous("it is not clear what the `not` belongs to")
    return _commas(parts, neither)


def _is_not(condition: Condition) -> bool:
    return isinstance(condition, Not)


def _commas(parts: list[_Part], neither: bool) -> list[_Part]:
    """Give commas the meaning of the word at the end of their list; neighbours without a word are joined by `and`."""
    result: list[_Part] = []
    word = "and"
    for part in reversed(parts):
        if part.before in ("and", "or"):
            word = part.before
        before = {",": word, "": "next"}.get(part.before, part.before)
        if neither:
            before = "next"
        if part.before == "":
            word = "and"
        result.append(_Part(before, part.condition, part.columns, part.listable, part.negative))
    return result[::-1]


def _lists(parts: list[_Part], run: Run) -> list[_Part]:
    """Merge neighbours about one column into one test: `open or waiting`, also after a single `not`."""
    result: list[_Part] = []
    for part in parts:
        last = result[-1] if result else None
        if last is None or part.before == "next" or not _same_list(last, part):
            if last is not None and last.negative and not part.negative and part.before in ("or", "and"):
                raise Ambiguous("it is not clear how far the `not` reaches: repeat it, or split the sentence")
            result.append(part)
            continue
        if part.before == "and" and last.negative != part.negative:
            raise Ambiguous("it is not clear how far the `not` reaches: repeat it, or split the sentence")
        if part.before == "and" and not last.negative:
            column = next(iter(part.columns))
            run.notes.append(f"rows with either value of `{column}` are meant, since none can have both")
        result[-1] = _merged(last, part)
    return result


def _same_list(last: _Part, part: _Part) -> bool:
    one_column = len(part.columns) == 1 and part.columns == last.columns
    if not (one_column and last.listable and part.listable) or "" in part.columns:
        return False
    return last.negative or not part.negative


def _merged(last: _Part, part: _Part) -> _Part:
    if part.negative:  # `not open and not waiting`, `not open or not waiting`
        condition = joined("or" if part.before == "or" else "and", [last.condition, part.condition])
        return _Part(last.before, condition, last.columns, False, True)
    inner = last.condition.inner if isinstance(last.condition, Not) else last.condition
    if not isinstance(inner, Test) or not isinstance(part.condition, Test) or inner.operator != part.condition.operator:
        condition = joined("or", [inner, part.condition])
    else:
        condition = Test(inner.column, inner.operator, (*inner.values, *part.condition.values))
        if inner.operator == "==":
            condition = joined("or", [inner, part.condition])
    return _Part(last.before, negated(condition) if last.negative else condition, last.columns, True, last.negative)
