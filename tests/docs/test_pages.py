"""Every page of the documentation does what it shows, and every link in it leads somewhere."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.docs.session import Session, fences

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(path.relative_to(ROOT).as_posix() for path in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
ERRORS = "docs/reference/errors/"
RUNNING = [
    page
    for page in PAGES
    if not page.startswith(ERRORS) and any(block.language == "console" for block in fences((ROOT / page).read_text()))
]
NEEDS_MODEL = {
    "docs/how-to/use-a-model.md",
    "docs/how-to/have-a-conversation.md",
    "docs/reference/language/router.md",
}
LINK = re.compile(r"(?<!!)\[[^\]\n]*\]\(([^)\s]+)\)|!\[[^\]\n]*\]\(([^)\s]+)\)")


def anchors(text: str) -> set[str]:
    """The anchors GitHub gives the headings of a page."""
    heads = re.findall(r"(?m)^#+ (.+)$", re.sub(r"(?ms)^```.*?^```$", "", text))
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", [page for page in RUNNING if page not in NEEDS_MODEL])
def test_page_does_what_it_shows(page: str, follow: Callable[[str], None]) -> None:
    follow(page)


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    dead = []
    for found in LINK.finditer(re.sub(r"(?ms)^```.*?^```$", "", text)):
        target, _, anchor = (found[1] or found[2]).partition("#")
        if "://" in target:
            continue
        file = (ROOT / page).parent / target if target else ROOT / page
        if not file.exists() or (anchor and anchor not in anchors(file.read_text("utf-8"))):
            dead.append(found[0])
    assert dead == []


def test_every_page_is_listed() -> None:
    index = (ROOT / "docs/index.md").read_text("utf-8")
    index += (ROOT / ERRORS / "index.md").read_text("utf-8").replace("(FLJ", "(reference/errors/FLJ")
    pages = {page.removeprefix("docs/") for page in PAGES if page not in ("README.md", "docs/index.md")}
    assert {page for page in pages if f"({page})" not in index} == set()


@pytest.mark.parametrize("page", [page for page in PAGES if page != "docs/reference/cli.md"])
def test_every_example_is_run(page: str) -> None:
    """A block of YAML, Python, TOML, CSV or JSON has a file name, so that the page's commands can use it."""
    text = (ROOT / page).read_text("utf-8")
    loose = [block.line for block in fences(text) if block.language in ("yaml", "python", "toml") and not block.name]
    assert loose == []


# --- the machinery itself ---

SHOWN = """
```yaml hello.yaml
version: "0.1"
steps:
  - name: shout
    uses: text.upper
```
```console
$ echo hi | flujo run hello.yaml
...
HI
run 1ng4a7c-k2m9x completed in 3 ms
$ flujo lens show 1ng4a7c-k2m9x nobody
error[FLJ0005]: run 1ng4a7c-k2m9x has no step `nobody`
...
$ echo $?
2
```
"""


def test_a_page_that_is_true(person: Session) -> None:
    assert person.follow(SHOWN) == (SHOWN, [])


@pytest.mark.parametrize(
    ("true", "false"),
    [("\nHI\n", "\nHO\n"), ("\n2\n", "\n0\n"), ("$ echo $?\n2\n", ""), ("show 1ng4a7c-k2m9x", "show 1ng4b7c-t8w3e")],
    ids=["output", "code", "no code", "run"],
)
def test_a_page_that_is_not(true: str, false: str, person: Session) -> None:
    page, faults = person.follow(SHOWN.replace(true, false, 1))
    assert faults
    assert page != SHOWN.replace(true, false, 1) or true.startswith("$ echo")
