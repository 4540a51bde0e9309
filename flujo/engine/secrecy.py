"""Secrets in a run: known before it is driven, shown to one call, taken out of what comes back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field, replace
from typing import Final

from flujo.core.errors import FlujoError, UsageError
from flujo.core.graph import Call, Graph, Ref
from flujo.core.outcomes import Done, Failed, Outcome
from flujo.core.record import dataclass
from flujo.core.secrets import Redactor, Secrets, forms_of
from flujo.core.values import JsonObject, JsonValue
from flujo.engine.scope import Frame

MAX_MESSAGE: Final = 2000
"""Characters of a failure's message that are kept. It is cut after the secrets in it are taken out, for a part of a
secret would not be found."""

_HELP: Final = "set the environment variable of that name, or add `{0}=VALUE` to the env file of the project"


class NoSecrets:
    """No secret is set (port `Secrets`)."""

    def get(self, name: str) -> str | None:
        """Return nothing."""
        return None


@dataclass(frozen=True, slots=True)
class Confidence:
    """Where the secrets of runs come from, and what keeps them out of everything that is written."""

    secrets: Secrets = field(default_factory=NoSecrets)
    redactor: Redactor = field(default_factory=Redactor)

    def take(self, graph: Graph) -> list[str]:
        """Learn the secrets of a graph before it is driven; return warnings about those that are none.

        Raise UsageError FLJ0010 naming all that are not set.
        """
        values = self.know(graph)
        missing = [name for name, value in values.items() if value is None]
        if missing:
            listed = ", ".join(f"`{name}`" for name in missing)
            words = "the secret {} is" if len(missing) == 1 else "the secrets {} are"
            raise UsageError("FLJ0010", f"{words.format(listed)} not set", help=_HELP.format(missing[0]))
        pinned = [graph.source.text, *graph.pinned.get("files", {}).values()]
        return [text for name, value in values.items() for text in _doubts(name, value or "", pinned)]

    def know(self, graph: Graph) -> dict[str, str | None]:
        """Return the secrets of a graph, which are taken out of everything from now on; None for those not set."""
        values = {name: self.secrets.get(name) for name in graph.secrets}
        for value in values.values():
            self.redactor.learn(value or "")
        return values

    def reveal(self, call: Call, shown: JsonObject, frame: Frame) -> JsonObject | Failed:
        """Return the arguments of a call with the values of its secrets, which are known from now on."""
        assert call.arguments is not None
        names = _Revealing(frame, self.secrets)
        try:
            arguments, parts = call.arguments.reveal(shown, names)
        except FlujoError as error:
            item = error.diagnostic
            return Failed.of(item.code, item.message, retry="never", help=item.help)
        finally:
            for value in names.values.values():
                self.redactor.learn(value)
        self.redactor.learn_derived(parts, tuple(names.values.values()))
        assert isinstance(arguments, dict)
        return arguments

    def hide(self, outcome: Outcome) -> Outcome:
        """Return an outcome without the secrets in it: this is what goes on in the run, and what is recorded."""
        redactor = self.redactor
        match outcome:
            case Done() if redactor:
                return replace(outcome, output=redactor.value(outcome.output), detail=redactor.value(outcome.detail))
            case Failed() if redactor:
                outcome = replace(
                    outcome,
                    message=redactor.text(outcome.message),
                    help=outcome.help and redactor.text(outcome.help),
                    detail=redactor.value(outcome.detail),
                )
        if isinstance(outcome, Failed) and len(outcome.message) > MAX_MESSAGE:
            return replace(outcome, message=f"{outcome.message[:MAX_MESSAGE]}…")
        return outcome


def _doubts(name: str, value: str, pinned: list[str]) -> Iterator[str]:
    forms = forms_of(value)
    if not forms:
        yield f"the secret `{name}` is too short to be taken out of what steps give"
    if any(form in text for form in forms for text in pinned):
        yield f"the value of the secret `{name}` stands in the blueprint itself, which is recorded with the run"


class _Revealing:
    """The names of a step with the values of secrets among them; functions draw apart from those of other templates,
    which a replay repeats without these."""

    def __init__(self, frame: Frame, secrets: Secrets) -> None:
        self.values: dict[str, str] = {}
        self._frame = frame
        self._secrets = secrets
        self._draw = frame.source("secret")

    def get(self, ref: Ref) -> JsonValue:
        """Return the value of a reference; raise FlujoError FLJ0010 for a secret that is not set any more."""
        if ref[0] != "secrets":
            return self._frame.get(ref)
        name = ref[1]
        if name not in self.values:
            value = self._secrets.get(name)
            if value is None:
                raise FlujoError("FLJ0010", f"the secret `{name}` is not set", help=_HELP.format(name))
            self.values[name] = value
        return self.values[name]

    def call(self, function: str) -> JsonValue:
        """Return the next value of `now`, `uuid` or `random`."""
        return self._draw(function)
