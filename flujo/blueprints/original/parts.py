"""A mapping while it is put into our words: its keys change, and what the text would change to is noted with them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import field, replace

from flujo.blueprints.document import Element
from flujo.blueprints.original.edits import as_one, flattening
from flujo.core.diagnostics import Diagnostic, Edit, Fix, Severity
from flujo.core.record import dataclass
from flujo.core.spans import Path, Place, Source, Span
from flujo.core.values import JsonValue

CODE = "FLJ0210"


@dataclass(slots=True)
class Findings:
    """What is told about one document."""

    source: Source
    items: list[Diagnostic] = field(default_factory=list)

    def old(
        self,
        message: str,
        span: Span,
        path: Path,
        fix: tuple[str, Sequence[Edit] | None],
        severity: Severity = Severity.INFO,
    ) -> None:
        """Tell of another spelling; `fix` is what to write, and the edits that do it, if edits can."""
        title, edits = fix
        place = Place(self.source, span)
        made = Fix(title, as_one(self.source.text, edits), "safe") if edits else None
        self.items.append(Diagnostic(CODE, message, place, title, severity=severity, path=path, fix=made))

    def wrong(self, code: str, message: str, span: Span, path: Path, help: str | None = None) -> None:
        """Report an error."""
        self.items.append(Diagnostic(code, message, Place(self.source, span), help, path=path))


class Parts:
    """The entries of a mapping; `paths` lead to where each stands in the document as it was written."""

    def __init__(self, element: Element, path: Path, findings: Findings) -> None:
        self.element = element
        self.path = path
        self.findings = findings
        self.fields: dict[str, Element] = dict(element.fields or {})
        self.keys: dict[str, Span] = dict(element.keys or {})
        self.paths: dict[str, Path] = {key: (*path, key) for key in self.fields}
        self.inline = element.style == "{"
        self._changed = False

    def __contains__(self, key: str) -> bool:
        return key in self.fields

    def value(self, key: str) -> JsonValue:
        """Return the value under a key; None without it."""
        element = self.fields.get(key)
        return None if element is None else element.value

    def finished(self) -> Element:
        """Return the mapping as it is now; the very same one if nothing has changed."""
        if not self._changed:
            return self.element
        value = {key: element.value for key, element in self.fields.items()}
        return replace(self.element, value=value, fields=self.fields, keys=self.keys)

    def change(self, key: str, element: Element) -> None:
        """Put another element under a key."""
        if element is not self.fields[key]:
            self.fields[key] = element
            self._changed = True

    def add(self, key: str, value: JsonValue, like: Element) -> None:
        """Add an entry that stands nowhere; it is shown at `like`."""
        self.fields[key] = made(value, like)
        self.keys[key] = Span(like.start, like.start)
        self.paths[key] = self.path
        self._changed = True

    def drop(self, key: str) -> Element:
        """Take an entry out."""
        self._changed = True
        del self.keys[key]
        return self.fields.pop(key)

    def swap(self, old: str, entries: Iterable[tuple[str, str, Element, Span]]) -> None:
        """Put entries in the place of one: name, name as written, element, and the key's span."""
        fields, keys = self.fields, self.keys
        self.fields, self.keys, self._changed = {}, {}, True
        for key, element in fields.items():
            if key != old:
                self.fields[key], self.keys[key] = element, keys[key]
                continue
            for name, written, part, span in entries:
                if name in fields and name != old:
                    self._twice(written, name, span)
                    continue
                self.fields[name], self.keys[name] = part, span
                self.paths[name] = self.paths[old] if written == old else (*self.paths[old], written)

    def rename(self, old: str, new: str, value: Element | None = None, edits: Sequence[Edit] | None = ()) -> None:
        """Give a key our name, and tell; `value` is what it holds then, and `edits` lead there (None: none can)."""
        span, element = self.keys[old], self.fields[old]
        self.swap(old, [(new, old, value or element, span)])
        whole = None if edits is None else (Edit(span, new), *edits)
        self.findings.old(
            f"`{old}` is an old spelling", span, self.paths.get(new, self.path), (f"write `{new}`", whole)
        )

    def rename_all(self, names: dict[str, str]) -> None:
        """Give every key of `names` that is there our name."""
        for old, new in names.items():
            if old in self.fields:
                self.rename(old, new)

    def revalue(self, key: str, value: JsonValue, text: str) -> None:
        """Give a scalar our value, and tell; `text` is how it is written."""
        element = self.fields[key]
        span = Span(element.start, element.end)
        self.change(key, replace(element, value=value))
        message = f"`{element.value}` is an old spelling"
        self.findings.old(message, span, self.paths[key], (f"write `{text}`", (Edit(span, text),)))

    def flatten(self, key: str) -> None:
        """Move the entries of the mapping under `key` up to this one, and tell."""
        element, span = self.fields[key], self.keys[key]
        if element.fields is None or element.keys is None:
            return
        edits = flattening(self.findings.source.text, span, element, inline=self.inline)
        self.findings.old(
            f"what is under `{key}` stands at the step itself now",
            span,
            self.paths[key],
            ("move it one level up", edits),
        )
        self.swap(key, [(name, name, part, element.keys[name]) for name, part in element.fields.items()])

    def _twice(self, old: str, new: str, span: Span) -> None:
        message = f"`{old}` is given, and `{new}` too" if old != new else f"`{new}` is given twice"
        self.findings.wrong("FLJ0204", message, span, self.path, "they are the same; write one of them")


def made(value: JsonValue, like: Element) -> Element:
    """Return an element that stands nowhere, to be shown at another."""
    here = Span(like.start, like.start)
    part = Element(like.start, like.end, "made", value)
    if isinstance(value, dict):
        part.fields = {key: made(item, like) for key, item in value.items()}
        part.keys = dict.fromkeys(value, here)
    elif isinstance(value, list):
        part.items = [made(item, like) for item in value]
    return part


def span_of(element: Element) -> Span:
    """Return where an element stands."""
    return Span(element.start, element.end)
