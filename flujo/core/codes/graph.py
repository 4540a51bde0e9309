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
    Code(
        "FLJ0509",
        "unordered-writes",
        "Two steps of a list with `needs` set one context path, and neither needs the other: which is last is chance.",
        "Let one of them need the other, or set different paths.",
    ),
    Code(
        "FLJ0510",
        "unsafe-repeat",
        "A skill that changes things and must not be repeated stands inside `retry`, `loop` or `map`.",
        "Add `idempotency_key` or `approval: required` to the step, or use a skill that may be repeated.",
    ),
    Code(
        "FLJ0511",
        "no-approval",
        "A destructive skill is called, and no person has to agree.",
        "Add `approval: required` to the step.",
    ),
    Code(
        "FLJ0512",
        "dead-exit",
        "The exit of a loop can never be true, so that only `max` ends it.",
        "Correct `until` or `while`, or leave it out.",
    ),
    Code(
        "FLJ0513",
        "question-deadline",
        "A question waits for a person inside a `timeout` that runs on meanwhile.",
        "Give the question a shorter `timeout`, or take it out of the region that has one.",
    ),
    Code(
        "FLJ0514",
        "needs-cycle",
        "Steps need each other in a circle, so that none of them could ever start.",
        "Remove one of the `needs`.",
    ),
    Code(
        "FLJ0515",
        "too-many-items",
        "A map was given more items than it takes.",
        "Split the list, or take it in batches before the map.",
        "semantic",
    ),
    Code(
        "FLJ0516",
        "not-cacheable",
        "A call is cached that changes things, or that is given a secret and has no `key`.",
        "Remove `cache`; for a secret, give it a `key` that says which calls are equal.",
    ),
    Code(
        "FLJ0517",
        "missing-import",
        "A blueprint that is imported is not there, cannot be read, or is outside the project.",
        "Correct the path; it starts at the folder of the file that it is written in.",
    ),
    Code(
        "FLJ0518",
        "import-cycle",
        "Blueprints import each other in a circle, or more than 16 deep.",
        "Move what both need into a third blueprint that imports neither.",
    ),
    Code(
        "FLJ0519",
        "changed-import",
        "An imported blueprint is not the one whose digest is written down.",
        "Look at what has changed in it; if that is right, write the new digest.",
    ),
    Code(
        "FLJ0520",
        "import-input",
        "What an imported blueprint is given does not fit its `inputs`.",
        "Compare `with`, or the step's input, with the `inputs` of the imported blueprint.",
    ),
    Code(
        "FLJ0521",
        "unused-import",
        "A blueprint is imported and no step uses it.",
        "Use it with `uses: imports.NAME`, or remove it.",
    ),
    Code(
        "FLJ0522",
        "exposed-secret",
        "A secret is used where it would be kept, shown or decide something: anywhere but in a parameter of a skill.",
        "Pass it to a skill under `with`, in a parameter that is no path, URL, command or recipient.",
    ),
)
