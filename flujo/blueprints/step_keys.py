"""The keys of a step: those of every step and those of its kind; others are told before anything is read."""

from __future__ import annotations

from collections.abc import Mapping

from flujo.blueprints.language import STEP_KEYS, STEP_LATER
from flujo.blueprints.report import Report
from flujo.core.ports import StepKind
from flujo.core.spans import Path
from flujo.core.suggest import did_you_mean
from flujo.core.values import EMPTY, JsonObject


def check_step_keys(raw: JsonObject, path: Path, kinds: Mapping[str, StepKind], report: Report) -> None:
    """Report the keys that a step cannot have, and an unknown kind; a key that is near is taken for the one meant.

    What is nearly `kind` comes first, for it decides about the others.
    """
    if "kind" not in raw:
        known = STEP_KEYS.union(*(keys_of(kind) for kind in kinds.values()))
        for key in [key for key in raw if key not in known and did_you_mean(key, sorted(known)) == "kind"]:
            _unknown(key, raw, path, known, report)
    kind = kind_of(raw, path, kinds, report)
    if kind is None or raw.keys() <= STEP_KEYS | keys_of(kind):
        return
    own, later = keys_of(kind), STEP_LATER | getattr(kind.config, "LATER", EMPTY)
    for key in [key for key in raw if key not in own]:
        if key in later:
            report.later(key, (*path, key))
        elif key not in STEP_KEYS:
            others = [f"`{other.word}`" for other in kinds.values() if key in keys_of(other)]
            help = f"it belongs to a step of the kind {' or '.join(others)}" if others and "kind" not in raw else None
            _unknown(key, raw, path, STEP_KEYS | own, report, help)


def _unknown(
    key: str, raw: JsonObject, path: Path, allowed: frozenset[str], report: Report, help: str | None = None
) -> None:
    near = report.unknown_key(key, (*path, key), allowed, help=help)
    if near and key in raw:  # a part of what the document has there
        raw.setdefault(near, raw.pop(key))


def kind_of(raw: JsonObject, path: Path, kinds: Mapping[str, StepKind], report: Report) -> StepKind | None:
    """Return the kind of a step; None after a report."""
    at = (*path, "kind")
    word = report.text(raw.get("kind", "step"), at, "`kind`")
    if word is None:
        return None
    kind = kinds.get(word)
    if kind is not None and kind.config is not None:
        return kind
    words = sorted(known for known, kind in kinds.items() if kind.config is not None)
    near = did_you_mean(word, words)
    help = f"did you mean `{near}`?" if near else f"the kinds are {', '.join(f'`{known}`' for known in words)}"
    if word == "agent":
        help = "an agent is called by a step: write `uses: agents.NAME`"
    report.add("FLJ0305", f"unknown kind `{word}`", at, help=help)
    return None


def keys_of(kind: StepKind) -> frozenset[str]:
    """Return the keys of a kind's own fields; none of a runner that is no kind."""
    keys: frozenset[str] = EMPTY if kind.config is None else kind.config.allowed()
    return keys
