"""Rows in aligned columns, for terminals of any width."""

from __future__ import annotations

from collections.abc import Sequence

from flujo.cli.render.screen import Paint, fit, pad, visible, width

GAP = "  "


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], columns: int, paint: Paint | None = None) -> str:
    """Return lines with a head; the last column is cut to what fits, every cell is made harmless and one line."""
    cells = [[" ".join(visible(cell).split()) for cell in row] for row in rows]
    sizes = [max(width(row[at]) for row in [list(heads), *cells]) for at in range(len(heads))]
    left = sum(sizes[:-1]) + len(GAP) * (len(sizes) - 1)
    sizes[-1] = max(12, columns - left)

    def line(row: Sequence[str]) -> str:
        parts = [pad(cell, size) for cell, size in zip(row[:-1], sizes, strict=False)]
        return GAP.join([*parts, fit(row[-1], sizes[-1])]).rstrip()

    head = (paint or Paint())("bold", line(heads))
    return "".join(f"{text}\n" for text in [head, *(line(row) for row in cells)])
