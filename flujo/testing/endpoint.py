"""A loopback server that speaks the OpenAI chat protocol: scripted replies, faults, and a log of what was asked.

    with Endpoint(["hello", json_reply({"label": "bug"}), failure(429, Retry_After="2")]) as endpoint:
        ... point OPENAI_BASE_URL at endpoint.url ...
        assert len(endpoint.requests) == 3

A script is a list, answered in order (a request after its end gets status 400, which nobody retries), or a function
from the request's JSON to a Reply. From the command line, for tests of programs in other languages and of `flujo`
itself as a subprocess: `python -m flujo.testing.endpoint --script FILE --log FILE --port-file FILE`.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import FrameType
from typing import Self

from flujo.core.record import dataclass
from flujo.core.values import JsonObject, ValueProblem, load
from flujo.testing.replies import Reply, body_of, failure, json_reply, read_script, stream_of

__all__ = ["Endpoint", "Received", "Reply", "failure", "json_reply"]

Script = Iterable[Reply | str] | Callable[[JsonObject], Reply | str]

KEY = "loopback-key"
"""The key that `Endpoint.environment` hands out; the server takes any."""


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it came in, with its raw headers (names in lower case)."""

    path: str
    headers: dict[str, str]
    body: JsonObject

    def to_json(self) -> JsonObject:
        """Return one line of the log."""
        return {"path": self.path, "headers": self.headers, "body": self.body}


class Endpoint:
    """The server, as a context manager: it listens on a free port of 127.0.0.1 from `__enter__` to `__exit__`."""

    def __init__(self, script: Script = (), *, log: Path | None = None) -> None:
        self._next = script if callable(script) else _in_order(script)
        self._log = log
        self._requests: list[Received] = []
        self._changed = threading.Condition()
        self._released = threading.Event()
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """The base URL for OpenAI clients."""
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def requests(self) -> Sequence[Received]:
        """All requests so far, in the order of their arrival."""
        with self._changed:
            return tuple(self._requests)

    def environment(self) -> dict[str, str]:
        """Return the environment variables that lead OpenAI clients, litellm included, to this server."""
        hosts = "127.0.0.1,localhost"
        urls = {"OPENAI_BASE_URL": self.url, "OPENAI_API_BASE": self.url}
        return urls | {"OPENAI_API_KEY": KEY, "NO_PROXY": hosts, "no_proxy": hosts}

    def wait_for(self, count: int, timeout: float = 30.0) -> bool:
        """Wait until `count` requests have come in; False when the time is over."""
        with self._changed:
            return self._changed.wait_for(lambda: len(self._requests) >= count, timeout)

    def release(self) -> None:
        """Let the replies with the fault `hold` go, now and from here on."""
        self._released.set()

    def answer(self, received: Received) -> tuple[Reply, int]:
        """Enter a request into the log and return its reply and its number."""
        with self._changed:
            self._requests.append(received)
            number = len(self._requests)
            if self._log is not None:
                with self._log.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(received.to_json()) + "\n")
            reply = self._next(received.body)
            self._changed.notify_all()
        return (Reply(reply) if isinstance(reply, str) else reply), number

    def hold(self) -> None:
        """Wait until `release`, or the end of the server."""
        self._released.wait()


def _in_order(replies: Iterable[Reply | str]) -> Callable[[JsonObject], Reply | str]:
    rest = iter(replies)
    return lambda _request: next(rest, failure(400, "the script has no more replies"))


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, endpoint: Endpoint) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.endpoint = endpoint

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that went away; everything else is a fault of a script and is shown."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            body = load(data)
        except ValueProblem as problem:
            self._send(failure(400, f"the request is not JSON: {problem}"), b"")
            return
        if self.path != "/v1/chat/completions" or not isinstance(body, dict):
            self._send(failure(404, f"nothing is served at {self.path}"), b"")
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply, number = self.server.endpoint.answer(Received(self.path, headers, body))
        if reply.fault == "hold":
            self.server.endpoint.hold()
        if reply.fault != "drop":
            streamed = bool(body.get("stream")) and reply.body is None
            self._send(reply, b"".join(stream_of(reply, body, number)) if streamed else body_of(reply, body, number))

    def do_GET(self) -> None:
        self._send(failure(404, f"nothing is served at {self.path}"), b"")

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing: the requests are in the endpoint's own log."""

    def _send(self, reply: Reply, body: bytes) -> None:
        body = body or (reply.body or "").encode()
        self.send_response(reply.status)
        self.send_header("Content-Type", "text/event-stream" if body.startswith(b"data: ") else reply.media_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if reply.fault == "cut" else body)


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; once requests are taken the port is in `--port-file` and on stdout."""
    parser = argparse.ArgumentParser(
        prog="python -m flujo.testing.endpoint", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--script", type=Path, required=True, help="JSON list of replies: texts, or {text, json, ...}")
    parser.add_argument("--log", type=Path, help="file that gets one line of JSON for every request")
    parser.add_argument("--port-file", type=Path, required=True, help="file that gets the port")
    options = parser.parse_args(arguments)
    try:
        script = read_script(options.script.read_text("utf-8"))
    except (OSError, ValueProblem) as error:
        parser.error(f"{options.script}: {error}")
    ended = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        ended.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    with Endpoint(script, log=options.log) as endpoint:
        waiting = options.port_file.with_name(options.port_file.name + ".new")
        waiting.write_text(str(endpoint.port), "utf-8")
        waiting.replace(options.port_file)
        print(f"listening on port {endpoint.port}", flush=True)
        ended.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
