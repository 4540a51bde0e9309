"""Validation campaign: hundreds of thousands of files, nearly all of them wrong, and no answer but a good one.

Five makers: `bytes` of real blueprints changed, their `data` changed, `hurtful` texts, `valid` ones from the grammar,
and such with one fault `planted`. Of each file: compiling ends in time and memory, raises nothing, and says what is
wrong at a place with a code. Valid ones compile, also after all safe fixes; a planted fault is told within a line of
where it is. What fails is made smaller before it is shown. `text_of(maker, seed, number)` makes it again.
"""

from __future__ import annotations

import json
import multiprocessing
import random
import resource
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from pathlib import Path
from types import FrameType
from typing import Any

from flujo.blueprints import reader
from flujo.blueprints.compiler import compile_blueprint
from flujo.blueprints.edit.fixes import MAX_ROUNDS, fix_all
from flujo.blueprints.importing import Compiled
from flujo.cli.render.diagnostics import document, render
from flujo.core.codes import CODES
from flujo.core.diagnostics import Diagnostic, Fix, Severity
from tests.blueprints.conftest import CATALOGUE, SOURCES
from tests.campaigns.growing import Grower
from tests.campaigns.mutating import changed_bytes, changed_data, corpus, documents, hurtful
from tests.campaigns.planting import Fault, Planter
from tests.campaigns.writing import Writer

SECONDS = 5.0
"""Processor time after which a file counts as hanging."""
MEGABYTES = 256
"""Memory that a worker may take besides what it began with."""
STUCK = 120.0
"""Seconds after which a worker that is still at the same file is ended; on a busy machine it may get little time."""
SHARE = 0.99
"""How many of the planted faults must be told within a line."""
MAKERS = ("bytes", "data", "hurtful", "valid", "planted")
TURNS = ("bytes", "data", "planted", "bytes", "bytes", "data", "valid", "bytes", "data", "planted", "data")
"""Which maker makes which file, over and over, but for the hurtful ones."""
HURTFUL = 100
"""Every so many files one is hurtful; a mutant gets only those."""
SHRINKING = 4.0
"""Seconds that are spent on making a failing file smaller."""


@dataclass
class Row:
    """The figures of one maker."""

    files: int = 0
    refused: int = 0
    faults: int = 0
    near: int = 0
    also_far: int = 0
    slowest: float = 0.0


@dataclass
class Tally:
    """What a campaign found, by maker."""

    rows: dict[str, Row] = field(default_factory=lambda: {maker: Row() for maker in MAKERS})
    codes: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    megabytes: float = 0.0
    notes: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    @property
    def clean(self) -> bool:
        """Whether every promise held."""
        planted = self.rows["planted"]
        return not any(row.faults for row in self.rows.values()) and planted.near >= SHARE * planted.files

    @property
    def files(self) -> int:
        """How many files were tried."""
        return sum(row.files for row in self.rows.values())

    def table(self) -> str:
        """Return the figures as a Markdown table."""
        lines = [
            "| files | how many | refused | faults | told within a line | and elsewhere | slowest (s) |",
            "|---|--:|--:|--:|--:|--:|--:|",
        ]
        for maker, row in self.rows.items():
            share = f"{100 * row.near / row.files:.2f} %" if maker == "planted" and row.files else ""
            far = str(row.also_far) if maker == "planted" else ""
            lines.append(
                f"| {maker} | {row.files} | {row.refused} | {row.faults} | {share} | {far} | {row.slowest:.2f} |"
            )
        rare = ", ".join(f"{what} ({count})" for what, count in self.missed.most_common(12))
        return "\n".join(
            [*lines, f"\n{len(self.codes)} codes; at most {self.megabytes:.0f} MB in a worker"]
            + ([f"told too far away: {rare}"] if rare else [])
        )

    def add(self, other: Tally) -> None:
        """Add what another worker found."""
        for maker, row in other.rows.items():
            mine = self.rows[maker]
            for name in ("files", "refused", "faults", "near", "also_far"):
                setattr(mine, name, getattr(mine, name) + getattr(row, name))
            mine.slowest = max(mine.slowest, row.slowest)
        self.codes += other.codes
        self.missed += other.missed
        self.megabytes = max(self.megabytes, other.megabytes)
        self.notes += [note for note in other.notes if note.partition(" at ")[0] not in self.seen]
        self.seen |= {note.partition(" at ")[0] for note in other.notes}


class TooLong(BaseException):
    """A file took longer than it may; nothing in flujo may catch it."""


@contextmanager
def without_limits() -> Iterator[None]:
    """Let the reader count nothing: depth, aliases, nodes, size."""
    names = ("MAX_DEPTH", "MAX_ALIASES", "MAX_NODES", "MAX_TEXT")
    kept = {name: getattr(reader, name) for name in names}
    for name in names:
        setattr(reader, name, 10**12)
    try:
        yield
    finally:
        for name, value in kept.items():
            setattr(reader, name, value)


@contextmanager
def nothing_off() -> Iterator[None]:
    """Change nothing."""
    yield


MUTANTS = {"": nothing_off, "limits": without_limits}


def run(count: int, seed: int, mutant: str = "", workers: int = 0) -> Tally:
    """Try `count` files made from `seed`, in as many processes as there are cores."""
    tally = Tally()
    corpus()
    documents()
    with MUTANTS[mutant]():
        workers = min(workers or multiprocessing.cpu_count(), max(1, count // 500))
        numbers = range(HURTFUL - 1, count * HURTFUL, HURTFUL) if mutant else range(count)
        crew = [Worker(seed, numbers[first::workers]) for first in range(workers)]
        while crew:
            wait([worker.pipe for worker in crew], timeout=STUCK / 4)
            crew = [one for worker in crew if (one := worker.listen(tally)) is not None]
    return tally


class Worker:
    """A process that tries files; when it dies or hangs, another one goes on after the file it was at."""

    def __init__(self, seed: int, numbers: range) -> None:
        context = multiprocessing.get_context("fork")
        self._seed, self._numbers = seed, numbers
        self._at = context.Value("q", numbers.start)
        self.pipe, theirs = context.Pipe(duplex=False)
        self._process = context.Process(target=_work, args=(seed, numbers, theirs, self._at), daemon=True)
        self._process.start()
        theirs.close()
        self._heard, self._was_at = time.monotonic(), numbers.start

    def listen(self, tally: Tally) -> Worker | None:
        """Take what it tells; return the worker that goes on, None when all is done."""
        if self.pipe.poll():
            try:
                tally.add(self.pipe.recv())
                self._heard = time.monotonic()
                return self
            except EOFError:
                self._process.join()
                if self._process.exitcode == 0:
                    return None
                return self._replaced(tally, f"the process died ({self._process.exitcode})")
        if self._at.value != self._was_at:
            self._was_at, self._heard = self._at.value, time.monotonic()
        if time.monotonic() - self._heard < STUCK:
            return self
        self._process.kill()
        self._process.join()
        return self._replaced(tally, "the process hung")

    def _replaced(self, tally: Tally, what: str) -> Worker | None:
        number = self._at.value
        maker = maker_of(number)
        found = Tally(notes=[f"{what} at seed {self._seed}, number {number} ({maker})"])
        found.rows[maker].faults += 1
        tally.add(found)
        rest = self._numbers[self._numbers.index(number) + 1 :]
        return Worker(self._seed, rest) if rest else None


def _work(seed: int, numbers: range, pipe: Connection, at: Any) -> None:
    """Try files in a process of its own, and tell of them now and then."""
    _limit_memory()
    tally = Tally()
    for done, number in enumerate(numbers, 1):
        at.value = number
        one(seed, number, tally)
        if done % 200 == 0 or number == numbers[-1]:
            tally.megabytes = _most_memory()
            pipe.send(tally)
            tally = Tally(seen=tally.seen)


def _limit_memory() -> None:
    try:
        size = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    except OSError:
        return  # not Linux: there the limit is measured only
    resource.setrlimit(resource.RLIMIT_AS, (size + MEGABYTES * 2**20, resource.RLIM_INFINITY))


def _most_memory() -> float:
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 2**20 if sys.platform == "darwin" else most / 1024


# --- one file


def maker_of(number: int) -> str:
    """Return which maker makes the file of a number."""
    return "hurtful" if number % HURTFUL == HURTFUL - 1 else TURNS[number % len(TURNS)]


def text_of(maker: str, seed: int, number: int) -> tuple[str | bytes, Fault | None]:
    """Return the file of a number, and its fault if one was planted."""
    chance = random.Random(f"{seed} {number}")
    match maker:
        case "bytes":
            return changed_bytes(chance), None
        case "data":
            return changed_data(chance), None
        case "hurtful":
            return hurtful(chance), None
        case "valid":
            grown = Grower(chance).blueprint()
            return Writer(chance).write(grown), None
    fault = Planter(chance, Grower(chance).blueprint()).plant()
    return fault.text, fault


def one(seed: int, number: int, tally: Tally) -> None:
    """Try one file."""
    maker = maker_of(number)
    row, where = tally.rows[maker], f"at seed {seed}, number {number} ({maker})"
    text, fault = text_of(maker, seed, number)
    row.files += 1
    began = time.process_time()
    compiled, wrong = judged(text, valid=maker == "valid")
    row.slowest = max(row.slowest, time.process_time() - began)
    if wrong:
        row.faults += 1
        if wrong not in tally.seen:
            tally.seen.add(wrong)
            small = shrunk(text, lambda less: judged(less, valid=maker == "valid")[1] == wrong)
            tally.notes.append(f"{wrong} {where}; smallest: {small!r:.1500}")
    if compiled is None:
        return
    row.refused += compiled.graph is None
    tally.codes.update(item.code for item in compiled.diagnostics)
    if fault is not None:
        _compare(fault, compiled, row, tally, where)


def _compare(fault: Fault, compiled: Compiled, row: Row, tally: Tally, where: str) -> None:
    """Note whether a planted fault was told where it is."""
    errors = [item for item in compiled.diagnostics if item.severity is Severity.ERROR]
    first, last = fault.lines
    near = [item for item in errors if item.place and first - 1 <= item.place.start[0] <= last + 1]
    row.near += bool(near)
    row.also_far += 0 < len(near) < len(errors)
    if not near:
        tally.missed[fault.what] += 1
        told = "; ".join(f"{item.place} {item.code} {item.message}" for item in errors[:3]) or "nothing"
        tally.notes.append(f"planted {fault.what} {where}: in line {first}, told: {told:.300}")


def judged(text: str | bytes, *, valid: bool = False) -> tuple[Compiled | None, str]:
    """Compile a text; return what came of it, and what is wrong with that ("" when nothing is)."""
    try:
        with _in_time():
            compiled = compile_blueprint(text, "in.yaml", SOURCES, CATALOGUE)
            shown = render(compiled.diagnostics) + json.dumps(document(compiled.diagnostics))
            broken = _broken_by_fixes(text, compiled)
    except TooLong:
        return None, f"more than {SECONDS:.0f} s"
    except MemoryError:
        return None, f"more than {MEGABYTES} MB"
    except Exception as error:  # whatever comes out here is what the campaign looks for
        frame = traceback.extract_tb(error.__traceback__)[-1]
        return None, f"{type(error).__name__} in {frame.filename.rpartition('/flujo/')[2]}:{frame.name}"
    return compiled, _wrong(compiled, shown, valid) or broken


def _wrong(compiled: Compiled, shown: str, valid: bool) -> str:
    """Return what is wrong with an answer."""
    errors = [item for item in compiled.diagnostics if item.severity is Severity.ERROR]
    if (compiled.graph is None) is not bool(errors):
        return "refused without an error" if compiled.graph is None else "errors, and not refused"
    for item in compiled.diagnostics:
        if fault := _bad_form(item):
            return f"{fault}: {item.code}"
    if valid and errors:
        return f"a valid blueprint is refused: {errors[0].code}"
    return "a traceback is shown" if "Traceback (most" in shown or "object at 0x" in shown else ""


def _broken_by_fixes(text: str | bytes, compiled: Compiled) -> str:
    """Return what the safe fixes of a valid blueprint do wrong."""
    if compiled.graph is None or not _safe_fixes(compiled):
        return ""
    whole = text.decode() if isinstance(text, bytes) else text
    fixed = fix_all(whole, lambda less: _safe_fixes(compile_blueprint(less, "in.yaml", SOURCES, CATALOGUE)))
    if fixed.left and len(fixed.applied) < MAX_ROUNDS:  # one inside the other, each round reaches one more
        return f"a fix does not end: {fixed.left[0].title}"
    again = compile_blueprint(fixed.text, "in.yaml", SOURCES, CATALOGUE)
    if again.graph is not None:
        return ""
    return f"a fix breaks it: {next(item.code for item in again.diagnostics if item.severity is Severity.ERROR)}"


def _safe_fixes(compiled: Compiled) -> list[Fix]:
    return [item.fix for item in compiled.diagnostics if item.fix and item.fix.applicability == "safe"]


def _bad_form(item: Diagnostic) -> str:
    if item.code not in CODES or item.code.startswith("FLJ09"):
        return "no code for users"
    if item.place is None:
        return "no place"
    size = len(item.place.source.text)
    spans = [item.place.span, *(edit.span for edit in (item.fix.edits if item.fix else ()))]
    if not all(0 <= span.start <= span.end <= size for span in spans):
        return "a place outside the text"
    return "" if item.message and item.message == item.message.strip() else "no message"


@contextmanager
def _in_time() -> Iterator[None]:
    """Raise TooLong when the block takes too much processor time."""

    def ring(number: int, frame: FrameType | None) -> None:
        raise TooLong

    kept = signal.signal(signal.SIGVTALRM, ring)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, kept)


def shrunk(text: str | bytes, fails: Callable[[Any], bool]) -> str | bytes:
    """Return a smaller text that still fails: first without some of its lines, then of its characters."""
    end = time.monotonic() + SHRINKING
    for keeps_lines in (True, False):
        parts: list[Any] = (
            text.splitlines(keepends=True) if keeps_lines else [text[i : i + 1] for i in range(len(text))]
        )
        size = max(1, len(parts) // 2)
        while size and time.monotonic() < end:
            at, smaller = 0, False
            while at < len(parts) and time.monotonic() < end:
                rest = parts[:at] + parts[at + size :]
                if fails(text[:0].join(rest)):
                    parts, smaller = rest, True
                else:
                    at += size
            size = size if smaller and size == 1 else size // 2
        text = text[:0].join(parts)
    return text
