"""The conformance suite: each folder here pins a sentence of the language."""

import os
from pathlib import Path

import pytest

from flujo.testing.semantics import Case, cases, check

HERE = Path(__file__).parent
CASES = cases(HERE)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.folder.name)
def test_case(case: Case, tmp_path: Path) -> None:
    report = check(case, tmp_path)
    assert not report.faults, f"{case.sentence}\n" + "\n".join(report.faults)
    golden = case.folder / "journal.txt"
    if not report.journal:
        return
    if os.environ.get("FLUJO_GOLDEN") == "write":
        golden.write_text(report.journal, "utf-8")
    assert golden.read_text("utf-8") == report.journal


def test_every_case_names_its_sentence() -> None:
    assert [case.folder.name for case in CASES if not case.sentence.startswith("language ")] == []
