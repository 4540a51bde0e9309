"""Templates that read secrets: they render with placeholders, and show the secrets to the one call they are for.

A text that is `{{ secrets.NAME }}` alone becomes `{"$secret": NAME}`, any other that reads secrets becomes
`{"$secret": [NAMES], "digest": ...}`. The digest covers the text as written and what else it reads, never the secret:
it changes when the argument would, and nobody can try values against it.
"""

from __future__ import annotations

from typing import Final

from flujo.core.graph import Names, Ref
from flujo.core.record import dataclass
from flujo.core.secrets import PLACEHOLDER
from flujo.core.spans import Path
from flujo.core.values import JsonObject, JsonValue, digest
from flujo.expressions.references import NO_ALIASES, Aliases
from flujo.expressions.template import CompiledTemplate, Locate, Read, compile_template

ROOT: Final = "secrets"


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A text that reads secrets: where it stands, what it reads, and the text compiled by itself."""

    path: Path
    names: tuple[str, ...]
    others: tuple[Read, ...]
    template: CompiledTemplate
    is_plain: bool

    def shown(self, names: Names) -> JsonObject:
        """Return what stands for the text wherever arguments are kept or shown."""
        if self.is_plain:
            return {PLACEHOLDER: self.names[0]}
        read = [[list(item.ref), list(item.tail), _read(item, names)] for item in self.others]
        return {PLACEHOLDER: list(self.names), "digest": digest([self.template.source, read])}


@dataclass(frozen=True, slots=True)
class SealedTemplate:
    """A value with templates in it, some of which read secrets (port `Template`)."""

    source: JsonValue
    refs: frozenset[Ref]
    functions: frozenset[str]
    _open: CompiledTemplate
    _leaves: tuple[_Leaf, ...]

    def render(self, names: Names) -> JsonValue:
        """Return the value with placeholders in it; raise TemplateError with the place of a fault."""
        shown = self._open.render(names)
        for leaf in self._leaves:
            shown = _put(shown, leaf.path, leaf.shown(names))
        return shown

    def reveal(self, shown: JsonValue, names: Names) -> tuple[JsonValue, list[JsonValue]]:
        """Return what was rendered with secrets in place of their placeholders, and these parts by themselves."""
        parts = []
        for leaf in self._leaves:
            parts.append(leaf.template.render(names))
            shown = _put(shown, leaf.path, parts[-1])
        return shown, parts


def sealed(
    template: CompiledTemplate, locate: Locate, aliases: Aliases = NO_ALIASES
) -> CompiledTemplate | SealedTemplate:
    """Return a template that never shows a secret: itself when it reads none."""
    by_path: dict[Path, list[Read]] = {}
    for read in template.reads:
        by_path.setdefault(read.at, []).append(read)
    leaves = []
    bare = template.source
    for path, reads in by_path.items():
        names = tuple(sorted({read.ref[1] for read in reads if read.ref[0] == ROOT}))
        if names:
            leaves.append(_leaf(template.source, path, reads, names, (locate, aliases)))
            bare = _put(bare, path, None)
    if not leaves:
        return template
    rest, _ = compile_template(bare, locate, aliases=aliases)
    assert rest is not None  # it is a part of what has been compiled
    return SealedTemplate(template.source, template.refs, template.functions, rest, tuple(leaves))


def _leaf(
    source: JsonValue, path: Path, reads: list[Read], names: tuple[str, ...], how: tuple[Locate, Aliases]
) -> _Leaf:
    locate, aliases = how
    text = source
    for key in path:
        text = text[key]
    template, _ = compile_template(text, lambda inner, start, end: locate((*path, *inner), start, end), aliases=aliases)
    assert template is not None  # it is a part of what has been compiled
    others = tuple(read for read in reads if read.ref[0] != ROOT)
    return _Leaf(path, names, others, template, template.is_direct)


def _put(value: JsonValue, path: Path, part: JsonValue) -> JsonValue:
    """Return a value with one part replaced; what is shared with the old one is not changed."""
    if not path:
        return part
    key, rest = path[0], path[1:]
    if isinstance(value, list):
        return [_put(item, rest, part) if index == key else item for index, item in enumerate(value)]
    return {**value, key: _put(value[key], rest, part)}


def _read(read: Read, names: Names) -> JsonValue:
    """Return what a template reads; null where there is nothing, which it may have said what to do with."""
    try:
        value = names.get(read.ref)
        for key in read.tail:
            value = value[key]
    except (LookupError, TypeError):
        return None
    return value
