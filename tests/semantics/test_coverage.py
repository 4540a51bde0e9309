"""What the suite covers: every sentence of the semantics, every kind and every field that this version runs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from flujo.blueprints.agents import AgentFields
from flujo.blueprints.fields import RetryFields
from flujo.blueprints.language import APPROVAL_KEYS, STEP_KEYS, TOP_KEYS
from flujo.steps import kinds
from flujo.testing.semantics import cases

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
RUNNING = [case for case in cases(HERE) if "codes" not in case.expected]
NESTED = {"retry": RetryFields.allowed(), "approval": APPROVAL_KEYS}


def everything() -> set[str]:
    """All kinds and fields, as `KIND.FIELD`, `*.FIELD` for those of every step, and `FIELD.PART`."""
    words = {f"kind {word}" for word, kind in kinds().items() if kind.lower}
    own = {f"{word}.{key}" for word, kind in kinds().items() if kind.lower for key in _fields(kind.config)}
    parts = {f"{field}.{part}" for field, known in NESTED.items() for part in known}
    top = {f"top.{key}" for key in TOP_KEYS} | {f"agent.{key}" for key in AgentFields.allowed()}
    return words | own | parts | top | {f"*.{key}" for key in STEP_KEYS}


def _fields(config: Any) -> set[str]:
    return set(config.allowed()) - set(getattr(config, "LATER", ()))


def used(blueprint: Any) -> Iterator[str]:
    """What a blueprint uses, in the same words."""
    yield from (f"top.{key}" for key in blueprint)
    yield from (f"agent.{key}" for agent in blueprint.get("agents", {}).values() for key in agent)
    yield from _within(blueprint["steps"])


def _within(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        word = value.get("kind", "step")
        yield f"kind {word}"
        for key, inner in value.items():
            yield from (f"{word}.{key}", f"*.{key}")
            if key in NESTED and isinstance(inner, dict):
                yield from (f"{key}.{part}" for part in inner)
            yield from _within(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _within(inner)


def test_each_kind_and_field_is_in_a_case_that_runs() -> None:
    yaml = YAML(typ="safe", pure=True)
    found = {word for case in RUNNING for word in used(yaml.load((case.folder / "blueprint.yaml").read_text("utf-8")))}
    assert sorted(everything() - found) == []


def test_each_sentence_has_a_case_or_a_test() -> None:
    """In coverage.txt a line is a sentence, `=`, and numbers of cases, files of tests, or `later`."""
    numbers = {case.folder.name[:3] for case in cases(HERE)}
    wrong = []
    for line in (HERE / "coverage.txt").read_text("utf-8").splitlines()[1:]:
        places = line.rpartition(" = ")[2].split()
        known = [place in numbers or place == "later" or (ROOT / place).is_file() for place in places]
        if not known or not all(known):
            wrong.append(line)
    assert wrong == []
