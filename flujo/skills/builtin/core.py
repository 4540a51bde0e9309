"""Skills of the engine itself: pass a value on, fail, wait, and the run's own time and chance."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from flujo.core.errors import SkillError
from flujo.core.ports import SkillContext
from flujo.core.values import JsonValue
from flujo.skills.decorator import skill


@skill(effect="pure", idempotent=True)
def pass_(value: JsonValue) -> JsonValue:
    """Give the value on, unchanged.

    Args:
        value: Any value.

    Examples:
        {uses: core.pass, with: {value: "{{ input.name }}"}}
    """
    return value


@skill(effect="pure", idempotent=True)
def fail(
    message: str,
    retryable: bool = False,
    class_: Literal["structural", "semantic", "environmental", "authority"] = "semantic",
) -> None:
    """Fail the step with a message of your own.

    Args:
        message: Why; people read it, and a catch sees it as `error.message`.
        retryable: Whether `retry` with `on: [any]` may try again.
        class: The class of the failure, `error.class` in a catch.

    Examples:
        {uses: core.fail, with: {message: "no open tickets"}}
    """
    raise SkillError(message, retry="other" if retryable else "never", error_class=class_)


@skill(effect="pure", idempotent=True, main="value")
async def sleep(
    context: SkillContext, seconds: Annotated[float, Field(ge=0, le=366 * 86_400)], value: JsonValue = None
) -> JsonValue:
    """Wait for some seconds, then give the value on.

    Args:
        seconds: How long.
        value: Any value.

    Examples:
        {uses: core.sleep, with: {seconds: 1.5}}
    """
    await context.clock.sleep(seconds)
    return value


@skill(effect="pure", idempotent=True)
def now(context: SkillContext) -> str:
    """Give the current date and time, in UTC, as ISO 8601 text.

    Examples:
        {uses: core.now}
    """
    return str(context.draw("now"))


@skill(effect="pure", idempotent=True)
def random(context: SkillContext) -> float:
    """Give a random number from 0 up to, but not including, 1.

    Examples:
        {uses: core.random}
    """
    return float(context.draw("random"))


@skill(effect="pure", idempotent=True)
def uuid(context: SkillContext) -> str:
    """Give a new unique identifier (UUID).

    Examples:
        {uses: core.uuid}
    """
    return str(context.draw("uuid"))


@skill(effect="pure", idempotent=True)
def todo(need: str) -> None:
    """Stand for work that is not described yet; a blueprint with it is refused.

    Args:
        need: What the step should do, in words.

    Examples:
        {uses: core.todo, with: {need: "send the report to the customer"}}
    """
    raise SkillError(
        f"this step is only a placeholder: {need}",
        code="FLJ0605",
        retry="never",
        help="replace it by a step that does what its `need` says",
    )
