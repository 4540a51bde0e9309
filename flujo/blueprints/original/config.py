"""`config` of a step in the original's spelling: `max_retries`, `timeout_s` and `temperature`."""

from __future__ import annotations

from typing import Final

from flujo.blueprints.document import Element
from flujo.blueprints.original.agents import Temperatures
from flujo.blueprints.original.edits import flattening
from flujo.blueprints.original.parts import Parts, made, span_of
from flujo.core.diagnostics import Edit
from flujo.core.spans import Span
from flujo.core.suggest import did_you_mean
from flujo.core.values import JsonValue

_KEYS: Final = {"max_retries": "retry", "timeout_s": "timeout", "timeout": "timeout", "temperature": ""}


def config_key(parts: Parts, temperatures: Temperatures) -> None:
    """Turn `config` into `retry` and `timeout` of the step, and the temperature of its agent."""
    config, key, path = parts.fields["config"], parts.keys["config"], parts.paths["config"]
    uses = parts.value("uses")
    if config.fields is None or config.keys is None or (isinstance(uses, str) and uses.startswith("imports.")):
        return
    edits: list[Edit] = []
    entries: list[tuple[str, str, Element, Span]] = []
    for name, element in config.fields.items():
        span, at = config.keys[name], (*path, name)
        if name not in _KEYS:
            near = did_you_mean(name, _KEYS)
            help = f"did you mean `{near}`?" if near else "the keys are `max_retries`, `timeout_s` and `temperature`"
            parts.findings.wrong("FLJ0201", f"unknown key `{name}`", span, at, help)
        elif name == "temperature" and type(element.value) not in (int, float):
            parts.findings.wrong("FLJ0203", "`temperature` must be a number", span_of(element), at)
        elif name == "temperature":
            agent = uses.removeprefix("agents.") if isinstance(uses, str) and uses.startswith("agents.") else "?"
            gone = _without(parts, "config") if len(config.fields) == 1 else None
            temperatures.given.setdefault(agent, []).append((element, at, gone))
        else:
            value = _value(name, element.value)
            if value is None:
                what = "a number of seconds" if name != "max_retries" else "a number of retries"
                parts.findings.wrong("FLJ0203", f"`{name}` must be {what}", span_of(element), at)
                continue
            entries.append((_KEYS[name], name, made(value, element), span))
            edits += [Edit(span, _KEYS[name]), Edit(span_of(element), str(value))]
    parts.swap("config", entries)
    if not entries:
        return
    moved = flattening(parts.findings.source.text, key, config, inline=parts.inline)
    whole = None if moved is None or "temperature" in config.fields else [*moved, *edits]
    parts.findings.old("`config` is an old spelling", key, path, ("write `retry` and `timeout`", whole))


def _without(parts: Parts, key: str) -> tuple[Edit, ...] | None:
    """Return the removal of an entry that follows another one; None where something stands between the two."""
    fields, keys = parts.element.fields or {}, list(parts.element.keys or {})
    place = keys.index(key) if key in keys else 0
    if place == 0:
        return None
    before, end = fields[keys[place - 1]].end, fields[key].end
    between = parts.findings.source.text[before : parts.keys[key].start]
    apart = not between or between.strip(" \t\r\n,") or end < parts.keys[key].end
    return None if apart else (Edit(Span(before, end), ""),)


def _value(name: str, value: JsonValue) -> int | str | None:
    """Return our value: attempts in total, or a duration; None for what is neither."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        return None
    if name == "max_retries":
        return value + 1 if isinstance(value, int) else None
    return f"{value:.3f}".rstrip("0").rstrip(".") + "s" if isinstance(value, float) else f"{value}s"
