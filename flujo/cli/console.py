"""The two streams of the command line: results go to stdout, everything else to stderr."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import field
from io import TextIOWrapper
from pathlib import Path
from typing import Any, TextIO

from flujo.cli.render.screen import Paint, visible
from flujo.core.record import dataclass


class PipeClosed(Exception):
    """Whoever read our output has gone; nothing is left to be said."""


@dataclass(slots=True)
class Console:
    """Where a verb prints. With `json` set, exactly one document goes to stdout and no text does."""

    out: TextIO
    err: TextIO
    source: TextIO
    env: Mapping[str, str] = field(default_factory=dict)
    json: bool = False

    @property
    def interactive(self) -> bool:
        """Whether a person can be asked: stdin and stderr are a terminal."""
        return _is_terminal(self.source) and _is_terminal(self.err)

    @property
    def live(self) -> bool:
        """Whether progress is wanted: stderr is a terminal."""
        return _is_terminal(self.err)

    @property
    def source_is_terminal(self) -> bool:
        """Whether stdin is a terminal, where nothing was piped in."""
        return _is_terminal(self.source)

    @property
    def on_screen(self) -> bool:
        """Whether results go to a terminal, where control characters would act."""
        return _is_terminal(self.out)

    @property
    def columns(self) -> int:
        """The width of the terminal, or 100 where there is none."""
        return max(40, shutil.get_terminal_size((100, 24)).columns)

    def paint(self, stream: TextIO | None = None) -> Paint:
        """Return the colours for a stream (default: stdout): NO_COLOR, then FORCE_COLOR, then what the stream is."""
        if self.env.get("NO_COLOR"):
            return Paint(False)
        if self.env.get("FORCE_COLOR", "0") not in ("", "0"):
            return Paint(True)
        return Paint(_is_terminal(stream or self.out) and self.env.get("TERM") != "dumb")

    def result(self, text: str) -> None:
        """Print text, which was made harmless where needed, to stdout."""
        _write(self.out, text)

    def value(self, value: Any) -> None:
        """Print a run's output: text as it is, any other value as JSON."""
        text = value if isinstance(value, str) else self._dump(value)
        self.result((visible(text, keep="\n\t") if self.on_screen else text) + "\n")

    def document(self, value: Any) -> None:
        """Print the one JSON document of `--json`."""
        self.result(self._dump(value) + "\n")

    def note(self, text: str) -> None:
        """Print to stderr: progress, hints, diagnostics of a command."""
        _write(self.err, text if text.endswith("\n") else text + "\n")

    def note_in_place(self, text: str) -> None:
        """Print to stderr without ending the line."""
        _write(self.err, text)

    def ask(self, prompt: str) -> str | None:
        """Ask on stderr and return the line that was typed; None at the end of the input (Ctrl-D)."""
        _write(self.err, prompt)
        line = self.source.readline()
        if not line:
            _write(self.err, "\n")
            return None
        return line.rstrip("\r\n")

    def confirm(self, question: str) -> bool:
        """Ask a yes/no question; anything but yes is no."""
        return (self.ask(f"{question} [y/N] ") or "").strip().lower() in ("y", "yes")

    def silence(self) -> None:
        """Point stdout at nothing, so that the interpreter's last flush has nowhere to fail."""
        os.dup2(os.open(os.devnull, os.O_WRONLY), self.out.fileno())

    def _dump(self, value: Any) -> str:
        return json.dumps(value, indent=2, ensure_ascii=not speaks_unicode(self.out))


def open_console(env: Mapping[str, str], json: bool) -> Console:
    """Return the console of this process. Characters a stream cannot encode are written as escapes, never fatal."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # closed by the caller; the lowest free descriptor is its own
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - for the whole process
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    return Console(sys.stdout, sys.stderr, sys.stdin, env, json)


def speaks_unicode(stream: TextIO) -> bool:
    """Say whether a stream can carry any character."""
    return (getattr(stream, "encoding", None) or "utf-8").lower().replace("-", "") in ("utf8", "utf16")


def _is_terminal(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except ValueError:  # closed
        return False


def _write(stream: TextIO, text: str) -> None:
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError as error:
        raise PipeClosed from error
