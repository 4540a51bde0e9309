"""Secrets at the command line: no stream carries them, whatever a skill does."""

import io
import logging
import sys
from pathlib import Path

import pytest

from flujo.cli.console import Console
from flujo.cli.redacted import RedactedStream, redact_streams
from flujo.cli.verb import Session
from flujo.core.secrets import Redactor

from .conftest import Call

KEY = "hunter22-abc"
BLUEPRINT = """\
version: "0.1"
secrets: [KEY, PIN]
steps:
  - name: send
    uses: leak.send
    with: {token: "{{ secrets.KEY }}", how: "{{ input }}"}
"""
SKILL = '''\
import logging, sys
from flujo import skill

@skill(effect="write", idempotent=True)
def send(token: str, how: str) -> str:
    """Send something."""
    print("out", token)
    for sign in token:
        print(sign, end="", file=sys.stderr, flush=True)
    sys.stdout.buffer.write(token.encode())
    sys.stdout.buffer.flush()
    logging.getLogger("leak").warning("log %s", token)
    if how == "raise":
        raise RuntimeError(token)
    return "sent " + token
'''


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "flujo.toml").write_text("", "utf-8")
    (tmp_path / "skills").mkdir()
    (tmp_path / "skills/leak.py").write_text(SKILL, "utf-8")
    (tmp_path / "pipeline.yaml").write_text(BLUEPRINT, "utf-8")
    (tmp_path / ".env").write_text(f"KEY={KEY}\nPIN=123\n", "utf-8")
    return tmp_path


def test_no_stream_and_no_file_has_the_secret(flujo: Call, project: Path) -> None:
    sent = flujo("run", "--input", "x")
    assert sent.code == 0
    assert sent.out == "sent ***\n"
    assert sent.err.count("***") == 3
    assert "warning: the secret `PIN` is too short" in sent.err
    failed = flujo("run", "--input", "raise", "--trace", "-v")
    assert failed.code == 1
    said = sent.out + sent.err + failed.out + failed.err
    assert KEY not in said
    assert "raised RuntimeError: ***" in failed.err
    shown = flujo("lens", "show", flujo("lens", "list", "--json").json["runs"][0]["run_id"], "send")
    assert '"token": "***"' in shown.out
    for file in (project / ".flujo").rglob("*"):
        assert not file.is_file() or KEY.encode() not in file.read_bytes(), file


def test_a_missing_secret_is_told_before_the_run(flujo: Call, project: Path) -> None:
    (project / ".env").unlink()
    result = flujo("run", "--input", "x")
    assert result.code == 2
    assert "the secrets `KEY`, `PIN` are not set" in result.err
    assert flujo("lens", "list", "--json").json == {"runs": []}
    assert flujo("validate").code == 0


def _stream(*secrets: str) -> tuple[RedactedStream, io.StringIO]:
    redactor, behind = Redactor(), io.StringIO()
    for secret in secrets:
        redactor.learn(secret)
    return RedactedStream(behind, redactor), behind


@pytest.mark.parametrize(
    ("parts", "shown"),
    [
        (["a hun", "ter22-abc b"], "a *** b"),
        (list(f"x{KEY}y"), "x***y"),
        (["hun", "hunter22-abchun"], "hun***hun"),
        (["hunter22-ab"], "hunter22-ab"),
        (["hhhhunter2", "2-abc"], "hhh***"),
        (["plain\n"], "plain\n"),
    ],
)
def test_a_secret_in_pieces(parts: list[str], shown: str) -> None:
    stream, behind = _stream(KEY)
    for part in parts:
        assert stream.write(part) == len(part)
        stream.flush()
        assert KEY not in behind.getvalue()
    stream.end()
    assert behind.getvalue() == shown


def test_streams_and_loggers_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    err = io.StringIO()
    monkeypatch.setattr(sys, "stderr", err)
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    session = Session(Console(sys.stdout, err, io.StringIO()))
    handler, logger = logging.StreamHandler(err), logging.getLogger("test.secrets")
    logger.addHandler(handler)
    redactor = Redactor()
    with session.until_end:
        assert redact_streams(session, redactor)
        assert not redact_streams(session, redactor)
        redactor.learn(KEY)
        logger.error("log %s", KEY)
        print("print", KEY, file=sys.stderr)
        session.console.note(f"note {KEY} and hunt")
    logger.removeHandler(handler)
    assert err.getvalue() == "log ***\nprint ***\nnote *** and hunt\n"
    assert sys.stderr is err
    assert handler.stream is err
    assert session.console.err is err


def test_a_value_in_the_blueprint_is_warned_of(flujo: Call, project: Path) -> None:
    (project / "pipeline.yaml").write_text(f"{BLUEPRINT}# {KEY}\n", "utf-8")
    assert "warning: the value of the secret `KEY` stands in the blueprint itself" in flujo("run", "--input", "x").err
