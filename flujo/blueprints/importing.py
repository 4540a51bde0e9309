"""`imports`: other blueprints of the project, each compiled once, with its own places."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field, replace
from typing import Final

from flujo.blueprints.names import name_problem
from flujo.blueprints.report import Report
from flujo.core.diagnostics import Diagnostic, Edit, Fix, Severity
from flujo.core.errors import FlujoError
from flujo.core.graph import Graph
from flujo.core.ports import Sources
from flujo.core.record import dataclass
from flujo.core.spans import Path
from flujo.core.values import JsonObject, JsonValue, sha256

MAX_DEPTH: Final = 16
_KEYS: Final = frozenset({"path", "digest"})


@dataclass(frozen=True, slots=True)
class Compiled:
    """The result of compiling: a Graph unless there are errors, all diagnostics by place, and how many steps it has,
    those of imports counted each time they are used.

    What comments ignore is in `ignored`; of that, `diagnostics` has the errors that no run could do without.
    """

    graph: Graph | None
    diagnostics: tuple[Diagnostic, ...]
    steps: int = 0
    ignored: frozenset[Diagnostic] = frozenset()


@dataclass(slots=True)
class Importing:
    """What the files of one compilation share: their texts, kept so that a run can be compiled again without the
    project; what each import was compiled to; and the files being compiled, outermost first."""

    sources: Sources
    compile: Callable[[str, str, Importing], Compiled]
    texts: dict[str, str] = field(default_factory=dict)
    compiled: dict[str, Compiled] = field(default_factory=dict)
    under_way: list[str] = field(default_factory=list)

    def read(self, path: str) -> str:
        """Return the text of a file of the project; raise FlujoError."""
        if path not in self.texts:
            self.texts[path] = self.sources.read(path)
        return self.texts[path]


def read_imports(value: JsonValue, path: Path, report: Report, importing: Importing) -> dict[str, Compiled]:
    """Return the imports by alias; one with errors is there too, so that its steps are no errors."""
    found = {}
    for alias, given in report.mapping(value, path, "`imports`").items():
        at = (*path, alias)
        problem = name_problem(alias)
        if problem:
            report.add("FLJ0205", problem, at, on_key=True)
        importing.under_way.append(report.document.source.name)
        found[alias] = _import(given, at, report, importing) or Compiled(None, ())
        importing.under_way.pop()
    return found


def _import(given: JsonValue, at: Path, report: Report, importing: Importing) -> Compiled | None:
    """Return what an import was compiled to; None after a report."""
    wanted = _wanted(given, at, report)
    file = None if wanted is None else _file(wanted["path"], at, report)
    if wanted is None or file is None:
        return None
    if file in importing.under_way:
        circle = importing.under_way[importing.under_way.index(file) :]
        named = " → ".join(f"`{name}`" for name in (*circle, file))
        report.add("FLJ0518", f"the imports go round in a circle: {named}", at, help="remove one of these imports")
        return None
    if len(importing.under_way) > MAX_DEPTH:
        report.add("FLJ0518", f"the imports are more than {MAX_DEPTH} deep", at, help="import it further out")
        return None
    try:
        text = importing.read(file)
    except FlujoError as error:
        item = error.diagnostic
        report.add("FLJ0517", f"the import `{at[-1]}` cannot be read: {item.message}", at, help=item.help)
        return None
    if not _is_unchanged(text, wanted, at, report):
        return None
    if file not in importing.compiled:
        importing.compiled[file] = importing.compile(text, file, importing)
    place = report.document.place(at)
    compiled = importing.compiled[file]

    def told(item: Diagnostic) -> Diagnostic:
        return item if item.related else replace(item, related=((place, "imported here"),))

    ignored = frozenset(told(item) for item in compiled.ignored)
    return replace(compiled, diagnostics=tuple(told(item) for item in compiled.diagnostics), ignored=ignored)


def _wanted(given: JsonValue, at: Path, report: Report) -> JsonObject | None:
    """Return `{path, digest}` of an import, which may be a path alone; None after a report."""
    if isinstance(given, str):
        return {"path": given}
    if not isinstance(given, dict):
        report.add("FLJ0203", "an import is a path, or a mapping with `path` and `digest`", at)
        return None
    report.unknown_keys(given, at, _KEYS)
    if "path" not in given:
        report.add("FLJ0202", "the key `path` is missing", at, help="add `path:`")
        return None
    texts = [report.text(given[key], (*at, key), f"`{key}`") for key in given.keys() & _KEYS]
    return None if None in texts else given


def _file(path: str, at: Path, report: Report) -> str | None:
    """Return the path in the project of an import, which is written relative to the importing file."""
    file = posixpath.normpath(posixpath.join(posixpath.dirname(report.document.source.name), path))
    if path and not posixpath.isabs(file) and file != ".." and not file.startswith("../"):
        return file
    help = "name a file of the project, by its path from the folder of this file"
    report.add("FLJ0517", f"the import `{path}` is outside the project" if path else "the path is empty", at, help=help)
    return None


def _is_unchanged(text: str, wanted: JsonObject, at: Path, report: Report) -> bool:
    """Say whether a text has the digest that is written down, if one is."""
    found = sha256(text.encode())
    if wanted.get("digest", found).removeprefix("sha256:") == found:
        return True
    place = report.document.place((*at, "digest"))
    message = f"the import `{at[-1]}` has changed: its digest is {found}"
    help = "look at what has changed; if that is right, write the new digest"
    fix = Fix("write the new digest", (Edit(place.span, found),))
    report.put(Diagnostic("FLJ0519", message, place, help, path=(*at, "digest"), fix=fix))
    return False


def found_in_imports(imports: Mapping[str, Compiled]) -> Iterator[Diagnostic]:
    """Yield what was found in imports, each thing once, however many import the file."""
    seen = set()
    for compiled in imports.values():
        for item in compiled.diagnostics:
            key = (item.code, item.message, item.place)
            if key not in seen:
                seen.add(key)
                yield item


def report_unused(imports: Mapping[str, Compiled], used: set[str], report: Report) -> None:
    """Report imports that no step uses."""
    for alias in imports.keys() - used:
        path = ("imports", alias)
        place = report.document.place(path, on_key=True)
        help = f"use it with `uses: imports.{alias}`, or remove it"
        message = f"no step uses the import `{alias}`"
        report.put(Diagnostic("FLJ0521", message, place, help, severity=Severity.INFO, path=path))
