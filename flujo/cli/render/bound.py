"""The worst case of a blueprint in words."""

from __future__ import annotations

from flujo.blueprints.amounts import Amounts, Bound, Open
from flujo.cli.render.screen import Paint, visible
from flujo.cli.render.times import span

_SHOWN = 10
_WORDS = {"usd": "cost", "tokens_in": "tokens", "tokens_out": "tokens", "seconds": "time"}


def bound_text(bound: Bound, paint: Paint) -> str:
    """Return what a run can use at most, and which parts of it have no bound."""
    apart = ", apart from" if bound.open else ""
    lines = [f"{paint('bold', 'at most')}  {_amounts(bound.known)}{apart}"]
    lines += [f"  {paint('bold', visible(part.step, keep=''))}: {_open(part)}" for part in bound.open[:_SHOWN]]
    if len(bound.open) > _SHOWN:
        lines.append(f"  and {len(bound.open) - _SHOWN} more")
    return "\n".join(lines) + "\n"


def _open(part: Open) -> str:
    names = dict.fromkeys(_WORDS.get(name, name) for name in part.to_json()["of"])
    each = f"; each at most {_amounts(part.each)}" if part.each is not None else ""
    return f"{visible(part.why, keep='')} ({', '.join(names)}){each}"


def _amounts(known: Amounts) -> str:
    """Return figures in words; what there is none of is left out, but not the steps."""
    parts = [f"${known.usd:.4f}"] if known.usd else []
    parts.append(_count(known.steps, "step"))
    parts += [_count(known.calls, "call")] if known.calls else []
    if known.tokens_in or known.tokens_out:
        parts.append(f"{known.tokens_in:,} + {known.tokens_out:,} tokens")
    parts += [span(known.seconds)] if known.seconds else []
    return ", ".join(parts)


def _count(number: float, word: str) -> str:
    return f"{number:,} {word}{'s' * (number != 1)}"
