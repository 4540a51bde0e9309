"""What a skill is given, as a digest: the text itself would be taken out."""

import hashlib
from typing import Any

from flujo import skill


@skill(effect="read", idempotent=True)
def check(value: Any) -> str:
    """Say which value came."""
    return hashlib.sha256(str(value).encode()).hexdigest()[:8]
