"""03xx: names that lead nowhere, or to the wrong thing."""

from flujo.core.codes.entry import Code

RANGE = (
    Code(
        "FLJ0301",
        "unknown-step",
        "A template names a step that is not there, or not yet.",
        "Name a step that stands before this one in the same list or an outer one.",
    ),
    Code(
        "FLJ0302",
        "unknown-name",
        "A template uses a name that does not exist at this place.",
        "Names are `input`, `previous`, `steps.NAME.output`, `context.PATH`, `answer`, `run.id` and the functions; "
        "`item` and `index` in a map, `loop` in a loop, `error` in a catch, `results` in `reduce`.",
    ),
    Code("FLJ0303", "duplicate-name", "Two steps of one list have the same name.", "Rename one of them."),
    Code(
        "FLJ0304",
        "unknown-agent",
        "A step uses an agent that the blueprint does not declare.",
        "Add it under `agents`, or correct the name.",
    ),
    Code("FLJ0305", "unknown-kind", "A step has a `kind` that does not exist.", "Use one of the kinds listed."),
    Code(
        "FLJ0306",
        "unknown-property",
        "A template reads a property that the value cannot have.",
        "Correct the name, or use `default()` if it may be missing.",
    ),
    Code(
        "FLJ0307",
        "shadowed-name",
        "A step in a nested list has the name of an outer step and hides it.",
        "Rename the inner step.",
    ),
    Code(
        "FLJ0308",
        "unknown-context",
        "A path under `context` is read that nothing declares or sets.",
        "Declare it under `context`, or set it in an earlier step.",
    ),
    Code(
        "FLJ0309",
        "no-previous",
        "`previous` or `answer` is used where there is none.",
        "Name the value: `input` or `steps.NAME.output`.",
    ),
    Code(
        "FLJ0310",
        "unknown-need",
        "`needs` names a step that is not in the same list.",
        "Name steps of the same list; what a step around it needs is there already.",
    ),
    Code(
        "FLJ0311",
        "unknown-import",
        "A step uses an import that the blueprint does not declare.",
        "Add it under `imports`, or correct the name.",
    ),
    Code(
        "FLJ0312",
        "unknown-secret",
        "A template reads a secret that the blueprint does not declare.",
        "Add its name to the top-level list `secrets`, or correct the name.",
    ),
)
