"""Campaign of shapes: COUNT blueprints with one fault each, judged by the compiler and by the JSON Schema."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from jsonschema import Draft202012Validator

from flujo.blueprints.schema import blueprint_schema
from flujo.steps import kinds
from tests.blueprints.mutants import compare, corpus, mutants, refused

WANTED = 0.98


@dataclass
class Tally:
    """How often the two agreed."""

    rows: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    clean: bool = True

    def table(self) -> str:
        """Return the figures."""
        return "\n".join(["| judged | documents |", "|---|---:|", *(f"| {k} | {v} |" for k, v in self.rows.items())])


def run(count: int, seed: int) -> Tally:
    """Judge that many documents."""
    chance = random.Random(seed)
    valid = [data for data in corpus().values() if not refused(data)]
    picked = (chance.choice(list(mutants(chance.choice(valid)))) for _ in range(count))
    found = compare(Draft202012Validator(blueprint_schema(kinds())), picked)
    alone = found.compiler_alone
    rows = {
        "refused by both": found.both,
        "refused by neither, or by the compiler for its meaning": found.neither,
        "refused by the compiler alone": len(alone),
        "refused by the schema alone": len(found.schema_alone),
    }
    share = found.both / max(1, found.both + len(alone))
    return Tally(rows, [*found.schema_alone, *alone], share >= WANTED and not found.schema_alone)
