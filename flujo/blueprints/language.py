"""The words of the language (language.md 2 to 6): which keys there are, and which of them a later version will run."""

from __future__ import annotations

from typing import Final

VERSIONS: Final = ("0.1", 0.1)
MAX_STEPS: Final = 20_000

TOP_KEYS: Final = frozenset({"version", "name", "description", "inputs", "context", "output", "agents", "steps"})
TOP_LATER: Final = frozenset({"defaults", "imports", "secrets", "policy", "limits", "budget", "timeout"})

STEP_KEYS: Final = frozenset({"kind", "name", "description", "when", "input", "set", "updates_context", "retry"})
STEP_LATER: Final = frozenset(
    {
        "approval",
        "cache",
        "config",
        "depends_on",
        "idempotency_key",
        "limits",
        "needs",
        "on_error",
        "timeout",
        "undo",
        "usage_limits",
        "verify",
    }
)

KINDS_LATER: Final = frozenset(
    {"StateMachine", "dynamic_router", "loop", "map", "parallel", "router", "state_machine", "wait"}
)

AGENT_LATER: Final = frozenset(
    {"fallback_models", "max_turns", "on_tool_error", "prompt", "quality", "sla", "tier", "tools"}
)
