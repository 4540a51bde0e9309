"""Skills on text: case, white space, splitting and joining, counting, templates."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

from flujo.core.errors import SkillError, TemplateError
from flujo.core.graph import Ref
from flujo.core.ports import SkillContext
from flujo.core.record import dataclass
from flujo.core.values import MAX_VALUE_BYTES, JsonObject, JsonValue
from flujo.skills.decorator import skill
from flujo.skills.plain import as_text

_LINE_END = re.compile(r"\r\n|\n|\r")


@skill(effect="pure", idempotent=True)
def upper(text: str) -> str:
    """Turn a text into capital letters.

    Args:
        text: The text.

    Examples:
        {uses: text.upper, with: {text: "abc"}}
    """
    return text.upper()


@skill(effect="pure", idempotent=True)
def lower(text: str) -> str:
    """Turn a text into small letters.

    Args:
        text: The text.

    Examples:
        {uses: text.lower, with: {text: "ABC"}}
    """
    return text.lower()


@skill(effect="pure", idempotent=True)
def trim(text: str) -> str:
    """Remove white space from both ends of a text.

    Args:
        text: The text.

    Examples:
        {uses: text.trim, with: {text: "  abc  "}}
    """
    return text.strip()


@skill(effect="pure", idempotent=True)
def split(text: str, separator: str | None = None) -> list[str]:
    """Split a text into a list of parts.

    Args:
        text: The text.
        separator: What stands between the parts; without it any white space does, and no part is empty.

    Examples:
        {uses: text.split, with: {text: "a, b, c", separator: ", "}}
    """
    if separator == "":
        raise SkillError("`separator` is empty", code="FLJ0614", retry="never", help="leave it out for white space")
    return text.split(separator)


@skill(effect="pure", idempotent=True)
def join(items: list[JsonValue], separator: str = ", ") -> str:
    """Join the items of a list into one text.

    Args:
        items: The parts; what is no text is written as JSON.
        separator: What to put between them.

    Examples:
        {uses: text.join, with: {items: [a, b, c], separator: "; "}}
    """
    parts = [as_text(item) for item in items]
    _check_size(sum(map(len, parts)) + len(separator) * len(parts))
    return separator.join(parts)


@skill(effect="pure", idempotent=True, main="text")
def replace(text: str, old: str, new: str = "") -> str:
    """Replace every occurrence of some characters in a text by others.

    Args:
        text: The text.
        old: What to look for, exactly as it stands.
        new: What to put in its place; nothing by default.

    Examples:
        {uses: text.replace, with: {text: "a-b", old: "-", new: " "}}
    """
    if not old:
        raise SkillError("`old` is empty, so there is nothing to look for", code="FLJ0614", retry="never")
    _check_size(len(text) + text.count(old) * (len(new) - len(old)))
    return text.replace(old, new)


@skill(effect="pure", idempotent=True)
def lines(text: str) -> list[str]:
    """Split a text into its lines, without the line ends.

    Args:
        text: The text; a line end at its very end begins no further line.

    Examples:
        {uses: text.lines}
    """
    parts = _LINE_END.split(text)
    return parts[:-1] if parts[-1] == "" else parts


@skill(effect="pure", idempotent=True)
def count(text: str, of: Literal["words", "chars", "lines"] = "words") -> int:
    """Count the words, characters or lines of a text.

    Args:
        text: The text.
        of: What to count.

    Examples:
        {uses: text.count, with: {of: lines}}
    """
    match of:
        case "words":
            return len(text.split())
        case "chars":
            return len(text)
        case "lines":
            return len(lines(text))


@skill(effect="pure", idempotent=True, main="template")
def template(context: SkillContext, template: str, values: JsonObject | None = None) -> str:
    """Fill the placeholders of a text template, such as one read from a file.

    Args:
        template: The text, with `{{ name }}` where a value goes; `{% if %}` and `{% for %}` work too.
        values: The values by name.

    Examples:
        {uses: text.template, with: {template: "{{ input }}", values: {name: Ada}}}
    """
    from flujo.expressions import compile_template

    # With a comment behind it a lone expression is text like any other, and the white space around it stays.
    compiled, problems = compile_template(template + "{##}")
    if compiled is None:
        first = problems[0]
        raise SkillError(
            f"the template cannot be used: {first.message}", code="FLJ0614", retry="never", help=first.help
        )
    try:
        return str(compiled.render(_Values(values or {}, context.draw)))
    except TemplateError as error:
        message = f"the template cannot be filled: {error}"
        raise SkillError(message, code="FLJ0614", retry="never", help=error.diagnostic.help) from error


@dataclass(frozen=True, slots=True)
class _Values:
    """What a template of `text.template` sees: its values, and the run's own time and chance."""

    values: JsonObject
    call: Callable[[str], JsonValue]

    def get(self, ref: Ref) -> JsonValue:
        value: JsonValue = self.values
        for part in ref:
            if not isinstance(value, dict):
                raise LookupError(part)
            value = value[part]
        return value


def _check_size(chars: int) -> None:
    """Refuse a result before it is made: a few small parameters can ask for terabytes."""
    if chars > MAX_VALUE_BYTES:
        raise SkillError("the result would be over 16 MiB", code="FLJ0614", retry="never")
