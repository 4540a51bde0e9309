"""04xx: templates and expressions, and the types of what they yield."""

from flujo.core.codes.entry import Code

RANGE = (
    Code(
        "FLJ0401",
        "template-syntax",
        "A template is not well formed.",
        "Look at the place: brackets, quotes and `{% ... %}` blocks must close.",
    ),
    Code(
        "FLJ0402",
        "not-allowed",
        "A template uses syntax that flujo does not allow, such as macros or calls.",
        "Use expressions, filters, `{% if %}`, `{% for %}` and `{% set %}` only.",
    ),
    Code(
        "FLJ0403",
        "unknown-filter",
        "A template uses a filter, test, function or method that does not exist.",
        "Correct the name; docs/reference/expressions.md lists what there is.",
    ),
    Code(
        "FLJ0404",
        "undefined",
        "A template reads a value that is not there at run time.",
        "Use `default(...)` or `is defined` where a value may be missing.",
    ),
    Code(
        "FLJ0405",
        "type-error",
        "An operator or filter met a value of a type it cannot work on.",
        "Convert the value first, for example with `int` or `string`.",
        "semantic",
    ),
    Code(
        "FLJ0406",
        "over-budget",
        "A template would take more steps, memory or depth than a rendering may.",
        "Do the heavy work in a skill; templates are for small glue.",
    ),
    Code(
        "FLJ0407",
        "not-boolean",
        "A condition yields something other than true or false.",
        "Compare explicitly, for example `input.flag == 'yes'`.",
    ),
    Code(
        "FLJ0408",
        "bad-argument",
        "A filter, test or function was called with wrong arguments.",
        "The page about expressions, docs/reference/expressions.md, shows the arguments.",
        "semantic",
    ),
    Code(
        "FLJ0409",
        "arithmetic",
        "A calculation has no result: division by zero, or a number too large.",
        "Test the operands before, for example `{{ a / b if b else 0 }}`.",
        "semantic",
    ),
    Code(
        "FLJ0410",
        "incomplete-name",
        "A template uses `steps`, `run`, `loop` or `secrets` without saying what of it.",
        "Name it in full, for example `steps.NAME.output` or `run.id`; the name cannot be computed.",
    ),
)
