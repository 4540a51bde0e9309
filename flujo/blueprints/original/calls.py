"""What a step calls, in the original's spelling: `agent: {id, params}`, and skills of `flujo.builtins`."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from flujo.blueprints.original.edits import adding, flattening
from flujo.blueprints.original.parts import Parts, made, span_of
from flujo.core.diagnostics import Edit
from flujo.core.suggest import did_you_mean

PREFIX: Final = "flujo.builtins."
_SAME: Final = {"passthrough": "core.pass", "fs_write_file": "files.write"}
_AS_TEXT: Final = "{{ this | string }}"
_INSTEAD: Final = {
    "aggregate": "use `table.group`, or a filter: `{{ previous | sum }}`",
    "ask_user": "write `kind: hitl`",
    "check_user_confirmation": "write `kind: hitl` with `choices`",
    "code_interpreter": "write a skill of your own",
    "context_get": "write `{{ context.PATH }}` where the value is needed",
    "context_merge": "write `set: {PATH: ...}` at a step",
    "context_set": "write `set: {PATH: VALUE}` at a step",
    "extract_from_text": "declare an agent with an `output_schema`",
    "flatten": "write a template: `{{ previous | sum(start=[]) }}`",
    "http_get": "write a skill of your own",
    "render_jinja_template": "write the template where its text is needed",
    "select_fields": "use `table.select`",
    "to_csv": "use `table.to_csv`, or the filter `to_csv`",
    "web_search": "write a skill of your own",
}
"""What takes the place of builtins that have none here."""


def agent_key(parts: Parts) -> None:
    """Turn `agent: ID` and `agent: {id: ID, params: {...}}` into `uses` and `with`."""
    agent, key = parts.fields["agent"], parts.keys["agent"]
    if agent.fields is None or agent.keys is None:
        parts.rename("agent", "uses")
        return
    names = {"id": "uses", "params": "with"}
    path = parts.paths["agent"]
    edits = flattening(parts.findings.source.text, key, agent, inline=parts.inline)
    renames = [Edit(agent.keys[old], new) for old, new in names.items() if old in agent.keys]
    entries = []
    for name, element in agent.fields.items():
        span = agent.keys[name]
        if name in names:
            entries.append((names[name], name, element, span))
        else:
            near = did_you_mean(name, names)
            help = f"did you mean `{near}`?" if near else "`agent` has `id` and `params`"
            parts.findings.wrong("FLJ0201", f"unknown key `{name}`", span, (*path, name), help)
            if near is not None and near not in agent.fields:
                entries.append((names[near], name, element, span))
    if "uses" not in [name for name, *_ in entries]:
        parts.findings.wrong(
            "FLJ0202", "the key `id` is missing", key, path, "write `uses: SKILL` or `uses: agents.NAME`"
        )
        entries.append(("uses", "agent", made("core.pass", agent), key))
    parts.swap("agent", entries)
    whole = None if edits is None else [*edits, *renames]
    parts.findings.old("`agent` is an old spelling", key, path, ("write `uses` and `with`", whole))


def builtin(parts: Parts) -> None:
    """Turn the id of a builtin of the original into ours, or say what takes its place."""
    id = parts.value("uses")
    if not isinstance(id, str) or not id.startswith(PREFIX):
        return
    name = id.removeprefix(PREFIX)
    if name in _SAME:
        parts.revalue("uses", _SAME[name], _SAME[name])
    elif name == "stringify" and not parts.value("with"):
        _stringify(parts)
    else:
        near = did_you_mean(name, [*_SAME, *_INSTEAD, "stringify"])
        help = _INSTEAD.get(name) or (f"did you mean `{PREFIX}{near}`?" if near else "`flujo skills list` shows ours")
        element = parts.fields["uses"]
        message = f"the original's builtin `{name}` has no counterpart" if name in _INSTEAD else f"unknown skill `{id}`"
        parts.findings.wrong("FLJ0601", message, span_of(element), parts.paths["uses"], help)
        parts.change("uses", replace(element, value="core.pass"))
        if "with" in parts:
            parts.drop("with")


def _stringify(parts: Parts) -> None:
    """Write `stringify` as a pass of the step's own input, made a text."""
    element, key, path = parts.fields["uses"], parts.keys["uses"], parts.paths["uses"]
    text = parts.findings.source.text
    edits = [Edit(span_of(element), "core.pass")]
    if "with" in parts:
        old = parts.drop("with")
        edits.append(Edit(span_of(old), f'{{value: "{_AS_TEXT}"}}'))
    else:
        begin = (parts.element.keys or {}).get("agent", key)
        edits.append(adding(text, begin, f'with: {{value: "{_AS_TEXT}"}}', inline=parts.inline))
    parts.change("uses", replace(element, value="core.pass"))
    parts.add("with", {"value": _AS_TEXT}, element)
    message = f"`{element.value}` is an old spelling"
    parts.findings.old(message, span_of(element), path, ("write `core.pass` and `with`", edits))
