"""The conformance runner finds what is wrong: an expectation that is not met, a blueprint that does not compile."""

import json
from pathlib import Path

from flujo.testing.semantics import Case, check, main

STEPS = 'version: "0.1"\nsteps:\n  - {name: a, uses: text.upper}\n'


def case(folder: Path, expected: object, blueprint: str = STEPS) -> Case:
    folder.mkdir(exist_ok=True)
    (folder / "blueprint.yaml").write_text(f"# language 0, Test: a sentence.\n{blueprint}")
    (folder / "expected.json").write_text(json.dumps(expected))
    (folder / "input").write_text("x")
    return Case(folder)


def test_what_is_wrong_is_found_live_and_after_each_kill(tmp_path: Path) -> None:
    report = check(case(tmp_path / "one", {"status": "completed", "output": "x"}), tmp_path)
    assert report.faults[0] == 'live: output is "X", not "x"'
    assert len(report.faults) == report.kills + 1 > 2


def test_a_blueprint_that_must_not_compile(tmp_path: Path) -> None:
    wrong = STEPS.replace("text.upper", "text.uper")
    assert check(case(tmp_path / "one", {"codes": ["FLJ0601"]}, wrong), tmp_path).faults == ()
    assert check(case(tmp_path / "two", {"codes": ["FLJ0301"]}, wrong), tmp_path).faults
    assert check(case(tmp_path / "three", {"status": "completed"}, wrong), tmp_path).faults == (
        "it does not compile: FLJ0601",
    )


def test_the_command_line(tmp_path: Path, capsys: object) -> None:
    case(tmp_path / "one", {"output": "X"})
    assert main([str(tmp_path)]) == 0
    case(tmp_path / "two", {"output": "x"})
    assert main([str(tmp_path)]) == 1
    assert main([str(tmp_path / "nothing")]) == 1
