"""`cache` and `idempotency_key`: what a call is known by, to flujo and to whoever it has an effect on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from flujo.blueprints.fields import read_duration
from flujo.blueprints.report import Report
from flujo.core.graph import Cache, Template
from flujo.core.spans import Path
from flujo.core.values import JsonValue

_Compile = Callable[[JsonValue, Path], Template]
"""Compiles the template at a path inside the step."""

_CACHE_KEYS: Final = frozenset({"ttl", "key"})


def read_cache(value: JsonValue, path: Path, report: Report, template: _Compile) -> Cache | None:
    """Return the `cache` of the step at `path`; None for false, and after a report."""
    at = (*path, "cache")
    if value is True or value is False:
        return Cache() if value else None
    if not isinstance(value, dict):
        help = "write `cache: true`, or `cache: {ttl: 1h}`"
        report.add("FLJ0203", "`cache` must be true, or a mapping with `ttl` and `key`", at, help=help)
        return None
    report.unknown_keys(value, at, _CACHE_KEYS)
    ttl = read_duration(value["ttl"], (*at, "ttl"), report) if "ttl" in value else None
    return Cache(ttl, template(value["key"], ("cache", "key")) if "key" in value else None)


def read_key(value: JsonValue, path: Path, report: Report, template: _Compile) -> Template | None:
    """Return the `idempotency_key` of the step at `path`; None after a report."""
    if isinstance(value, str) and value:
        return template(value, ("idempotency_key",))
    help = "write a template that gives each effect its own, such as `order-{{ this.id }}`"
    report.add("FLJ0203", "`idempotency_key` must be a text", (*path, "idempotency_key"), help=help)
    return None
