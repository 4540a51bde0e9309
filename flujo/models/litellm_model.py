"""The Model port through litellm: one HTTP request for one `complete`, every fault a value.

litellm (an extra, three seconds to import) is loaded with the first request. Its own retries, its look-up of prices in
the network, its reading of `.env` files and its notices on stdout are all switched off.
"""

from __future__ import annotations

import asyncio
import importlib.util
import logging
import os
import warnings
from functools import lru_cache
from typing import Any, Final

from flujo.core.errors import MissingModule
from flujo.core.outcomes import Failed, Usage
from flujo.core.ports import ModelReply, ModelRequest
from flujo.core.values import JsonObject
from flujo.models import keys
from flujo.models.failures import failure_of, timeout, unreadable
from flujo.models.output_schema import response_format
from flujo.models.settings import ModelAlias, ModelSettings

SETTINGS: Final = frozenset(
    {"frequency_penalty", "logit_bias", "min_p", "parallel_tool_calls", "presence_penalty", "reasoning_effort"}
    | {"repetition_penalty", "safety_settings", "service_tier", "stop", "thinking", "top_k", "top_p", "user"}
    | {"verbosity"}
)
"""The provider options that an agent's `settings` may have. A closed list, because litellm takes addresses, keys and
retries by the same way: a blueprint must not be able to send the key elsewhere or to multiply requests."""

ABSENT: Final = "models need the package `litellm`, which is not installed"
INSTALL: Final = "install it with `pip install 'flujo[llm]'`"


class LitellmModel:
    """All models litellm knows. Making one costs nothing and needs nothing."""

    def __init__(self, settings: ModelSettings | None = None) -> None:
        self._settings = settings or ModelSettings()

    def missing_key(self, model: str) -> str | None:
        """Return the name of the environment variable that must be set for `model` and is not.

        This is the check before a run: it raises MissingModule FLJ0006 when litellm is not installed.
        """
        if not _installed():
            raise MissingModule("FLJ0006", ABSENT, help=INSTALL)
        return keys.missing(*self._settings.resolve(model), os.environ)

    async def complete(self, request: ModelRequest) -> ModelReply | Failed:
        """Send one request; every failure of the provider is a value with its class."""
        if not _installed():
            return Failed.of("FLJ0006", ABSENT, retry="never", help=INSTALL)
        model, alias = self._settings.resolve(request.model)
        if (variable := keys.missing(model, alias, os.environ)) is not None:
            message = f"the model `{request.model}` needs a key, and `{variable}` is not set"
            return Failed.of("FLJ0621", message, retry="never", help=f"set the environment variable `{variable}`")
        if foreign := sorted(request.settings.keys() - SETTINGS):
            message = f"unknown model setting `{foreign[0]}`"
            return Failed.of("FLJ0627", message, retry="never", help=f"settings are {', '.join(sorted(SETTINGS))}")
        litellm = await asyncio.to_thread(_litellm)
        try:
            async with asyncio.timeout(request.timeout):
                reply = await litellm.acompletion(**_arguments(request, model, alias))
        except TimeoutError:
            return timeout(request.model, request.timeout)
        except Exception as error:
            return failure_of(error, request.model, keys.known_keys(model, alias, os.environ))
        return _read(reply, request.model, alias)


def _installed() -> bool:
    return importlib.util.find_spec("litellm") is not None


@lru_cache(maxsize=1)
def _litellm() -> Any:
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # else the import fetches prices, with retries
    os.environ["LITELLM_MODE"] = "PRODUCTION"  # else it reads `.env` files of folders above
    import litellm

    litellm.suppress_debug_info = True  # else it prints to stdout
    for name in ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    warnings.filterwarnings("ignore", message="Pydantic serializer warnings", category=UserWarning)
    return litellm


def _arguments(request: ModelRequest, model: str, alias: ModelAlias) -> JsonObject:
    wanted: JsonObject = {
        "temperature": request.temperature,
        "seed": request.seed,
        "tools": list(request.tools) or None,
        "response_format": None if request.output_schema is None else response_format(request.output_schema),
        "api_base": alias.api_base,
        "api_key": _key(alias),
    }
    given = {name: value for name, value in wanted.items() if value is not None}
    return (
        request.settings
        | given
        | {
            "model": model,
            "messages": list(request.messages),
            "max_tokens": request.max_tokens,
            "timeout": request.timeout,
            "num_retries": 0,
            "max_retries": 0,
            "_skip_mcp_handler": True,  # else `tools` need the package `mcp`
        }
    )


def _key(alias: ModelAlias) -> str | None:
    """Return the key to send; None leaves it to litellm, which reads the provider's own variable."""
    if alias.api_key_env is None:
        return None
    return os.environ[alias.api_key_env] if alias.api_key_env else "none"


def _read(reply: Any, model: str, alias: ModelAlias) -> ModelReply | Failed:
    usage = _usage(reply, alias)
    if not getattr(reply, "choices", None):
        return unreadable(model, "it has no choices", usage)
    choice = reply.choices[0]
    text = choice.message.content
    if text is not None and not isinstance(text, str):
        return unreadable(model, "its content is not text", usage)
    refusal = (getattr(choice.message, "provider_specific_fields", None) or {}).get("refusal")
    if not text and isinstance(refusal, str) and refusal:
        return ModelReply(refusal, str(reply.model or model), usage, "refusal")
    calls = tuple(call.model_dump() for call in choice.message.tool_calls or ())
    return ModelReply(text or "", str(reply.model or model), usage, str(choice.finish_reason or "stop"), calls)


def _usage(reply: Any, alias: ModelAlias) -> Usage:
    """Return what was spent; a figure that is missing or impossible makes the cost unknown."""
    counted = getattr(reply, "usage", None)
    found = [getattr(counted, name, None) for name in ("prompt_tokens", "completion_tokens")]
    tokens_in, tokens_out = (value if isinstance(value, int) and value > 0 else 0 for value in found)
    usd = None
    if tokens_in and all(isinstance(value, int) and value >= 0 for value in found):
        usd = _price(reply, alias, tokens_in, tokens_out)
    return Usage(tokens_in, tokens_out, calls=1, usd=usd)


def _price(reply: Any, alias: ModelAlias, tokens_in: int, tokens_out: int) -> float | None:
    if alias.price_in is not None and alias.price_out is not None:
        return (tokens_in * alias.price_in + tokens_out * alias.price_out) / 1_000_000
    cost = (getattr(reply, "_hidden_params", None) or {}).get("response_cost")
    # litellm says 0 also for models it has no price of; free is only what an alias says is free
    return float(cost) if isinstance(cost, int | float) and cost > 0 else None
