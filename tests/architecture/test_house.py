"""House rules that no linter knows: sizes, names, hidden imports, and no network in the pure rooms."""

import ast
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOT_OURS = {"build", "dist", "node_modules"}

LINES_REFUSED = 600
LINES_TO_EXPLAIN = 400
EXPLANATION = "long because"
FUNCTION_LINES = 80
PURE_ROOMS = ("flujo/core/", "flujo/expressions/", "flujo/blueprints/")
REFUSED_NAMES = {"utils", "util", "helpers", "helper", "common", "base", "manager"}


def _python_files() -> Iterator[Path]:
    for folder, below, names in os.walk(ROOT):
        below[:] = sorted(name for name in below if not name.startswith(".") and name not in NOT_OURS)
        yield from (Path(folder, name) for name in sorted(names) if name.endswith(".py"))


FILES = [path.relative_to(ROOT).as_posix() for path in _python_files()]


def size_faults(text: str) -> list[str]:
    """What is too long in one module."""
    faults = []
    tree = ast.parse(text)
    lines = len(text.splitlines())
    docstring = " ".join((ast.get_docstring(tree) or "").lower().split())
    if lines > LINES_REFUSED:
        faults.append(f"{lines} lines; {LINES_REFUSED} is the limit")
    elif lines > LINES_TO_EXPLAIN and EXPLANATION not in docstring:
        faults.append(f"{lines} lines, and the module docstring does not say '{EXPLANATION} ...'")
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES:
                faults.append(f"line {node.lineno}: {node.name} has {length} lines; {FUNCTION_LINES} is the limit")
    return faults


def hidden_imports(text: str) -> list[str]:
    """Imports of flujo that only a type checker would see."""
    guards = [
        node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
    ]
    found = []
    for node in (inner for guard in guards for inner in ast.walk(guard)):
        match node:
            case ast.Import(names=names):
                modules = [alias.name for alias in names]
            case ast.ImportFrom(module=module, level=level):
                modules = ["flujo"] if level else [module or ""]
            case _:
                continue
        found += [f"line {node.lineno}" for module in modules if module.split(".")[0] == "flujo"]
    return found


def opens_urls(text: str) -> list[str]:
    """Imports of urllib.request, which the import contract cannot name: it sees `urllib` as one thing."""
    found = []
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Import(names=names):
                modules = [alias.name for alias in names]
            case ast.ImportFrom(module=str(module), names=names, level=0):
                modules = [module, *(f"{module}.{alias.name}" for alias in names)]
            case _:
                continue
        if "urllib.request" in modules:
            found.append(f"line {node.lineno}")
    return found


def test_there_is_something_to_judge() -> None:
    assert "flujo/_version.py" in FILES
    assert "tests/architecture/test_house.py" in FILES


@pytest.mark.parametrize("path", FILES)
def test_sizes(path: str) -> None:
    assert size_faults((ROOT / path).read_text("utf-8")) == []


@pytest.mark.parametrize("path", FILES)
def test_no_type_checking_import_of_our_own(path: str) -> None:
    assert hidden_imports((ROOT / path).read_text("utf-8")) == []


@pytest.mark.parametrize("path", [path for path in FILES if path.startswith(PURE_ROOMS)])
def test_pure_rooms_open_no_urls(path: str) -> None:
    assert opens_urls((ROOT / path).read_text("utf-8")) == []


def test_names_say_what_is_inside() -> None:
    named = [path for path in FILES if {part.strip("_") for part in Path(path).with_suffix("").parts} & REFUSED_NAMES]
    assert named == []


def test_the_rules_bite() -> None:
    assert size_faults("x = 1\n" * 601) == ["601 lines; 600 is the limit"]
    assert size_faults("x = 1\n" * 401) == ["401 lines, and the module docstring does not say 'long because ...'"]
    assert size_faults('"""Long\nbecause it is a table."""\n' + "x = 1\n" * 401) == []
    assert size_faults("def f():\n" + "    x = 1\n" * 80) == ["line 1: f has 81 lines; 80 is the limit"]
    assert hidden_imports("if typing.TYPE_CHECKING:\n    from flujo.core import ids\n") == ["line 2"]
    assert hidden_imports("if TYPE_CHECKING:\n    from . import ids\n") == ["line 2"]
    assert hidden_imports("if TYPE_CHECKING:\n    import ast\n") == []
    assert opens_urls("import urllib.request") == ["line 1"]
    assert opens_urls("def f():\n    from urllib import request\n") == ["line 2"]
    assert opens_urls("from urllib.request import urlopen") == ["line 1"]
    assert opens_urls("from urllib.parse import quote") == []
