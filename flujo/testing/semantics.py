"""The conformance suite's runner: folders that pin what the language means, sentence by sentence.

A case is a folder with `blueprint.yaml`, whose first line is a comment with the sentence, and `expected.json`. Optional
are `input` (text) or `input.json`, `skills.py`, `files/` (copied into the project) and `case.json`:

- `answers`: `[{"step", "answer", "by", "comment", "output"}]`, given one after the other when that step asks; with
  `"cancel": {"undo": true}` instead of `answer` the run is cancelled then;
- `events`: `[{"step", "event", "payload"}]`, sent one after the other while that step waits, until one is taken;
- `replies`: what the model answers, request by request: a text, or `{"error": RETRY_CLASS}`;
- `then`: what is done when the run has ended, one after the other: `"redrive"`, `{"rollback": STEP}`;
- `env`: the environment; `wait_max`: the longest wait in the process, in seconds (default: any).

`expected.json` holds what is compared: `status`, `output`, `error` (its keys are compared singly), `steps` (address to
`status`, `output`, ...) and `requests` (what the model was asked, request by request; keys are compared singly).
A case that must not compile has `{"codes": ["FLJ0301", ...]}` instead.
`journal.txt` is the normalised journal: no times, hashes, run ids or pinned texts.

Each case runs live, then once for each commit of that run: killed right after it, with everything in memory lost, and
resumed by a new App on the same store. Each time the end must be the expected one, no finished step may run again, and
the replay must be byte-equal. `python -m flujo.testing.semantics FOLDER...` checks the installed flujo.
"""

from __future__ import annotations

import gc
import json
import logging
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import Any

from flujo.app.application import App, RunOptions, open_app
from flujo.app.inputs import RawInput
from flujo.app.system import System
from flujo.core.events import event_of
from flujo.core.graph import Graph
from flujo.core.ids import Digest, RunId
from flujo.core.outcomes import Failed, Usage
from flujo.core.ports import ModelReply, ModelRequest
from flujo.core.record import dataclass
from flujo.core.storing import Batch, Store
from flujo.core.values import JsonObject, JsonValue
from flujo.stores.sqlite import SqliteStore
from flujo.testing.clock import ManualClock

SETTINGS = '[project]\nname = "case"\n\n[state]\nuri = "sqlite:///state.db"\n'
"""The file is there and is not used: a run may be suspended, and the store is one in memory that outlives its Apps."""
LONG = 400 * 86_400.0
"""Seconds: longer than any wait a blueprint may ask for."""

_UNTOLD = frozenset(
    {"started", "moment", "due", "expires", "retry_at", "pinned", "environment", "shown", "digest", "call"}
)


class Killed(SystemExit):
    """The process is dead. Of all exceptions this kind alone leaves an event loop at once, wherever it is raised."""


class Dead(RuntimeError):
    """Something of a dead process still wants to write."""


class MortalStore:
    """A store that dies right after a commit; what was written before lives on in the store behind it."""

    def __init__(self, behind: Store, last: int | None = None) -> None:
        self.behind = behind
        self.commits = 0
        self._last = last

    def append_all(self, batches: Sequence[Batch]) -> None:
        """Write, and die if this was the last commit there should be."""
        if self.commits == self._last:
            raise Dead
        self.behind.append_all(batches)
        self.commits += 1
        if self.commits == self._last:
            raise Killed

    def append(self, *batch: Any) -> None:
        """Write one batch."""
        self.append_all((Batch(*batch),))

    def close(self) -> None:
        """Do nothing: the store behind lives on."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self.behind, name)


class _Ids:
    """One run with a known name and seed."""

    def run_id(self) -> RunId:
        return RunId("run-1")

    def seed(self) -> str:
        return "seed"


class ScriptedModel:
    """A model whose replies are given, the n-th request of a run getting the n-th of them."""

    def __init__(self, replies: Sequence[JsonValue]) -> None:
        self._replies = replies
        self.requests: list[ModelRequest] = []

    async def complete(self, request: ModelRequest) -> ModelReply | Failed:
        """Return the next reply."""
        if len(self.requests) == len(self._replies):
            raise AssertionError("the model is asked more often than `replies` has answers")
        reply = self._replies[len(self.requests)]
        self.requests.append(request)
        if isinstance(reply, dict) and "error" in reply:
            return Failed.of("FLJ0622", "the model refused", retry=reply["error"])
        text = reply if isinstance(reply, str) else json.dumps(reply)
        return ModelReply(text, request.model, Usage(1, 1, 1, 0.0))

    def missing_key(self, model: str) -> str | None:
        """Return nothing: no key is needed."""
        return None


@dataclass(frozen=True)
class Case:
    """One folder of the suite."""

    folder: Path

    @cached_property
    def plan(self) -> JsonObject:
        """What `case.json` says."""
        file = self.folder / "case.json"
        return json.loads(file.read_text("utf-8")) if file.exists() else {}

    @cached_property
    def expected(self) -> JsonObject:
        """What must come out."""
        return json.loads((self.folder / "expected.json").read_text("utf-8"))  # type: ignore[no-any-return]

    @property
    def sentence(self) -> str:
        """The sentence that the case pins."""
        return (self.folder / "blueprint.yaml").read_text("utf-8").partition("\n")[0].removeprefix("#").strip()

    def input(self) -> RawInput:
        """Return what the run is given."""
        as_json = self.folder / "input.json"
        if as_json.exists():
            return RawInput(json_text=as_json.read_text("utf-8"))
        text = self.folder / "input"
        return RawInput(text.read_text("utf-8") if text.exists() else None)

    def project(self, scratch: Path) -> Path:
        """Make a project of the case under `scratch`; return its folder."""
        root = scratch / "project"
        shutil.rmtree(root, ignore_errors=True)
        files = self.folder / "files"
        if files.exists():
            shutil.copytree(files, root)
        root.mkdir(exist_ok=True)
        (root / "flujo.toml").write_text(SETTINGS, "utf-8")
        (root / "state.db").touch()
        shutil.copy(self.folder / "blueprint.yaml", root / "pipeline.yaml")
        if (self.folder / "skills.py").exists():
            (root / "skills").mkdir(exist_ok=True)
            shutil.copy(self.folder / "skills.py", root / "skills")
        return root


class Trial:
    """A case in a project of its own, with a store that outlives the Apps on it."""

    def __init__(self, case: Case, scratch: Path, behind: Store | None = None) -> None:
        self.case = case
        self.root = case.project(scratch)
        self.behind = behind or SqliteStore(None)
        self.clock = ManualClock(jumps=True)
        self.model = ScriptedModel(case.plan.get("replies", []))
        self._user = "tester"
        self._done: set[str] = set()

    def app(self, last: int | None = None) -> App:
        """Return a new App, as a new process would have one; it dies after `last` commits."""
        app = open_app(self.root, self.case.plan.get("env", {}))
        app.store = MortalStore(self.behind, last)
        app.system = System(self.clock, _Ids(), lambda: self._user)
        app.model = self.model
        return app

    def compile(self) -> tuple[Graph | None, list[str]]:
        """Compile the blueprint; return the graph, or the codes of its errors."""
        app = self.app()
        if (self.root / "skills").exists():
            app.lock_skills()
        compiled = app.compile(str(self.root / "pipeline.yaml"))
        errors = [item.code for item in compiled.diagnostics if item.severity.name == "ERROR"]
        return compiled.graph, errors

    def start(self, app: App, graph: Graph) -> None:
        """Start the run and drive it to its end."""
        app.start_run(graph, app.input_value(graph, self.case.input()), self._options())
        self.go_on(app)

    def go_on(self, app: App) -> None:
        """Drive the run that was started to its end, with the answers that are left."""
        view = app.view("run-1", inputs=False)
        if view.status == "running":
            view = app.resume("run-1", options=self._options())
        view = self._until_over(app, view)
        for step in self.case.plan.get("then", ()):
            if step == "redrive" and view.status in ("failed", "denied", "cancelled"):
                view = self._until_over(app, app.redrive("run-1", self._options()))
            elif step != "redrive" and not any(row.type == "run_halted" for row in app.rows("run-1")):
                view = self._until_over(app, app.rollback("run-1", step["rollback"], self._options()))

    def _until_over(self, app: App, view: Any) -> Any:
        """Move a run on while it waits for something."""
        for _ in range(200):
            if view.status != "suspended":
                break
            view = self._move(app, view)
        return view

    def _move(self, app: App, view: Any) -> Any:
        """Give the next answer, or let the time pass."""
        for task in view.tasks:
            answer = self._next_answer(task.step)
            if answer is not None and "cancel" in answer:
                return app.cancel("run-1", self._options(), undo=answer["cancel"].get("undo", False))
            if answer is not None:
                self._user = answer.get("by", "tester")
                text = answer["answer"] if isinstance(answer["answer"], str) else json.dumps(answer["answer"])
                output = json.dumps(answer["output"]) if "output" in answer else None
                return app.resume("run-1", text, task.id, self._options(), output=output, comment=answer.get("comment"))
        for item in self.case.plan.get("events", ()):
            taken = item["step"] in view.awaited and app.send_event(item["event"], item.get("payload"))
            if taken and taken[0].taken:
                return (
                    app.view("run-1", inputs=False)
                    if app.is_over("run-1")
                    else app.go_on(RunId("run-1"), self._options())
                )
        self.clock.advance(LONG)
        return app.resume("run-1", options=self._options())

    def _next_answer(self, step: str) -> Any:
        rows = self.behind.index(RunId("run-1"))
        mine = [item for item in self.case.plan.get("answers", ()) if item["step"] == step]
        given = sum(row.type == "task_answered" and row.address == step for row in rows)
        given += any("cancel" in item for item in mine) and any(row.type == "run_halted" for row in rows)
        return mine[given] if given < len(mine) else None

    def _options(self) -> RunOptions:
        return RunOptions(ask=_nobody, wait_max=self.case.plan.get("wait_max", LONG))

    # --- what came out ---

    def faults(self) -> Iterator[str]:
        """Say in what the run differs from what is expected."""
        app = self.app()
        view = app.view("run-1", inputs=False).to_json(steps=True)
        steps = {step["address"]: step for step in view["steps"]}
        for key, wanted in self.case.expected.items():
            match key:
                case "error":
                    found = {name: (view["error"] or {}).get(name) for name in wanted}
                case "steps":
                    for address, parts in wanted.items():
                        step = steps.get(address, {})
                        yield from _differ(f"step {address}", {name: step.get(name) for name in parts}, parts)
                    continue
                case "requests":
                    yield from self._asked(wanted)
                    continue
                case _:
                    found = view[key]
            yield from _differ(key, found, wanted)
        if "then" not in self.case.plan:
            yield from self._run_twice()
        replay = app.replay("run-1")
        yield from (f"replay: {item.to_json()}" for item in replay.differences)

    def _asked(self, wanted: Sequence[JsonObject]) -> Iterator[str]:
        requests = [request.to_json() for request in self.model.requests]
        yield from _differ("the number of requests", len(requests), len(wanted))
        for number, (found, parts) in enumerate(zip(requests, wanted, strict=False)):
            yield from _differ(f"request {number}", {name: found[name] for name in parts}, parts)

    def _run_twice(self) -> Iterator[str]:
        ends = [row.address for row in self.behind.index(RunId("run-1")) if row.type == "step_completed"]
        yield from (f"{address} was completed twice" for address in sorted(set(ends)) if ends.count(address) > 1)

    def journal(self) -> str:
        """Return the normalised journal, an event a line."""
        lines = []
        for row in self.behind.rows(RunId("run-1")):
            large = json.loads(self.behind.blob(Digest(row.blob))) if row.blob else None
            event = event_of(row, large)
            told = _without(json.loads(row.body) if not row.blob else {**json.loads(row.body), "blob": large})
            lines.append(f"{type(event).TYPE} {row.address} {json.dumps(told, ensure_ascii=False, sort_keys=True)}")
        return "\n".join(lines) + "\n"


def _without(body: JsonValue) -> JsonValue:
    if isinstance(body, dict):
        return {key: _without(value) for key, value in body.items() if key not in _UNTOLD}
    return [_without(item) for item in body] if isinstance(body, list) else body


def _differ(what: str, found: JsonValue, wanted: JsonValue) -> Iterator[str]:
    """Say how two values differ; keys may stand in any order, 1 and true are not the same."""
    if json.dumps(found, sort_keys=True) != json.dumps(wanted, sort_keys=True):
        yield f"{what} is {json.dumps(found)}, not {json.dumps(wanted)}"


def _nobody(task: Any) -> str | None:
    """Answer nothing in place: the case answers when the run is suspended."""
    return None


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a case: its faults, how often it was killed, and its journal."""

    faults: tuple[str, ...]
    kills: int = 0
    journal: str = ""


def check(case: Case, scratch: Path) -> Report:
    """Run a case live, killed after each commit, and replayed."""
    live = Trial(case, scratch)
    graph, codes = live.compile()
    if "codes" in case.expected:
        return Report(tuple(_differ("codes", sorted(set(codes)), sorted(case.expected["codes"]))))
    if graph is None:
        return Report((f"it does not compile: {', '.join(codes)}",))
    app = live.app()
    live.start(app, graph)
    faults = [f"live: {fault}" for fault in live.faults()]
    commits = app.store.commits  # type: ignore[attr-defined]  # a MortalStore
    for last in range(1, commits + 1):
        trial = Trial(case, scratch)
        if (trial.root / "skills").exists():
            trial.app().lock_skills()
        with _quiet_death():
            trial.start(trial.app(last), graph)
        trial.go_on(trial.app())
        faults += [f"killed after commit {last}: {fault}" for fault in trial.faults()]
    return Report(tuple(faults), commits, live.journal())


@contextmanager
def _quiet_death() -> Iterator[None]:
    """Let a run die without a word: its tasks end with it, and what they failed with is collected at once."""
    logger = logging.getLogger("asyncio")
    before, logger.disabled = logger.disabled, True
    try:
        with suppress(Killed, Dead):
            yield
        if not gc.get_freeze_count():  # what is there by now stays: the many collections need not look at it again
            gc.freeze()
        gc.collect()
    finally:
        logger.disabled = before


def cases(folder: Path) -> list[Case]:
    """Return the cases under a folder, by name."""
    return [Case(file.parent) for file in sorted(folder.rglob("expected.json"))]


def main(arguments: Sequence[str]) -> int:
    """Check all cases under the folders given; print a line for each, and return the exit code."""
    found: Mapping[Path, Case] = {case.folder: case for folder in arguments for case in cases(Path(folder))}
    failed = 0
    for case in found.values():
        with tempfile.TemporaryDirectory() as scratch:
            report = check(case, Path(scratch))
        failed += bool(report.faults)
        print(f"{'FAILED' if report.faults else 'ok':6} {report.kills:3} kills  {case.folder.name}: {case.sentence}")
        for fault in report.faults:
            print(f"         {fault}")
    print(f"{len(found)} cases, {failed} failed")
    return 1 if failed or not found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
