"""Fixes of a blueprint's diagnostics, applied to its text: what `validate --fix` writes."""

from __future__ import annotations

import re
from collections.abc import Callable
from difflib import unified_diff
from typing import Final

from flujo.app.checking import Checked
from flujo.blueprints.edit.fixes import fix_all
from flujo.core.diagnostics import Fix, Severity
from flujo.core.record import dataclass

_LINE_END: Final = re.compile(r"\r\n|\n|\r")

Check = Callable[[str], Checked]
"""Finds what is wrong with a text of the file."""


@dataclass(frozen=True, slots=True)
class FixedFile:
    """A file before and after its fixes, and how many there were."""

    name: str
    before: bytes
    after: bytes
    count: int

    def diff(self) -> list[str]:
        """Return the unified diff as lines; a line end that is CRLF or CR is left out like any other."""
        old, new = (_LINE_END.split(data.decode()) for data in (self.before, self.after))
        return list(unified_diff(old, new, f"a/{self.name}", f"b/{self.name}", n=2, lineterm=""))


def fix_file(data: bytes, name: str, check: Check, *, suggested: bool) -> FixedFile:
    """Return a file with its safe fixes applied, and with `suggested` those too that a person should look at.

    A file that is not UTF-8 stays as it is; so does one that its fixes would make invalid, or no YAML any more. What an
    error has hidden may come to light.
    """
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return FixedFile(name, data, data, 0)
    allowed = ("safe", "suggested") if suggested else ("safe",)

    def fixes(text: str) -> list[Fix]:
        found = check(text).diagnostics
        own = [item for item in found if item.place is not None and item.place.source.name == name]
        return [item.fix for item in own if item.fix is not None and item.fix.applicability in allowed]

    fixed = fix_all(text, fixes)
    before, after = (_errors(check(version)) for version in (text, fixed.text))
    if (after and not before) or any(code.startswith("FLJ01") for code in after - before):
        return FixedFile(name, data, data, 0)
    return FixedFile(name, data, fixed.text.encode(), len(fixed.applied))


def _errors(checked: Checked) -> set[str]:
    return {item.code for item in checked.diagnostics if item.severity is Severity.ERROR}
