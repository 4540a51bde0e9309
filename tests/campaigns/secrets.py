"""Secrets campaign: planted values, skills that do all they can to give them back, and a search of everything written.

Each round makes a project with a random secret (short and long, signs, several lines, JSON, digits, other scripts) and
a random blueprint: some of the leaks below, in chains, maps, loops, parallels, catches and retries, with arguments that
filters were applied to; now and then an agent, a question, an approval. It is run with the console of the command line,
looked at with every `lens` verb, and replayed. Then each form of the secret that was given back, and the bare one, is
searched in every file of the project (the database with its WAL before and after it is closed, blobs, rows and blobs
as values), in both streams, in the requests to models. What is searched for is worked out here, not by flujo.
"""

from __future__ import annotations

import base64
import html
import io
import json
import logging
import random
import sqlite3
import sys
import tempfile
import urllib.parse
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

SKILL = '''
"""Gives back what it is given, in every way there is."""

import base64, html, json, logging, sys, urllib.parse
from typing import Any

from flujo import SkillError, skill

KEPT: list[Any] = []
CALLS: dict[str, int] = {}


def encoded(text: str, how: str) -> Any:
    match how:
        case "plain": return text
        case "inside": return f"xx{text}yy"
        case "upper": return text.upper()
        case "lower": return text.lower()
        case "base64": return base64.b64encode(text.encode()).decode()
        case "base64 1": return base64.b64encode(b"u" + text.encode() + b"zz").decode()
        case "base64 2": return base64.b64encode(b"us" + text.encode() + b"z").decode()
        case "base64 url": return base64.urlsafe_b64encode(b"user:" + text.encode()).decode()
        case "quote": return urllib.parse.quote(text)
        case "quote all": return urllib.parse.quote(text, safe="")
        case "plus": return urllib.parse.quote_plus(text)
        case "form": return urllib.parse.urlencode({"key": text, "q": 1})
        case "hex": return text.encode().hex()
        case "repr": return repr({"k": text})
        case "json": return json.dumps({"k": [text]})
        case "json signs": return json.dumps({"k": [text]}, ensure_ascii=False)
        case "json twice": return json.dumps(json.dumps({"k": text}))
        case "html": return html.escape(text)
        case "list": return [1, [text, {"a": {"b": text}}], None]
        case "key": return {text: True, "k": {text: 1}}
        case "long": return "word " * 5_000 + text + " word" * 20_000
        case "rows": return [{"n": n, "text": text if n % 7 == 0 else "-"} for n in range(400)]
        case "number": return int(text) if text.isdigit() else [text]
    raise LookupError(how)


@skill(effect="read", idempotent=True)
def give(value: Any, how: str = "plain", way: str = "return", at: str = "") -> Any:
    """Give a value back."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    result = encoded(text, how)
    shown = result if isinstance(result, str) else json.dumps(result, ensure_ascii=False)
    CALLS[at] = CALLS.get(at, 0) + 1
    match way:
        case "print": print("out", shown)
        case "stderr": print("err", shown, file=sys.stderr)
        case "pieces":
            for start in range(0, len(shown), 3):
                print(shown[start:start + 3], end="", file=sys.stderr, flush=True)
            print("", file=sys.stderr)
        case "bytes": sys.stdout.buffer.write(shown.encode())
        case "log": logging.getLogger("leak").warning("got %s", shown)
        case "raise": raise ValueError(f"cannot use {shown}")
        case "raise bare": raise KeyError(shown)
        case "raise late": raise ValueError("x" * (2000 - 40 - len(shown) // 2) + shown)
        case "reason": raise SkillError(f"refused: {shown}", help=f"not {shown}")
        case "once" if CALLS[at] % 2: raise SkillError(f"again with {shown}", retry="connection")
        case "keep":
            KEPT.append(result)
            return "kept"
        case "kept" if KEPT: return [result, KEPT.pop()]
    return result


@skill(effect="write", idempotent=True)
def write(value: Any, how: str = "plain", way: str = "return", at: str = "") -> Any:
    """Give a value back, with effects."""
    return give(value, how, way, at)
'''

HOWS = [
    *(
        "plain",
        "inside",
        "upper",
        "lower",
        "base64",
        "base64 1",
        "base64 2",
        "base64 url",
        "quote",
        "quote all",
        "plus",
    ),
    *("form", "hex", "repr", "json", "json signs", "json twice", "html", "list", "key", "long", "rows", "number"),
]
WAYS = [
    *("return", "return", "return", "print", "stderr", "pieces", "bytes", "log", "raise", "raise bare", "raise late"),
    *("reason", "once", "keep", "kept"),
]
FILTERS = [
    *(
        "",
        "",
        "",
        "",
        "| b64encode",
        "| urlencode",
        "| replace('a', '_')",
        "| upper",
        "| reverse",
        "| hash",
        "| tojson",
    ),
    *("| trim", "| string", "| e", "~ run.name", "[2:]", "| title", "| list | join('-')"),
]


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


def planted(chance: random.Random) -> str:
    """Return a secret of some kind."""
    signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

    def some(count: int, extra: str = "") -> str:
        return "".join(chance.choice(signs + extra) for _ in range(count))

    match chance.randrange(8):
        case 0:
            return f"Zq{some(6)}"
        case 1:
            return f"sk-{some(40, '-_')}"
        case 2:
            return f"P{some(14, '+/=&%#?!<>')}/+"
        case 3:
            return f"{some(8)} 'quo\"ted' \\{some(4)}"
        case 4:
            return str(chance.randrange(10**11, 10**15))
        case 5:
            return f"пароль-{some(6)}-ü✓"
        case 6:
            lines = "\n".join(some(64, "+/") for _ in range(4))
            return f"-----BEGIN KEY-----\n{lines}\n-----END KEY-----\n"
    return json.dumps({"user": some(6), "key": some(24, "+/"), "n": chance.randrange(100)})


def forms(secret: str, how: str) -> list[str]:
    """Return texts that must not be found when a secret was given back in a way."""
    part = secret.strip()
    data = part.encode()
    match how:
        case "upper":
            return [part.upper()]
        case "lower":
            return [part.lower()]
        case "base64" | "base64 1" | "base64 2" | "base64 url":
            encode = base64.urlsafe_b64encode if how == "base64 url" else base64.b64encode
            before, after = {"base64": ("", ""), "base64 1": ("u", "zz"), "base64 2": ("us", "z")}.get(
                how, ("user:", "")
            )
            # the characters that stay when what is around the secret changes are those of the secret alone
            one = encode(before.encode() + data + after.encode()).decode().rstrip("=")
            two = encode(b"\x8a" * len(before) + data + b"\x85" * len(after)).decode()
            same = "".join(a if a == b else "\0" for a, b in zip(one, two, strict=False))
            return [max(same.split("\0"), key=len)]
        case "quote":
            return [urllib.parse.quote(part)]
        case "quote all":
            return [urllib.parse.quote(part, safe="")]
        case "plus" | "form":
            return [urllib.parse.quote_plus(part)]
        case "hex":
            return [data.hex()]
        case "repr":
            return [repr(part)[1:-1]]
        case "json":
            return [json.dumps(part)[1:-1]]
        case "json signs":
            return [json.dumps(part, ensure_ascii=False)[1:-1]]
        case "json twice":
            return [json.dumps(json.dumps(part)[1:-1])[1:-1]]
        case "html":
            return [html.escape(part)]
    return [part]


@dataclass
class Plan:
    """A blueprint that was made up, with the forms in which its steps give the secret back."""

    chance: random.Random
    size: int = 5
    hows: list[str] = field(default_factory=list)
    count: int = 0
    asks: bool = False
    agent: bool = False

    def text(self) -> str:
        """Return the blueprint."""
        steps = [step for _ in range(self.chance.randint(1, self.size)) for step in self.part(2)]
        if self.chance.random() < 0.4:
            self.agent = True
            steps.append({"name": "agent", "uses": "agents.a", "input": "{{ context.all | default('nothing') }}"})
        if self.chance.random() < 0.3:
            self.asks = True
            steps.append({"name": "ask", "kind": "hitl", "message": "is {{ context.all | default('it') }} right?"})
        document = {
            "version": "0.1",
            "secrets": ["KEY"],
            "context": {"all": None},
            "agents": {"a": {"model": "test/model"}},
            "output": {"context": "{{ context }}"},
            "steps": steps,
        }
        return json.dumps(document, ensure_ascii=False)

    def part(self, deep: int) -> list[dict[str, Any]]:
        """Return a step that leaks, or a region of some."""
        self.count += 1
        name = f"s{self.count}"
        kind = self.chance.choice(["step"] * 4 + ["map", "loop", "parallel", "catch"]) if deep else "step"
        match kind:
            case "map":
                return [{"name": name, "kind": "map", "over": [1, 2, 3], "steps": self.part(deep - 1), "tolerate": 3,
                         "merge": "last"}]  # fmt: skip
            case "loop":
                return [{"name": name, "kind": "loop", "max": 2, "steps": self.part(deep - 1), "on_error": "continue"}]
            case "parallel":
                branches = {"a": self.part(deep - 1), "b": self.part(deep - 1)}
                return [{"name": name, "kind": "parallel", "branches": branches, "on_branch_failure": "ignore",
                         "merge": "last"}]  # fmt: skip
            case "catch":
                [step, *more] = self.part(0)
                caught = {"name": "caught", "input": "{{ error }}", "set": {"all": "{{ error.message }}"}}
                return [{**step, "on_error": {"steps": [caught]}}, *more]
        return self.leak(name)

    def leak(self, name: str) -> list[dict[str, Any]]:
        """Return a step that gives the secret back."""
        how, way = self.chance.choice(HOWS), self.chance.choice(WAYS)
        self.hows.append(how)
        value: Any = self.value()
        shape = self.chance.randrange(4)
        if shape == 0:
            value = {"headers": {"Authorization": f"Bearer {value}"}, "open": "{{ uuid() }}"}
        elif shape == 1:
            value = [value, "{{ run.id }}"]
        step: dict[str, Any] = {
            "name": name,
            "uses": self.chance.choice(["leak.give", "leak.write"]),
            "with": {"value": value, "how": how, "way": way, "at": name},
        }
        if way == "once":
            step["retry"] = {"attempts": 3, "delay": "1ms"}
        elif way.startswith("r") and way != "return":
            step["on_error"] = "continue"
        elif self.chance.random() < 0.5:
            step["set"] = {"all": f"{{{{ steps.{name}.output }}}}"}
        if self.chance.random() < 0.15:
            step["approval"] = "required"
            self.asks = True
        return [step]

    def value(self) -> str:
        """Return the secret, mostly as it is, else computed with."""
        return f"{{{{ secrets.KEY {self.chance.choice(FILTERS)} }}}}"


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
