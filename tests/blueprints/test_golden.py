"""Golden diagnostics: one folder a case (CODE, or CODE.WHAT for more), its text and JSON exactly as users see them.

`FLUJO_UPDATE_GOLDEN=1 pytest tests/blueprints/test_golden.py` rewrites them; read the difference before you commit it.
"""

import json
import os
from pathlib import Path

import pytest

from flujo.cli.render.diagnostics import document, render
from flujo.core.codes import CODES

from .conftest import Compile

FOLDER = Path(__file__).resolve().parents[1] / "golden" / "diagnostics"
CASES = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())


@pytest.mark.parametrize("case", CASES)
def test_golden(compile_text: Compile, case: str) -> None:
    folder = FOLDER / case
    compiled = compile_text((folder / "in.yaml").read_bytes(), name="in.yaml")
    found = {
        "out.txt": render(compiled.diagnostics),
        "out.json": json.dumps(document(compiled.diagnostics), indent=2, ensure_ascii=False) + "\n",
    }
    if os.environ.get("FLUJO_UPDATE_GOLDEN") and not os.environ.get("CI"):
        for name, text in found.items():
            (folder / name).write_text(text, "utf-8")
    for name, text in found.items():
        assert (folder / name).read_text("utf-8") == text, f"{folder / name} differs"
    assert case.partition(".")[0] in {item.slug for item in compiled.diagnostics}


def test_every_code_of_the_compiler_has_a_case() -> None:
    running = {
        "bad-reduce",
        "loop-bound",
        "no-transition",
        "not-boolean",
        "timed-out",
        "too-many-items",
    }  # told at run time only
    ours = {code.slug for id, code in CODES.items() if id[3:5] in ("01", "02", "03", "05")} - running
    assert ours - set(CASES) == set()
