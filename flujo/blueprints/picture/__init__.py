"""A blueprint as a picture: Mermaid text, or an SVG of our own. Both show the same parts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from flujo.blueprints.picture.mermaid import mermaid
from flujo.blueprints.picture.svg import svg
from flujo.core.graph import Graph

FORMATS: Final[dict[str, Callable[[Graph], str]]] = {"mermaid": mermaid, "svg": svg}
"""What draws a graph, by format."""
