"""What a provider's fault means: litellm's exceptions as failures with a class, in words without keys.

| fault | code | `retry.on` |
|---|---|---|
| 401, 403 | FLJ0622 | never |
| 429 | FLJ0623 | rate_limit |
| 5xx, no connection, a reply that cannot be read | FLJ0624 | connection |
| no answer in time | FLJ0626 | timeout |
| other 4xx, unknown model | FLJ0627 | never |
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import quote

from flujo.core.outcomes import NOTHING_SPENT, Failed, Usage

MAX_RETRY_AFTER: Final = 3600.0
"""Seconds that a provider may make us wait at most."""

MAX_REASON: Final = 300
"""Characters of a provider's message that are shown."""

REFUSED: Final = Usage(calls=1)
"""A request that a provider turned away: it costs nothing."""

UNKNOWN_COST: Final = Usage(calls=1, usd=None)
"""A request that may have been worked on before it was lost."""

_WRAPPERS: Final = re.compile(r"^(?:(?:litellm\.)?\w*(?:Error|Exception|Timeout)(?::| -)\s*)+")
_KEY_LIKE: Final = re.compile(r"(?i)\b(?:sk|pk|rk|gsk|xai)[-_][\w*.-]{6,}|\bbearer\s+\S+|\b(?:api[_-]?)?key=[^\s&\"']+")
_ADVICE: Final = re.compile(r"\s*(?:To drop (?:these|unsupported)|Pass model as E\.g\.).*")
"""What litellm tells Python programmers to do."""

_LOST: Final = {"ConnectError": "no connection could be made", "ReadError": "the connection was cut"}
"""What httpx calls it when there was no answer at all: the provider's client says `Connection error` for both."""


def failure_of(error: Exception, model: str, keys: Sequence[str]) -> Failed:
    """Return the failure an exception of litellm stands for; `keys` are taken out of its message."""
    status = _status(error)
    reason = reason_of(error, keys)
    led_to = _chain(error)
    names = {type(item).__name__ for item in led_to}
    absent = next((item.name.partition(".")[0] for item in led_to if isinstance(item, ImportError) and item.name), None)
    if absent is not None:
        message = f"`{model}` needs the Python package `{absent}`, which is not installed"
        return Failed.of("FLJ0006", message, retry="never", help=f"install it with `pip install {absent}`")
    spent = REFUSED if "HTTPStatusError" in names else NOTHING_SPENT
    if status in (401, 403):
        message = f"the provider refused the key or the access for `{model}`: {reason}"
        return replace(Failed.of("FLJ0622", message, retry="never"), usage=spent)
    if status == 429:
        limited = Failed.of("FLJ0623", f"too many requests for `{model}`: {reason}", retry="rate_limit")
        return replace(limited, usage=REFUSED, retry_after=_retry_after(error))
    if status == 408 or isinstance(error, TimeoutError):
        return timeout(model, None)
    if status is not None and 400 <= status < 500:
        message = f"the provider does not accept the request for `{model}`: {reason}"
        return replace(Failed.of("FLJ0627", message, retry="never"), usage=spent)
    answered = "HTTPStatusError" in names or "ConnectError" in names
    reason = next((words for name, words in _LOST.items() if name in names), reason)
    lost = Failed.of("FLJ0624", f"the provider of `{model}` failed or cannot be reached: {reason}", retry="connection")
    return replace(lost, usage=REFUSED if answered else UNKNOWN_COST, retry_after=_retry_after(error))


def timeout(model: str, seconds: float | None) -> Failed:
    """Return the failure of a request that was not answered in time."""
    within = "in time" if seconds is None else f"within {seconds:g} s"
    late = Failed.of("FLJ0626", f"`{model}` did not answer {within}", retry="timeout")
    return replace(late, usage=UNKNOWN_COST)


def unreadable(model: str, reason: str, usage: Usage = UNKNOWN_COST) -> Failed:
    """Return the failure of a reply that is not of the protocol's form."""
    lost = Failed.of("FLJ0624", f"the reply of `{model}` cannot be read: {reason}", retry="connection")
    return replace(lost, usage=usage)


def reason_of(error: Exception, keys: Sequence[str]) -> str:
    """Return an exception's own words: one line, bounded, without litellm's wrapping and without keys."""
    text = str(getattr(error, "message", "") or error).partition("Traceback")[0]
    text = _WRAPPERS.sub("", " ".join(text.split())).strip()
    text = _ADVICE.sub("", text)
    for key in keys:
        text = text.replace(key, "***").replace(quote(key, safe=""), "***")
    text = _KEY_LIKE.sub("***", text)
    text = text if len(text) <= MAX_REASON else text[:MAX_REASON] + "..."
    return text.rstrip(".") or type(error).__name__


def _status(error: Exception) -> int | None:
    status = getattr(error, "status_code", None)
    return int(status) if isinstance(status, int | str) and str(status).isdigit() else None


def _chain(error: BaseException | None) -> list[BaseException]:
    """Return an exception and all that led to it."""
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found


def _retry_after(error: Exception) -> float | None:
    """Return the seconds of a `Retry-After` header, given as a number or as a date (RFC 9110, 10.2.3)."""
    text = next((str(headers["retry-after"]) for headers in _headers(error) if "retry-after" in headers), None)
    if text is None:
        return None
    try:
        seconds = float(text)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds()
        except (TypeError, ValueError):
            return None
    return min(max(seconds, 0.0), MAX_RETRY_AFTER) if seconds == seconds else None


def _headers(error: Exception) -> Iterator[Mapping[str, str]]:
    for headers in (
        getattr(error, "litellm_response_headers", None),
        getattr(getattr(error, "response", None), "headers", None),
    ):
        if isinstance(headers, Mapping):
            yield headers
