"""02xx: keys and values of the wrong shape."""

from flujo.core.codes.entry import Code

RANGE = (
    Code(
        "FLJ0201",
        "unknown-key",
        "A key that has no meaning at this place; unknown keys are errors everywhere.",
        "Correct the spelling, or remove the key.",
    ),
    Code("FLJ0202", "missing-key", "A key that is required here is missing.", "Add the key."),
    Code("FLJ0203", "wrong-type", "A value is of the wrong type.", "Give a value of the type that the message names."),
    Code(
        "FLJ0204",
        "bad-value",
        "A value is of the right type but not one of those allowed.",
        "Change it as the message says.",
    ),
    Code(
        "FLJ0205",
        "bad-name",
        "A name is empty, too long, or has characters that names may not have.",
        "Names have letters, digits, `_` and `-`, do not start with a digit and have at most 64 characters.",
    ),
    Code(
        "FLJ0206",
        "bad-version",
        "The `version` is missing or is not one that this flujo reads.",
        'Write `version: "0.1"`.',
    ),
    Code(
        "FLJ0207",
        "not-in-this-version",
        "The language has this key or kind, but this release does not run it yet.",
        "Leave it out, or use a release that has it; nothing is ever ignored silently.",
    ),
    Code(
        "FLJ0208",
        "bad-duration",
        "A duration is not a number with a unit.",
        "Write `500ms`, `30s`, `5m`, `2h` or `7d`.",
    ),
    Code(
        "FLJ0209",
        "bad-schema",
        "A JSON Schema is not valid, or is over the limits for schemas in blueprints.",
        "Correct the schema (draft 2020-12, 64 KiB, depth 32, `$ref` only inside the document).",
    ),
    Code(
        "FLJ0210",
        "old-spelling",
        "A spelling of the original Flujo is used; it means the same.",
        "`flujo validate --fix` writes it in today's words; it works as it is.",
    ),
    Code(
        "FLJ0211",
        "unnamed-question",
        "A `hitl` step has no name, so it is called by its number in the list.",
        "Give it a name; then other steps may come before it without renaming it.",
    ),
    Code(
        "FLJ0212",
        "idle-ignore",
        "A comment `# flujo: ignore[CODE]` names a code that is not found at its line, or none.",
        "Remove the code, or move the comment to the line that the message shows, or the line above it.",
    ),
)
