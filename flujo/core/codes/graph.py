"""05xx: the shape of the flow."""

from flujo.core.codes.entry import Code

RANGE = (
    Code(
        "FLJ0501",
        "empty-step",
        "A step does nothing: it has neither `uses` nor `input` nor `set`.",
        "Add `uses: SKILL`, or remove the step.",
    ),
    Code(
        "FLJ0502",
        "unknown-branch",
        "A default branch, or a branch that is named, is not among the branches.",
        "Name one of the branches.",
    ),
    Code("FLJ0503", "unreachable-branch", "A branch can never be taken.", "Remove it, or correct the condition."),
    Code(
        "FLJ0504",
        "context-conflict",
        "A `set` path does not fit what the context has there.",
        "Set a path whose parents are mappings.",
    ),
)
