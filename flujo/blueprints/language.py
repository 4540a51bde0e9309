"""The words of the language (language.md 2 to 6): which keys there are, and which of them a later version will run."""

from __future__ import annotations

from typing import Final

VERSIONS: Final = ("0.1", 0.1)
MAX_STEPS: Final = 20_000

TOP_KEYS: Final = frozenset(
    {
        "agents",
        "context",
        "defaults",
        "description",
        "imports",
        "inputs",
        "name",
        "output",
        "secrets",
        "steps",
        "timeout",
        "version",
    }
)
TOP_LATER: Final = frozenset({"policy", "limits", "budget", "usage_limits"})

STEP_KEYS: Final = frozenset(
    {
        "approval",
        "cache",
        "depends_on",
        "description",
        "idempotency_key",
        "input",
        "kind",
        "name",
        "needs",
        "on_error",
        "retry",
        "set",
        "timeout",
        "undo",
        "updates_context",
        "verify",
        "when",
    }
)
STEP_LATER: Final = frozenset({"limits", "usage_limits"})


AGENT_LATER: Final = frozenset(
    {"fallback_models", "max_turns", "on_tool_error", "prompt", "quality", "sla", "tier", "tools"}
)
APPROVAL_KEYS: Final = frozenset({"by", "expires", "message", "quorum"})
MAX_QUORUM: Final = 100
