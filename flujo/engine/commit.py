"""Group commit: what several lanes have ready at one moment is written in one transaction.

A lane is anything that makes steps one after the other: a run, a branch, an item of a map. While one lane is open a
commit is made at once, on the spot; while several are, each waits until all that are ready have added their rows.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from flujo.core.errors import FlujoError
from flujo.core.storing import Batch, Store


class Writer(Protocol):
    """Has rows that wait to be written: a journal."""

    def ready(self) -> Batch:
        """Return what waits."""
        ...

    def written(self, count: int) -> None:
        """Be told that the first `count` rows are in the store now."""
        ...


class Committer:
    """Writes the rows of all runs of one process."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lanes = 0
        self._waiting: dict[int, tuple[Writer, list[asyncio.Future[None]]]] = {}

    @contextmanager
    def lane(self) -> Iterator[None]:
        """Count a lane while it is open."""
        self._lanes += 1
        try:
            yield
        finally:
            self._lanes -= 1

    async def commit(self, writer: Writer) -> None:
        """Return when all that `writer` has ready is in the store."""
        if self._lanes <= 1:
            self.write(writer)
            return
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self._write_all)
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(id(writer), (writer, []))[1].append(done)
        await done

    def write(self, writer: Writer) -> None:
        """Write what one writer has ready, now."""
        batch = writer.ready()
        if batch.rows:
            self._store.append_all((batch,))
            writer.written(len(batch.rows))

    def _write_all(self) -> None:
        """Write for all that wait, in one transaction; when that is refused one by one, each with its own error."""
        waiting, self._waiting = list(self._waiting.values()), {}
        together = [(writer, writer.ready(), futures) for writer, futures in waiting]
        batches = [batch for _, batch, _ in together if batch.rows]
        try:
            if batches:
                self._store.append_all(batches)
        except FlujoError:
            for writer, futures in waiting:
                self._write_alone(writer, futures)
            return
        except Exception as error:  # whatever it is: a loop tells nobody what a callback raised
            for _, futures in waiting:
                _settle(futures, error)
            return
        for writer, batch, futures in together:
            writer.written(len(batch.rows))
            _settle(futures, None)

    def _write_alone(self, writer: Writer, futures: list[asyncio.Future[None]]) -> None:
        try:
            self.write(writer)
        except FlujoError as error:
            _settle(futures, error)
        else:
            _settle(futures, None)


def _settle(futures: list[asyncio.Future[None]], error: BaseException | None) -> None:
    for future in futures:
        if future.cancelled():
            continue
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error)
