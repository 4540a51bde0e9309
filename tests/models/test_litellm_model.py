"""The litellm adapter against a real HTTP endpoint: one request for one call, every fault a value with its class."""

import asyncio
import email.utils
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from flujo.core.outcomes import Failed
from flujo.core.ports import ModelReply, ModelRequest
from flujo.models.keys import KEYS
from flujo.models.litellm_model import LitellmModel
from flujo.models.settings import ModelAlias, ModelSettings
from flujo.testing.endpoint import KEY, Endpoint, Reply, failure, json_reply

SCHEMA = {"type": "object", "properties": {"label": {"enum": ["bug", "idea"]}}, "required": ["label"]}
ASK = ModelRequest("openai/scripted", ({"role": "user", "content": "hi"},))


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in {name for names in KEYS.values() for name in names} | {"OPENAI_BASE_URL", "OPENAI_API_BASE"}:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def quiet(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    yield
    assert capfd.readouterr() == ("", "")


def ask(
    monkeypatch: pytest.MonkeyPatch, *script: Reply | str, request: ModelRequest = ASK, **alias: Any
) -> tuple[ModelReply | Failed, Endpoint]:
    """Send one request; the endpoint must have seen exactly as many requests as it had replies."""
    with Endpoint(script) as endpoint:
        for name, value in endpoint.environment().items():
            monkeypatch.setenv(name, value)
        settings = ModelSettings({"openai/scripted": ModelAlias(**alias)})
        reply = asyncio.run(LitellmModel(settings).complete(request))
        assert len(endpoint.requests) == len(script)
        if isinstance(reply, Failed):
            assert KEY not in f"{reply}"
        return reply, endpoint


def failed(monkeypatch: pytest.MonkeyPatch, *script: Reply, request: ModelRequest = ASK) -> Failed:
    reply, _ = ask(monkeypatch, *script, request=request)
    assert isinstance(reply, Failed)
    return reply


def replied(monkeypatch: pytest.MonkeyPatch, *script: Reply | str, **alias: Any) -> ModelReply:
    reply, _ = ask(monkeypatch, *script, **alias)
    assert isinstance(reply, ModelReply)
    return reply


# --- what is sent and what comes back ---------------------------------------------------------------------------------


@pytest.mark.usefixtures("quiet")
def test_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    reply, endpoint = ask(monkeypatch, "hello")
    assert isinstance(reply, ModelReply)
    assert (reply.text, reply.finish, reply.model) == ("hello", "stop", "scripted")
    assert reply.usage.to_json() == {"usd": None, "tokens_in": 11, "tokens_out": 7, "calls": 1}
    assert endpoint.requests[0].headers["authorization"] == f"Bearer {KEY}"
    assert endpoint.requests[0].body == {"model": "scripted", "messages": list(ASK.messages), "max_tokens": 4096}


@pytest.mark.usefixtures("quiet")
def test_everything_that_can_be_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    tool = {"type": "function", "function": {"name": "look", "parameters": {"type": "object", "properties": {}}}}
    request = ModelRequest(
        "openai/scripted",
        ({"role": "system", "content": "be brief"}, {"role": "user", "content": "hi"}),
        output_schema=SCHEMA,
        tools=(tool,),
        temperature=0.0,
        max_tokens=5,
        seed=7,
        settings={"top_p": 0.5, "stop": ["END"]},
    )
    reply, endpoint = ask(monkeypatch, Reply(tool_calls=({"name": "look", "arguments": {"at": 1}},)), request=request)
    body = endpoint.requests[0].body
    assert body.pop("response_format") == {
        "type": "json_schema",
        "json_schema": {"name": "reply", "schema": SCHEMA | {"additionalProperties": False}, "strict": True},
    }
    assert body == {
        "model": "scripted",
        "messages": list(request.messages),
        "tools": [tool],
        "temperature": 0.0,
        "max_tokens": 5,
        "seed": 7,
        "top_p": 0.5,
        "stop": ["END"],
    }
    assert isinstance(reply, ModelReply)
    assert reply.finish == "tool_calls"
    assert reply.tool_calls[0]["function"] == {"name": "look", "arguments": '{"at": 1}'}


def test_structured(monkeypatch: pytest.MonkeyPatch) -> None:
    assert replied(monkeypatch, json_reply({"label": "bug"})).text == '{"label": "bug"}'


def test_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    reply = replied(monkeypatch, Reply(refusal="I cannot help with that"))
    assert (reply.text, reply.finish) == ("I cannot help with that", "refusal")


def test_prices_of_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    assert replied(monkeypatch, "x", price_in=2.0, price_out=10.0).usage.usd == pytest.approx(0.000092)
    assert replied(monkeypatch, "x", price_in=0.0, price_out=0.0).usage.usd == 0.0
    assert replied(monkeypatch, "x", price_in=2.0).usage.usd is None


def test_prices_of_litellm(monkeypatch: pytest.MonkeyPatch) -> None:
    assert replied(monkeypatch, "x", model="openai/gpt-4o").usage.usd == pytest.approx(11 * 2.5e-6 + 7 * 1e-5)


@pytest.mark.parametrize("usage", [None, {"prompt_tokens": -5, "completion_tokens": -1, "total_tokens": -6}])
def test_usage_that_cannot_be(monkeypatch: pytest.MonkeyPatch, usage: dict[str, int] | None) -> None:
    spent = replied(monkeypatch, Reply("x", usage=usage), price_in=1.0, price_out=1.0).usage
    assert (spent.tokens_in, spent.tokens_out, spent.calls, spent.usd) == (0, 0, 1, None)


def test_an_alias_has_its_own_server_and_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOUSE_KEY", "house-secret")
    with Endpoint(["a", "b"]) as endpoint:
        aliases = {
            "house": ModelAlias("openai/small", api_base=endpoint.url, api_key_env="HOUSE_KEY"),
            "open": ModelAlias("openai/small", api_base=endpoint.url, api_key_env=""),
        }
        model = LitellmModel(ModelSettings(aliases))
        for name in aliases:
            reply = asyncio.run(model.complete(ModelRequest(name, ASK.messages)))
            assert isinstance(reply, ModelReply)
        assert [item.body["model"] for item in endpoint.requests] == ["small", "small"]
        assert endpoint.requests[0].headers["authorization"] == "Bearer house-secret"
        assert KEY not in endpoint.requests[1].headers["authorization"]


# --- faults -----------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize(
    ("reply", "code", "retry", "usd"),
    [
        (failure(401, f"Incorrect API key provided: {KEY}"), "FLJ0622", "never", 0.0),
        (failure(403, "no access"), "FLJ0622", "never", 0.0),
        (failure(429, "slow down"), "FLJ0623", "rate_limit", 0.0),
        (failure(400, "bad"), "FLJ0627", "never", 0.0),
        (failure(404, "no such model"), "FLJ0627", "never", 0.0),
        (failure(422, "odd"), "FLJ0627", "never", 0.0),
        (failure(500, "boom"), "FLJ0624", "connection", 0.0),
        (failure(503, "busy"), "FLJ0624", "connection", 0.0),
        (Reply(status=502, body="<html>bad gateway</html>", media_type="text/html"), "FLJ0624", "connection", 0.0),
        (failure(408, "late"), "FLJ0626", "timeout", None),
        (Reply(body="garbage{{"), "FLJ0624", "connection", None),
        (Reply(body="<html>hello</html>", media_type="text/html"), "FLJ0624", "connection", None),
        (Reply(body="[]"), "FLJ0624", "connection", None),
        (Reply(body='{"choices": [{}]}'), "FLJ0624", "connection", None),
        (Reply(body='{"choices": [{"message": {"content": 5}}]}'), "FLJ0624", "connection", None),
        (Reply(choices=False), "FLJ0624", "connection", None),
        (Reply("hello", fault="cut"), "FLJ0624", "connection", None),
        (Reply(fault="drop"), "FLJ0624", "connection", None),
    ],
)
@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")
def test_faults(monkeypatch: pytest.MonkeyPatch, reply: Reply, code: str, retry: str, usd: float | None) -> None:
    found = failed(monkeypatch, reply)
    assert (found.code, found.retry, found.usage.calls, found.usage.usd) == (code, retry, 1, usd)
    assert "`openai/scripted`" in found.message
    assert "Traceback" not in found.message
    assert "litellm" not in found.message
    assert len(found.message) < 500


def test_the_providers_own_words_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    assert failed(monkeypatch, failure(500, "disk on fire")).message == (
        "the provider of `openai/scripted` failed or cannot be reached: disk on fire"
    )
    assert failed(monkeypatch, Reply(fault="drop")).message.endswith(": the connection was cut")


def test_keys_never_reach_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    message = f"Incorrect API key provided: {KEY}, Bearer {KEY} or sk-proj-1234567890abcd*yz, at /v1?key={KEY}&x=1."
    assert failed(monkeypatch, failure(401, message)).message == (
        "the provider refused the key or the access for `openai/scripted`: "
        "Incorrect API key provided: ***, *** or ***, at /v1?***&x=1"
    )


@pytest.mark.parametrize(("header", "seconds"), [("7", 7.0), ("0.5", 0.5), ("-3", 0.0), ("999999", 3600.0)])
def test_retry_after(monkeypatch: pytest.MonkeyPatch, header: str, seconds: float) -> None:
    assert failed(monkeypatch, failure(429, "slow", Retry_After=header)).retry_after == seconds


@pytest.mark.parametrize("header", ["soon", "nan"])
def test_retry_after_that_says_nothing(monkeypatch: pytest.MonkeyPatch, header: str) -> None:
    assert failed(monkeypatch, failure(429, "slow", Retry_After=header)).retry_after is None


def test_retry_after_as_a_date(monkeypatch: pytest.MonkeyPatch) -> None:
    date = email.utils.format_datetime(datetime.now(UTC) + timedelta(minutes=10), usegmt=True)
    wait = failed(monkeypatch, failure(503, "busy", Retry_After=date)).retry_after
    assert wait is not None
    assert 500 < wait <= 600


def test_no_answer_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    found = failed(monkeypatch, Reply("late", fault="hold"), request=ModelRequest(ASK.model, ASK.messages, timeout=0.2))
    assert (found.code, found.retry, found.usage.usd) == ("FLJ0626", "timeout", None)


@pytest.mark.usefixtures("quiet")
def test_nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound but not listening: connections are refused
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        base = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        model = LitellmModel(ModelSettings({ASK.model: ModelAlias(api_base=base)}))
        found = asyncio.run(model.complete(ASK))
    assert isinstance(found, Failed)
    assert (found.code, found.retry, found.usage.usd) == ("FLJ0624", "connection", 0.0)
    assert found.message.endswith("cannot be reached: no connection could be made")


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("name", ["nosuch/model", "nosuch"])
def test_unknown_provider(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    found = failed(monkeypatch, request=ModelRequest(name, ASK.messages))
    assert (found.code, found.retry, found.usage.calls) == ("FLJ0627", "never", 0)
    assert found.message.endswith(f"You passed model={name}")


def test_a_package_that_a_provider_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mcp", None)  # litellm's way to OpenAI's /responses needs it
    found = failed(monkeypatch, request=ModelRequest("openai/gpt-5-pro", ASK.messages))
    assert (found.code, found.retry, found.usage.calls) == ("FLJ0006", "never", 0)
    assert found.message == "`openai/gpt-5-pro` needs the Python package `mcp`, which is not installed"


def test_a_setting_that_a_model_does_not_have(monkeypatch: pytest.MonkeyPatch) -> None:
    request = ModelRequest("openai/gpt-4o", ASK.messages, settings={"reasoning_effort": "low"})
    found = failed(monkeypatch, request=request)
    assert (found.code, found.usage.calls) == ("FLJ0627", 0)
    assert found.message.endswith("openai does not support parameters: ['reasoning_effort'], for model=gpt-4o")


@pytest.mark.parametrize("name", ["api_base", "api_key", "num_retries", "extra_headers", "model", "mock_response", "n"])
def test_settings_that_would_lead_elsewhere(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    found = failed(monkeypatch, request=ModelRequest(ASK.model, ASK.messages, settings={name: "http://evil"}))
    assert (found.code, found.retry, found.message) == ("FLJ0627", "never", f"unknown model setting `{name}`")


def test_cancelling_ends_the_request(monkeypatch: pytest.MonkeyPatch) -> None:
    async def cancel(endpoint: Endpoint) -> None:
        task = asyncio.ensure_future(LitellmModel().complete(ASK))
        assert await asyncio.to_thread(endpoint.wait_for, 1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    with Endpoint([Reply("never", fault="hold")]) as endpoint:
        for name, value in endpoint.environment().items():
            monkeypatch.setenv(name, value)
        asyncio.run(cancel(endpoint))


# --- keys -------------------------------------------------------------------------------------------------------------


def test_missing_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    aliases = {"a": ModelAlias("openai/x", api_key_env="MY_KEY"), "b": ModelAlias("openai/x", api_key_env="")}
    model = LitellmModel(ModelSettings(aliases | {"c": ModelAlias("groq/x", api_base="http://127.0.0.1:1")}))
    names = ["openai/x", "gpt-5", "claude-x", "gemini/x", "ollama/x", "nosuch", "a", "b", "c"]
    assert [model.missing_key(name) for name in names] == [
        *("OPENAI_API_KEY", "OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY", None, None),
        *("MY_KEY", None, "GROQ_API_KEY"),
    ]
    monkeypatch.setenv("OPENAI_API_KEY", " ")
    assert model.missing_key("openai/x") == "OPENAI_API_KEY"
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    monkeypatch.setenv("GOOGLE_API_KEY", "k")
    assert [model.missing_key(name) for name in ("openai/x", "gemini/x")] == [None, None]


def test_without_a_key_nothing_is_sent() -> None:
    found = asyncio.run(LitellmModel().complete(ASK))
    assert isinstance(found, Failed)
    assert (found.code, found.retry, found.help) == (
        "FLJ0621",
        "never",
        "set the environment variable `OPENAI_API_KEY`",
    )
    assert "`OPENAI_API_KEY` is not set" in found.message
    assert found.usage.calls == 0


def test_the_table_of_keys_is_litellms() -> None:
    import litellm

    for provider, names in KEYS.items():
        assert set(litellm.validate_environment(f"{provider}/x")["missing_keys"]) & set(names), provider


# --- the process ------------------------------------------------------------------------------------------------------

FRESH = """
import asyncio, json, os, sys
touched = []
def hook(event, args):
    if event == "socket.getaddrinfo" and args[0] not in ("127.0.0.1", "localhost", None):
        touched.append(f"{event} {args[0]}")
    if event == "socket.connect" and isinstance(args[1], tuple) and args[1][0] != "127.0.0.1":
        touched.append(f"{event} {args[1]}")
sys.addaudithook(hook)
from flujo.core.ports import ModelRequest
from flujo.models.litellm_model import LitellmModel
assert "litellm" not in sys.modules
model = LitellmModel()
assert "litellm" not in sys.modules
for _ in range(2):
    reply = asyncio.run(model.complete(ModelRequest("openai/x", ({"role": "user", "content": "hi"},))))
print(json.dumps([reply.text, touched, "mcp" in sys.modules, os.environ.get("FROM_DOT_ENV")]))
"""

WITHOUT = """
import asyncio, sys
sys.modules["litellm"] = None
from flujo.core.errors import MissingModule
from flujo.core.ports import ModelRequest
from flujo.models.litellm_model import LitellmModel
model = LitellmModel()
try:
    model.missing_key("openai/x")
except MissingModule as error:
    print(error.diagnostic.code, int(error.exit), error.diagnostic.help)
failed = asyncio.run(model.complete(ModelRequest("openai/x", ())))
print(failed.code, failed.retry, failed.help)
"""


def test_a_fresh_process_touches_no_network_and_prints_nothing(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("FROM_DOT_ENV=1\n")
    odd = Reply(body='{"choices": [{"message": {"content": 5}}]}')  # which pydantic would warn of
    with Endpoint([odd, "two"]) as endpoint:
        environment = os.environ | endpoint.environment()
        done = subprocess.run(
            [sys.executable, "-c", FRESH],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
    assert done.stderr == ""
    assert json.loads(done.stdout) == ["two", [], False, None]


def test_without_litellm() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=False, timeout=60)
    how = "install it with `pip install 'flujo[llm]'`"
    assert (done.stdout, done.stderr) == (f"FLJ0006 3 {how}\nFLJ0006 never {how}\n", "")
