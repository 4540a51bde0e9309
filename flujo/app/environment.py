"""Secrets from the environment, else from the env file of the project: lines of NAME=VALUE."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from flujo.core.errors import UsageError

ENV_FILE: Final = ".env"
"""The env file of a project whose settings name none; it need not be there."""

_LINE: Final = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)")
_DOUBLE: Final = re.compile(r'"((?:[^"\\]|\\.)*)"\s*(?:#.*)?')
_SINGLE: Final = re.compile(r"'([^']*)'\s*(?:#.*)?")
_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t"}


class EnvironmentSecrets:
    """The secrets that are set at this moment (port `Secrets`); a variable goes before the file's line."""

    def __init__(self, env: Mapping[str, str], root: Path, file: str | None) -> None:
        self._env = env
        self._file = root / (file or ENV_FILE)
        self._must_exist = file is not None

    def get(self, name: str) -> str | None:
        """Return a secret's value; None when it is not set or empty. Raise UsageError FLJ0002 for a bad env file."""
        return self._env.get(name) or self._lines().get(name) or None

    def _lines(self) -> dict[str, str]:
        try:
            text = self._file.read_text("utf-8-sig")
        except FileNotFoundError:
            if self._must_exist:
                raise _bad(self._file, "there is no such file") from None
            return {}
        except UnicodeDecodeError as error:
            raise _bad(self._file, "it is not UTF-8 text") from error
        except OSError as error:
            raise _bad(self._file, (error.strerror or str(error)).lower()) from error
        try:
            return parse(text)
        except ValueError as error:
            raise _bad(self._file, str(error)) from error


def parse(text: str) -> dict[str, str]:
    r"""Return the variables of an env file; raise ValueError naming the line that is none, without its text.

    Values may stand in quotes: in double ones `\n`, `\r`, `\t`, `\"` and `\\` are escapes, in single ones nothing is.
    `#` begins a comment at the start of a line, after a quoted value, or after a space. Nothing is expanded.
    """
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        value = _value(match[2]) if match else None
        if match is None or value is None:
            raise ValueError(f"line {number} is not of the form NAME=VALUE")
        found[match[1]] = value
    return found


def _value(text: str) -> str | None:
    """Return what stands behind `=`; None when a quote is not closed."""
    if text.startswith('"'):
        quoted = _DOUBLE.fullmatch(text)
        return re.sub(r"\\(.)", lambda sign: _ESCAPES.get(sign[1], sign[1]), quoted[1]) if quoted else None
    if text.startswith("'"):
        quoted = _SINGLE.fullmatch(text)
        return quoted[1] if quoted else None
    return re.sub(r"(^|\s+)#.*", "", text).rstrip()


def _bad(file: Path, problem: str) -> UsageError:
    return UsageError(
        "FLJ0002", f"the env file `{file}`: {problem}", help="`[secrets] env_file` in flujo.toml names it"
    )
