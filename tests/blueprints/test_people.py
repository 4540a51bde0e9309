"""What `hitl`, `approval` and `wait` refuse, in words."""

import pytest

from .conftest import Compile

BEGIN = 'version: "0.1"\nsteps:\n'
ASK = BEGIN + "  - {{name: a, kind: hitl, message: Sure, {}}}\n"
WRITE = BEGIN + "  - {{name: a, uses: files.write, with: {{path: a, content: b}}, approval: {}}}\n"
WAIT = BEGIN + "  - {{name: a, kind: wait, {}}}\n"


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        (ASK.format("timeout: 1h, on_timeout: skip"), "FLJ0204", "`on_timeout` must be `fail`, or a mapping with"),
        (ASK.format("timeout: 1h, on_timeout: {answer: a, steps: []}"), "FLJ0204", "`on_timeout` must be"),
        (ASK.format("timeout: 1h, on_timeout: {answer: 7}"), "FLJ0203", "`answer` must be text, not an integer"),
        (ASK.format("timeout: 1h, on_timeout: {answer: '{{ input }}'}"), "FLJ0204", "`answer` holds a plain value"),
        (
            ASK.format("timeout: 1h, schema: {type: integer}, on_timeout: {answer: a}"),
            "FLJ0204",
            "does not fit `schema`",
        ),
        (ASK.format("timeout: 1h, on_timeout: {steps: []}"), "FLJ0204", "a list of steps needs at least one step"),
        (ASK.format("on_timeout: {answer: a}"), "FLJ0202", "`on_timeout` needs a `timeout`"),
        (ASK.format("quorum: 0"), "FLJ0204", "`quorum` is 0, and must be at least 1"),
        (WRITE.format("{quorum: 101}"), "FLJ0204", "`quorum` must be a number from 1 to 100 people"),
        (WRITE.format("{by: [ann, ann], quorum: 2}"), "FLJ0204", "from 1 to the 1 named in `by`"),
        (WRITE.format("{by: [7]}"), "FLJ0203", "`by` must be a person's name, or a list of names"),
        (WRITE.format("{bye: ann}"), "FLJ0201", "unknown key `bye`"),
        (WAIT.format("event: ''"), "FLJ0204", "the name of an event has from 1 to 64 printable characters"),
        (WAIT.format("event: '{{ input }}'"), "FLJ0204", "the name of an event is no template"),
        (WAIT.format("event: a, until: b"), "FLJ0204", "`until` and `event` exclude each other"),
        (WAIT.format("until: '2026-01-01', match: true"), "FLJ0204", "`match` belongs to `event`"),
        (WAIT.format("description: b"), "FLJ0202", "a `wait` needs `for`, `until` or `event`"),
    ],
)
def test_refused(compile_text: Compile, text: str, code: str, message: str) -> None:
    (found,) = [
        item for item in compile_text(text.encode(), name="a.yaml").diagnostics if item.severity.name == "ERROR"
    ]
    assert found.code == code
    assert message in found.message


@pytest.mark.parametrize(
    "fields",
    [
        "on_timeout: fail",
        "timeout: 1h, schema: {type: integer}, on_timeout: {answer: 7}",
        "timeout: 1h, choices: [a, b], on_timeout: {answer: b}",
        "timeout: 1h, on_timeout: {answer: anything}",
        "timeout: 1h, on_timeout: {steps: {name: b, input: c}}, to: '{{ input }}', quorum: 3",
    ],
)
def test_taken(compile_text: Compile, fields: str) -> None:
    assert compile_text(ASK.format(fields).encode(), name="a.yaml").graph is not None


def test_what_is_new_changes_no_digest_of_what_was(compile_text: Compile) -> None:
    plain = compile_text(ASK.format("timeout: 1h").encode(), name="a.yaml").graph
    said = compile_text(ASK.format("timeout: 1h, quorum: 1, on_timeout: fail").encode(), name="a.yaml").graph
    other = compile_text(ASK.format("timeout: 1h, quorum: 2").encode(), name="a.yaml").graph
    assert plain is not None and said is not None and other is not None
    assert plain.digest == said.digest != other.digest
