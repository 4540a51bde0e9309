"""`agents`: declarations with everything they need pinned, prompts from files included."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from flujo.blueprints.inputs import check_schema
from flujo.blueprints.language import AGENT_LATER
from flujo.blueprints.names import name_problem
from flujo.blueprints.report import Report
from flujo.core.errors import FlujoError
from flujo.core.shape import Field, Misfit, Shape
from flujo.core.spans import Path
from flujo.core.values import JsonObject, JsonValue

ReadFile = Callable[[str], str]


class AgentFields(Shape):
    """The fields of an agent."""

    model: str | None = Field(None, min_length=1, description="`PROVIDER/NAME`, or a name from flujo.toml")
    system_prompt: Any = Field(None, form="prompt", description="what the agent is told first: text, or `{file: PATH}`")
    output_schema: dict[str, Any] | None = Field(None, form="schema", description="JSON Schema of its replies")
    temperature: float | None = Field(None, ge=0, description="how much chance there is in its replies")
    max_tokens: int | None = Field(None, ge=1, description="how long a reply may be")
    seed: int | None = Field(None, description="for providers that repeat themselves on demand")
    settings: dict[str, Any] = Field({}, description="options of the provider")


_KEYS: Final = AgentFields.allowed()


def read_agents(
    value: JsonValue, path: Path, report: Report, read_file: ReadFile, model: str | None
) -> dict[str, JsonObject]:
    """Return the declared agents by name; one with errors is there too, so that its steps are no errors.

    `model` is that of agents which name none.
    """
    agents = {}
    for name, raw in report.mapping(value, path, "`agents`").items():
        at = (*path, name)
        problem = name_problem(name)
        if problem:
            report.add("FLJ0205", problem, at, on_key=True)
        agent = report.mapping(raw, at, "an agent")
        report.unknown_keys([key for key in agent if key not in AGENT_LATER], at, _KEYS)
        agents[name] = _agent(agent if model is None else {"model": model, **agent}, at, report, read_file)
    return agents


def _agent(raw: JsonObject, path: Path, report: Report, read_file: ReadFile) -> JsonObject:
    for key in AGENT_LATER & raw.keys():
        report.later(key, (*path, key))
    try:
        fields = AgentFields.read({key: value for key, value in raw.items() if key not in AGENT_LATER})
    except Misfit as error:
        report.misfit(error, path, _KEYS)
        return {}
    if fields.model is None:
        at = (*path, "model") if "model" in raw else path
        report.add("FLJ0202", "the key `model` is missing", at, help="add `model:`, here or under `defaults`")
        return {}
    agent = {name: value for name in fields.entries if (value := getattr(fields, name)) is not None}
    if "system_prompt" in agent:
        agent["system_prompt"] = _prompt(agent["system_prompt"], (*path, "system_prompt"), report, read_file)
    if "output_schema" in agent:
        check_schema(agent["output_schema"], (*path, "output_schema"), report)
    return agent


def _prompt(value: JsonValue, path: Path, report: Report, read_file: ReadFile) -> str:
    """Return the text of a prompt, given as text or as `{file: PATH}`."""
    if isinstance(value, str):
        return value
    if not isinstance(value, dict):
        report.add("FLJ0203", "`system_prompt` must be text, or `{file: PATH}`", path)
        return ""
    report.unknown_keys([key for key in value if key != "variables"], path, {"file"})
    if "variables" in value:
        report.later("variables", (*path, "variables"))
    if "file" not in value:
        if value.keys() <= {"variables"}:
            report.add("FLJ0202", "the key `file` is missing", path, help="add `file:`, or write the prompt as text")
        return ""
    file = report.text(value["file"], (*path, "file"), "`file`")
    if file is None:
        return ""
    try:
        return read_file(file)
    except FlujoError as error:
        item = error.diagnostic
        report.add(item.code, item.message, (*path, "file"), help=item.help)
        return ""
