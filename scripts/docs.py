"""Writes the pages of the documentation that are made from the program: `python scripts/docs.py [--check]`.

Made are the schemas of new projects, `docs/reference/errors/`, `expressions-table.md`, `skills.md` and `cli.md`, the
list of later words in `language/index.md`, the events in `journal.md`, and the picture of a trace. With `--check`
nothing is written: pages that differ are named and the exit code is 1. The picture comes from a real run, so its times
differ each time; it is written anew only when something else in it has changed.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import MISSING, fields
from html import escape
from importlib import import_module
from pathlib import Path
from typing import get_args

from flujo.app import open_app
from flujo.app.editor import SCHEMA_FILE, schema_text
from flujo.blueprints import effects
from flujo.blueprints.language import AGENT_LATER, STEP_LATER, TOP_LATER
from flujo.cli.main import VERBS, main
from flujo.cli.render.page import page
from flujo.cli.render.skill import type_words
from flujo.core.codes import _RANGES as RANGES
from flujo.core.codes import CODES
from flujo.core.codes.entry import Code
from flujo.core.diagnostics import docs_page
from flujo.core.events import Event
from flujo.core.ports import SkillSpec
from flujo.skills.lock import LOCK_FILE, read_lock
from flujo.skills.registry import SkillRegistry
from flujo.steps import kinds

ROOT = Path(__file__).resolve().parents[1]
NOTE = "<!-- Written by scripts/docs.py; do not edit. -->\n"
PICTURE = "docs/images/trace.svg"


def inserted(page: str, name: str, text: str) -> str:
    """Return a page with the part between the marks of a name replaced."""
    begin, end = f"<!-- begin {name}: written by scripts/docs.py -->\n", f"<!-- end {name} -->"
    before, _, rest = (ROOT / page).read_text("utf-8").partition(begin)
    return before + begin + text + end + rest.partition(end)[2]


# --- errors ---


def errors() -> str:
    """Return the list of all codes by range."""
    parts = [
        f"{NOTE}\n# Diagnostics\n",
        "Every message has a code, and every code a page, which `flujo explain CODE` shows too. A code is never used\n"
        "for something else. The class says who can mend it: *structural* is the blueprint or the project, *semantic*\n"
        "the data or a skill, *environmental* the world outside, *authority* a person, a policy or a limit.\n",
    ]
    for range_ in RANGES:
        parts.append(f"## {(range_.__doc__ or '').splitlines()[0].rstrip('.')}\n")
        rows = [f"| [{code.id}]({code.id}.md) | `{code.slug}` | {code.what} |\n" for code in range_.RANGE]
        parts.append("| code | name | meaning |\n|---|---|---|\n" + "".join(rows))
    return "\n".join(parts)


def error(code: Code) -> Callable[[], str]:
    """Return what makes the page of a code."""
    return lambda: f"{NOTE}\n{page(code)}"


# --- expressions ---


def table() -> str:
    """Return the page of all rows of the table that the tests of expressions run."""
    lines = (ROOT / "tests/expressions/table.jsonl").read_text("utf-8").splitlines()
    names, *rows = [json.loads(line) for line in lines]
    parts = [
        f"{NOTE}\n# Table of expressions\n",
        "Every row is a test. Rows under *Texts* are whole texts, all others stand in `{{ }}`. The page about\n"
        "[expressions](expressions.md) explains them. They see these names:\n",
        f"```json\n{json.dumps(names['names'], ensure_ascii=False, indent=2)}\n```",
    ]
    for row in rows:
        if "section" in row:
            parts.append(f"\n## {row['section']}\n\n| written | gives |\n|---|---|")
        else:
            given = json.dumps(row["gives"], ensure_ascii=False) if "gives" in row else row["error"]
            parts.append(f"| {_code(row.get('text') or row['expression'])} | {_code(given)} |")
    return "\n".join(parts) + "\n"


def _code(text: str) -> str:
    """Return a text as code in a cell of a table."""
    shown = text.replace("\r", "\\r").replace("\n", "\\n").replace("|", "\\|")
    return f"`` {shown} ``" if "`" in shown or shown != shown.strip() else f"`{shown}`"


# --- skills ---


def skills() -> str:
    """Return the page of the builtin skills, from their catalogue."""
    with tempfile.TemporaryDirectory() as folder, open_app(Path(folder), {}) as app:
        specs = app.skills()
    families: dict[str, list[SkillSpec]] = {}
    for spec in specs:
        families.setdefault(spec.id.partition(".")[0], []).append(spec)
    parts = [
        f"{NOTE}\n# Builtin skills\n",
        "The parameter marked * is filled by the step's input when `with` does not give it. Effects: *pure* computes\n"
        "only, *read* looks at the world, *write* changes things, *destructive* destroys things. `flujo skills show`\n"
        "prints the same. How to write your own: [Write a skill](../how-to/write-a-skill.md).\n",
    ]
    for family, members in families.items():
        parts.append(f"## {family}\n")
        parts += [_skill(spec) for spec in members]
    return "\n".join(parts)


def _skill(spec: SkillSpec) -> str:
    facts: list[str] = [spec.effect]
    if spec.effect in ("write", "destructive"):
        facts.append("may be repeated safely" if spec.idempotent == "yes" else "not repeated without a person")
    lines = [f"### {spec.id}", "", f"{spec.summary}. *{', '.join(facts)}*"]
    properties = spec.parameters.get("properties", {})
    if properties:
        lines += ["", "| parameter | type | default | meaning |", "|---|---|---|---|"]
    for name, schema in properties.items():
        star = " *" if name == spec.main else ""
        required = name in spec.parameters.get("required", ())
        default = "required" if required else f"`{json.dumps(schema.get('default'), ensure_ascii=False)}`"
        about = str(schema.get("description", "")).replace("|", "\\|")
        lines.append(f"| `{name}`{star} | {type_words(schema)} | {default} | {about} |")
    lines += ["", f"Result: {type_words(spec.result)}.", "", "```text", *spec.examples, "```", ""]
    return "\n".join(lines)


# --- the command line ---


def commands() -> str:
    """Return the page of the command line: the help of every command."""
    parts = [
        f"{NOTE}\n# The command line\n",
        "This is what `--help` prints. `--project`, `-v` and `--trace` may stand before or after the verb. What\n"
        "commands exit with is in [Exit codes](exit-codes.md), what `--json` prints in [JSON](json.md).\n",
        _help(),
    ]
    for name in VERBS:
        for verb in import_module(f"flujo.cli.{name}").VERBS:
            words = [name] if verb.name == name else [name, verb.name]
            parts.append(f"## flujo {' '.join(words)}\n\n{_help(*words)}")
    return "\n".join(parts)


def _help(*words: str) -> str:
    return f"```text\n{run(*words, '--help')}```\n"


def run(*arguments: str) -> str:
    """Return what a command prints, 100 columns wide."""
    return _printed(arguments, COLUMNS="100")


def _printed(arguments: Sequence[str], **environment: str) -> str:
    """Return what a command prints to stdout; nothing is piped in."""
    out, source = io.StringIO(), sys.stdin
    sys.stdin = io.TextIOWrapper(io.BytesIO())
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()), _setting(**environment):
            main(arguments)
    finally:
        sys.stdin = source
    return out.getvalue()


@contextlib.contextmanager
def _setting(**values: str) -> Iterator[None]:
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("FLUJO_") or name in ("NO_COLOR", "FORCE_COLOR")]:
        del os.environ[name]
    os.environ |= values
    time.tzset()
    try:
        yield
    finally:
        os.environ.clear()
        os.environ |= before
        time.tzset()


# --- words of later versions ---


def later() -> str:
    """Return the words that are refused with FLJ0207, as a list."""
    places = [("at the top level", TOP_LATER), ("in any step", STEP_LATER)]
    for word, kind in kinds().items():
        own: frozenset[str] = getattr(kind.config, "LATER", frozenset()) - STEP_LATER
        if own:
            places.append((f"in a step of kind `{word}`", own))
    places += [("in an agent", AGENT_LATER)]
    return "".join(f"- {where}: {', '.join(f'`{word}`' for word in sorted(words))}\n" for where, words in places)


# --- events ---


def events() -> str:
    """Return the table of events with their fields; those that are always there are not in brackets."""
    lines = ["| type | what it is | fields |", "|---|---|---|"]
    for event in get_args(Event):
        named = [f"`{item.name}`" if item.default is MISSING else f"[`{item.name}`]" for item in fields(event)]
        about = " ".join((event.__doc__ or "").split())
        lines.append(f"| `{event.TYPE}` | {about} | {', '.join(named)} |")
    return "\n".join(lines) + "\n"


# --- the picture ---

COLOURS = {
    "1": "#e6edf3",
    "2": "#7d8590",
    "31": "#ff7b72",
    "32": "#3fb950",
    "33": "#d29922",
    "34": "#58a6ff",
    "36": "#39c5cf",
}
STYLE = re.compile(r"\x1b\[[0-9;]*m")
VOLATILE = re.compile(
    r"\d+(?:\.\d+)? m?s|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d|1[0-9a-z]{6}-[0-9a-z]{5}|[█ ]+|<svg[^>]*>|<rect[^>]*>"
)


def trace() -> str:
    """Return the coloured trace of a real run: the project of `flujo init --template approval`, approved."""
    with tempfile.TemporaryDirectory() as folder:
        project = str(Path(folder) / "tickets")
        run("init", project, "--template", "approval")
        started = json.loads(run("run", f"{project}/pipeline.yaml", "--project", project, "--json"))
        run("resume", started["run_id"], "--answer", "yes", "--project", project)
        command = ["lens", "trace", started["run_id"], "--project", project]
        text = _printed(command, COLUMNS="110", FORCE_COLOR="1", TZ="UTC")
    return re.sub(r"answered by \S+", "answered by ada", text)


def picture(text: str) -> str:
    """Return terminal output as an SVG."""
    lines = [f"$ flujo lens trace {STYLE.sub('', text).split()[0]}", *text.splitlines()]
    width = max(len(STYLE.sub("", line)) for line in lines) * 8.45 + 32
    height = len(lines) * 20 + 28
    rows = [f'<text x="16" y="{30 + 20 * at}">{_spans(line)}</text>' for at, line in enumerate(lines)]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}" '
            f'width="{width:.0f}" height="{height}">',
            f'<rect width="{width:.0f}" height="{height}" rx="8" fill="#0d1117"/>',
            '<g font-family="ui-monospace, Menlo, Consolas, \'DejaVu Sans Mono\', monospace" font-size="14" '
            'fill="#c9d1d9" xml:space="preserve" style="white-space: pre">',
            *rows,
            "</g>",
            "</svg>\n",
        ]
    )


def _spans(line: str) -> str:
    parts = []
    colour = ""
    for piece in re.split(f"({STYLE.pattern})", line):
        if piece.startswith("\x1b"):
            colour = COLOURS.get(piece[2:-1].split(";")[-1], "")
        elif piece:
            text = escape(piece, quote=False)
            parts.append(f'<tspan fill="{colour}">{text}</tspan>' if colour else text)
    return "".join(parts)


def same_picture(one: str, other: str) -> bool:
    """Say whether two pictures differ in nothing but times, the run's id and the bars."""
    return VOLATILE.sub("", one) == VOLATILE.sub("", other)


TEMPLATES = "flujo/blueprints/templates"


def schema(layer: str) -> str:
    """Return the schema of a new project whose skills are those of a layer of templates."""
    lock = ROOT / TEMPLATES / layer / LOCK_FILE
    locked = read_lock(lock.read_text("utf-8")) if lock.exists() else []
    return schema_text(SkillRegistry(locked, Path()).specs())


PAGES: dict[str, Callable[[], str]] = {
    f"{TEMPLATES}/project/{SCHEMA_FILE}": lambda: schema("project"),
    f"{TEMPLATES}/default/{SCHEMA_FILE}": lambda: schema("default"),
    "docs/reference/errors/index.md": errors,
    **{docs_page(code.id): error(code) for code in CODES.values()},
    "docs/reference/expressions-table.md": table,
    "docs/reference/skills.md": skills,
    "docs/reference/cli.md": commands,
    "docs/reference/language/index.md": lambda: inserted("docs/reference/language/index.md", "later", later()),
    "docs/explanation/safety.md": lambda: inserted(
        "docs/explanation/safety.md", "effects", "".join(f"{line}\n" for line in effects.shown())
    ),
    "docs/reference/journal.md": lambda: inserted("docs/reference/journal.md", "events", events()),
}
"""What makes each page as it should be."""


def write(check: bool) -> int:
    """Write what differs, or with `check` name it; return the exit code."""
    wanted = {path: make() for path, make in PAGES.items()}
    new, file = picture(trace()), ROOT / PICTURE
    if not file.exists() or not same_picture(new, file.read_text("utf-8")):
        wanted[PICTURE] = new
    differ = [
        path for path, text in wanted.items() if not (ROOT / path).exists() or (ROOT / path).read_text("utf-8") != text
    ]
    for path in differ:
        print(f"{'differs' if check else 'written'}: {path}")
        if not check:
            (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
            (ROOT / path).write_text(wanted[path], "utf-8")
    return 1 if check and differ else 0


def entry(arguments: Sequence[str]) -> int:
    """Take the command line."""
    if set(arguments) - {"--check"}:
        print(__doc__)
        return 2
    return write("--check" in arguments)


if __name__ == "__main__":
    sys.exit(entry(sys.argv[1:]))
