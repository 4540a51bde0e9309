"""What the tests of the command line share: golden files, and a way to call a verb in this process."""

import io
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from flujo.cli.main import main

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "cli"


@pytest.fixture
def golden() -> Callable[[str, str], None]:
    """Compare a text with a committed file; with FLUJO_GOLDEN=write the file is written instead."""

    def compare(name: str, text: str) -> None:
        file = GOLDEN / name
        if os.environ.get("FLUJO_GOLDEN") == "write":
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")
        assert text == file.read_text("utf-8")

    return compare


@pytest.fixture
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Local time is UTC."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    encoding = "utf-8"  # type: ignore[assignment]

    def isatty(self) -> bool:
        """Say yes."""
        return True


@dataclass(frozen=True)
class Result:
    """What a call of the command line did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on stdout."""
        return json.loads(self.out)


Call = Callable[..., Result]


@pytest.fixture
def flujo(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Call:
    """Call the command line in this process, in a folder of its own.

    `stdin` is what is piped in; with `typed` all three streams are a terminal and those lines are typed.
    """
    monkeypatch.chdir(tmp_path)
    for name in ("FLUJO_INPUT", "FLUJO_STATE_URI", "FLUJO_MODEL", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "100")

    def call(*arguments: str | Path, stdin: bytes = b"", typed: str | None = None, **env: str) -> Result:
        out, err = (Terminal(), Terminal()) if typed is not None else (io.StringIO(), io.StringIO())
        source = io.TextIOWrapper(io.BytesIO(stdin)) if typed is None else Terminal(typed)
        with monkeypatch.context() as patch:
            for name, stream in (("stdout", out), ("stderr", err), ("stdin", source)):
                patch.setattr(sys, name, stream)
            for name, value in env.items():
                patch.setenv(name, value)
            code = main([str(argument) for argument in arguments])
        return Result(code, out.getvalue(), err.getvalue())

    return call
