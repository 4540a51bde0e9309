"""The kinds there are, and what each must keep to."""

import subprocess
import sys

from flujo.core.shape import Shape
from flujo.steps import kinds


def test_the_kinds_of_this_version() -> None:
    found = kinds()
    assert list(found) == [
        "agent",
        "conditional",
        "hitl",
        "loop",
        "map",
        "parallel",
        "router",
        "state_machine",
        "step",
        "wait",
    ]
    assert [word for word, kind in found.items() if kind.config is None] == ["agent"]
    assert [word for word, kind in found.items() if kind.run is not None] == ["agent", "step"]


def test_each_kind_says_what_it_is_and_takes_no_unknown_keys() -> None:
    for word, kind in kinds().items():
        assert kind.word == word
        assert kind.summary.endswith(".")
        if kind.config is not None:
            assert issubclass(kind.config, Shape), "import Field and Shape from flujo.core.shape, not pydantic"
            assert all(entry.description for entry in kind.config.entries.values()), word


def test_compiling_imports_nothing_heavy() -> None:
    code = (
        "import sys; import flujo.blueprints.compiler as c; import flujo.steps as s; s.kinds();"
        "from flujo.blueprints.pinned import PinnedCatalogue as C, PinnedSources as S;"
        "r = c.compile_blueprint('version: \"0.1\"\\nsteps: {name: a, uses: x}', 'f', S({}), C(s.kinds(), {}));"
        "assert r.diagnostics[0].code == 'FLJ0601';"
        "heavy = {'asyncio', 'pydantic', 'jsonschema', 'sqlite3', 'litellm', 'sqlalchemy', 're2'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
