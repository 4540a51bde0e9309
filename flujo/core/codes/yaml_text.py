"""01xx: the text of a blueprint, before it means anything."""

from flujo.core.codes.entry import Code

RANGE = (
    Code("FLJ0101", "not-utf8", "The file is not UTF-8 text.", "Save the file as UTF-8 in your editor."),
    Code(
        "FLJ0102",
        "yaml-syntax",
        "The text is not YAML: something is unclosed, unexpected or badly indented.",
        "Look at the place and the line above it; quotes, brackets and indentation are the usual causes.",
    ),
    Code("FLJ0103", "empty-document", "The file holds no document.", 'Begin with `version: "0.1"` and `steps:`.'),
    Code(
        "FLJ0104",
        "several-documents",
        "The file holds more than one YAML document.",
        "Keep one document to a file; remove the `---` line between them.",
    ),
    Code("FLJ0105", "duplicate-key", "A key stands twice in one mapping.", "Remove or rename one of the two."),
    Code(
        "FLJ0106",
        "tag",
        "The text uses a YAML tag, such as `!!python/object`; flujo has none.",
        "Remove the tag; quote the value if it begins with an exclamation mark.",
    ),
    Code(
        "FLJ0107",
        "merge-key",
        "The text uses a merge key `<<`, which YAML 1.2 does not have.",
        "Write the keys out, or use `defaults`.",
    ),
    Code(
        "FLJ0108",
        "bad-key",
        "A key is not text (or a boolean or number that names a branch).",
        "Quote the key, or give it a plain name.",
    ),
    Code(
        "FLJ0109",
        "bad-character",
        "The text holds a character that YAML blueprints do not allow there.",
        "Remove it, or write it as an escape inside double quotes.",
    ),
    Code(
        "FLJ0110",
        "too-large",
        "The text is over a limit: size, depth, aliases, nodes or steps.",
        "Split the blueprint, or flatten what is nested.",
    ),
    Code("FLJ0111", "bad-number", "A number is not finite or has too many digits.", "Quote it if it is meant as text."),
    Code(
        "FLJ0112",
        "bad-alias",
        "An alias names an anchor that is not there, or refers to itself.",
        "Define the anchor `&name` before the alias `*name`.",
    ),
)
