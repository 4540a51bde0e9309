"""Traps of YAML: every mistake its own message, at its own place, with what to type instead.

`tests/golden/yaml_traps.txt` is the table, one trap after the other; FLUJO_UPDATE_GOLDEN=1 writes it. Read it.
"""

import os
from pathlib import Path

import pytest

from flujo.blueprints.reader import read
from flujo.core.diagnostics import Diagnostic
from flujo.core.yaml_mistakes import Spot, meant, quoted

GOLDEN = Path(__file__).resolve().parents[1] / "golden/yaml_traps.txt"
HEAD = 'version: "0.1"\n'


def _step(value: str) -> str:
    return f"{HEAD}steps:\n  - name: a\n    input: {value}\n"


BOMB = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [{','.join('*' + chr(97 + i) for _ in range(9))}]\n" for i in range(8)
)
TRAPS: dict[str, str | bytes] = {
    "alias bomb": BOMB,
    "alias many": "a: &a 1\nb: [" + ",".join(["*a"] * 101) + "]\n",
    "alias text bomb": 'a: &a "' + "x" * 1_000_000 + '"\nb: [' + ",".join(["*a"] * 90) + "]\n",
    "self alias": "a: &a [*a]\n",
    "unknown alias": _step("*nobody"),
    "text with star": _step("*important* text"),
    "merge": HEAD + "base: &b {x: 1}\nsteps:\n  - <<: *b\n    name: a\n",
    "merge list": HEAD + "b: &b {x: 1}\nsteps:\n  - <<: [*b, *b]\n    name: a\n",
    "brackets [": _step("[" * 100_000),
    "brackets {": _step("{" * 100_000),
    "brackets closed": _step("[" * 100_000 + "]" * 100_000),
    "nested block": "".join(" " * i + "a:\n" for i in range(100)),
    "nested dash": "- " * 100_000 + "a\n",
    "digits": _step("1" * 5000),
    "negative digits": _step("-" + "1" * 5000),
    "hex digits": _step("0x" + "f" * 5000),
    "big float": _step("1e999"),
    "nan": _step(".nan"),
    "inf": _step("-.inf"),
    "date": _step("2026-13-45"),
    "time": _step("2026-01-01T25:61:61Z"),
    "sexagesimal": _step("190:20:30"),
    "tag python": _step("!!python/object/apply:os.system [echo]"),
    "tag own": _step("!secret x"),
    "tag bang": _step("! x"),
    "excl": _step("!important"),
    "tag str": _step("!!str 5"),
    "tag binary": _step("!!binary abc"),
    "dup": HEAD + "name: a\nname: b\nsteps: [{name: a, input: 1}]\n",
    "dup quoted": HEAD + 'steps:\n  - name: a\n    "name": b\n',
    "dup flow": HEAD + "steps: [{name: a, name: b}]\n",
    "nul": _step("a\0b"),
    "nul esc": _step('"a\\0b"'),
    "nul x00": _step('"a\\x00b"'),
    "bell": _step("a\x07b"),
    "esc": _step("a\x1bb"),
    "del": _step("a\x7fb"),
    "c1": _step("a\x80b"),
    "fffe": _step("a\ufffeb"),
    "surrogate str": _step("a\ud800b"),
    "surrogate bytes": _step("a").encode() + b"\xed\xa0\x80\n",
    "surrogate esc": _step('"\\ud800"'),
    "surrogate pair esc": _step('"\\ud83d\\ude00"'),
    "latin1": _step("a").encode() + b"\xe9\n",
    "utf16": _step("a").encode("utf-16"),
    "bom mid": _step("a\ufeffb"),
    "u2028": _step("a\u2028b"),
    "u2029": _step("a\u2029b"),
    "nel": _step("a\x85b"),
    "u2028 key": HEAD + "na\u2028me: x\n",
    "u2028 quoted": _step('"a\u2028b"'),
    "u2028 block": HEAD + "steps:\n  - name: a\n    input: |\n      a\u2028b\n",
    "u2028 comment": HEAD + "# a\u2028b\nsteps: [{name: a, input: 1}]\n",
    "two docs": _step("1") + "---\nversion: 1\n",
    "doc end": _step("1") + "...\nmore: 1\n",
    "three docs": "---\n" + _step("1") + "---\n---\n",
    "tab indent": HEAD + "steps:\n\t- name: a\n",
    "tab indent deep": HEAD + "steps:\n  - name: a\n\t  input: 1\n",
    "tab after colon": HEAD + "name:\ta\nsteps: [{name: a, input: 1}]\n",
    "tab after dash": HEAD + "steps:\n  -\tname: a\n    input: 1\n",
    "unclosed dq": _step('"hello'),
    "unclosed sq": _step("'hello"),
    "unclosed [": _step("[1, 2"),
    "unclosed {": _step("{a: 1"),
    "unclosed template": _step("{{ input"),
    "template bare": _step("{{ input }}"),
    "template bare text": _step("{{ input }} and more"),
    "template start flow": _step("[{{ input }}]"),
    "flow q": _step("{m: Go on?}"),
    "flow q2": _step("{m: Go on? yes}"),
    "flow q list": _step("[Go on?, yes]"),
    "flow q only": _step("{m: ?}"),
    "flow qx": _step("{m: ?x}"),
    "flow colon": _step("{m: a:b}"),
    "flow colon2": _step("{m: a: b}"),
    "flow url": _step("{u: http://x/y}"),
    "flow dash": _step("{m: - a}"),
    "flow brace": _step("{m: a}b}"),
    "flow comma": _step("{m: a, b}"),
    "flow hash": _step("{m: a #b}"),
    "flow bracket": _step("{m: [a}"),
    "flow pct": _step("{m: %a}"),
    "flow at": _step("{m: @a}"),
    "flow tick": _step("{m: `a`}"),
    "flow pipe": _step("{m: |a}"),
    "flow amp": _step("{m: &a}"),
    "flow star": _step("{m: *.txt}"),
    "flow gt": _step("{m: > 5}"),
    "flow excl": _step("{m: !}"),
    "at": _step("@ann"),
    "tick": _step("`code`"),
    "pct": _step("%d items"),
    "pipe": _step("| head"),
    "gt": _step("> 5"),
    "amp": _step("&"),
    "amp2": _step("&a &b c"),
    "star": _step("*.txt"),
    "colon": _step("a: b"),
    "colon end": _step("note: see: this"),
    "quote in": _step('"a" b'),
    "quote in2": _step("'a' b"),
    "sq escape": _step("'it's'"),
    "dq escape": _step('"C:\\path"'),
    "hash": _step("a #b"),
    "dash": _step("- a"),
    "comma": _step("a, b"),
    "question": _step("? a"),
    "qq": _step("Go on?"),
    "bracket text": _step("[urgent] x"),
    "brace text": _step("{x} y"),
    "lt": _step("<<"),
    "bad indent": HEAD + "steps:\n  - name: a\n   input: 1\n",
    "bad indent2": HEAD + " name: a\nsteps: []\n",
    "no space colon": HEAD + "steps:\n  - name:a\n    input: 1\n",
    "no space": HEAD + "name:a\nsteps:\n",
    "missing dash": HEAD + "steps:\n  name: a\n  - name: b\n",
    "dash wrong": HEAD + "steps:\n- name: a\n  - name: b\n",
    "list at top": "- a\n",
    "text at top": "hello\n",
    "empty": "",
    "comment only": "# x\n",
    "null": "null\n",
    "dashes": "---\n",
    "directive": "%YAML 1.1\n---\n" + _step("1"),
    "directive bad": "%FOO bar\n---\n" + _step("1"),
    "tag directive": "%TAG ! tag:x,2000:\n---\n" + _step("1"),
    "directive of another YAML": "%YAML 3.0\n---\n" + _step("1"),
    "directive later": _step("1") + "%YAML 1.2\n",
    "complex key": HEAD + "? [a, b]\n: c\n",
    "null key": HEAD + "~: a\n",
    "number key": HEAD + "5: a\n",
    "bool key": HEAD + "true: a\n",
    "float key branch": HEAD
    + "steps:\n  - kind: conditional\n    name: a\n    condition: x\n    branches: {1.5: {name: b}, yes: {name: c}}\n",
    "empty key": HEAD + ": a\n",
    "long key": HEAD + "k" * 2000 + ": a\n",
    "multi key": HEAD + "a\n b: c\n",
    "block header": _step("|99\n  x"),
    "block header2": _step("|+-\n  x"),
    "block header3": _step("|x\n  y"),
    "block less": HEAD + "steps:\n  - name: a\n    input: |\n   x\n",
    "windows cr": 'a: 1\r\rb: "x\n',
    "anchor only": _step("&a"),
    "anchor dup": HEAD + "a: &x 1\nb: &x 2\nsteps: *x\n",
    "long file": "a: " + "x" * (8 * 1024 * 1024 + 1),
    "octal": _step("0777"),
    "under": _step("1_000"),
    "yes": _step("yes"),
    "json tab": '{\n\t"version": "0.1",\n\t"steps": []\n}\n',
    "trailing comma": _step("[1, 2,]"),
    "double comma": _step("[1,, 2]"),
    "flow missing comma": _step("[{a: 1} {b: 2}]"),
    "flow newline": _step("{a: 1\n b: 2}"),
    "unclosed then key": HEAD + 'name: "a\nsteps:\n  - name: b\n',
    "smart quotes": _step("“hello” x"),
    "nbsp": HEAD + "steps:\n\u00a0\u00a0- name: a\n",
    "zero width": HEAD + "\u200bname: a\nsteps: []\n",
}


def test_table() -> None:
    table = "".join(_told(name, text) for name, text in TRAPS.items())
    if os.environ.get("FLUJO_UPDATE_GOLDEN") and not os.environ.get("CI"):
        GOLDEN.write_text(table, "utf-8")
    assert table == GOLDEN.read_text("utf-8")


def _told(name: str, text: str | bytes) -> str:
    document, problems = read(text, "flow.yaml")
    lines = [f"{name}\n"]
    if not problems:
        assert document is not None
        lines.append(f"  is read as {str(document.data)[-60:]}\n")
    for item in problems[:2]:
        line, column = item.place.start if item.place else (0, 0)
        lines.append(f"  {line}:{column} {item.code} {item.message}\n    help: {item.help}\n")
        lines += [f"    {place.start[0]}:{place.start[1]} {words}\n" for place, words in item.related]
    return "".join(lines)


def test_one_mistake_is_one_error() -> None:
    for name, text in TRAPS.items():
        found = read(text, "flow.yaml")[1]
        assert len(found) <= 1, name
        assert all(item.help and item.place for item in found), name


def test_sorts_of_mistakes_differ() -> None:
    """Traps that share a message are of one sort."""
    messages: dict[str, list[str]] = {}
    for name, text in TRAPS.items():
        for item in read(text, "flow.yaml")[1]:
            messages.setdefault(item.message, []).append(name)
    assert len(messages) > 65


@pytest.mark.parametrize(
    "text", ["{", "[", '"', "'", "? ", "*", "&", "!", "|x", "- - :", "a: {b", "...\nx", "%", "\t", "a:\r\rb: c: d"]
)
def test_a_mistake_at_the_very_end(text: str) -> None:
    found: list[Diagnostic] = read(text, "flow.yaml")[1]
    assert all(item.place is not None for item in found)


def test_what_a_text_is_written_as() -> None:
    assert [quoted(text) for text in ("a: b", 'say "a"', "C:\\x", 'it\'s "a"')] == [
        '"a: b"',
        "'say \"a\"'",
        "'C:\\x'",
        '"it\'s \\"a\\""',
    ]
    assert meant(Spot("something else", "a", 0, None)) is None
