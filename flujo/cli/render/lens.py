"""Runs and steps in full, and what a replay found."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from flujo.cli.render.region import Nodes, region_words, summary
from flujo.cli.render.run import usage_text
from flujo.cli.render.screen import Paint, visible
from flujo.cli.render.table import table
from flujo.cli.render.task import indented, value_text
from flujo.cli.render.times import moment, span
from flujo.cli.render.tree import Twig, grown, within
from flujo.core.ids import Address
from flujo.core.storing import RunHeader
from flujo.core.suggest import did_you_mean
from flujo.core.values import JsonObject, JsonValue
from flujo.engine.fold import RunView, StepView
from flujo.engine.replay import Difference, Replay

_SHOWN_DIFFERENCES = 10
_SHOWN_TROUBLES = 10
_SHOWN_TASKS = 5
_SHOWN_ADDRESSES = 20
_EXCERPT = 200


def run_json(run: RunHeader) -> JsonObject:
    """Return a run's entry in `lens list --json`."""
    return {
        "run_id": run.run,
        "blueprint": run.name,
        "status": run.status,
        "created_at": _iso(run.created),
        "updated_at": _iso(run.updated),
    }


def runs_text(runs: Sequence[RunHeader], columns: int, paint: Paint) -> str:
    """Return runs as a table."""
    rows = [(run.run, run.status, moment(run.created), moment(run.updated), run.name) for run in runs]
    return table(("run", "status", "started", "last event", "blueprint"), rows, columns, paint)


def run_text(view: RunView, nodes: Nodes, columns: int, paint: Paint) -> str:
    """Return where a run stands: its facts, its steps (those inside maps and loops counted), its input and output."""
    facts = [
        ("run", str(view.run_id)),
        ("blueprint", f"{view.name} ({view.digest[:12]})"),
        ("status", view.status),
        ("started", moment(view.created)),
        ("took", span(view.duration_s)),
        ("spent", usage_text(view.usage)),
        ("undone", ", ".join(view.undone)),
        (
            "forked",
            "" if view.forked_from is None else f"from {view.forked_from['run']}, step {view.forked_from['from']}",
        ),
    ]
    parts = [_facts(facts, paint)]
    rows = list(_rows(grown(view.steps.values()), nodes))
    parts.append(table(("step", "status", "took", "what"), rows, columns, paint) if rows else "no steps yet\n")
    parts.append(_section("input", view.input, columns, paint))
    if view.error:
        parts.append(_error(view.error, paint))
    if view.status in ("completed", "partial"):
        parts.append(_section("output", view.output, columns, paint))
    for task in view.tasks[:_SHOWN_TASKS]:
        parts.append(f"{paint('bold', 'waits for an answer')}: flujo tasks show {task.id}\n")
    if len(view.tasks) > _SHOWN_TASKS:
        parts.append(f"and {len(view.tasks) - _SHOWN_TASKS} more: flujo tasks list --run {view.run_id}\n")
    return "\n".join(parts)


def _origin_of(view: RunView) -> str:
    origin = view.forked_from
    return "" if origin is None else f"from {origin['run']}, step {visible(str(origin['from']))}"


def _rows(twigs: Sequence[Twig], nodes: Nodes) -> Iterator[Sequence[str]]:
    """Yield a row for each step, without those inside maps and loops."""
    for twig in twigs:
        step = twig.step
        inside = summary(twig, nodes) if twig.numbered else None
        notes = region_words(twig, nodes, inside)
        if step is not None:
            took = "" if step.status == "skipped" else span(step.duration_s)
            words = [step.uses or step.kind, *notes, f"attempt {step.attempt}" if step.attempt > 1 else ""]
            words.append("cached" if _origin(step) else "")
            words.append("undone" if step.undone else "")
            words.append(str((step.error or {}).get("message", "")))
            yield step.address, step.status, took, ", ".join(word for word in words if word)
        elif notes:
            yield twig.address, "", "", ", ".join(notes)
        yield from _rows([part for part in twig.inner if part.index is None], nodes)


def step_text(step: StepView, view: RunView, nodes: Nodes, columns: int, paint: Paint) -> str:
    """Return a step in full: facts, input, output, error; of a region what is inside, and its first troubles."""
    twig = _twig(view, step.address)
    inside = summary(twig, nodes) if twig.numbered else None
    facts = [
        ("step", step.address),
        ("kind", step.kind),
        ("uses", step.uses or ""),
        ("status", step.status),
        ("attempt", str(step.attempt) if step.attempt > 1 else ""),
        ("cached", _origin(step)),
        ("started", moment(step.started) if step.started is not None else ""),
        ("took", span(step.duration_s)),
        ("inside", "; ".join(region_words(twig, nodes, inside))),
        ("decision", _excerpt(step.decision) if isinstance(step.decision, dict | list) else ""),
        ("spent", usage_text(step.usage)),
    ]
    parts = [_facts(facts, paint)]
    if not twig.inner or step.input is not None:
        parts.append(_section("input", step.input, columns, paint))
    if inside is not None and inside.troubles:
        rows = [
            (trouble.address, trouble.status, str((trouble.error or {}).get("message", "")))
            for trouble in inside.troubles[:_SHOWN_TROUBLES]
        ]
        more = len(inside.troubles) - len(rows)
        rest = f"... and {more:,} more\n" if more else ""
        parts.append(table(("failed or waiting", "status", "what"), rows, columns, paint) + rest)
    if step.status == "completed":
        parts.append(_section("output", step.output, columns, paint))
    if step.error:
        parts.append(_error(step.error, paint))
    if step.detail:
        parts.append(_section("detail", step.detail, columns, paint))
    return "\n".join(parts)


def _origin(step: StepView) -> str:
    """Return where an output that was taken again came from."""
    cached = (step.detail or {}).get("cached")
    return f"from run {cached['run']}, step {cached['step']}" if cached else ""


def _twig(view: RunView, address: str) -> Twig:
    """Return the step at an address with all that is inside it."""
    found = grown(step for step in view.steps.values() if within(step.address, address))
    while found[0].address != address:
        found = found[0].inner
    return found[0]


def find_step(view: RunView, wanted: str) -> StepView | None:
    """Return the step with that address, or the only one whose name that is, or whose address fits as a pattern."""
    exact = view.steps.get(Address(wanted))
    if exact is not None:
        return exact
    fitting = [step for step in view.steps.values() if step.name == wanted] or [
        view.steps[address] for address in _fitting(view, wanted)
    ]
    return fitting[0] if len(fitting) == 1 else None


def is_place(view: RunView, address: str) -> bool:
    """Say whether an address is that of a step, or of something around one (an item, a branch)."""
    return any(within(step, address) for step in view.steps)


def suggestion(view: RunView, wanted: str) -> str:
    """Return what may have been meant by an address or name that is not there, or fits several steps."""
    named = [str(step.address) for step in view.steps.values() if step.name == wanted]
    found = named or _fitting(view, wanted) or [str(address) for address in view.steps if within(address, wanted)]
    found = found or [str(address) for address in view.steps if address.startswith(wanted)]
    if found:
        return f"there {'is' if len(found) == 1 else 'are'} {_listed(found)}"
    near = did_you_mean(wanted, view.steps)
    if near:
        return f"did you mean `{near}`?"
    top = [str(address) for address in view.steps if "[" not in address]
    return f"it has: {_listed(top)}" if top else "it has recorded no step yet"


def _fitting(view: RunView, pattern: str) -> list[Address]:
    """Return the addresses that fit a pattern, in which `*` stands for anything."""
    if "*" not in pattern:
        return []
    fits = re.compile(".*".join(re.escape(part) for part in pattern.split("*"))).fullmatch
    return [address for address in view.steps if fits(address)]


def _listed(addresses: Sequence[str]) -> str:
    names = ", ".join(f"`{address}`" for address in addresses[:_SHOWN_ADDRESSES])
    more = len(addresses) - _SHOWN_ADDRESSES
    return f"{names} and {more:,} more" if more > 0 else names


def replay_json(replay: Replay) -> JsonObject:
    """Return the document of `lens replay --json`."""
    differences = [difference.to_json() for difference in replay.differences]
    return {"run_id": replay.run, "equal": replay.equal, "compared": replay.compared, "differences": differences}


def replay_text(replay: Replay, paint: Paint) -> str:
    """Return what a replay found: byte-equal, or the steps that differ."""
    if replay.equal:
        return f"run {replay.run}: {paint('green', 'byte-equal')}, {replay.compared} recorded results compared\n"
    count = len(replay.differences)
    lines = [f"run {replay.run}: {paint('red', 'diverged')}, {count} difference{'s' * (count != 1)}"]
    for difference in replay.differences[:_SHOWN_DIFFERENCES]:
        lines += _difference(difference)
    if count > _SHOWN_DIFFERENCES:
        lines.append(f"... and {count - _SHOWN_DIFFERENCES} more (`--json` shows all)")
    return "\n".join(lines) + "\n"


def _difference(difference: Difference) -> list[str]:
    where = f"step `{visible(difference.address)}`" if difference.address else "the run"
    return [
        f"  {where}, {difference.field}:",
        f"    recorded: {_excerpt(difference.recorded)}",
        f"    now:      {_excerpt(difference.now)}",
    ]


def _excerpt(value: JsonValue) -> str:
    text = visible(json.dumps(value, ensure_ascii=False))
    return text if len(text) <= _EXCERPT else f"{text[:_EXCERPT]}... ({len(text)} characters)"


def _facts(facts: Sequence[tuple[str, str]], paint: Paint) -> str:
    given = [(name, text) for name, text in facts if text]
    wide = max(len(name) for name, _ in given)
    return "".join(f"{paint('bold', name.ljust(wide))}  {visible(text, keep='')}\n" for name, text in given)


def _section(name: str, value: JsonValue, columns: int, paint: Paint) -> str:
    return f"{paint('bold', name)}\n{indented(value_text(value, columns - 2))}"


def _error(error: JsonObject, paint: Paint) -> str:
    where = f"{error['file']}:{error['line']}" if error.get("line") else ""
    told = {"": error.get("message"), "step": error.get("step"), "at": where, "help": error.get("help")}
    lines = [f"  {name + ': ' if name else ''}{visible(str(text))}" for name, text in told.items() if text]
    return "\n".join([paint("red", f"error {error.get('code')}"), *lines]) + "\n"


def _iso(microseconds: int) -> str:
    return datetime.fromtimestamp(microseconds / 1_000_000, UTC).isoformat().replace("+00:00", "Z")
