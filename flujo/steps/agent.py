"""One turn of an agent: a request to its model, and the reply, checked against the output schema."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from flujo.core.graph import Call
from flujo.core.outcomes import Done, Failed, Outcome
from flujo.core.ports import CallContext, ModelReply, ModelRequest
from flujo.core.replies import read_reply
from flujo.core.values import JsonObject, JsonValue
from flujo.steps import HISTORY, Kind

MAX_TOKENS: Final = 4096
"""Tokens of a reply, when the agent does not say."""

UNTRUSTED: Final = frozenset({"untrusted"})
INVALID: Final = "FLJ0625"

_CUT: Final = "the reply was cut off at max_tokens ({limit})"
_UNWILLING: Final = {
    "refusal": "the model refused",
    "content_filter": "the provider's content filter stopped the reply",
}


async def run(call: Call, args: JsonObject, ctx: CallContext) -> Outcome:
    """Send one request. A reply that does not fit fails as `invalid_output`; the next attempt is shown the reasons."""
    if ctx.model is None:
        return Failed.of("FLJ0620", f"the agent `{call.target}` needs a model, and none is configured", retry="never")
    request = request_of(call.config, args, ctx.history)
    reply = await ctx.model.complete(request)
    if isinstance(reply, Failed):
        return replace(reply, detail={"request": request.to_json()})
    return _judge(call.target, request, reply)


def request_of(config: JsonObject, args: JsonObject, history: Sequence[Failed]) -> ModelRequest:
    """Return the request of the next attempt: a function of the agent, its arguments and earlier failures alone."""
    schema = config.get("output_schema")
    messages = [*_system(config, schema), *_said(args), *_repair(history)]
    return ModelRequest(
        model=config["model"],
        messages=tuple(messages),
        output_schema=schema,
        temperature=config.get("temperature"),
        max_tokens=config.get("max_tokens") or MAX_TOKENS,
        seed=config.get("seed"),
        settings=config.get("settings") or {},
    )


def _system(config: JsonObject, schema: JsonObject | None) -> list[JsonObject]:
    parts = [config.get("system_prompt") or ""]
    if schema is not None and schema.get("type") != "object":
        # the protocol can ask for mappings only; any other shape has to be said in words
        parts.append(f"Reply with nothing but JSON that fits this JSON Schema:\n{_text(schema)}")
    content = "\n\n".join(part for part in parts if part)
    return [{"role": "system", "content": content}] if content else []


def _said(args: JsonObject) -> list[JsonObject]:
    """Return what was said before, turn by turn or as one text, and what is said now.

    What a person said last is often what the agent is given: it is not said twice.
    """
    before, now = args.get(HISTORY) or [], _prompt({key: args[key] for key in args if key != HISTORY})
    if isinstance(before, str):
        return [{"role": "user", "content": f"{before}\n\n{now}"}]
    message = {"role": "user", "content": now}
    return [*(before[:-1] if before and before[-1] == message else before), message]


def _prompt(args: JsonObject) -> str:
    """Return the input as it is, and every other parameter under its name."""
    parts = [_text(args["input"])] if args.get("input") is not None else []
    parts += [f"{name}:\n{_text(value)}" for name, value in args.items() if name != "input"]
    return "\n\n".join(part for part in parts if part) or "(no input)"


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _repair(history: Sequence[Failed]) -> list[JsonObject]:
    """Return the latest reply that did not fit, or broke a rule of `verify`, and why, as two more messages."""
    details = [failed.detail for failed in history if failed.detail and "problems" in failed.detail]
    if not details:
        return []
    reply, problems = details[-1]["reply"], details[-1]["problems"]
    reasons = "\n".join(f"- {problem}" for problem in problems)
    ask = f"That reply cannot be used:\n{reasons}\nReply again, in full, with nothing but what was asked for."
    earlier = [{"role": "assistant", "content": reply}] if reply else []
    return [*earlier, {"role": "user", "content": ask}]


def _judge(agent: str, request: ModelRequest, reply: ModelReply) -> Outcome:
    output: JsonValue = reply.text
    problems = _faults(request, reply)
    if not problems and request.output_schema is not None:
        reading = read_reply(reply.text, request.output_schema)
        output, problems = reading.value, list(reading.problems)
    detail: JsonObject = {"request": request.to_json(), "reply": reply.text}
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        message = f"the reply of the agent `{agent}` cannot be used: {problems[0]}{more}"
        failed = Failed.of(INVALID, message, retry="invalid_output")
        return replace(failed, usage=reply.usage, detail=detail | {"problems": problems})
    detail |= {"model": reply.model, "finish": reply.finish}
    return Done(output, UNTRUSTED, reply.usage, detail)


def _faults(request: ModelRequest, reply: ModelReply) -> list[str]:
    """Return why the reply is none, whatever its text says."""
    if reply.finish in _UNWILLING:
        return [f"{_UNWILLING[reply.finish]}: {reply.text}" if reply.text else _UNWILLING[reply.finish]]
    if reply.finish == "length" and (request.output_schema is not None or not reply.text):
        return [_CUT.format(limit=request.max_tokens)]
    return [] if reply.text else ["the reply is empty"]


KIND = Kind(word="agent", summary=(__doc__ or "").split("\n")[0], run=run)
