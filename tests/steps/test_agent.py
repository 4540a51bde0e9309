"""An agent's turn through litellm and HTTP: what is asked, what is accepted, and how a bad reply is repaired."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flujo.core.graph import Call, Meta
from flujo.core.ids import Address, RunId
from flujo.core.outcomes import Done, Failed, Outcome
from flujo.core.ports import CallContext, Skill, SkillContext
from flujo.core.values import check, digest
from flujo.models.litellm_model import LitellmModel
from flujo.models.settings import ModelAlias, ModelSettings
from flujo.steps import agent, kinds
from flujo.testing.clock import ManualClock
from flujo.testing.endpoint import Endpoint, Reply, failure, json_reply

SCHEMA = {"type": "object", "properties": {"label": {"enum": ["bug", "idea"]}}, "required": ["label"]}
PRICED = ModelSettings({"openai/m": ModelAlias(price_in=1.0, price_out=1.0)})


class NoSkills:
    def load(self, id: str) -> Skill:
        raise LookupError(id)


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:
    script: list[Reply | str] = []
    with Endpoint(lambda _request: script.pop(0)) as endpoint:
        endpoint.script = script  # type: ignore[attr-defined]
        for name, value in endpoint.environment().items():
            monkeypatch.setenv(name, value)
        yield endpoint


def turn(config: dict[str, Any], args: dict[str, Any], *history: Failed, model: bool = True) -> Outcome:
    context = SkillContext(RunId("r"), Address("a"), "key", Path(), ManualClock())
    call = Call(
        Meta("a", "step"), "agent", "triage", main="input", config={"model": "openai/m"} | config, effect="read"
    )
    with_model = LitellmModel(PRICED) if model else None
    ctx = CallContext(NoSkills(), with_model, context, attempt=len(history) + 1, history=history)
    run = kinds()["agent"].run
    assert run is not None
    return asyncio.run(run(call, args, ctx))


def sent(endpoint: Endpoint, number: int = -1) -> list[dict[str, str]]:
    messages: list[dict[str, str]] = endpoint.requests[number].body["messages"]
    return messages


def scripted(endpoint: Endpoint, *replies: Reply | str) -> None:
    endpoint.script.extend(replies)  # type: ignore[attr-defined]


def done(outcome: Outcome) -> Done:
    assert isinstance(outcome, Done), outcome
    return outcome


def failed(outcome: Outcome) -> Failed:
    assert isinstance(outcome, Failed), outcome
    return outcome


def test_a_kind_without_a_word_in_yaml() -> None:
    assert (agent.KIND.word, agent.KIND.config, agent.KIND.lower) == ("agent", None, None)
    assert agent.KIND.summary.startswith("One turn of an agent")


def test_plain_text(endpoint: Endpoint) -> None:
    scripted(endpoint, "a short text")
    config = {"system_prompt": "be brief", "temperature": 0.5, "max_tokens": 20, "seed": 3, "settings": {"top_p": 0.9}}
    outcome = done(turn(config, {"input": "some text"}))
    assert outcome.output == "a short text"
    assert outcome.labels == {"untrusted"}
    assert outcome.usage.to_json() == {"usd": 0.000018, "tokens_in": 11, "tokens_out": 7, "calls": 1}
    assert sent(endpoint) == [{"role": "system", "content": "be brief"}, {"role": "user", "content": "some text"}]
    body = endpoint.requests[0].body
    assert (body["temperature"], body["max_tokens"], body["seed"], body["top_p"]) == (0.5, 20, 3, 0.9)
    assert outcome.detail is not None
    check(outcome.detail)
    assert (outcome.detail["reply"], outcome.detail["model"], outcome.detail["finish"]) == ("a short text", "m", "stop")
    assert outcome.detail["request"]["messages"] == sent(endpoint)


@pytest.mark.parametrize(
    ("args", "content"),
    [
        ({"input": {"n": 1, "ü": None}}, '{"n": 1, "ü": null}'),
        ({"input": "x", "language": "German", "words": [1]}, "x\n\nlanguage:\nGerman\n\nwords:\n[1]"),
        ({"language": "German"}, "language:\nGerman"),
        ({"input": False}, "false"),
        ({"input": ""}, "(no input)"),
        ({"input": None}, "(no input)"),
        ({}, "(no input)"),
    ],
)
def test_how_arguments_are_shown(endpoint: Endpoint, args: dict[str, Any], content: str) -> None:
    scripted(endpoint, "fine")
    done(turn({}, args))
    assert sent(endpoint) == [{"role": "user", "content": content}]
    assert endpoint.requests[0].body["max_tokens"] == 4096


def test_structured(endpoint: Endpoint) -> None:
    scripted(endpoint, '```json\n{"label": "bug"}\n```')
    assert done(turn({"output_schema": SCHEMA}, {"input": "x"})).output == {"label": "bug"}
    assert endpoint.requests[0].body["response_format"]["json_schema"]["strict"] is True


def test_other_shapes_than_mappings_are_asked_for_in_words(endpoint: Endpoint) -> None:
    scripted(endpoint, "[1, 2]")
    outcome = done(turn({"output_schema": {"type": "array"}, "system_prompt": "count"}, {"input": "x"}))
    assert outcome.output == [1, 2]
    assert "response_format" not in endpoint.requests[0].body
    schema = '{"type": "array"}'
    assert sent(endpoint)[0]["content"] == f"count\n\nReply with nothing but JSON that fits this JSON Schema:\n{schema}"


def test_an_invalid_reply_is_repaired_with_its_reasons(endpoint: Endpoint) -> None:
    scripted(endpoint, "I think it is a bug", json_reply({"label": "bag"}), json_reply({"label": "bug"}))
    config = {"output_schema": SCHEMA, "system_prompt": "sort"}
    first = failed(turn(config, {"input": "x"}))
    assert (first.code, first.retry, first.error_class) == ("FLJ0625", "invalid_output", "semantic")
    assert first.message.startswith("the reply of the agent `triage` cannot be used: the reply is not JSON")
    assert first.usage.usd == 0.000018
    assert first.detail is not None
    assert first.detail["reply"] == "I think it is a bug"

    recorded = Failed(first.code, first.message, detail=json.loads(json.dumps(first.detail)))
    second = failed(turn(config, {"input": "x"}, recorded))
    assert second.detail is not None
    assert second.detail["problems"] == ["`label`: `bag` is not one of `bug`, `idea`"]

    third = done(turn(config, {"input": "x"}, recorded, Failed("FLJ0623", "slow"), second))
    assert third.output == {"label": "bug"}
    assert len(endpoint.requests) == 3
    assert sent(endpoint, 0) == sent(endpoint, 1)[:2] == sent(endpoint, 2)[:2]
    assert sent(endpoint, 1)[2] == {"role": "assistant", "content": "I think it is a bug"}
    assert sent(endpoint, 2)[2:] == [
        {"role": "assistant", "content": '{"label": "bag"}'},
        {
            "role": "user",
            "content": "That reply cannot be used:\n- `label`: `bag` is not one of `bug`, `idea`\n"
            "Reply again, in full, with nothing but what was asked for.",
        },
    ]


@pytest.mark.parametrize(
    ("reply", "schema", "problem"),
    [
        (Reply('{"label": "bug"}', finish="length"), SCHEMA, "the reply was cut off at max_tokens (4096)"),
        (Reply("", finish="length"), None, "the reply was cut off at max_tokens (4096)"),
        (Reply(refusal="not that"), SCHEMA, "the model refused: not that"),
        (Reply(refusal="not that"), None, "the model refused: not that"),
        (Reply("", finish="content_filter"), None, "the provider's content filter stopped the reply"),
        (Reply(""), None, "the reply is empty"),
        (Reply(""), SCHEMA, "the reply is empty"),
    ],
)
def test_replies_that_are_none(endpoint: Endpoint, reply: Reply, schema: Any, problem: str) -> None:
    scripted(endpoint, reply, "again")
    first = failed(turn({"output_schema": schema}, {"input": "x"}))
    assert (first.code, first.retry) == ("FLJ0625", "invalid_output")
    assert first.detail is not None
    assert first.detail["problems"] == [problem]
    turn({"output_schema": schema}, {"input": "x"}, first)
    assert f"- {problem}\n" in sent(endpoint)[-1]["content"]
    assert all(message["content"] for message in sent(endpoint))


def test_a_text_that_was_cut_is_still_a_text(endpoint: Endpoint) -> None:
    scripted(endpoint, Reply("half a sent", finish="length"))
    outcome = done(turn({}, {"input": "x"}))
    assert outcome.output == "half a sent"
    assert outcome.detail is not None
    assert outcome.detail["finish"] == "length"


def test_several_problems_are_counted(endpoint: Endpoint) -> None:
    scripted(endpoint, json_reply({"a": 1, "b": 1}))
    schema = {"type": "object", "additionalProperties": {"type": "string"}}
    assert failed(turn({"output_schema": schema}, {"input": "x"})).message.endswith(
        "`a`: expected text, got integer (and 1 more)"
    )


def test_a_fault_of_the_provider_keeps_the_request(endpoint: Endpoint) -> None:
    scripted(endpoint, failure(429, "slow", Retry_After="2"))
    found = failed(turn({}, {"input": "x"}))
    assert (found.code, found.retry, found.retry_after) == ("FLJ0623", "rate_limit", 2.0)
    assert found.detail is not None
    assert found.detail["request"]["messages"] == [{"role": "user", "content": "x"}]


def test_without_a_model() -> None:
    found = failed(turn({}, {"input": "x"}, model=False))
    assert (found.code, found.retry) == ("FLJ0620", "never")


def test_the_request_is_a_function_of_what_is_recorded() -> None:
    config = {"model": "m", "output_schema": SCHEMA}
    earlier = Failed("FLJ0625", "x", detail={"request": {}, "reply": "r", "problems": ["p"]})
    requests = [agent.request_of(config, {"input": 1, "b": 2}, [earlier]).to_json() for _ in range(2)]
    assert digest(requests[0]) == digest(requests[1])
    assert digest(requests[0]) != digest(agent.request_of(config, {"input": 1, "b": 2}, []).to_json())
