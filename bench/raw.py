"""What the storage and the interpreter allow with no engine at all: the references of all ratios."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

INSERT = "INSERT INTO step VALUES (?, ?, ?)"


def payload(size: int = 1024) -> dict[str, object]:
    """Return a mapping whose JSON text has about `size` bytes."""
    body = {"id": 7, "name": "bench", "score": 0.25, "tags": ["a", "b", "c"], "text": ""}
    body["text"] = "x" * (size - len(json.dumps(body)))
    return body


def yaml_loading(text: str) -> float:
    """Return the seconds that PyYAML's C loader takes for a text; raise ModuleNotFoundError without it."""
    import yaml

    before = time.perf_counter()
    yaml.load(text, yaml.CSafeLoader)
    return time.perf_counter() - before


def connect(folder: Path, synchronous: str) -> sqlite3.Connection:
    """Open a fresh database with one table."""
    file = folder / f"raw-{time.perf_counter_ns()}.db"
    db = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute(f"PRAGMA synchronous={synchronous}")
    db.execute("CREATE TABLE step (run TEXT, seq INTEGER, payload BLOB, PRIMARY KEY (run, seq)) WITHOUT ROWID")
    return db


def rows(folder: Path, count: int, batch: int = 1, synchronous: str = "FULL") -> float:
    """Return seconds a row when SQLite alone commits `batch` rows at a time."""
    db, data = connect(folder, synchronous), payload()
    began = time.perf_counter()
    for start in range(0, count, batch):
        db.execute("BEGIN IMMEDIATE")
        for seq in range(start, min(start + batch, count)):
            db.execute(INSERT, ("r", seq, json.dumps(data).encode()))
        db.execute("COMMIT")
    seconds = time.perf_counter() - began
    db.close()
    return seconds / count


def served(uri: str, count: int) -> float:
    """Return seconds a row when Postgres alone commits each: BEGIN, INSERT, COMMIT."""
    import psycopg

    data = payload()
    with psycopg.connect(uri) as db:
        db.execute("DROP TABLE IF EXISTS public.step")
        db.execute("CREATE TABLE public.step (run TEXT, seq BIGINT, payload BYTEA, PRIMARY KEY (run, seq))")
        db.commit()
        began = time.perf_counter()
        for seq in range(count):
            db.execute("INSERT INTO public.step VALUES (%s, %s, %s)", ("r", seq, json.dumps(data).encode()))
            db.commit()
        return (time.perf_counter() - began) / count


def concurrent(folder: Path, runs: int, steps: int) -> float:
    """Return seconds of `runs` at once, each of `steps` that await 10 ms, with group commit on a thread."""
    return asyncio.run(_concurrent(connect(folder, "FULL"), runs, steps))


async def _concurrent(db: sqlite3.Connection, runs: int, steps: int) -> float:
    loop, data = asyncio.get_running_loop(), payload()
    queue: list[tuple[tuple[str, int, bytes], asyncio.Future[None]]] = []
    wake, pool = asyncio.Event(), ThreadPoolExecutor(1)

    def flush(batch: list[tuple[tuple[str, int, bytes], asyncio.Future[None]]]) -> None:
        db.execute("BEGIN IMMEDIATE")
        db.executemany(INSERT, [row for row, _ in batch])
        db.execute("COMMIT")

    async def writer() -> None:
        while True:
            await wake.wait()
            wake.clear()
            while queue:
                batch, queue[:] = list(queue), []
                await loop.run_in_executor(pool, flush, batch)
                for _, done in batch:
                    done.set_result(None)

    async def one(run: int) -> None:
        for seq in range(steps):
            await asyncio.sleep(0.01)
            done: asyncio.Future[None] = loop.create_future()
            queue.append(((str(run), seq, json.dumps(data).encode()), done))
            wake.set()
            await done

    task = loop.create_task(writer())
    began = time.perf_counter()
    await asyncio.gather(*(one(run) for run in range(runs)))
    seconds = time.perf_counter() - began
    task.cancel()
    pool.shutdown()
    db.close()
    return seconds
