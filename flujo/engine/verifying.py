"""Outputs held against the rules of `verify`.

A schema or an expression is looked at on the spot. A skill or judge is called at an address of its own,
`STEP/@verify[ATTEMPT]/rule_N` with the attempt from 0, so that it is recorded, recalled and replayed like any step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from flujo.core.errors import FlujoError, StateError, TemplateError
from flujo.core.graph import Rule
from flujo.core.ids import Address
from flujo.core.json_schema import problems
from flujo.core.outcomes import Done, Failed, Outcome, Suspended
from flujo.core.values import JsonObject, JsonValue, Value, a_type
from flujo.engine.order import Order
from flujo.engine.scope import Frame, Scope, StepResult, boolean


def verified_at(step: Address, attempt: int) -> Address:
    """Return the address that the calls have which verify an attempt, counted from 1."""
    return Address(f"{step}/@verify[{attempt - 1}]")


async def verified(order: Order, done: Done, attempt: int) -> Outcome:
    """Return `done` if its output keeps all rules of the call, else why the attempt has failed."""
    for number, rule in enumerate(order.call.meta.verify, 1):
        verifying = _Verifying(order, done, attempt)
        try:
            found = await verifying.judge(rule)
        except StateError:
            raise
        except FlujoError as error:
            found = verifying.unusable(error)
        if isinstance(found, Failed | Suspended):
            return found
        if found:
            return _broken(order, done, number, found)
    return done


class _Verifying:
    """One output on its way past one rule."""

    def __init__(self, order: Order, done: Done, attempt: int) -> None:
        self._order = order
        self._value = Value(done.output, done.labels)
        self._region = verified_at(order.frame.address, attempt)

    async def judge(self, rule: Rule) -> Sequence[str] | Failed | Suspended:
        """Return what is wrong with the output, nothing if it keeps the rule; or why that cannot be said."""
        if rule.schema is not None:
            found: Sequence[str] = problems(self._value.data, rule.schema)
        elif rule.expr is not None:
            found = self._untrue(rule)
        else:
            verdict = await self._call(rule)
            if isinstance(verdict, Failed | Suspended):
                return verdict
            found = _refused(rule, verdict.output)
        return [self._text(rule)] if found and rule.message is not None else found

    def _scope(self) -> Scope:
        result = StepResult("completed", self._value)
        return self._order.frame.scope.inner(result, {"value": self._value})

    def _frame(self) -> Frame:
        frame = self._order.frame
        inner = Frame(self._scope(), self._region, lambda _: frame.moment())
        inner.this = frame.this
        return inner

    def _untrue(self, rule: Rule) -> Sequence[str]:
        assert rule.expr is not None
        try:
            return [] if boolean(rule.expr, self._frame(), "expr") else [f"not true: {rule.expr.source}"]
        except TemplateError as error:  # such as a key that the output lacks
            return [error.diagnostic.message]

    def _text(self, rule: Rule) -> str:
        assert rule.message is not None
        return str(rule.message.render(self._frame()))

    async def _call(self, rule: Rule) -> StepResult | Failed | Suspended:
        order, scope = self._order, self._scope()
        assert order.step is not None
        assert rule.call is not None
        outcome = await order.step(rule.call, scope, self._region, order.frame.this)
        if isinstance(outcome, Failed):
            # never again: another attempt at the step would not help the one who judges it
            text = f"the output of `{order.frame.address}` could not be verified: {outcome.message}"
            return replace(outcome, message=text, retry="never", usage=Done(None).usage, detail=None)
        return outcome if isinstance(outcome, Suspended) else scope.previous

    def unusable(self, error: FlujoError) -> Failed:
        """Return the failure for a rule that cannot be worked out, whatever the output is."""
        item, address = error.diagnostic, self._order.frame.address
        failed = Failed.of(item.code, f"`verify`: {item.message}", retry="never", help=item.help)
        if item.place is None:
            return failed
        return replace(failed, step=address, file=item.place.source.name, line=item.place.start[0])


def _refused(rule: Rule, verdict: JsonValue) -> list[str]:
    """Return why a call does not let an output pass."""
    assert rule.call is not None
    if rule.min_score is not None:
        score = verdict["score"]
        if score >= rule.min_score:
            return []
        return [f"`{rule.call.target}` gives it {score:g}, and {rule.min_score:g} is needed: {verdict['reason']}"]
    if verdict is True:
        return []
    gave = "false" if verdict is False else f"{a_type(verdict)} instead of true"
    return [f"`{rule.call.target}` gives {gave}"]


def _broken(order: Order, done: Done, number: int, reasons: Sequence[str]) -> Failed:
    """Return the failure of an attempt; its detail is what the next one is told."""
    more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
    rule = f"rule {number} of `verify`" if len(order.call.meta.verify) > 1 else "`verify`"
    message = f"the output of `{order.call.target}` breaks {rule}: {reasons[0]}{more}"
    detail: JsonObject = {**(done.detail or {"output": done.output}), "problems": list(reasons)}
    return replace(Failed.of("FLJ0628", message, retry="invalid_output"), usage=done.usage, detail=detail)
