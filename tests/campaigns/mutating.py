"""Texts that went wrong: bytes of real blueprints changed, their data changed, and texts made to hurt a reader."""

from __future__ import annotations

import copy
import random
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

from flujo.blueprints.reader import read
from tests.campaigns.growing import Grower
from tests.campaigns.writing import Raw, Writer

ROOT: Final = Path(__file__).resolve().parents[2]
FENCED: Final = re.compile(r"^```ya?ml\n(.*?)^```", re.MULTILINE | re.DOTALL)
TOKENS: Final = (
    b"{{", b"}}", b"{%", b"%}", b"{", b"}", b"[", b"]", b": ", b":", b"- ", b"\n", b"\r\n", b"\r", b"\t", b"  ", b"'",
    b'"',
    b"|", b">", b"&a ", b"*a", b"!!str ", b"!x", b"#", b"---\n", b"...\n", b"%YAML 1.1\n", b"<<: *a\n", b"? ", b"\0",
    b"\xff",
    b"\xc2\x85", b"\xe2\x80\xa8", b"\xef\xbb\xbf", b"\xed\xa0\x80", "é☃😀".encode(), b"\\", b"`", b"@", b"null", b"~",
    b"true",
    b"1e999", b".inf", b"0x", b"steps", b"branches", b"kind: ", b"name: ", b"with: ", b"loop", b"map", b"input",
    b"uses: ",
    b"steps.a.output", b" | ", b"previous", b"item", b"error", b"secrets.", b"agents.", b"imports.", b"undo: ",
    b"needs: [a]\n",
    b"agent: ", b"params: ", b"body: ", b"max_loops: ", b"condition_expression: ", b"exit_expression: ", b"config: ",
    b"$ref: ",
    b"iterable_input: ", b"finalize: ", b"on_error: ", b"state_machine", b"hitl", b"9999999999", b"-1", b"version: ",
)  # fmt: skip
MOST_PARTS: Final = 1_000
"""A document of more parts is not changed again: what grows twice can be too large to be written."""
KEYS: Final = tuple(token.decode().strip(": ") for token in TOKENS if token.endswith(b": ") and token.strip(b": ?<*a"))
VALUES: Final = (
    None, True, False, 0, -1, 1.5, 10**30, "", " ", "a", "{{ input }}", "{{ steps.a.output }}", "{{ 1/0 }}", "{{",
    "\0", "\ud800",
    "a\u2028b", "*", "agents.x", "imports.x", "core.pass", "core.pass@9", [], {}, [[]], {"": ""}, [None], {"a": None},
    "true",
    "1h", "required", "fail", ["a", "a"], {"steps": []}, {"steps": [{}]}, {"steps": {"name": "a"}}, {"kind": "loop"},
    {"$ref": "#"},
    {"type": "object", "properties": {"a": {"$ref": "#/properties/a"}}}, {"uses": "core.pass"}, {"file": "../x"},
    "é" * 70,
    {"schema": {"pattern": "(a*)*b"}}, [{"expr": "{{ value }}"}], {"body": [], "max_loops": 1}, {"id": "x",
    "params": {"a": 1}},
    Raw("9" * 5000), Raw("&a [1]"), Raw("*a"), Raw("!x"), Raw("1e400"), Raw("{{ x }}"), Raw("<<"), 10**400, -0.0,
    "\x7f", "\u202e",
)  # fmt: skip


@cache
def corpus() -> tuple[bytes, ...]:
    """Return the blueprints of this repository: of tests, templates and pages."""
    files = [*(ROOT / "tests").rglob("*.yaml"), *(ROOT / "flujo").rglob("*.yaml")]
    pages = [page.read_text("utf-8") for page in sorted((ROOT / "docs").rglob("*.md"))]
    fenced = [text.encode() for page in pages for text in FENCED.findall(page)]
    return tuple(text for text in [*(path.read_bytes() for path in sorted(files)), *fenced] if len(text) < 8_000)


@cache
def documents() -> tuple[Any, ...]:
    """Return the data of those that can be read."""
    found = [read(text, "a.yaml")[0] for text in corpus()]
    return tuple(one.data for one in found if one is not None and isinstance(one.data, dict | list))


def changed_bytes(chance: random.Random) -> bytes:
    """Return a blueprint with some of its bytes changed."""
    text = bytearray(chance.choice(corpus()))
    for _ in range(chance.choice((1, 1, 1, 2, 3, 6))):
        at, length = chance.randint(0, len(text)), chance.choice((1, 1, 2, 5, 20))
        match chance.randrange(8):
            case 0:
                text[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del text[at : at + length]
            case 2:
                text[at:at] = chance.choice(TOKENS)
            case 3:
                text[at : at + length] = chance.choice(TOKENS)
            case 4:
                other = chance.choice(corpus())
                begin = chance.randint(0, len(other))
                text[at:at] = other[begin : begin + chance.choice((10, 50, 300))]
            case 5:
                del text[at:]
            case 6:
                lines = text.split(b"\n")
                one, two = chance.randrange(len(lines)), chance.randrange(len(lines))
                lines[one], lines[two] = lines[two], b" " * chance.randrange(3) + lines[one]
                text = bytearray(b"\n".join(lines))
            case 7:
                text[at:at] = text[at : at + length] * chance.choice((2, 3, 100))
    return bytes(text)


def changed_data(chance: random.Random) -> str:
    """Return a blueprint with some of its data changed, written anew in an odd style."""
    document = copy.deepcopy(chance.choice(documents()))
    if chance.random() < 0.15:
        document = Grower(chance).blueprint()
    for _ in range(chance.choice((1, 1, 2, 4))):
        spots = list(_spots(document))
        if not 0 < len(spots) < MOST_PARTS:
            break
        holder, key = chance.choice(spots)
        CHANGES[chance.randrange(len(CHANGES))](chance, holder, key, spots)
    return Writer(chance, tracking=False).write(document)


Spot = tuple[Any, Any]


def _spots(value: Any) -> Iterator[Spot]:
    for key in list(value) if isinstance(value, dict) else range(len(value)):
        yield value, key
        if isinstance(value[key], dict | list):
            yield from _spots(value[key])


def _replace(chance: random.Random, holder: Any, key: Any, spots: list[Spot]) -> None:
    holder[key] = copy.deepcopy(chance.choice(VALUES))


def _move(chance: random.Random, holder: Any, key: Any, spots: list[Spot]) -> None:
    other, at = chance.choice(spots)
    holder[key] = copy.deepcopy(other[at])


def _remove(chance: random.Random, holder: Any, key: Any, spots: list[Spot]) -> None:
    del holder[key]


def _rename(chance: random.Random, holder: Any, key: Any, spots: list[Spot]) -> None:
    names = [at for _, at in spots if isinstance(at, str)]
    if isinstance(holder, dict):
        holder[chance.choice((*KEYS, *names, "x"))] = holder.pop(key)
    else:
        holder.insert(key, copy.deepcopy(holder[key]))


def _add(chance: random.Random, holder: Any, key: Any, spots: list[Spot]) -> None:
    names = [at for _, at in spots if isinstance(at, str)]
    value = copy.deepcopy(chance.choice((chance.choice(VALUES), chance.choice(spots)[0])))
    if isinstance(holder, dict):
        holder[chance.choice((*KEYS, *names))] = value
    else:
        holder.append(value)


def _nest(chance: random.Random, holder: Any, key: Any, spots: list[Spot]) -> None:
    name = chance.choice((None, "steps", "a", "branches", "input", "items"))
    for _ in range(chance.choice((1, 3, 25, 60, 90))):
        holder[key] = [holder[key]] if name is None else {name: holder[key]}


def _swell(chance: random.Random, holder: Any, key: Any, spots: list[Spot]) -> None:
    value, times = holder[key], chance.choice((20, 20, 400))
    if isinstance(value, str) and len(value) < 1_000:
        holder[key] = value * times * 5
    elif isinstance(value, list):
        holder[key] = value * (times if len(value) < 3 and len(str(value)) < 300 else 2)
    elif isinstance(value, dict) and len(str(value)) < 300:
        holder[key] = {f"{name}{number}": value[name] for number in range(times // 4) for name in value}


CHANGES: Final[tuple[Callable[[random.Random, Any, Any, list[Spot]], None], ...]] = (
    _replace, _replace, _replace, _move, _remove, _rename, _rename, _add, _nest, _swell,
)  # fmt: skip


def _steps(entry: str, count: int) -> str:
    """Return steps that are the same but for their number."""
    return "steps:\n" + "".join(
        entry.replace("#", str(at)).replace("@", str(at - 1)) for at in range(min(count, 2_000))
    )


def _keys(key: str, entry: str, count: int) -> str:
    """Return a mapping of many entries."""
    return f"{key}:\n" + "".join(f"  {entry}\n".replace("#", str(at)) for at in range(min(count, 1_000)))


def _list(key: str, entry: str, count: int) -> str:
    """Return a list of many entries."""
    return f"{key}:\n" + "".join(f"  - {entry}\n".replace("#", str(at)) for at in range(min(count, 2_000)))


def _one(scalar: str) -> str:
    return f'steps:\n  - name: a\n    input: "{scalar}"\n'


def _bomb(count: int) -> str:
    """Return aliases of aliases of aliases."""
    width = 2 + count % 7
    levels = [f"  a{at + 1}: &a{at + 1} [{', '.join([f'*a{at}'] * width)}]\n" for at in range(min(count, 49))]
    return "context:\n  a0: &a0 [x, x]\n" + "".join(levels) + f"steps:\n  - {{name: a, input: *a{len(levels)} }}\n"


def _wide_bomb(count: int) -> str:
    """Return many aliases of a large text."""
    more = "".join(f"  b{at}: *a0\n" for at in range(min(count, 1_000)))
    return "context:\n  a0: &a0 " + "x" * count + "\n" + more + "steps: {name: a, input: b}\n"


def _loops(count: int) -> str:
    margins = ["  " * level for level in range(min(count, 300))]
    return "steps:\n" + "".join(f"{at}- kind: loop\n{at}  steps:\n" for at in margins)


def _schemas(count: int) -> str:
    deep = min(count, 500)
    return "inputs: {a: {properties: " + "{a: {properties: " * deep + "1" + "}}" * deep + "}}\n"


HURTFUL: Final[tuple[Callable[[int], str], ...]] = (
    _bomb, _bomb, _bomb, _bomb, _bomb, _wide_bomb, _wide_bomb, _loops, _loops, _loops, _schemas,
    lambda n: "[" * n,
    lambda n: "{a: " * n,
    lambda n: "- " * n,
    lambda n: "? " * n,
    lambda n: "steps: " + "[" * n + "]" * n,
    lambda n: _one("{{ " + "(" * n + " }}"),
    lambda n: _one("{{ 1" + " + 1" * n + " }}"),
    lambda n: _one("{% if true %}" * n),
    lambda n: _one("{{ x }}" * min(n, 20_000)),
    lambda n: _one("{{ 'a' * " + "9" * n + " }}"),
    lambda n: _one("{{ '" + "a" * n + "' | regex_search('(a*)*b') }}"),
    lambda n: _steps("  - {name: s#, input: 1, needs: [s@]}\n", n),
    lambda n: _steps("  - {name: s#, input: '{{ steps.s@.output }}'}\n", n),
    lambda n: _steps("  - {name: s#, input: '{{ steps.q#.output }}'}\n", n),
    lambda n: _steps("  - {name: s#, input: 1, needs: [q#]}\n", n),
    lambda n: _steps("  - {name: s#, input: '{{ context.q#.a }}', set: {s#.b: 1}}\n", n),
    lambda n: _steps("  - {name: s#, uses: agents.q#}\n", n) + _keys("agents", "b#: {model: a/b}", n),
    lambda n: _steps("  - {name: s#, uses: imports.q#}\n", n) + _keys("imports", "b#: parts/greet.yaml", n),
    lambda n: _steps("  - {name: s#, uses: imports.b#}\n", n) + _keys("imports", "b#: parts/greet.yaml", n),
    lambda n: _steps("  - {name: s#, input: '{{ input.q# }}'}\n", n) + _keys("inputs", "b#: string", n),
    lambda n: f"inputs: {{{'x' * n}: string}}\n" + _one("{{ input." + "x" * n + "y }}"),
    lambda n: _steps("  - {name: s#, input: '{{ secrets.Q# }}'}\n", n) + _list("secrets", "B#", n),
    lambda n: _steps("  - {name: s#, when: '{{ nofunction#() }}', uses: t#.x}\n", n),
    lambda n: _steps("  - {name: s, uses: files.append, with: {paht: 1}}\n", n),
    lambda n: "steps:\n  - {kind: parallel, name: p, branches: {" + ", ".join(
        f"b{at}: {{name: a, set: {{c: {at}}}}}" for at in range(min(n, 2_000))) + "}}\n",
    lambda n: "steps:\n  - {kind: state_machine, name: p, max: 9, start: q, states: {" + ", ".join(
        f"b{at}: {{name: a, input: 1}}" for at in range(min(n, 2_000))) + "}, transitions: [" + ", ".join(
        f"{{from: b{at}, to: q{at}}}" for at in range(min(n, 2_000))) + "]}\n",
    lambda n: _steps("  - {name: s#, input: 1, set: {a.b#: '{{ input }}'}, needs: [s0]}\n", n),
    lambda n: "steps:\n  - {name: a, " + ", ".join(f"k{at}: 1" for at in range(min(n, 2_000))) + "}\n",
    lambda n: "steps:\n  - {name: a, " + "k: 1, " * n + "}\n",
    lambda n: "steps: &s\n  - {name: a, kind: loop, max: 1, steps: *s}\n",
    lambda n: "inputs: {a: {pattern: '" + "(a*)*" * min(n, 2_000) + "'}}\n",
    lambda n: "inputs: {a: {$ref: '#'}, properties: {}}\n",
    lambda n: "\n" * n,
    lambda n: "# x\n" * n,
    lambda n: "'" * n,
    lambda n: '"\\u0041' * n,
    lambda n: "a: |\n" + " x\n" * n,
    lambda n: "a: >\n" + " x\n\n" * n,
    lambda n: "&a " * n,
    lambda n: "!x " * n,
    lambda n: "%TAG ! tag:x,2000:\n" * n,
    lambda n: "--- a\n" * n,
    lambda n: "\u2028" * n,
    lambda n: "x" * n + ": 1",
    lambda n: "9" * n,
    lambda n: "1e" + "9" * n,
    lambda n: "0x" + "f" * n,
    lambda n: "a: [" + "*a, " * n,
    lambda n: "a: *b\n" * n,
    lambda n: ": " * n,
    lambda n: ", " * n,
)  # fmt: skip


def hurtful(chance: random.Random) -> str:
    """Return a text that is made to be costly."""
    many = chance.choice((10, 20, 63, 64, 65, 101, 2_000, 20_000, 100_000))
    return chance.choice(("", 'version: "0.1"\n')) + chance.choice(HURTFUL)(many)
