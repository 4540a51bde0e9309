"""Every code has a page, whose examples do what they show: before gives that code, after does not.

`FLUJO_GOLDEN=write pytest tests/docs/test_errors.py` writes what the commands print into `flujo/core/codes/pages/`;
then `make docs`. A page without an example says why.
"""

import ast
import re
from pathlib import Path

import pytest

from flujo.cli.render.page import page
from flujo.core.codes import CODES
from tests.docs.conftest import WRITE
from tests.docs.session import Session, fences

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "flujo/core/codes/pages"
TEXTS = {path.stem: path.read_text("utf-8") for path in sorted(PAGES.iterdir())}
WITHOUT = "## Why no example runs here\n"
CODE = re.compile(r"\bFLJ\d{4}\b")


def printed(text: str) -> set[str]:
    """The codes that the commands of a part of a page print."""
    shown = "".join(block.text for block in fences(text) if block.language == "console")
    return {code for line in shown.splitlines() if " = docs: " not in line for code in CODE.findall(line)}


@pytest.mark.parametrize("code", TEXTS)
def test_example_does_what_it_shows(code: str, person: Session) -> None:
    text = TEXTS[code]
    new, faults = person.follow(text)
    if WRITE and new != text:
        (PAGES / f"{code}.md").write_text(new, "utf-8")
    assert not faults, f"{code}\n" + "\n".join(faults)


@pytest.mark.parametrize("code", TEXTS)
def test_before_gives_the_code_and_after_does_not(code: str) -> None:
    why, _, _ = TEXTS[code].partition("\n## ")
    assert why.strip()
    before, after, reason = (TEXTS[code].partition(f"\n## {name}\n") for name in ("Before", "After", WITHOUT[3:-1]))
    if reason[1]:
        assert not before[1] and not after[1] and reason[2].strip()
        return
    assert code in printed(before[2].partition("\n## After\n")[0])
    assert "$ " in after[2]
    assert code not in printed(after[2])


def test_most_codes_have_an_example() -> None:
    without = [code for code, text in TEXTS.items() if WITHOUT in text]
    assert len(without) <= 22, "give the new code an example"


def test_codes_are_pages_and_pages_are_codes() -> None:
    documented = sorted(path.stem for path in (ROOT / "docs/reference/errors").glob("FLJ*.md"))
    assert list(TEXTS) == documented == list(CODES), "write flujo/core/codes/pages/CODE.md, then `make docs`"


def test_every_code_is_used_and_every_code_that_is_used_is_there() -> None:
    used: set[str] = set()
    for path in (ROOT / "flujo").rglob("*.py"):
        if path.parent.name != "codes":
            texts = [
                node.value for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Constant)
            ]
            used |= {text for text in texts if isinstance(text, str) and CODE.fullmatch(text)}
    assert used == set(CODES)


def test_a_page_has_all_its_parts() -> None:
    text = page(CODES["FLJ0301"])
    assert text.startswith(
        "# FLJ0301: unknown step\n\nA template names a step that is not there, or not yet. A step sees"
    )
    assert [line for line in text.splitlines() if line.startswith(("## ", "**", "*Class"))] == [
        f"**What to do:** {CODES['FLJ0301'].fix}",
        "*Class structural: the blueprint or the project has to change.*",
        "## Before",
        "## After",
    ]
