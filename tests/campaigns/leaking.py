"""Secrets of many kinds, skills that give them back in every way there is, and blueprints that use both."""

from __future__ import annotations

import base64
import html
import json
import random
import urllib.parse
from dataclasses import dataclass, field
from typing import Any

SKILL = '''
"""Gives back what it is given, in every way there is."""

import base64, html, json, logging, sys, urllib.parse
from typing import Any

from flujo import SkillError, skill

KEPT: list[Any] = []
CALLS: dict[str, int] = {}


def encoded(text: str, how: str) -> Any:
    match how:
        case "plain": return text
        case "inside": return f"xx{text}yy"
        case "upper": return text.upper()
        case "lower": return text.lower()
        case "base64": return base64.b64encode(text.encode()).decode()
        case "base64 1": return base64.b64encode(b"u" + text.encode() + b"zz").decode()
        case "base64 2": return base64.b64encode(b"us" + text.encode() + b"z").decode()
        case "base64 url": return base64.urlsafe_b64encode(b"user:" + text.encode()).decode()
        case "quote": return urllib.parse.quote(text)
        case "quote all": return urllib.parse.quote(text, safe="")
        case "plus": return urllib.parse.quote_plus(text)
        case "form": return urllib.parse.urlencode({"key": text, "q": 1})
        case "hex": return text.encode().hex()
        case "repr": return repr({"k": text})
        case "json": return json.dumps({"k": [text]})
        case "json signs": return json.dumps({"k": [text]}, ensure_ascii=False)
        case "json twice": return json.dumps(json.dumps({"k": text}))
        case "html": return html.escape(text)
        case "list": return [1, [text, {"a": {"b": text}}], None]
        case "key": return {text: True, "k": {text: 1}}
        case "long": return "word " * 5_000 + text + " word" * 20_000
        case "rows": return [{"n": n, "text": text if n % 7 == 0 else "-"} for n in range(400)]
        case "number": return int(text) if text.isdigit() else [text]
    raise LookupError(how)


@skill(effect="read", idempotent=True)
def give(value: Any, how: str = "plain", way: str = "return", at: str = "") -> Any:
    """Give a value back."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    result = encoded(text, how)
    shown = result if isinstance(result, str) else json.dumps(result, ensure_ascii=False)
    CALLS[at] = CALLS.get(at, 0) + 1
    match way:
        case "print": print("out", shown)
        case "stderr": print("err", shown, file=sys.stderr)
        case "pieces":
            for start in range(0, len(shown), 3):
                print(shown[start:start + 3], end="", file=sys.stderr, flush=True)
            print("", file=sys.stderr)
        case "bytes": sys.stdout.buffer.write(shown.encode())
        case "log": logging.getLogger("leak").warning("got %s", shown)
        case "raise": raise ValueError(f"cannot use {shown}")
        case "raise bare": raise KeyError(shown)
        case "raise late": raise ValueError("x" * (2000 - 40 - len(shown) // 2) + shown)
        case "reason": raise SkillError(f"refused: {shown}", help=f"not {shown}")
        case "once" if CALLS[at] % 2: raise SkillError(f"again with {shown}", retry="connection")
        case "keep":
            KEPT.append(result)
            return "kept"
        case "kept" if KEPT: return [result, KEPT.pop()]
    return result


@skill(effect="write", idempotent=True)
def write(value: Any, how: str = "plain", way: str = "return", at: str = "") -> Any:
    """Give a value back, with effects."""
    return give(value, how, way, at)
'''

HOWS = [
    *(
        "plain",
        "inside",
        "upper",
        "lower",
        "base64",
        "base64 1",
        "base64 2",
        "base64 url",
        "quote",
        "quote all",
        "plus",
    ),
    *("form", "hex", "repr", "json", "json signs", "json twice", "html", "list", "key", "long", "rows", "number"),
]
WAYS = [
    *("return", "return", "return", "print", "stderr", "pieces", "bytes", "log", "raise", "raise bare", "raise late"),
    *("reason", "once", "keep", "kept"),
]
FILTERS = [
    *(
        "",
        "",
        "",
        "",
        "| b64encode",
        "| urlencode",
        "| replace('a', '_')",
        "| upper",
        "| reverse",
        "| hash",
        "| tojson",
    ),
    *("| trim", "| string", "| e", "~ run.name", "[2:]", "| title", "| list | join('-')"),
]


def planted(chance: random.Random) -> str:
    """Return a secret of some kind."""
    signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

    def some(count: int, extra: str = "") -> str:
        return "".join(chance.choice(signs + extra) for _ in range(count))

    match chance.randrange(8):
        case 0:
            return f"Zq{some(6)}"
        case 1:
            return f"sk-{some(40, '-_')}"
        case 2:
            return f"P{some(14, '+/=&%#?!<>')}/+"
        case 3:
            return f"{some(8)} 'quo\"ted' \\{some(4)}"
        case 4:
            return str(chance.randrange(10**11, 10**15))
        case 5:
            return f"пароль-{some(6)}-ü✓"
        case 6:
            lines = "\n".join(some(64, "+/") for _ in range(4))
            return f"-----BEGIN KEY-----\n{lines}\n-----END KEY-----\n"
    return json.dumps({"user": some(6), "key": some(24, "+/"), "n": chance.randrange(100)})


def forms(secret: str, how: str) -> list[str]:
    """Return texts that must not be found when a secret was given back in a way."""
    part = secret.strip()
    data = part.encode()
    match how:
        case "upper":
            return [part.upper()]
        case "lower":
            return [part.lower()]
        case "base64" | "base64 1" | "base64 2" | "base64 url":
            encode = base64.urlsafe_b64encode if how == "base64 url" else base64.b64encode
            before, after = {"base64": ("", ""), "base64 1": ("u", "zz"), "base64 2": ("us", "z")}.get(
                how, ("user:", "")
            )
            # the characters that stay when what is around the secret changes are those of the secret alone
            one = encode(before.encode() + data + after.encode()).decode().rstrip("=")
            two = encode(b"\x8a" * len(before) + data + b"\x85" * len(after)).decode()
            same = "".join(a if a == b else "\0" for a, b in zip(one, two, strict=False))
            return [max(same.split("\0"), key=len)]
        case "quote":
            return [urllib.parse.quote(part)]
        case "quote all":
            return [urllib.parse.quote(part, safe="")]
        case "plus" | "form":
            return [urllib.parse.quote_plus(part)]
        case "hex":
            return [data.hex()]
        case "repr":
            return [repr(part)[1:-1]]
        case "json":
            return [json.dumps(part)[1:-1]]
        case "json signs":
            return [json.dumps(part, ensure_ascii=False)[1:-1]]
        case "json twice":
            return [json.dumps(json.dumps(part)[1:-1])[1:-1]]
        case "html":
            return [html.escape(part)]
    return [part]


@dataclass
class Plan:
    """A blueprint that was made up, with the forms in which its steps give the secret back."""

    chance: random.Random
    size: int = 5
    hows: list[str] = field(default_factory=list)
    count: int = 0
    asks: bool = False
    agent: bool = False

    def text(self) -> str:
        """Return the blueprint."""
        steps = [step for _ in range(self.chance.randint(1, self.size)) for step in self.part(2)]
        if self.chance.random() < 0.4:
            self.agent = True
            steps.append({"name": "agent", "uses": "agents.a", "input": "{{ context.all | default('nothing') }}"})
        if self.chance.random() < 0.3:
            self.asks = True
            steps.append({"name": "ask", "kind": "hitl", "message": "is {{ context.all | default('it') }} right?"})
        document = {
            "version": "0.1",
            "secrets": ["KEY"],
            "context": {"all": None},
            "agents": {"a": {"model": "test/model"}},
            "output": {"context": "{{ context }}"},
            "steps": steps,
        }
        return json.dumps(document, ensure_ascii=False)

    def part(self, deep: int) -> list[dict[str, Any]]:
        """Return a step that leaks, or a region of some."""
        self.count += 1
        name = f"s{self.count}"
        kind = self.chance.choice(["step"] * 4 + ["map", "loop", "parallel", "catch"]) if deep else "step"
        match kind:
            case "map":
                return [{"name": name, "kind": "map", "over": [1, 2, 3], "steps": self.part(deep - 1), "tolerate": 3,
                         "merge": "last"}]  # fmt: skip
            case "loop":
                return [{"name": name, "kind": "loop", "max": 2, "steps": self.part(deep - 1), "on_error": "continue"}]
            case "parallel":
                branches = {"a": self.part(deep - 1), "b": self.part(deep - 1)}
                return [{"name": name, "kind": "parallel", "branches": branches, "on_branch_failure": "ignore",
                         "merge": "last"}]  # fmt: skip
            case "catch":
                [step, *more] = self.part(0)
                caught = {"name": "caught", "input": "{{ error }}", "set": {"all": "{{ error.message }}"}}
                return [{**step, "on_error": {"steps": [caught]}}, *more]
        return self.leak(name)

    def leak(self, name: str) -> list[dict[str, Any]]:
        """Return a step that gives the secret back."""
        how, way = self.chance.choice(HOWS), self.chance.choice(WAYS)
        self.hows.append(how)
        value: Any = self.value()
        shape = self.chance.randrange(4)
        if shape == 0:
            value = {"headers": {"Authorization": f"Bearer {value}"}, "open": "{{ uuid() }}"}
        elif shape == 1:
            value = [value, "{{ run.id }}"]
        step: dict[str, Any] = {
            "name": name,
            "uses": self.chance.choice(["leak.give", "leak.write"]),
            "with": {"value": value, "how": how, "way": way, "at": name},
        }
        if way == "once":
            step["retry"] = {"attempts": 3, "delay": "1ms"}
        elif way.startswith("r") and way != "return":
            step["on_error"] = "continue"
        elif self.chance.random() < 0.5:
            step["set"] = {"all": f"{{{{ steps.{name}.output }}}}"}
        if self.chance.random() < 0.15:
            step["approval"] = "required"
            self.asks = True
        return [step]

    def value(self) -> str:
        """Return the secret, mostly as it is, else computed with."""
        return f"{{{{ secrets.KEY {self.chance.choice(FILTERS)} }}}}"
