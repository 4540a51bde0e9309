"""What `validate` makes of what was found: each thing once, without what comments or a baseline take out."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from flujo.app.project import read_file
from flujo.app.writing import write_text
from flujo.core.diagnostics import Diagnostic, in_order
from flujo.core.errors import UsageError
from flujo.core.record import dataclass
from flujo.core.values import JsonObject, ValueProblem, load, sha256

BASELINE_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found in a blueprint, and how much of it comments in the file ignore."""

    diagnostics: tuple[Diagnostic, ...]
    ignored: frozenset[Diagnostic] = frozenset()


def together(checked: Iterable[Checked]) -> Checked:
    """Return what was found in several files, by place; what an import and its importer both have stands there once."""
    diagnostics: dict[tuple[object, ...], Diagnostic] = {}
    ignored: dict[tuple[object, ...], Diagnostic] = {}
    for one in checked:
        for item in one.diagnostics:
            diagnostics.setdefault((item.code, item.message, item.place), item)
        for item in one.ignored:
            ignored.setdefault((item.code, item.message, item.place), item)
    return Checked(tuple(in_order(diagnostics.values())), frozenset(ignored.values()))


def fingerprints(diagnostics: Iterable[Diagnostic]) -> list[str]:
    """Return a name for each diagnostic that stays while its line is as it is, wherever in the file that moves.

    It is a digest of file, code, message and the text of the line, and a number among those that are equal.
    """
    seen: Counter[str] = Counter()
    names = []
    for item in diagnostics:
        file, line = "", ""
        if item.place is not None:
            file, line = item.place.source.name, item.place.source.line(item.place.start[0]).strip()
        digest = sha256(json.dumps([file, item.code, item.message, line]).encode())[:16]
        seen[digest] += 1
        names.append(f"{digest}:{seen[digest]}")
    return names


def write_baseline(path: Path, diagnostics: Iterable[Diagnostic]) -> None:
    """Write down what is there now, so that only what comes later is told; raise UsageError FLJ0007."""
    items = list(diagnostics)
    entries: list[JsonObject] = [
        {
            "fingerprint": name,
            "code": item.code,
            "file": item.place.source.name if item.place else None,
            "message": item.message,
        }
        for name, item in zip(fingerprints(items), items, strict=True)
    ]
    document = {"version": BASELINE_VERSION, "diagnostics": entries}
    write_text(path, json.dumps(document, indent=2, ensure_ascii=False) + "\n")


def read_baseline(path: Path) -> frozenset[str]:
    """Return the fingerprints of a baseline; raise UsageError FLJ0001 or FLJ0002."""
    try:
        document = load(read_file(path, str(path)).decode("utf-8-sig"))
        if not isinstance(document, dict) or document.get("version") != BASELINE_VERSION:
            raise ValueProblem(f"its `version` is not {BASELINE_VERSION}")
        return frozenset(str(entry["fingerprint"]) for entry in document["diagnostics"])
    except (UnicodeDecodeError, ValueProblem, KeyError, TypeError) as error:
        help = "write it with `flujo validate --baseline FILE --write-baseline`"
        raise UsageError("FLJ0002", f"`{path}` is not a baseline", help=help) from error
