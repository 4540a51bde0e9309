"""The filters: each a function of the budget, the value and its arguments, priced before it works."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from flujo.expressions.filters import codecs, dates, lists, numbers, patterns, tables, texts, yaml

FILTERS: Final[dict[str, Callable[..., Any]]] = {
    name: apply
    for family in (texts, lists, numbers, codecs, patterns, tables, dates, yaml)
    for name, apply in family.FILTERS.items()
}
"""Filters by name, without those that take filters or tests by name (`map`, `select`...) and `default`."""
