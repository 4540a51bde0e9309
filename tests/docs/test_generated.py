"""What is made from the program, and what must agree with it, is up to date."""

import json
import re
from pathlib import Path

import pytest

from flujo.app.settings import _ALIAS, _KEYS
from flujo.blueprints.language import STEP_KEYS, TOP_KEYS
from flujo.core.errors import Exit
from flujo.expressions import compile_template, evaluate
from flujo.expressions.calls import ALL_FILTERS, ALL_TESTS
from flujo.expressions.methods import METHODS
from flujo.expressions.references import FUNCTIONS
from flujo.steps import kinds
from scripts.docs import PAGES, PICTURE, picture, same_picture, trace

ROOT = Path(__file__).resolve().parents[2]
ROWS = re.compile(r"^\| `((?:[^`|]|\\\|)+)` \| `((?:[^`|]|\\\|)+)` \|$", re.MULTILINE)
EXPRESSIONS = (ROOT / "docs/reference/expressions.md").read_text("utf-8")
EXAMPLES = [tuple(part.replace("\\|", "|") for part in row) for row in ROWS.findall(EXPRESSIONS)]
NAMES = {
    "input": {
        "name": "Ada",
        "rows": [{"city": "Oslo", "n": 3}, {"city": "Bergen", "n": 5}, {"city": "Oslo", "n": 1}],
        "empty": "",
    },
    "previous": [3, 1, 2],
    "item": {"key": "a", "value": 7},
    "index": 2,
    "loop": {"index": 1, "first": True, "previous": None},
    "error": {"code": "FLJ0613", "message": "no such file"},
    "results": [4, None],
}


def read(page: str) -> str:
    return (ROOT / page).read_text("utf-8")


@pytest.mark.parametrize("page", PAGES)
def test_page_is_what_the_program_says(page: str) -> None:
    assert read(page) == PAGES[page](), "run `make docs`"


def test_the_picture_is_of_this_version() -> None:
    assert same_picture(picture(trace()), read(PICTURE)), "run `make docs`"
    assert not same_picture(read(PICTURE), read(PICTURE).replace("by_product", "by_city"))


@pytest.mark.parametrize(("expression", "result"), EXAMPLES, ids=[row[0] for row in EXAMPLES])
def test_expression(expression: str, result: str) -> None:
    template, problems = compile_template(f"{{{{ {expression} }}}}")
    assert problems == []
    assert template is not None
    assert json.dumps(evaluate(template, NAMES), ensure_ascii=False) == result


def test_expressions_names_all_there_is() -> None:
    shown = " ".join(expression for expression, _ in EXAMPLES)
    used = {
        "filters": set(re.findall(r"\| (\w+)", shown)),
        "tests": set(re.findall(r" is (\w+)", shown)),
        "methods": set(re.findall(r"\.(\w+)\(", shown)),
        "functions": set(re.findall(r"^\| `(\w+)\(", EXPRESSIONS, re.MULTILINE)),
    }
    there = {"filters": ALL_FILTERS, "tests": ALL_TESTS, "methods": METHODS, "functions": FUNCTIONS}
    assert used == {what: set(names) for what, names in there.items()}


def test_language_names_all_there_is() -> None:
    text = "".join(page.read_text("utf-8") for page in sorted((ROOT / "docs/reference/language").glob("*.md")))
    keys = set(TOP_KEYS) | set(STEP_KEYS)
    for kind in kinds().values():
        keys |= kind.config.allowed() if kind.config else set()
        assert kind.config is None or f"# kind: {kind.word}\n" in text
    rows = set(re.findall(r"`(\w+)`", "\n".join(re.findall(r"^\| (`.*?) \|", text, re.MULTILINE))))
    assert keys - rows == set()


def test_exit_codes_are_all_there() -> None:
    listed = set(re.findall(r"^\| (\d+) \|", read("docs/reference/exit-codes.md"), re.MULTILINE))
    assert listed == {str(int(code)) for code in Exit} | {"141"}


def test_settings_are_all_there() -> None:
    text = read("docs/reference/settings.md")
    known = {f"[{table}] {key}" for table, keys in _KEYS.items() for key in keys}
    assert {name for name in known if f"`{name}`" not in text} == set()
    assert {key for key in _ALIAS if not re.search(rf"^\| `\[models\.NAME\].*`?{key}`", text, re.MULTILINE)} == set()
