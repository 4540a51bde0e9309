"""Which environment variable holds the key for which provider, so that a missing one is named before a run begins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flujo.models.settings import ModelAlias

KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "ai21": ("AI21_API_KEY",),
    "anthropic": ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"),
    "azure": ("AZURE_API_KEY", "AZURE_OPENAI_API_KEY", "AZURE_AD_TOKEN"),
    "cerebras": ("CEREBRAS_API_KEY",),
    "codestral": ("CODESTRAL_API_KEY",),
    "cohere": ("COHERE_API_KEY", "CO_API_KEY"),
    "dashscope": ("DASHSCOPE_API_KEY",),
    "deepinfra": ("DEEPINFRA_API_KEY",),
    "deepseek": ("DEEPSEEK_API_KEY",),
    "fireworks_ai": ("FIREWORKS_API_KEY", "FIREWORKS_AI_API_KEY", "FIREWORKSAI_API_KEY", "FIREWORKS_AI_TOKEN"),
    "gemini": ("GEMINI_API_KEY", "GOOGLE_API_KEY"),
    "groq": ("GROQ_API_KEY",),
    "mistral": ("MISTRAL_API_KEY", "MISTRAL_AZURE_API_KEY"),
    "moonshot": ("MOONSHOT_API_KEY",),
    "nvidia_nim": ("NVIDIA_NIM_API_KEY",),
    "openai": ("OPENAI_API_KEY",),
    "openrouter": ("OPENROUTER_API_KEY", "OR_API_KEY"),
    "perplexity": ("PERPLEXITYAI_API_KEY", "PERPLEXITY_API_KEY"),
    "replicate": ("REPLICATE_API_KEY", "REPLICATE_API_TOKEN"),
    "together_ai": ("TOGETHERAI_API_KEY", "TOGETHER_API_KEY", "TOGETHER_AI_API_KEY", "TOGETHER_AI_TOKEN"),
    "xai": ("XAI_API_KEY",),
}
"""Any one of a provider's variables will do; the first is the one to name. Providers that need no key, or find their
credentials in other ways (ollama, vllm, bedrock, vertex_ai), are not here."""

MIN_KEY: Final = 6

_BARE: Final = {"gpt-": "openai", "chatgpt-": "openai", "o1": "openai", "o3": "openai", "o4": "openai"} | {
    "claude-": "anthropic"
}
"""Names that litellm takes without their provider, by how they begin."""


def provider_of(model: str) -> str:
    """Return the provider of `provider/model`; empty when the name does not tell."""
    provider, slash, _ = model.partition("/")
    if slash:
        return provider
    return next((known for start, known in _BARE.items() if model.startswith(start)), "")


def variables(model: str, alias: ModelAlias) -> tuple[str, ...]:
    """Return the names of the variables of which one must be set; none when no key is needed or nothing is known."""
    if alias.api_key_env is not None:
        return (alias.api_key_env,) if alias.api_key_env else ()
    return KEYS.get(provider_of(model), ())


def missing(model: str, alias: ModelAlias, environment: Mapping[str, str]) -> str | None:
    """Return the variable to set, unless one that will do is there."""
    names = variables(model, alias)
    return names[0] if names and not any(environment.get(name, "").strip() for name in names) else None


def known_keys(model: str, alias: ModelAlias, environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return every key that may be part of a provider's message, so that it can be taken out; the longest first.

    A text of fewer than six characters is no key (and would blot out words).
    """
    names = {*variables(model, alias), *(name for names in KEYS.values() for name in names)}
    values = {environment.get(name, "").strip() for name in names}
    return tuple(sorted((value for value in values if len(value) >= MIN_KEY), key=len, reverse=True))
