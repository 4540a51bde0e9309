"""The exam's edits with its judge: same meaning, not a byte outside the expected hunks, not much more inside."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from flujo.blueprints.edit import Change, edit, read_change
from flujo.blueprints.reader import read
from flujo.core.diagnostics import Diagnostic

from ..conftest import Compile

ROOT = Path(__file__).resolve().parents[2] / "data" / "edits"
MUCH_MORE = 1.2
LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+\Z")
CASES = [json.loads(line) for line in (ROOT / "edits.jsonl").read_text(encoding="utf-8").splitlines()]


def change(case: dict[str, Any]) -> Change:
    return read_change(case["op"], case["address"], case["value"])


def patched(text: str, diff: str) -> tuple[str, int]:
    """Apply a unified diff; return the text and how many lines the diff removes and adds."""
    lines, new, at, changed = LINE.findall(text), [], 0, 0
    for line in LINE.findall(diff)[2:]:
        hunk = re.match(r"@@ -(\d+)(,0)?", line)
        if hunk:
            first = int(hunk[1]) - (not hunk[2])
            new += lines[at:first]
            at = first
            continue
        changed += line[0] in "+-"
        if line[0] in " -":
            assert lines[at] == line[1:] or lines[at] + "\n" == line[1:]
            at += 1
        if line[0] in " +":
            new.append(line[1:])
    return "".join(new + lines[at:]), changed


@pytest.mark.parametrize("file", sorted({case["file"] for case in CASES}))
def test_the_judge_takes_the_edits_of_a_file(file: str) -> None:
    text = (ROOT / file).read_bytes().decode()
    for case in (case for case in CASES if case["file"] == file):
        edited = edit(text, file, [change(case)])
        assert not edited.diagnostics, case
        wanted, lines = patched(text, case["expected"])
        again, own_lines = patched(text, edited.diff)
        assert again == edited.text, case  # the diff says all that changed
        assert own_lines <= MUCH_MORE * lines, (case, edited.diff)
        own, best = read(edited.text, file)[0], read(wanted, file)[0]
        assert own is not None and best is not None
        assert json.dumps(own.data) == json.dumps(best.data), (case, edited.diff)


def test_nearly_all_are_the_very_text_expected() -> None:
    same = 0
    for case in CASES:
        text = (ROOT / case["file"]).read_bytes().decode()
        same += edit(text, case["file"], [change(case)]).text == patched(text, case["expected"])[0]
    assert (same, len(CASES)) == (99, 100)  # the other keeps a URL without quotes that had none


def test_diagnostics_of_other_parts_point_at_the_same_texts(compile_text: Compile) -> None:
    for case in CASES[::4]:
        text = (ROOT / case["file"]).read_bytes().decode()
        edited = edit(text, case["file"], [change(case)])
        before, after = (spots(compile_text(one).diagnostics) for one in (text, edited.text))
        touched = {line[1:].strip() for line in LINE.findall(edited.diff)[2:] if line[0] in "+-"}
        kept = [spot for spot in before if not any(spot[1] in line for line in touched)]
        assert all(after.count(spot) >= kept.count(spot) for spot in kept), case


def spots(found: Iterable[Diagnostic]) -> list[tuple[str, str]]:
    """Code and text of each place that diagnostics point at."""
    places = [(item.code, item.place) for item in found if item.place is not None]
    return [(code, place.source.text[place.span.start : place.span.end]) for code, place in places]
