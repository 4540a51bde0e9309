"""The loopback endpoint: the protocol, the faults, the log, and the command line."""

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from flujo.core.values import ValueProblem
from flujo.testing.endpoint import KEY, Endpoint, Reply, failure, json_reply
from flujo.testing.replies import read_script

PATH = "/v1/chat/completions"


def post(port: int, document: Any, path: str = PATH, method: str = "POST") -> tuple[int, dict[str, str], str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    data = document if isinstance(document, str) else json.dumps(document)
    connection.request(method, path, data, {"X-Mine": "yes"})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.headers.items()}, text


def test_plain_structured_and_tool_calls() -> None:
    script = ["hello", json_reply({"ü": 1}), Reply(tool_calls=({"name": "f", "arguments": {"a": 1}}, {"name": "g"}))]
    with Endpoint(script) as endpoint:
        answers = [json.loads(post(endpoint.port, {"model": "m", "n": number})[2]) for number in range(3)]
    choices = [answer["choices"][0] for answer in answers]
    assert [choice["finish_reason"] for choice in choices] == ["stop", "stop", "tool_calls"]
    assert [choice["message"]["content"] for choice in choices] == ["hello", '{"ü": 1}', None]
    assert [call["function"] for call in choices[2]["message"]["tool_calls"]] == [
        {"name": "f", "arguments": '{"a": 1}'},
        {"name": "g", "arguments": "{}"},
    ]
    assert answers[0]["model"] == "m"
    assert answers[0]["usage"] == {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
    assert [item.body["n"] for item in endpoint.requests] == [0, 1, 2]
    assert endpoint.requests[0].headers["x-mine"] == "yes"


def test_a_function_as_script() -> None:
    with Endpoint(lambda request: request["messages"][-1]["content"].upper()) as endpoint:
        text = post(endpoint.port, {"messages": [{"role": "user", "content": "abc"}]})[2]
    assert json.loads(text)["choices"][0]["message"]["content"] == "ABC"


def test_the_end_of_a_script_is_a_fault_nobody_retries() -> None:
    with Endpoint() as endpoint:
        status, _, text = post(endpoint.port, {})
    assert (status, json.loads(text)["error"]["message"]) == (400, "the script has no more replies")


def events(text: str) -> list[Any]:
    return [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: {")]


def test_streaming() -> None:
    with Endpoint([Reply("a longer text"), Reply(tool_calls=({"name": "f"},))]) as endpoint:
        asked = {"stream": True, "stream_options": {"include_usage": True}}
        status, headers, text = post(endpoint.port, asked)
        calls = post(endpoint.port, {"stream": True})[2]
    chunks = events(text)
    assert (status, headers["content-type"]) == (200, "text/event-stream")
    assert text.endswith("data: [DONE]\n\n")
    assert "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks[:-1]) == "a longer text"
    assert chunks[-2]["choices"][0]["finish_reason"] == "stop"
    assert chunks[-1]["usage"]["completion_tokens"] == 7
    assert events(calls)[1]["choices"][0]["delta"]["tool_calls"][0]["function"]["name"] == "f"
    assert events(calls)[-1]["choices"][0]["finish_reason"] == "tool_calls"


def test_streaming_through_a_real_client(monkeypatch: pytest.MonkeyPatch) -> None:
    openai = pytest.importorskip("openai")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Endpoint(["streamed in pieces"]) as endpoint:
        client = openai.OpenAI(base_url=endpoint.url, api_key=KEY, max_retries=0)
        stream = client.chat.completions.create(model="m", messages=[], stream=True)
        assert "".join(chunk.choices[0].delta.content or "" for chunk in stream) == "streamed in pieces"


def test_faults() -> None:
    script = [failure(429, "slow", Retry_After="3"), Reply(body="<p>", media_type="text/html"), Reply(choices=False)]
    with Endpoint([*script, Reply("x", fault="cut"), Reply(fault="drop"), Reply(usage=None, refusal="no")]) as endpoint:
        status, headers, text = post(endpoint.port, {})
        assert (status, headers["retry-after"], json.loads(text)["error"]["message"]) == (429, "3", "slow")
        status, headers, text = post(endpoint.port, {})
        assert (status, headers["content-type"], text) == (200, "text/html", "<p>")
        assert json.loads(post(endpoint.port, {})[2])["choices"] == []
        with pytest.raises(http.client.IncompleteRead):
            post(endpoint.port, {})
        with pytest.raises(http.client.RemoteDisconnected):
            post(endpoint.port, {})
        last = json.loads(post(endpoint.port, {})[2])
        assert "usage" not in last
        assert last["choices"][0]["message"]["refusal"] == "no"


def test_a_held_reply_waits_for_its_release() -> None:
    answers: list[str] = []
    with Endpoint([Reply("at last", fault="hold")]) as endpoint:
        thread = threading.Thread(target=lambda: answers.append(post(endpoint.port, {})[2]))
        thread.start()
        assert endpoint.wait_for(1)
        assert not endpoint.wait_for(2, timeout=0)
        assert answers == []
        endpoint.release()
        thread.join(timeout=30)
    assert "at last" in answers[0]


@pytest.mark.parametrize(
    ("path", "method", "document", "status"),
    [("/v1/models", "GET", "", 404), ("/v1/other", "POST", {}, 404), (PATH, "POST", "{", 400), (PATH, "POST", [], 404)],
)
def test_what_is_not_served(path: str, method: str, document: Any, status: int) -> None:
    with Endpoint(["unused"]) as endpoint:
        assert post(endpoint.port, document, path, method)[0] == status
        assert endpoint.requests == ()


def test_environment() -> None:
    with Endpoint() as endpoint:
        environment = endpoint.environment()
        assert environment["OPENAI_BASE_URL"] == environment["OPENAI_API_BASE"] == endpoint.url
        assert endpoint.url == f"http://127.0.0.1:{endpoint.port}/v1"
        assert environment["OPENAI_API_KEY"] == KEY


def test_scripts_from_files() -> None:
    text = '["a", {"json": {"b": 1}}, {"status": 500, "body": "{}"}, {"tool_calls": [{"name": "f"}]}]'
    assert read_script(text) == [
        Reply("a"),
        Reply('{"b": 1}'),
        Reply(status=500, body="{}"),
        Reply(tool_calls=({"name": "f"},)),
    ]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("{}", "a list of replies"),
        ("[1]", "a text or a mapping"),
        ('[{"txt": ""}]', "no field `txt`"),
        ("[", "a value is missing"),
    ],
)
def test_bad_scripts(text: str, part: str) -> None:
    with pytest.raises(ValueProblem, match=part):
        read_script(text)


def test_command_line(tmp_path: Path) -> None:
    script, log, port_file = tmp_path / "script.json", tmp_path / "log.jsonl", tmp_path / "port"
    script.write_text('["one", "two"]')
    command = [sys.executable, "-m", "flujo.testing.endpoint", "--script", str(script), "--log", str(log)]
    process = subprocess.Popen([*command, "--port-file", str(port_file)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        said = process.stdout.readline()
        port = int(port_file.read_text())
        assert said == f"listening on port {port}\n"
        answers = [json.loads(post(port, {"n": number})[2]) for number in range(2)]
        assert [answer["choices"][0]["message"]["content"] for answer in answers] == ["one", "two"]
        lines = [json.loads(line) for line in log.read_text().splitlines()]
        assert [(line["path"], line["body"]) for line in lines] == [(PATH, {"n": 0}), (PATH, {"n": 1})]
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(timeout=30) == 0
    finally:
        process.kill()
        process.communicate()


def test_command_line_refuses_a_bad_script(tmp_path: Path) -> None:
    (tmp_path / "script.json").write_text("{}")
    command = [sys.executable, "-m", "flujo.testing.endpoint", "--script", "script.json", "--port-file", "port"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert done.stderr.endswith("script.json: a script is a list of replies\n")
