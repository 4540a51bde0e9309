"""The offline planner: goals that the builtin skills cover, without a model.

Words are taken from the goal in turn: files and their roles, the wish to be asked, operations, conditions. Each word
is grounded in the data or in the lexicon. What is left at the end was not understood: it makes the plan incomplete
and is named. So a plan is never confident and wrong because a word was passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import field

from flujo.architect.assembly import Task, assemble
from flujo.architect.clauses import clauses_of
from flujo.architect.conditions import Ambiguous, Run, runs_of
from flujo.architect.extract import Files, approval_of, files_of, format_of
from flujo.architect.grounding import Grounding
from flujo.architect.joining import condition_of
from flujo.architect.operations import Operation, TableWords, guessed_columns
from flujo.architect.plan import Plan, Unplaced
from flujo.architect.reading import Reading
from flujo.architect.texts import text_operations
from flujo.architect.words import Token, words_between
from flujo.architect.workbench import Sample
from flujo.core.ports import SkillSpec
from flujo.core.record import dataclass


@dataclass(frozen=True, slots=True)
class Project:
    """What the planner is told of the project."""

    specs: Sequence[SkillSpec]
    files: Sequence[str] = ()
    sample: Callable[[str], Sample | None] = field(default=lambda _: None)


def plan_offline(goal: str, project: Project) -> Plan:
    """Return the plan for a goal; complete only if every word of the goal is accounted for."""
    reading = Reading(goal)
    files = files_of(reading, project.files)
    approval = approval_of(reading)
    wanted_format = format_of(reading)
    task = Task(goal, reading, files, approval=approval, format=wanted_format)
    tabular = _is_tabular(files, task)
    sample = project.sample(files.sources[0]) if tabular and len(files.sources) == 1 else None
    task.texts = [] if tabular else text_operations(reading)
    if not task.texts:
        _read_table(task, sample)
    _nothing_left(task)
    return assemble(task, {spec.id: spec for spec in project.specs})


def _is_tabular(files: Files, task: Task) -> bool:
    """Whether the goal is about rows: its source is a table, or it has no file that says otherwise."""
    if not files.sources:
        return not _only_text(task)
    return files.sources[0].lower().endswith((".csv", ".json"))


def _only_text(task: Task) -> bool:
    reading = task.reading
    return any(reading.phrase_at(name, at) for name in ("upper", "lower", "trim") for at in range(len(reading.free)))


def _read_table(task: Task, sample: Sample | None) -> None:
    reading = task.reading
    guessed = () if sample else guessed_columns(reading)
    task.grounding = Grounding(reading.lexicon, sample, guessed)
    nouns = task.files.nouns | task.files.result_nouns
    words = TableWords(reading, task.grounding, nouns)
    task.operations = words.read()
    task.notes += words.notes
    try:
        for run in runs_of(reading, task.grounding, nouns):
            _place_run(task, run)
    except Ambiguous as problem:
        task.unclear(str(problem), reading.free)
    if sample is not None and not sample.whole and task.operations:
        task.notes.append(f"only a part of {sample.path} was looked at; values that come later are not known")
    if sample is None and task.operations and task.files.sources:
        named = ", ".join(f"`{name}`" for name in _used_columns(task.operations))
        path = task.files.sources[0]
        if named and path.lower().endswith(".csv"):
            task.notes.append(f"{path} is not there to be looked at; it is taken to have the columns {named}")


def _place_run(task: Task, run: Run) -> None:
    while run.tokens and _is_loose(task.reading, run, run.tokens[-1]):
        run.tokens.pop()
    use = f"run{len(task.operations)}"
    if run.columns:
        if run.cued or run.columns_said:
            names = tuple(dict.fromkeys(run.columns))
            if run.drop and task.grounding.sample is None:
                task.unclear("which columns are left cannot be known before the file is there", run.tokens)
                return
            if run.drop:
                names = tuple(name for name in task.grounding.columns if name not in names)
            task.reading.take(run.tokens, use)
            task.notes += run.notes
            task.operations.append(Operation("select", use, run.start, names))
        return
    try:
        condition = condition_of(run)
    except Ambiguous as problem:
        task.unclear(str(problem), run.tokens)
        task.reading.take(run.tokens, "unclear")
        return
    task.reading.take(run.tokens, use)
    task.drops |= run.drop
    task.keeps |= not run.drop
    task.notes += run.notes
    task.operations.append(Operation("filter", use, run.start, condition=condition))


def _is_loose(reading: Reading, run: Run, token: Token) -> bool:
    """Whether a word at the end of a run says nothing, so that it may belong to what comes next."""
    return token.kind == "mark" or token.start in run.loose or reading.lexicon.has("and", token.plain)


def _used_columns(operations: Sequence[Operation]) -> list[str]:
    from_conditions = [name for operation in operations for name in operation.tested]
    named = [name for operation in operations for name in operation.columns if operation.kind != "sort"]
    return [name for name in dict.fromkeys((*from_conditions, *named)) if name]


def _nothing_left(task: Task) -> None:
    """Name every word that is neither used nor empty of meaning."""
    reading = task.reading
    nouns = task.files.nouns | task.files.result_nouns
    if task.asks_to_show:
        reading.take_phrases("show", "shown")
    if task.operations:
        reading.take_phrases("tell", "told")
    if task.operations and task.drops and not task.keeps:
        reading.take_phrases("drops", "told")
    left: list[Token] = []
    at = 0
    while at < len(reading.free):
        token = reading.free[at]
        end = max(reading.phrase_at(name, at) or 0 for name in ("stop", "the", "thing"))
        if end:
            at = end
            continue
        if token.kind != "mark" and token.plain not in nouns:
            left.append(token)
        at += 1
    for clause in clauses_of(task.goal):
        inside = [token for token in left if clause.words.start <= token.start < clause.words.end]
        if inside:
            whole = words_between(task.goal, _stretch(reading, inside))[0]
            named = ", ".join(f"`{token.text}`" for token in dict.fromkeys(inside))
            task.unplaced.append(Unplaced(whole, f"nothing here says what {named} means for the data or the skills"))


def _stretch(reading: Reading, inside: Sequence[Token]) -> list[Token]:
    return [token for token in reading.tokens if inside[0].start <= token.start <= inside[-1].start]
