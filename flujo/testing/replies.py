"""What the loopback endpoint answers: scripted replies, and the bytes they become in the OpenAI chat protocol."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import field, fields
from typing import Literal

from flujo.core.record import dataclass
from flujo.core.values import JsonObject, JsonValue, ValueProblem, load

Fault = Literal["", "cut", "drop", "hold"]
"""cut: the connection ends in the middle of the body; drop: it ends before any byte; hold: the reply waits until
`Endpoint.release()`."""

_USAGE = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of the endpoint.

    `body` replaces the chat form by raw text (HTML, garbage). `usage` None leaves the field out. `tool_calls` are
    `{"name", "arguments"}`. With `choices` False the list of choices is empty.
    """

    text: str | None = None
    tool_calls: tuple[JsonObject, ...] = ()
    refusal: str | None = None
    finish: str = "stop"
    usage: JsonObject | None = field(default_factory=_USAGE.copy)
    choices: bool = True
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None
    media_type: str = "application/json"
    fault: Fault = ""


def json_reply(value: JsonValue) -> Reply:
    """Return a reply whose text is a JSON value: structured output."""
    return Reply(json.dumps(value, ensure_ascii=False))


def failure(status: int, message: str = "scripted failure", **headers: str) -> Reply:
    """Return an error in OpenAI's form; header names are written with `_` for `-`."""
    body = json.dumps({"error": {"message": message, "type": "scripted", "param": None, "code": None}})
    return Reply(status=status, body=body, headers={name.replace("_", "-"): value for name, value in headers.items()})


def read_script(text: str) -> list[Reply]:
    """Return the replies of a script: a JSON list of texts and of mappings with Reply's fields.

    A mapping may have `json` (a value, for structured output) in the place of `text`. Raises ValueProblem.
    """
    script = load(text)
    if not isinstance(script, list):
        raise ValueProblem("a script is a list of replies")
    return [_reply(entry) for entry in script]


def _reply(entry: JsonValue) -> Reply:
    if isinstance(entry, str):
        return Reply(entry)
    if not isinstance(entry, dict):
        raise ValueProblem("a reply is a text or a mapping")
    known = {item.name for item in fields(Reply)} | {"json"}
    if unknown := entry.keys() - known:
        raise ValueProblem(f"a reply has no field {', '.join(sorted(f'`{name}`' for name in unknown))}")
    values = {key: value for key, value in entry.items() if key != "json"}
    if "json" in entry:
        values["text"] = json.dumps(entry["json"], ensure_ascii=False)
    return Reply(**values | {"tool_calls": tuple(values.get("tool_calls", ()))})


def body_of(reply: Reply, request: JsonObject, number: int) -> bytes:
    """Return the body of the answer to the `number`-th request."""
    if reply.body is not None:
        return reply.body.encode()
    message: JsonObject = {"role": "assistant", "content": reply.text, "refusal": reply.refusal}
    if reply.tool_calls:
        message["tool_calls"] = _tool_calls(reply, number)
    choice = {"index": 0, "message": message, "finish_reason": _finish(reply), "logprobs": None}
    document = _frame("chat.completion", request, number) | {"choices": [choice] if reply.choices else []}
    if reply.usage is not None:
        document["usage"] = reply.usage
    return json.dumps(document).encode()


def stream_of(reply: Reply, request: JsonObject, number: int) -> Iterator[bytes]:
    """Return the server-sent events of the same answer: the role, pieces of text, tool calls, the end, the usage."""
    deltas: list[JsonObject] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": piece} for piece in _pieces(reply.text or "")]
    deltas += [{"tool_calls": [call | {"index": index}]} for index, call in enumerate(_tool_calls(reply, number))]
    frame = _frame("chat.completion.chunk", request, number)
    for delta in deltas:
        yield _event(frame | {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
    yield _event(frame | {"choices": [{"index": 0, "delta": {}, "finish_reason": _finish(reply)}]})
    if reply.usage is not None and (request.get("stream_options") or {}).get("include_usage"):
        yield _event(frame | {"choices": [], "usage": reply.usage})
    yield b"data: [DONE]\n\n"


def _frame(kind: str, request: JsonObject, number: int) -> JsonObject:
    return {"id": f"chatcmpl-{number}", "object": kind, "created": 0, "model": request.get("model", "scripted")}


def _event(document: JsonObject) -> bytes:
    return b"data: " + json.dumps(document).encode() + b"\n\n"


def _pieces(text: str) -> Iterator[str]:
    return (text[start : start + 8] for start in range(0, len(text), 8))


def _finish(reply: Reply) -> str:
    return "tool_calls" if reply.tool_calls and reply.finish == "stop" else reply.finish


def _tool_calls(reply: Reply, number: int) -> list[JsonObject]:
    calls = []
    for index, call in enumerate(reply.tool_calls):
        function = {"name": call["name"], "arguments": json.dumps(call.get("arguments", {}))}
        calls.append({"id": f"call-{number}-{index}", "type": "function", "function": function})
    return calls
