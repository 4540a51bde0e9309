"""The input of a run as it was given: `--input`, `--input-json`, FLUJO_INPUT, piped stdin, `--set`."""

from __future__ import annotations

from collections.abc import Sequence

from flujo.app.inputs import RawInput
from flujo.cli.verb import Session
from flujo.core.errors import UsageError
from flujo.core.record import dataclass
from flujo.core.values import MAX_VALUE_BYTES, JsonValue, ValueProblem, load


@dataclass(frozen=True, slots=True)
class Given:
    """The options of a verb that say what the input is."""

    input: str | None = None
    input_json: str | None = None
    sets: Sequence[str] = ()


def find_input(session: Session, given: Given) -> RawInput:
    """Return the input by its precedence (language 2): option, FLUJO_INPUT, piped stdin, nothing.

    Raises UsageError FLJ0004 for an input that is not UTF-8 or not JSON, FLJ0005 for options that do not go together.
    """
    if given.input is not None and given.input_json is not None:
        raise UsageError("FLJ0005", "`--input` and `--input-json` exclude each other", help="give one of them")
    sets = tuple(_pair(item) for item in given.sets)
    if given.input_json is not None:
        text = _read_all(session) or "" if given.input_json == "-" else _clean("--input-json", given.input_json)
        return RawInput(json_text=_checked(text), sets=sets)
    return RawInput(text=_text(session, given.input), sets=sets)


def payload(session: Session, text: str | None) -> JsonValue:
    """Return what comes with an event: JSON, from stdin for `-`, null without; raise UsageError FLJ0004."""
    if text is None:
        return None
    try:
        return load(_read_all(session) or "" if text == "-" else _clean("--json", text))
    except ValueProblem as error:
        help = "quote it for the shell, such as `--json '{\"id\": 7}'`"
        raise UsageError("FLJ0004", f"what comes with the event is not JSON: {error}", help=help) from error


def _text(session: Session, option: str | None) -> str | None:
    if option == "-":
        return _read_all(session) or ""
    if option is not None:
        return _clean("--input", option)
    if session.env.get("FLUJO_INPUT"):
        return _clean("FLUJO_INPUT", session.env["FLUJO_INPUT"])
    return None if session.console.source_is_terminal else _read_all(session)


def _read_all(session: Session) -> str | None:
    """Return what was piped in, without its last line break; None for nothing. Raise UsageError FLJ0004."""
    data = session.console.source.buffer.read(MAX_VALUE_BYTES + 1)
    if len(data) > MAX_VALUE_BYTES:
        raise UsageError("FLJ0004", "the input is over 16 MiB", help="keep it in a file and pass the path on")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"the input from stdin is not UTF-8 text (byte {error.start})"
        raise UsageError("FLJ0004", message, help="convert it first, for example with `iconv -t UTF-8`") from error
    return text.removesuffix("\n").removesuffix("\r") if data else None


def _pair(item: str) -> tuple[str, str]:
    key, equals, value = item.partition("=")
    if not equals or not key:
        raise UsageError("FLJ0005", f"`--set {item}` is not of the form `NAME=VALUE`", help="such as `--set limit=10`")
    return key, _clean("--set", value)


def _checked(text: str) -> str:
    try:
        load(text)
    except ValueProblem as error:
        help = "quote it for the shell, such as `--input-json '{\"limit\": 10}'`"
        raise UsageError("FLJ0004", f"`--input-json` is not JSON: {error}", help=help) from error
    return text


def _clean(what: str, text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise UsageError("FLJ0004", f"`{what}` is not UTF-8 text", help="pass it on stdin, converted") from error
    return text
