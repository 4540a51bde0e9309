"""What the tests of the documentation share: a person who follows pages."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.docs.session import Session

ROOT = Path(__file__).resolve().parents[2]
WRITE = os.environ.get("FLUJO_GOLDEN") == "write"


@pytest.fixture
def person(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Session]:
    """A person called Ada, in an empty folder, on a terminal without colours and 100 columns wide."""
    for name in list(os.environ):
        if name.startswith("FLUJO_") or name.endswith("_API_KEY"):
            monkeypatch.delenv(name)
    for name, value in {"COLUMNS": "100", "NO_COLOR": "1", "LOGNAME": "ada", "TZ": "UTC"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    time.tzset()
    yield Session(tmp_path)
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def follow(person: Session) -> Callable[[str], None]:
    """Follow a page from its first line to its last; with FLUJO_GOLDEN=write the page gets what was printed."""

    def run(page: str) -> None:
        file = ROOT / page
        text = file.read_text("utf-8")
        new, faults = person.follow(text)
        if WRITE and new != text:
            file.write_text(new, "utf-8")
        assert not faults, f"{page}\n" + "\n".join(faults)

    return run
