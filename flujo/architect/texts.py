"""What a goal asks to be done with a text: capitals, small letters, trimming, replacing, counting."""

from __future__ import annotations

from flujo.architect.reading import Reading
from flujo.core.record import dataclass
from flujo.core.values import JsonValue

_NAMED = {
    **{"tab": "\t", "tabs": "\t", "semicolon": ";", "semicolons": ";", "comma": ",", "commas": ",", "space": " "},
    **{
        "spaces": " ",
        "blank": " ",
        "blanks": " ",
        "colon": ":",
        "dash": "-",
        "hyphen": "-",
        "dot": ".",
        "underscore": "_",
    },
}


@dataclass(frozen=True, slots=True)
class TextOperation:
    """A call of a text skill; `use` is the mark its words carry in the reading."""

    skill: str
    name: str
    use: str
    start: int
    params: dict[str, JsonValue]


def text_operations(reading: Reading) -> list[TextOperation]:
    """Take the words of operations on a text and return these in order."""
    found: list[TextOperation] = []
    for name in ("upper", "lower", "trim"):
        taken = reading.take_phrases(name, name)
        if taken:
            reading.take_phrases("convert", name)
            found.append(TextOperation(f"text.{name}", name, name, taken[0].start, {}))
    replacing = _replacing(reading)
    counting = None if replacing else _counting(reading)
    found += [item for item in (replacing, counting) if item is not None]
    return sorted(found, key=lambda item: item.start)


def _replacing(reading: Reading) -> TextOperation | None:
    """Read `replace "a" by "b"`; both sides must be quoted or the name of a character."""
    for at in range(len(reading.free)):
        position = reading.phrase_at("replace", at)
        if position is None:
            continue
        position = reading.phrase_at("the", position) or position
        old = _text_at(reading, position)
        middle = reading.phrase_at("replaceby", position + 1) if old is not None else None
        if middle is None:
            continue
        middle = reading.phrase_at("the", middle) or middle
        new = _text_at(reading, middle)
        if new is not None:
            start = reading.free[at].start
            reading.take(reading.free[at : middle + 1], "replace")
            return TextOperation("text.replace", "replace", "replace", start, {"old": old, "new": new})
    return None


def _text_at(reading: Reading, at: int) -> str | None:
    if at >= len(reading.free):
        return None
    token = reading.free[at]
    return token.value if token.kind == "quoted" else _NAMED.get(token.plain)


def _counting(reading: Reading) -> TextOperation | None:
    for at in range(len(reading.free)):
        end = reading.phrase_at("count", at)
        if end is None:
            continue
        end = reading.phrase_at("the", end) or end
        for name, unit in (("lines", "lines"), ("wordunits", "words"), ("charunits", "chars")):
            after = reading.phrase_at(name, end)
            if after is not None:
                while (more := reading.phrase_at("countnoun", after)) is not None:
                    after = more
                start = reading.free[at].start
                reading.take(reading.free[at:after], "count_text")
                return TextOperation("text.count", f"count_{unit}", "count_text", start, {"of": unit})
    return None
