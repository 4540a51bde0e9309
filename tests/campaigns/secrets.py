"""Secrets campaign: planted values, skills that do all they can to give them back, and a search of everything written.

Each round makes a project with a random secret (short and long, signs, several lines, JSON, digits, other scripts) and
a random blueprint: some of the leaks below, in chains, maps, loops, parallels, catches and retries, with arguments that
filters were applied to; now and then an agent, a question, an approval. It is run with the console of the command line,
looked at with every `lens` verb, and replayed. Then each form of the secret that was given back, and the bare one, is
searched in every file of the project (the database with its WAL before and after it is closed, blobs, rows and blobs
as values), in both streams, in the requests to models. What is searched for is worked out here, not by flujo.
"""

from __future__ import annotations

import io
import json
import logging
import random
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flujo.app import App, open_app
from flujo.app.environment import EnvironmentSecrets
from flujo.cli.console import Console
from flujo.cli.ending import Wishes, driving, finish
from flujo.cli.lens import list_runs, replay_run, show_run, trace_run
from flujo.cli.tasks import list_tasks, show_task
from flujo.cli.verb import Session
from flujo.core.errors import FlujoError
from flujo.core.secrets import Redactor
from flujo.engine.secrecy import Confidence
from flujo.testing.semantics import ScriptedModel
from tests.campaigns.crash import in_memory
from tests.campaigns.leaking import SKILL, Plan, forms, planted


@dataclass
class Tally:
    """What a campaign found."""

    rounds: int = 0
    steps: int = 0
    searched: int = 0
    needles: int = 0
    found: int = 0
    differ: int = 0
    hidden: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether nothing was found, and the search was about something."""
        return not (self.found or self.differ) and self.hidden > 0

    def table(self) -> str:
        """Return the figures as a Markdown table."""
        cells = [self.rounds, self.steps, self.needles, self.searched, self.hidden, self.found, self.differ]
        return (
            "| planted values | steps that gave them back | texts searched for | places searched | `***` there | found "
            "| replays that differ |\n|--:|--:|--:|--:|--:|--:|--:|\n|" + "|".join(f" {cell} " for cell in cells) + "|"
        )


class Deaf(Redactor):
    """A redactor that learns nothing."""

    def learn(self, value: str) -> None:
        """Forget it."""

    def learn_derived(self, value: Any, secrets: Any) -> None:
        """Forget it."""


class Plain(Redactor):
    """A redactor that knows values as they are, and no other form."""

    def text(self, text: str) -> str:
        """Replace the values alone."""
        for value in self._known:
            text = text.replace(value, "***")
        return text


MUTANTS: dict[str, Callable[[], Redactor]] = {"": Redactor, "off": Deaf, "plain": Plain}


@dataclass
class Round:
    """One project, run and searched."""

    root: Path
    secret: str
    plan: Plan
    tally: Tally
    redactor: Redactor
    thorough: bool = True
    streams: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def make(self) -> None:
        """Write the project."""
        (self.root / "flujo.toml").write_text("", "utf-8")
        (self.root / "skills").mkdir()
        (self.root / "skills/leak.py").write_text(SKILL, "utf-8")
        (self.root / "pipeline.yaml").write_text(self.plan.text(), "utf-8")

    @contextmanager
    def session(self, *, as_json: bool = False) -> Iterator[Session]:
        """Yield a session whose streams are kept."""
        out, err = io.StringIO(), io.StringIO()
        before = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = out, err
        handler = logging.StreamHandler(err)
        logger = logging.getLogger("leak")
        logger.addHandler(handler)
        logger.propagate = False
        session = Session(Console(out, err, io.StringIO(), {}, as_json), {"KEY": self.secret}, self.root, trace=True)
        try:
            with session.until_end:
                yield session
        finally:
            logger.removeHandler(handler)
            sys.stdout, sys.stderr = before
            self.streams += [out.getvalue(), err.getvalue()]

    def run(self) -> None:
        """Run the blueprint to its end, then look at it in every way."""
        with self.session(as_json=self.plan.chance.random() < 0.3) as session, self.app(session) as app:
            app.lock_skills()
            graph = app.graph(str(self.root / "pipeline.yaml"))
            with driving(session, Wishes(no_ask=True), {}) as options:
                view = app.start_run(graph, f"the input has {self.secret}", options)
                for _ in range(60):
                    if view.status != "suspended" or not view.tasks:
                        break
                    self.look(view.run_id, view.tasks[0].id)
                    answer = "yes" if view.tasks[0].kind == "approval" else f"answered {self.secret}"
                    view = app.resume(view.run_id, answer, view.tasks[0].id, options, comment=self.secret)
                if view.status == "failed":
                    with suppress(FlujoError):
                        view = app.redrive(view.run_id, options)
            finish(session, app, view)
            self.files()
            self.tally.steps += len(view.steps)
            self.requests += [json.dumps(item.to_json(), ensure_ascii=False) for item in app.model.requests]
            if app.replay(view.run_id).differences:
                self.tally.differ += 1
                self.tally.notes.append(f"the replay differs: {self.plan.hows}")
        self.look(view.run_id, None)
        self.files()
        self.rows()

    @contextmanager
    def app(self, session: Session) -> Iterator[App]:
        """Yield an App with a model from a script and the redactor of this campaign."""
        with open_app(self.root, session.env) as app:
            app.confidence = Confidence(EnvironmentSecrets(session.env, self.root, None), self.redactor)
            app.model = ScriptedModel(["the model says nothing"] * 200)
            yield app

    def look(self, run: str, task: str | None) -> None:
        """Show everything, as text and as JSON; not always, and not as JSON, unless it is to be thorough."""
        if not self.thorough and self.plan.chance.random() < 0.6:
            return
        for as_json in (False, True) if self.thorough else (False,):
            with self.session(as_json=as_json) as session:
                if task is not None:
                    list_tasks(session)
                    show_task(session, task)
                    continue
                show_run(session, run)
                if not as_json:
                    trace_run(session, run, expand=True)
                if self.thorough:
                    list_runs(session)
                    replay_run(session, run)
                    for address in self.addresses(run):
                        with suppress(FlujoError):
                            show_run(session, run, address)

    def addresses(self, run: str) -> list[str]:
        """Return some of the steps of a run."""
        with open_app(self.root, {}) as app:
            found = list(app.view(run, inputs=False).steps)
        return self.plan.chance.sample(found, min(3, len(found)))

    # --- searching ---

    def needles(self) -> set[str]:
        """Return what must not be found."""
        texts = {self.secret.strip(), *(text for how in self.plan.hows for text in forms(self.secret, how))}
        return {text for text in texts if len(text) >= 6}

    def search(self, where: str, data: bytes) -> None:
        """Look for the secret in a place."""
        self.tally.searched += 1
        self.tally.hidden += data.count(b"***")
        for needle in self.needles():
            if needle.encode() in data:
                self.tally.found += 1
                at = data.index(needle.encode())
                self.tally.notes.append(f"{where}: {needle[:50]!r} in {data[max(0, at - 60) : at + 20]!r}")

    def files(self) -> None:
        """Search the files of the project as they are now."""
        for file in (self.root / ".flujo").rglob("*"):
            if file.is_file():
                self.search(file.name, file.read_bytes())

    def rows(self) -> None:
        """Search the rows of the database as values."""
        with sqlite3.connect(self.root / ".flujo/state.db") as database:
            tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            for table in tables:
                for row in database.execute(f'SELECT * FROM "{table}"'):
                    values = [value if isinstance(value, bytes) else str(value).encode() for value in row]
                    self.search(f"table {table}", b"\0".join(values))

    def search_streams(self) -> None:
        """Search what was printed, and what models were asked."""
        for text in self.streams:
            self.search("stream", text.encode())
        for text in self.requests:
            self.search("request", text.encode())


def run(count: int, seed: int, mutant: str = "", *, thorough: bool = True) -> Tally:
    """Run `count` rounds; `thorough` ones look at everything in every way."""
    tally = Tally()
    for number in range(count):
        chance = random.Random(f"{seed}/{number}")
        with tempfile.TemporaryDirectory(dir=in_memory()) as place:
            round_ = Round(
                Path(place), planted(chance), Plan(chance, 5 if thorough else 2), tally, MUTANTS[mutant](), thorough
            )
            round_.make()
            before = len(tally.notes)
            round_.run()
            round_.search_streams()
            tally.needles += len(round_.needles())
            tally.notes[before:] = [f"round {number}: {note}" for note in tally.notes[before : before + 5]]
        tally.rounds += 1
    return tally
