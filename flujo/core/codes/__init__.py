"""The catalogue of diagnostic codes: every code flujo can ever print, with its reference text.

One file a range; a code is never reused. `pages/CODE.md` says why flujo insists and has an example; the pages in
`docs/reference/errors/` are generated from both, and tests run the examples.
"""

from flujo.core.codes import (
    expressions,
    graph,
    internal,
    journal,
    limits,
    names,
    project,
    shape,
    skills,
    yaml_text,
)
from flujo.core.codes.entry import Code

_RANGES = (project, yaml_text, shape, names, expressions, graph, skills, limits, journal, internal)

CODES: dict[str, Code] = {code.id: code for range_ in _RANGES for code in range_.RANGE}
"""Code by id, in the order of their numbers."""

_ALL = [code.id for range_ in _RANGES for code in range_.RANGE]
assert sorted(set(_ALL)) == _ALL, "codes must be unique and in order"
