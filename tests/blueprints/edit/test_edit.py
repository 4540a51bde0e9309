"""Edits of a blueprint by address: how each is written, what is renamed with a name, and what is refused."""

from __future__ import annotations

import pytest

from flujo.blueprints.edit import AddBranch, Append, Change, InsertAfter, Remove, Rename, Set, WrapInMap, edit
from flujo.blueprints.reader import read

from .edits import after, refused

# --- how values are written


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("30s", "30s"),
        ("two words", "two words"),
        ("no", '"no"'),
        ("NO", '"NO"'),
        ("y", '"y"'),
        ("~", '"~"'),
        ("null", '"null"'),
        ("12", '"12"'),
        ("1_000", '"1_000"'),
        ("1.2.3", '"1.2.3"'),
        ("12:30:00", '"12:30:00"'),
        ("0o17", '"0o17"'),
        ("0x1F", '"0x1F"'),
        (".5", '".5"'),
        (".inf", '".inf"'),
        ("1e3", '"1e3"'),
        ("2026-01-01", '"2026-01-01"'),
        ("a: b", '"a: b"'),
        ("a #b", '"a #b"'),
        ("- a", '"- a"'),
        ("", '""'),
        (" a", '" a"'),
        ('say "hi"', "'say \"hi\"'"),
        ("back\\slash", "'back\\slash'"),
        ("two\nlines", '"two\\nlines"'),
        ("\x85\u2028\ufeff", '"\\x85\\u2028\\ufeff"'),
        ("größe", "größe"),
        (12, "12"),
        (0.1, "0.1"),
        (True, "true"),
        (None, "null"),
        ([], "[]"),
        ({"on": 1, "yes": 2}, '{on: 1, "yes": 2}'),
        ({"a b": [1, {"no": "x, y"}]}, '{a b: [1, {"no": "x, y"}]}'),
    ],
)
def test_a_new_value_has_quotes_where_some_reader_needs_them(value: object, text: str) -> None:
    assert after("a: 1\n", Set("b", value)) == f"a: 1\nb: {text}\n"


@pytest.mark.parametrize(
    ("text", "value", "new"),
    [
        ("k: 'old' # c\n", "it's", "k: 'it''s' # c\n"),
        ("k: 'old'\n", "a\nb", 'k: "a\\nb"\n'),
        ('k: "old"\n', "new", 'k: "new"\n'),
        ('k: "old"\n', 5, "k: 5\n"),
        ("k: 5\n", "5", 'k: "5"\n'),
        ("k: old\n", "yes", 'k: "yes"\n'),
        ("k: old\n", "a: b", 'k: "a: b"\n'),
        ("k: http://a/b # c\n", "http://c/d", "k: http://c/d # c\n"),
        ("k: {a: x,b: y}\n", {"a": "x, z", "b": "y"}, 'k: {a: "x, z",b: y}\n'),
        ("k:\n", 1, "k: 1\n"),
        ("k: # c\nl: 1\n", 1, "k: 1 # c\nl: 1\n"),
        ("k: &a\nl: 1\n", "x", "k: &a x\nl: 1\n"),
        ("{k, l: 1}\n", 2, "{k: 2, l: 1}\n"),
        ("k: |\n  one\n  two\nl: 1\n", "one\nthree\n", "k: |\n  one\n  three\nl: 1\n"),
        ("k: |\n  one\n", "one\ntwo\n", "k: |\n  one\n  two\n"),
        ("k: |\n  one\n", "one", "k: |-\n  one\n"),
        ("k: |2  # c\n  one\nl: 1\n", "x\n\ny\n", "k: |2  # c\n  x\n\n  y\nl: 1\n"),
        ("k: |  # c\n  one\nl: 1\n", 5, "k: 5  # c\nl: 1\n"),
        ("k: |+\n  one\n\n\nl: 1\n", "x", "k: |-\n  x\nl: 1\n"),
        ("k: >-\n  one two\n  three\n", "one 2 three", "k: >-\n  one 2\n  three\n"),
        ("k: >\n  one\n\n  two\n", "a\nb\n", "k: >\n  a\n\n  b\n"),
        ("k: one\n  two # c\n", "one three", "k: one\n  three # c\n"),
        ("k:\n  - 1 # c\n  - 2\nl: 1\n", [1, 3], "k:\n  - 1 # c\n  - 3\nl: 1\n"),
        ("k:\n  - 1 # c\n  - 2\nl: 1\n", [1, 2, 3], "k:\n  - 1 # c\n  - 2\n  - 3\nl: 1\n"),
        ("k:\n  - 1\n  - 2 # c\nl: 1\n", [2], "k:\n  - 2 # c\nl: 1\n"),
        ("k: # c\n  - 1\nl: 1\n", "x", "k: x # c\nl: 1\n"),
        ("k: # c\n  - 1\nl: 1\n", [], "k: [] # c\nl: 1\n"),
        ("k:\n  a: 1 # c\n  b: 2\n", {"b": 3, "c": 4}, "k:\n  b: 3\n  c: 4\n"),
        ("k:\n  a: 1\n  b: 2\n", {"b": 2, "a": 1}, "k: {b: 2, a: 1}\n"),
    ],
)
def test_a_value_takes_the_place_of_another_in_its_style(text: str, value: object, new: str) -> None:
    assert after(text, Set(("k",), value)) == new


@pytest.mark.parametrize(
    ("text", "change", "new"),
    [
        ("a: 1", Set("b", 2), "a: 1\nb: 2"),
        ("\ufeffa: 1\r\n...\r\n", Set("b", 2), "\ufeffa: 1\r\nb: 2\r\n...\r\n"),
        ("a: |+\n  x\n\n# c\n", Set("b", 2), "a: |+\n  x\n\nb: 2\n# c\n"),
        ("{}\n", Set("b", 2), "{b: 2}\n"),
        ("a: {x: 1, }\n", Set("a.k", 2), "a: {x: 1, k: 2, }\n"),
        ("a: {\n  x: 1 # c\n}\n", Set("a.k", 2), "a: {\n  x: 1, k: 2 # c\n}\n"),
        ("a:\nb: 1\n", Set("a.k.z", 2), "a: {k: {z: 2}}\nb: 1\n"),
        ("a: {x: 1}\n", Set("b.c.d", 2), "a: {x: 1}\nb: {c: {d: 2}}\n"),
        ("a: {context.x: 1}\n", Set("a.context.x", 2), "a: {context.x: 2}\n"),
        ("a: [1]\n", Append("a", "x"), "a: [1, x]\n"),
        ("a: ['no', 'yes']\n", Append("a", "on"), "a: ['no', 'yes', 'on']\n"),
        ("a: []\n", Append("a", 1), "a: [1]\n"),
        ("a:\n-   1 # c\n", Append("a", {"x": 1}), "a:\n-   1 # c\n-   {x: 1}\n"),
        ("a:\n-   b: 1\n    c: 2\n", Append("a", {"b": 3, "c": [4]}), "a:\n-   b: 1\n    c: 2\n-   b: 3\n    c: [4]\n"),
        ("a:\n  - {b: 1}\n", Append("a", {"b": 3}), "a:\n  - {b: 1}\n  - {b: 3}\n"),
        ("a: [1, 2]\n", InsertAfter("a.0", 9), "a: [1, 9, 2]\n"),
        ("- - 1\n  - 2\n", InsertAfter((0, 0), 9), "- - 1\n  - 9\n  - 2\n"),
        ("a: {x: 1, y: 2}\n", Remove("a.x"), "a: {y: 2}\n"),
        ("a: {x: 1 , y: 2, z: 3}\n", Remove("a.y"), "a: {x: 1 , z: 3}\n"),
        ("a: { x: 1 }\n", Remove("a.x"), "a: {}\n"),
        ("a: [\n  1, # one\n  2, # two\n  3 # three\n]\n", Remove("a.1"), "a: [\n  1, # one\n  3 # three\n]\n"),
        ("a: [\n  1, # one\n  3 # three\n]\n", Remove("a.1"), "a: [\n  1, # one\n]\n"),
        ("a:\n  b: 1 # c\nd: 2\n", Remove("a.b"), "a: {}\nd: 2\n"),
        ("a:\n  - x: 1\n    y: 2\n", Remove("a.0.x"), "a:\n  - y: 2\n"),
        ("a:\n  - x: 1 # c\n    y: 2\n", Remove("a.0.x"), "a:\n  -  # c\n    y: 2\n"),
        ("a: 1\nb: |\n  x\n\n# c\n", Remove("b"), "a: 1\n\n# c\n"),
    ],
)
def test_entries_are_added_and_removed(text: str, change: Change, new: str) -> None:
    assert after(text, change) == new


def test_a_branch_is_written_as_its_neighbours_are() -> None:
    steps = [{"name": "b", "uses": "x"}, {"name": "c", "uses": "v"}]
    block = "steps:\n- kind: parallel\n  name: p\n  branches:\n    one: # c\n    -  name: a\n       uses: x\n"
    assert after(block, AddBranch("steps.p", "true", steps)) == (
        block + "    true:\n    -  name: b\n       uses: x\n    -  name: c\n       uses: v\n"
    )
    flow = "steps:\n- kind: state_machine\n  name: p\n  states:\n    one:   [{name: a, uses: x}]\n  max: 3\n"
    assert after(flow, AddBranch("steps.p", "off", steps[:1])) == flow.replace(
        "  max", '    "off": [{name: b, uses: x}]\n  max'
    )
    empty = "steps: [{name: p, branches: {}}]\n"
    assert after(empty, AddBranch("steps.p", "x", steps[:1])) == (
        "steps: [{name: p, branches: {x: [{name: b, uses: x}]}}]\n"
    )


# --- aliases


ANCHORS = """\
defaults:
  retry: &retry
    attempts: 4
steps:
  - {name: a, uses: x, retry: *retry}
  - &b
    name: b
    uses: &skill y
  - {name: c, uses: *skill}
"""


def test_an_alias_is_replaced_or_removed_and_its_anchor_stays() -> None:
    assert after(ANCHORS, Set("steps.a.retry", 3)) == ANCHORS.replace("*retry", "3")
    assert after(ANCHORS, Set("steps.a.retry", {"attempts": 3})) == ANCHORS.replace("*retry", "{attempts: 3}")
    assert after(ANCHORS, Remove("steps.a.retry")) == ANCHORS.replace(", retry: *retry", "")
    assert after(ANCHORS, Rename("steps.b", "z")) == ANCHORS.replace("name: b", "name: z")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            Set("steps.a.retry.attempts", 3),
            "the edit is inside `*retry`, which stands for a part that is used elsewhere too",
        ),
        (Set("defaults.retry.attempts", 3), "the edit would change what `&retry` is in one other place too"),
        (Set("defaults.retry.delay", "1s"), "the edit would change what `&retry` is in one other place too"),
        (Set("defaults.retry", 3), "the edit would change what `&retry` is in one other place too"),
        (Remove("defaults"), "the edit would change what `&retry` is in one other place too"),
        (Remove("steps.b"), "the edit would change what `&skill` is in one other place too"),
        (Set("steps.b.uses", "z"), "the edit would change what `&skill` is in one other place too"),
    ],
)
def test_what_aliases_share_is_not_changed(change: Change, message: str) -> None:
    assert refused(ANCHORS, change)[:2] == ("FLJ0012", message)


# --- what is refused

REGION = """\
steps:
  - name: load
    uses: files.read
  - kind: conditional
    name: decide
    condition: "{{ steps.load.output }}"
    branches: {a: [{name: x, uses: z}, {name: w, input: "{{ steps.load.output }}"}], b: {name: y, input: 1}}
agents: {w: {model: m}, v: {model: m}}
"""


@pytest.mark.parametrize(
    ("change", "code", "message", "help"),
    [
        (
            Set("steps.lod.with.path", 1),
            "FLJ0011",
            "there is no `lod` at the address `steps.lod.with.path`",
            "did you mean `load`?",
        ),
        (
            Remove("steps.load.use"),
            "FLJ0011",
            "there is no `use` at the address `steps.load.use`",
            "did you mean `uses`?",
        ),
        (Remove(("steps", 7)), "FLJ0011", "there is no `7` at the address `steps.7`", "here are `load`, `decide`"),
        (
            Set("steps.load.name.first", 1),
            "FLJ0011",
            "there is no `first` at the address `steps.load.name.first`",
            None,
        ),
        (Append("steps.load", 1), "FLJ0013", "there is no list at the address `steps.load`", None),
        (
            InsertAfter("steps.load.uses", 1),
            "FLJ0013",
            "nothing can come after what is not in a list",
            "write the body as a list first",
        ),
        (
            InsertAfter("steps.decide.branches.b.y", {}),
            "FLJ0013",
            "nothing can come after what is not in a list",
            "write the body as a list first",
        ),
        (
            AddBranch("steps.load", "c", []),
            "FLJ0013",
            "the step has no branches",
            "give it a branch with `branches: {NAME: [...]}`",
        ),
        (AddBranch("steps.decide", "a", []), "FLJ0013", "the step has a branch `a` already", None),
        (Rename("steps.load", "decide"), "FLJ0013", "there is a step `decide` in this list already", None),
        (Rename("steps.load", "2x"), "FLJ0205", "the name `2x` begins with a digit", None),
        (Rename("steps.decide.branches.a.x", "load"), "FLJ0013", None, None),
        (Rename("steps.load", "x"), "FLJ0013", None, None),
        (Rename("agents.w", "v"), "FLJ0013", "there is a `v` in `agents` already", None),
        (Rename("agents.w.model", "v"), "FLJ0013", "only steps, agents and imports can be renamed", None),
        (WrapInMap("steps.load", "decide", []), "FLJ0013", "there is a step `decide` in this list already", None),
        (WrapInMap("agents.w", "m", []), "FLJ0013", "only a step of a list can be put in a map", None),
        (Set("a..b", {}), "FLJ0011", "`a..b` is no address", "join names by dots: `steps.load.with.path`"),
        (Set((), {}), "FLJ0013", "the whole blueprint cannot be set", "set its keys"),
        (Remove(()), "FLJ0013", "the whole blueprint cannot be removed", None),
        (
            Set("name", float("nan")),
            "FLJ0013",
            "the value cannot stand in a blueprint: NaN and infinities are not JSON numbers",
            None,
        ),
        (Set("name", "\0"), "FLJ0013", "the edit cannot be written here without changing more than it says", None),
    ],
)
def test_what_cannot_be_done_is_refused(change: Change, code: str, message: str | None, help: str | None) -> None:
    found = refused(REGION, change)
    assert found[0] == code
    assert message is None or found[:2] == (code, message)
    assert help is None or found[2] == help


def test_all_or_nothing() -> None:
    assert refused("a: 1\n", Set("a", 2), Remove("b"))[0] == "FLJ0011"


def test_a_text_that_is_not_yaml_is_not_edited() -> None:
    edited = edit("a: [\n", "flow.yaml", [Set("a", 1)])
    assert edited.text == "a: [\n" and [item.code for item in edited.diagnostics] == ["FLJ0102"]


def test_the_diff_says_where_the_text_has_no_last_line_end() -> None:
    edited = edit("a: 1\r\nb: 2", "flow.yaml", [Set("b", 3)])
    assert edited.diff == (
        "--- a/flow.yaml\n+++ b/flow.yaml\n@@ -1,2 +1,2 @@\n a: 1\r\n"
        "-b: 2\n\\ No newline at end of file\n+b: 3\n\\ No newline at end of file\n"
    )


def test_the_same_value_changes_nothing() -> None:
    assert after("a: 0x10 # c\n", Set("a", 16)) == "a: 0x10 # c\n"
    assert read("a: 0x10\n", "f")[0] is not None


def test_a_list_that_is_nearly_all_new_is_written_anew() -> None:
    text = "a:\n" + "".join(f"  - {number}\n" for number in range(80)) + "b: 1 # c\n"
    new = [number + 1 for number in range(80)]
    assert after(text, Set("a", new)) == f"a: {new}\nb: 1 # c\n"
