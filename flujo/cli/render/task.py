"""A question to a person: what they are shown, and the commands that answer it."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence

from flujo.cli.render.screen import Paint, visible
from flujo.cli.render.table import table
from flujo.core.secrets import masked
from flujo.core.values import JsonValue
from flujo.engine.task_view import TaskView

_ROWS = 50

_DOUBT = """\
The step was cut off, so flujo does not know whether this was done. Look at what it changes, then answer:
  done   it was done: the run goes on, with `--output JSON` as what the step gave (null without)
  retry  it was not done: the step runs again
  fail   it counts as failed
"""


def task_text(task: TaskView, columns: int, paint: Paint) -> str:
    """Return a task: its step, its message, and what the person is to look at.

    The call that an approval or a doubt is about is shown whole, whatever its length.
    """
    text = f"{paint('cyan', visible(task.step))}: {value_text(task.message, columns)}"
    whom = for_whom(task)
    if whom:
        text += f"for {visible(whom, keep='')}\n"
    if task.show is not None:
        whole = task.kind in ("approval", "in_doubt")
        text += "\n" + indented(_shown(masked(task.show), columns - 2, whole=whole))
    if task.kind == "in_doubt":
        text += f"\n{_DOUBT}"
    return text


def for_whom(task: TaskView) -> str:
    """Return who is to answer, and how many people have; nothing when any one person may."""
    whom = task.to or ", ".join(task.by or ())
    if task.quorum == 1:
        return whom
    given = [f"`{answer.by}`: {value_text(answer.answer, 40).strip()}" for answer in task.answers]
    said = f" ({', '.join(given)})" if given else ""
    return f"{whom or 'anyone'}, {len(task.answers)} of {task.quorum} people have answered{said}"


def _shown(value: JsonValue, columns: int, *, whole: bool) -> str:
    """Return what a person is to look at: of a mapping each part under its name."""
    if not isinstance(value, dict) or not value:
        return value_text(value, columns, whole=whole)
    parts = []
    for name, part in value.items():
        nested = whole and isinstance(part, dict) and part
        text = _shown(part, columns - 2, whole=True) if nested else value_text(part, columns - 2, whole=whole)
        head = f"{visible(name, keep='')}:"
        parts.append(f"{head}\n{indented(text)}" if nested or text.count("\n") > 1 else f"{head} {text}")
    return "".join(parts)


def value_text(value: JsonValue, columns: int, *, whole: bool = False) -> str:
    """Return any value for a person: text as it is, rows as a table, the rest as JSON; with `whole` nothing is cut.

    Where a secret stands, `***` is shown.
    """
    value = masked(value)
    if isinstance(value, str) and value.strip():
        return visible(value, keep="\n\t").rstrip("\n") + "\n"
    if isinstance(value, list) and not whole and _are_rows(value):
        heads = list(dict.fromkeys(key for row in value for key in row))
        cells = [[_cell(row.get(head)) for head in heads] for row in value[:_ROWS]]
        more = f"... and {len(value) - _ROWS} more rows\n" if len(value) > _ROWS else ""
        return table([visible(head, keep="") for head in heads], cells, columns) + more
    return visible(json.dumps(value, indent=2, ensure_ascii=False)) + "\n"


def indented(text: str) -> str:
    """Return lines moved to the right by two."""
    return "".join(f"  {line}".rstrip() + "\n" for line in text.splitlines())


def answer_commands(tasks: Sequence[TaskView], run: str, extra: str = "", *, name_task: bool = False) -> list[str]:
    """Return the exact commands that answer: one for each choice; the task is named where there are several."""
    if not name_task:
        return [f"flujo resume {run}{extra} --answer {answer}" for task in tasks for answer in _answers(task)]
    return [
        f"flujo tasks answer {task.id}{extra} {'-- ' if answer.startswith('-') else ''}{answer}"
        for task in tasks
        for answer in _answers(task)
    ]


def hint(task: TaskView) -> str:
    """Return what kind of answer is expected, for a prompt."""
    if task.choices:
        return " / ".join(visible(choice) for choice in task.choices)
    kind = (task.schema or {}).get("type", "string")
    return "text" if kind == "string" else f"JSON, {kind}" if isinstance(kind, str) else "JSON"


def _answers(task: TaskView) -> list[str]:
    if task.choices:
        return [shlex.quote(choice) for choice in task.choices]
    return ["TEXT" if hint(task) == "text" else "'JSON'"]


def _are_rows(value: list[JsonValue]) -> bool:
    return bool(value) and all(isinstance(row, dict) and row for row in value)


def _cell(value: JsonValue) -> str:
    return "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
