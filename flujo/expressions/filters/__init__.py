"""The filters: each a function of the budget, the value and its arguments, priced before it works."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from flujo.expressions.filters import codecs, lists, numbers, texts

FILTERS: Final[dict[str, Callable[..., Any]]] = {**texts.FILTERS, **lists.FILTERS, **numbers.FILTERS, **codecs.FILTERS}
"""Filters by name, without those that take filters or tests by name (`map`, `select`...) and `default`."""
