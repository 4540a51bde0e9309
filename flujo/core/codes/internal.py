"""09xx: bugs in flujo."""

from flujo.core.codes.entry import Code

RANGE = (
    Code(
        "FLJ0901",
        "bug",
        "flujo did something it never should.",
        "Please report it with the text that was printed; your data is in the journal.",
        "environmental",
    ),
)
