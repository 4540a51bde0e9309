"""The public names of the package."""

import re
import subprocess
import sys
from pathlib import Path

import flujo


def test_all_names_are_there_and_typed():
    stub = Path(flujo.__file__).with_suffix(".pyi").read_text()
    assert sorted(re.findall(r" as (\w+)$", stub, re.MULTILINE)) == sorted(flujo.__all__)
    assert all(getattr(flujo, name) for name in flujo.__all__)
    assert dir(flujo) == sorted(flujo.__all__)


def test_an_unknown_name_is_an_attribute_error():
    assert not hasattr(flujo, "pipeline")


def test_importing_the_package_imports_nothing_of_it():
    code = "import sys, flujo; print([name for name in sys.modules if name.startswith('flujo.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
