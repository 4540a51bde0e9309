"""07xx: policies, limits and approvals."""

from flujo.core.codes.entry import Code

RANGE = (
    Code(
        "FLJ0701",
        "denied",
        "A person, a policy or a limit said no.",
        "Change what was refused, then `flujo redrive RUN`.",
        "authority",
    ),
    Code(
        "FLJ0702",
        "bad-answer",
        "An answer does not fit the question that is open.",
        "`flujo tasks show TASK` shows the choices or the schema.",
        "semantic",
    ),
    Code(
        "FLJ0703",
        "not-yours",
        "Somebody answers a task that is for other people, or answers once more where several people must agree.",
        "Let one of those answer whom `flujo tasks show TASK` names.",
        "authority",
    ),
    Code(
        "FLJ0704",
        "unbounded-cost",
        "A model is asked for each of a number of items that nothing bounds, so that nothing bounds the cost.",
        "Say `maxItems` where the list comes from, or take a part of it before the map.",
    ),
)
