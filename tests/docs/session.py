"""Pages that run: the files a page shows are written, its `$` commands are run, and their output must be as shown.

In a Markdown page a fence such as ```` ```yaml hello.yaml ```` is a file of that name. A ```` ```console ```` fence is
a terminal: each `$ ` line is a command, the lines below it are what it prints. ```` ```console quiet ```` shows what
goes into a pipe, without the progress that a terminal sees. `...` stands for any text in its line, or for any lines
when it is alone. Run ids, moments, durations, digests and the bars of a trace may differ; a run id must be the same run
everywhere on the page. A command that does not exit with 0 is followed by `$ echo $?`.
"""

from __future__ import annotations

import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from flujo.cli.main import main

FENCE = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RUN_ID = r"\b1[0-9a-hjkmnp-tv-z]{6}-[0-9a-hjkmnp-tv-z]{5}\b"
VOLATILE = {
    "run": RUN_ID,
    "moment": r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?Z?",
    "span": r" *\b\d+(?:\.\d+)? (?:ms|s)\b",
    "seconds": r'(?<="duration_s": )[\d.e-]+',
    "digest": r"\b[0-9a-f]{12,}\b",
    "bar": r" *█+ *",
    "any": r"\.\.\.",
    "gap": r" {2,}",
}
PATTERNS = {
    "moment": VOLATILE["moment"],
    "span": r" *\d+(?:\.\d+)? (?:ms|s)",
    "seconds": r"[\d.e-]+",
    "digest": r"[0-9a-f]{12,}",
    "bar": r"[ █]*",
    "any": r".*",
    "gap": r"[ █]+",
}
TOKEN = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in VOLATILE.items()))
NAMES = [
    f"1ng4{sign}7c-{rest}" for sign, rest in zip("abcdefgh", ("k2m9x", "t8w3e", "p5r6d", "n4j7s") * 2, strict=True)
]
"""The run ids that pages show, in the order in which runs are first seen."""


class Screen(io.StringIO):
    """What a person sees: a terminal, unless it is quiet."""

    encoding = "utf-8"
    quiet = False

    def isatty(self) -> bool:
        """Say whether this is a terminal."""
        return not self.quiet


@dataclass(frozen=True)
class Fence:
    """A fenced block of a page."""

    language: str
    name: str | None
    text: str
    start: int
    line: int


def fences(page: str) -> list[Fence]:
    """Return the fenced blocks of a page in order."""
    return [
        Fence(found[1], found[2], found[3], found.start(3), page.count("\n", 0, found.start()) + 2)
        for found in FENCE.finditer(page)
    ]


@dataclass
class Session:
    """A person at a terminal in a folder of their own, doing what a page says."""

    folder: Path
    runs: dict[str, str] = field(default_factory=dict)
    code: int = 0
    replaced: dict[str, str] = field(default_factory=dict)
    quiet: bool = False

    def follow(self, page: str) -> tuple[str, list[str]]:
        """Do all a page says; return the page as it should be, and what was not as shown."""
        faults: list[str] = []
        parts, at = [], 0
        for fence in fences(page):
            if fence.name is not None and fence.language != "console":
                self._write(fence)
            elif fence.language == "console":
                text, found = self._type(fence)
                faults += found
                parts += [page[at : fence.start], text]
                at = fence.start + len(fence.text)
        return "".join([*parts, page[at:]]), faults

    def _write(self, fence: Fence) -> None:
        assert fence.name is not None
        file = self.folder / fence.name
        file.parent.mkdir(parents=True, exist_ok=True)
        text = fence.text
        for shown, real in self.replaced.items():
            text = text.replace(shown, real)
        file.write_text(text, "utf-8")

    def _type(self, fence: Fence) -> tuple[str, list[str]]:
        faults: list[str] = []
        parts = []
        line = fence.line
        self.quiet = fence.name == "quiet"
        steps = re.split(r"(?m)^\$ ", fence.text)
        if steps[0]:
            faults.append(f"line {line}: a console block begins with a command")
        last = "echo $?"
        for step in steps[1:]:
            command, expected = _command(step)
            if self.code != 0 and command.strip() != "echo $?":
                faults.append(f"line {line}: `{last}` exits {self.code}, and no `echo $?` shows it")
            actual = self._run(command)
            if not self._fits(expected, actual):
                shown = self._shown(actual)
                faults.append(f"line {line}: $ {command}\n--- shown\n{expected}--- printed\n{shown}")
                expected = shown
            parts.append(f"$ {command}\n{expected}")
            line += step.count("\n")
            last = command
        if self.code != 0:
            faults.append(f"line {line}: `{last}` exits {self.code}, and no `echo $?` shows it")
            self.code = 0
        return "".join(parts), faults

    # --- running

    def _run(self, command: str) -> str:
        for shown, real in {**self.runs, **self.replaced}.items():
            command = command.replace(shown, real)
        if command.strip() == "echo $?":
            code, self.code = self.code, 0
            return f"{code}\n"
        if command.startswith("cd "):
            self.folder = (self.folder / command[3:].strip()).resolve()
            return ""
        piped, _, last = command.rpartition(" | ")
        if last.startswith("flujo ") and not re.search(r"[&;<>`]|\$\(", last):
            data = self._shell(piped).encode() if piped else None
            return self._flujo(shlex.split(last.replace("\\\n", ""))[1:], data)
        return self._shell(command)

    def _shell(self, command: str) -> str:
        environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
        done = subprocess.run(
            ["sh", "-c", command], cwd=self.folder, env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, check=False,
        )  # fmt: skip
        self.code = done.returncode
        return done.stdout.decode()

    def _flujo(self, arguments: list[str], data: bytes | None) -> str:
        screen, typed = Screen(), Screen()
        screen.quiet = self.quiet
        source = typed if data is None else io.TextIOWrapper(io.BytesIO(data))
        with _standing(self.folder, screen, source):
            self.code = int(main(arguments))
        return screen.getvalue()

    # --- comparing

    def _fits(self, expected: str, actual: str) -> bool:
        fresh: dict[str, str] = {}
        pattern = "".join(self._line(line, fresh) for line in expected.splitlines())
        found = re.fullmatch(pattern, "".join(f"{line.rstrip()}\n" for line in actual.splitlines()))
        if found is None:
            return False
        self.runs |= {shown: found[group] for shown, group in fresh.items()}
        return True

    def _line(self, line: str, fresh: dict[str, str]) -> str:
        if line.strip() == "...":
            return r"(?:.*\n)*?"
        parts, at = [], 0
        for token in TOKEN.finditer(line):
            kind, text = token.lastgroup or "", token[0]
            parts.append(re.escape(line[at : token.start()]))
            at = token.end()
            if kind != "run":
                parts.append(PATTERNS[kind])
            elif text in self.runs:
                parts.append(re.escape(self.runs[text]))
            elif text in fresh:
                parts.append(f"(?P={fresh[text]})")
            else:
                fresh[text] = f"run{len(fresh)}"
                parts.append(f"(?P<{fresh[text]}>{RUN_ID})")
        return "".join([*parts, re.escape(line[at:].rstrip()), r"\n"])

    def _shown(self, actual: str) -> str:
        """Return output as a page shows it: with the run ids of pages."""
        known = {real: shown for shown, real in self.runs.items()}
        for real in re.findall(RUN_ID, actual):
            if real not in known:
                known[real] = next(name for name in NAMES if name not in known.values())
        self.runs = {shown: real for real, shown in known.items()}
        text = re.sub(RUN_ID, lambda found: known[found[0]], actual)
        for shown, real in self.replaced.items():
            text = text.replace(real, shown)
        return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


def _command(step: str) -> tuple[str, str]:
    """Return the command, whose lines end in a backslash while it goes on, and what is shown below it."""
    lines = step.splitlines(keepends=True)
    count = 1
    while lines[count - 1].endswith("\\\n"):
        count += 1
    return "".join(lines[:count]).removesuffix("\n"), "".join(lines[count:])


@contextmanager
def _standing(folder: Path, screen: io.StringIO, source: io.TextIOBase) -> Iterator[None]:
    """Have the three streams and the current folder of a session."""
    before = sys.stdout, sys.stderr, sys.stdin, Path.cwd()
    sys.stdout, sys.stderr, sys.stdin = screen, screen, source
    os.chdir(folder)
    try:
        yield
    finally:
        sys.stdout, sys.stderr, sys.stdin = before[:3]
        os.chdir(before[3])
