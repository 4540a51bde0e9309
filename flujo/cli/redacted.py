"""Streams that let no secret through: what skills print, what is logged, and what the command itself says."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from io import TextIOBase
from typing import Any, TextIO

from flujo.cli.console import Console
from flujo.cli.verb import Session
from flujo.core.secrets import Redactor


class RedactedStream(TextIOBase):
    """A text stream in front of another one. What may be the beginning of a secret is kept back until more comes."""

    def __init__(self, behind: TextIO, redactor: Redactor) -> None:
        self.behind = behind
        self._redactor = redactor
        self._kept = ""
        self._lock = threading.RLock()

    def write(self, text: str) -> int:
        """Write a text without the secrets in it."""
        with self._lock:
            whole = self._redactor.text(self._kept + text)
            end = len(whole) - self._unsure(whole)
            self._kept = whole[end:]
            self.behind.write(whole[:end])
        return len(text)

    def _unsure(self, text: str) -> int:
        """Return how many of the last characters may be the beginning of a secret."""
        longest = 0
        for form in self._redactor.forms:
            at = text.find(form[0], max(0, len(text) - len(form) + 1))
            while at >= 0 and len(text) - at > longest:
                if form.startswith(text[at:]):
                    longest = len(text) - at
                at = text.find(form[0], at + 1)
        return longest

    def flush(self) -> None:
        """Flush what is sure."""
        self.behind.flush()

    def end(self) -> None:
        """Write what was kept back: no more comes."""
        with self._lock:
            kept, self._kept = self._kept, ""
            if kept:
                with suppress(BrokenPipeError):  # whoever read it has gone
                    self.behind.write(kept)
                    self.behind.flush()

    @property
    def buffer(self) -> _Bytes:
        """The same stream for bytes."""
        return _Bytes(self)

    def writable(self) -> bool:
        """Say yes."""
        return True

    def isatty(self) -> bool:
        """Say whether the stream behind is a terminal."""
        return self.behind.isatty()

    def fileno(self) -> int:
        """Return the descriptor of the stream behind."""
        return self.behind.fileno()

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """The encoding of the stream behind."""
        return self.behind.encoding

    @property
    def errors(self) -> str | None:  # type: ignore[override]
        """What the stream behind does with characters that it cannot encode."""
        return self.behind.errors


class _Bytes:
    """The byte side of a redacted stream, for skills that print bytes."""

    def __init__(self, stream: RedactedStream) -> None:
        self._stream = stream

    def write(self, data: bytes) -> int:
        self._stream.write(bytes(data).decode("utf-8", "backslashreplace"))
        return len(data)

    def flush(self) -> None:
        self._stream.flush()


def redact_streams(session: Session, redactor: Redactor) -> bool:
    """Put redacted streams in the place of stdout and stderr until the command is over.

    Loggers that were set up already write to them too. False when there are some; `sys.stdout` is then theirs again, if
    somebody has put the bare stream back.
    """
    console = session.console
    if isinstance(console.out, RedactedStream) and isinstance(console.err, RedactedStream):
        _swap({id(stream.behind): stream for stream in (console.out, console.err)})
        return False
    session.until_end.enter_context(_redacted(console, redactor))
    return True


@contextmanager
def _redacted(console: Console, redactor: Redactor) -> Iterator[None]:
    out, err = RedactedStream(console.out, redactor), RedactedStream(console.err, redactor)
    console.out, console.err = out, err  # type: ignore[assignment]  # all that a console needs of a TextIO
    _swap({id(stream.behind): stream for stream in (out, err)})
    try:
        yield
    finally:
        out.end()
        err.end()
        console.out, console.err = out.behind, err.behind
        _swap({id(stream): stream.behind for stream in (out, err)})


def _swap(streams: dict[int, Any]) -> None:
    """Let everything that writes to one of these streams write to the other one: prints and handlers of loggers."""
    for name in ("stdout", "stderr"):
        setattr(sys, name, streams.get(id(getattr(sys, name)), getattr(sys, name)))
    logging = sys.modules.get("logging")
    for handler in _handlers(logging) if logging is not None else ():
        stream = streams.get(id(getattr(handler, "stream", None)))
        if stream is not None:
            handler.setStream(stream)


def _handlers(logging: Any) -> Iterable[Any]:
    loggers = [logging.root, *logging.root.manager.loggerDict.values()]
    return [handler for logger in loggers for handler in getattr(logger, "handlers", ())]
