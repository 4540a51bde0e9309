"""What was read in a goal becomes steps: the operations in an order that makes sense, wired by types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field

from flujo.architect.building import CannotBuild, Chain
from flujo.architect.extract import Files
from flujo.architect.grounding import Grounding
from flujo.architect.operations import Operation
from flujo.architect.ordering import Unordered, in_order, one_side
from flujo.architect.plan import Approval, Computed, Fixed, Output, Param, Plan, Unplaced
from flujo.architect.reading import Reading
from flujo.architect.tables import add_operation, needs_types
from flujo.architect.texts import TextOperation
from flujo.architect.words import Token, Words, words_between
from flujo.core.ports import SkillSpec
from flujo.core.record import dataclass

_FORMATS = {".md": "markdown", ".markdown": "markdown", ".csv": "csv", ".json": "json"}
_WRITERS = {
    "markdown": ("as_markdown", "table.to_markdown"),
    "csv": ("as_csv", "table.to_csv"),
    "json": ("as_json", "json.dump"),
}


@dataclass(slots=True)
class Task:
    """All that was read in a goal."""

    goal: str
    reading: Reading
    files: Files
    grounding: Grounding = field(init=False)
    approval: bool = False
    format: str | None = None
    operations: list[Operation] = field(default_factory=list)
    texts: list[TextOperation] = field(default_factory=list)
    drops: bool = False
    keeps: bool = False
    notes: list[str] = field(default_factory=list)
    unplaced: list[Unplaced] = field(default_factory=list)

    @property
    def asks_to_show(self) -> bool:
        """Whether `show me` is met by the steps there are: by the approval, or as the output of the run."""
        return self.approval or not self.files.sinks

    def unclear(self, why: str, tokens: Sequence[Token]) -> None:
        """Note words that can be read in two ways."""
        whole = words_between(self.goal, [token for token in self.reading.tokens if _within(token, tokens)])
        self.unplaced.append(Unplaced(whole[0] if whole else Words(self.goal, 0, len(self.goal)), why))


def _within(token: Token, tokens: Sequence[Token]) -> bool:
    return bool(tokens) and tokens[0].start <= token.start <= tokens[-1].start


def assemble(task: Task, specs: Mapping[str, SkillSpec]) -> Plan:
    """Return the plan for a task; what cannot be built is added to what is not placed."""
    chain = Chain(specs)
    try:
        _refuse_many(task)
        for use, doing in (("sink", "the writing"), ("approval", "the approval")):
            one_side(task.operations, task.reading, use, doing)
        _source(task, chain)
        _work(task, chain)
        _sink(task, chain)
    except (CannotBuild, Unordered) as problem:
        whole = Words(task.goal, 0, len(task.goal))
        words = problem.words if isinstance(problem, Unordered) and problem.words else whole
        task.unplaced.append(Unplaced(words, str(problem)))
    if not chain.steps and not task.unplaced:
        task.unplaced.append(
            Unplaced(Words(task.goal, 0, len(task.goal)), "no part of it names work that a skill does")
        )
    unplaced = sorted(_once(task.unplaced), key=lambda item: item.words.start)
    return Plan(task.goal, tuple(chain.steps), tuple(unplaced), tuple(dict.fromkeys(task.notes)))


def _once(items: Iterable[Unplaced]) -> list[Unplaced]:
    """Keep one reason for the same words."""
    return list({item.words: item for item in reversed(list(items))}.values())


def _refuse_many(task: Task) -> None:
    files, reading = task.files, task.reading
    if len(files.sources) > 1 or (files.sources and files.stdin):
        raise Unordered(
            "it reads more than one source, and how they belong together is not understood", reading.words("source")
        )
    if len(files.sinks) > 1:
        raise Unordered(
            "it writes more than one file, and which result goes where is not understood", reading.words("sink")
        )
    for path in (*files.sources, *files.sinks):
        if path.startswith(("/", "~")) or ".." in path.split("/"):
            raise Unordered(f"`{path}` is outside the project folder", reading.words("source", "sink"))
    if task.approval and not files.sinks and not (task.operations or task.texts):
        raise Unordered("nothing follows that a person could approve", reading.words("approval"))


def _source(task: Task, chain: Chain) -> None:
    because = task.reading.words("source")
    if task.files.sources:
        path = task.files.sources[0]
        chain.call(f"read_{_stem(path)}", "files.read", {"path": Fixed(path)}, because)
    elif not task.files.stdin and (task.operations or task.texts or task.files.sinks):
        if task.unplaced:
            return
        task.notes.append("no file is named to read from, so the input of the run is read")


def _work(task: Task, chain: Chain) -> None:
    for text in task.texts:
        params: dict[str, Param] = {name: Fixed(value) for name, value in text.params.items()}
        chain.call(text.name, text.skill, params, task.reading.words(text.use))
    operations = in_order(task.operations, task.reading)
    if operations or (chain.type == "string" and not task.texts and _wants_rows(task)):
        typed = bool(operations) and needs_types(operations, task.grounding)
        source = task.files.sources[0].lower() if task.files.sources else ""
        if source.endswith(".json"):
            chain.call("parse", "json.parse", {}, task.reading.words("source"))
            chain.type = "array"
            task.notes.append(f"{task.files.sources[0]} is taken to hold a list of mappings with the columns named")
        elif source and not source.endswith(".csv"):
            raise Unordered(f"`{task.files.sources[0]}` is not a table that can be filtered or counted by columns")
        else:
            chain.call(
                "parse", "table.parse_csv", {"types": Fixed(True)} if typed else {}, task.reading.words("source")
            )
        if typed and not any(item.kind in ("group", "count") for item in operations):
            task.notes.append("columns of numbers are read as numbers, so `2.50` is written as `2.5`")
        for operation in operations:
            add_operation(chain, operation, task.grounding, task.reading.words(operation.use), typed=typed)


def _wants_rows(task: Task) -> bool:
    """Whether the result is wanted in another form than its source has."""
    source = task.files.sources[0].rpartition(".")[2].lower() if task.files.sources else ""
    wanted = _wanted_format(task)
    known = {"csv": "csv", "json": "json"}.get(source)
    return wanted is not None and known is not None and wanted != known


def _wanted_format(task: Task) -> str | None:
    if task.format:
        return task.format
    if not task.files.sinks:
        return None
    suffix = "." + task.files.sinks[0].rpartition(".")[2].lower()
    return _FORMATS.get(suffix)


def _sink(task: Task, chain: Chain) -> None:
    wanted = _wanted_format(task)
    sink = task.files.sinks[0] if task.files.sinks else None
    because = task.reading.words("format") if task.format else task.reading.words("sink")
    if chain.type == "array" and (wanted or sink):
        if wanted is None:
            wanted = "markdown"
            task.notes.append(f"{sink} gets a Markdown table, since its ending asks for no other form")
        name, skill = _WRITERS[wanted]
        chain.call(name, skill, {}, because)
    elif chain.type in ("integer", "number", "object") and sink:
        _number_as_text(chain, wanted, because)
    if task.approval:
        _approve(task, chain, sink)
    if sink:
        chain.call("write", "files.write", {"path": Fixed(sink)}, task.reading.words("sink"))


def _number_as_text(chain: Chain, wanted: str | None, because: Sequence[Words]) -> None:
    if wanted == "json":
        chain.call("as_json", "json.dump", {}, because)
        return
    template = f"{{{{ steps.{chain.at}.output | string }}}}"
    chain.call("as_text", "core.pass", {"value": Computed(template)}, because, type="string")


def _approve(task: Task, chain: Chain, sink: str | None) -> None:
    shown: Param = Output(chain.at) if chain.at is not None else Computed("{{ input }}")
    message = f"Write this to {sink}?" if sink else "Is this right?"
    name = sink or "result"
    chain.add(Approval(chain.unique("approve"), message, {name: shown}, task.reading.words("approval")))


def _stem(path: str) -> str:
    return path.rpartition("/")[2].partition(".")[0]
