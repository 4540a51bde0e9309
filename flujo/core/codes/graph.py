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
    Code(
        "FLJ0505",
        "merge-conflict",
        "Two branches or items that run side by side set one context path to different values.",
        "Set different paths, or say `merge: last` or `merge: none`.",
        "semantic",
    ),
    Code(
        "FLJ0506",
        "loop-bound",
        "A loop ran as often as `max` allows and its exit was never true.",
        "Raise `max`, correct the exit, or say `on_max: continue`.",
        "semantic",
    ),
    Code(
        "FLJ0507",
        "bad-reduce",
        "The results of a region are not of the types that its `reduce` works on.",
        "Use another `reduce`, or a template over `results`.",
        "semantic",
    ),
    Code(
        "FLJ0508",
        "timed-out",
        "A step, region or run took longer than its `timeout`.",
        "Raise `timeout`, or find what is slow with `flujo lens trace RUN`.",
        "environmental",
    ),
)
