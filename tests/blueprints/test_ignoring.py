"""Comments that ignore: which line they count for, what they cannot take out, and what is told about idle ones."""

from collections.abc import Iterable

import pytest

from flujo.blueprints.edit.fixes import fix_all
from flujo.core.diagnostics import Diagnostic

from .conftest import Compile

HEAD = 'version: "0.1"\nsteps:\n'
UNKNOWN = "FLJ0302"
"""An unknown name: a run may never meet it."""


def codes(found: Iterable[Diagnostic]) -> list[str]:
    return sorted(item.code for item in found)


@pytest.mark.parametrize(
    "step",
    [
        '  - name: a\n    uses: text.upper\n    input: "{{ nope }}"  # flujo: ignore[FLJ0302]\n',
        '  - name: a\n    uses: text.upper\n    # flujo: ignore[FLJ0302] we know\n    input: "{{ nope }}"\n',
        '  - name: a\n    uses: text.upper\n    #flujo:ignore[FLJ0601,FLJ0302]\n    # why\n\n    input: "{{ nope }}"\n',
        '  - name: a\n    uses: text.upper\n    # see above # flujo: ignore[ FLJ0302 ]\n    input: "{{ nope }}"\n',
        "  - name: a\n    uses: text.upper\n    input: |  # flujo: ignore[FLJ0302]\n      one\n      {{ nope }}\n",
        "  - name: a\n    uses: text.upper\n    # flujo: ignore[FLJ0302]\n    input: >-\n      one\n      {{ nope }}\n",
        '  - {name: a, uses: text.upper, input: "{{ nope }}"} # flujo: ignore[FLJ0302]',
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_ignored(step: str, end: str, compile_text: Compile) -> None:
    compiled = compile_text((HEAD + step).replace("\n", end))
    assert codes(compiled.ignored) == [UNKNOWN]
    assert UNKNOWN not in codes(compiled.diagnostics)
    assert compiled.graph is not None


@pytest.mark.parametrize(
    "step",
    [
        '  - name: a # flujo: ignore[FLJ0302]\n    uses: text.upper\n    input: "{{ nope }}"\n',
        '  - name: a\n    uses: text.upper\n    input: "{{ nope }} # flujo: ignore[FLJ0302]"\n',
        "  - name: a\n    uses: text.upper\n    input: |\n      # flujo: ignore[FLJ0302]\n      {{ nope }}\n",
        '  - name: a\n    uses: text.upper\n    input: "{{ nope }}"\n    # flujo: ignore[FLJ0302]\n',
        '  - name: a\n    uses: text.upper\n    input: "{{ nope }}"# flujo: ignore[FLJ0302]\n',
        '  - name: a\n    uses: text.upper # flujo: ignore[FLJ0302]\n    input: "{{ nope }}"\n',
        '  - name: a\n    uses: text.upper\n    input: "{{ nope }}" # flujo: ignore\n',
        '  - name: a\n    uses: text.upper\n    input: "{{ nope }}" # flujo: ignored[FLJ0302]\n',
    ],
)
def test_not_ignored(step: str, compile_text: Compile) -> None:
    compiled = compile_text(HEAD + step)
    assert compiled.ignored == frozenset()
    assert compiled.graph is None


def test_the_text_itself_cannot_be_ignored(compile_text: Compile) -> None:
    compiled = compile_text(HEAD + "  - name: a\n    name: b # flujo: ignore[FLJ0105]\n    uses: text.upper\n")
    assert codes(compiled.diagnostics) == ["FLJ0105", "FLJ0212"]
    assert compiled.ignored == frozenset()


def test_an_error_that_no_run_can_do_without_is_ignored_by_validate_only(compile_text: Compile) -> None:
    compiled = compile_text(HEAD + "  - name: a\n    uses: text.uper # flujo: ignore[FLJ0601]\n")
    assert compiled.graph is None
    assert codes(compiled.diagnostics) == codes(compiled.ignored) == ["FLJ0601"]


def test_idle_comments_are_taken_out_byte_for_byte(compile_text: Compile) -> None:
    text = (
        "# top\r\n"
        + HEAD.replace("\n", "\r\n")
        + "  # flujo: ignore[FLJ0510] no more\r\n"
        + "  - name: a   # flujo: ignore[FLJ0302, FLJ0510]\r\n"
        + '    input: "{{ nope }}"  # flujo: ignore[FLJ0510, FLJ0302] soon\r\n'
        + "    uses: text.upper  # flujo: ignore[FLJ9999]\r\n"
    )
    wanted = text.replace("  # flujo: ignore[FLJ0510] no more\r\n", "").replace(
        "   # flujo: ignore[FLJ0302, FLJ0510]", ""
    )
    wanted = wanted.replace("[FLJ0510, FLJ0302]", "[FLJ0302]")
    fixed = fix_all(text, lambda text: [item.fix for item in compile_text(text).diagnostics if item.fix])
    assert fixed.text == wanted
    assert codes(compile_text(wanted).diagnostics) == ["FLJ0212"]


def test_nothing_is_idle_while_the_checks_could_not_see_all(compile_text: Compile) -> None:
    compiled = compile_text(HEAD + "  - name: a # flujo: ignore[FLJ0510]\n    uses: text.uper\n")
    assert codes(compiled.diagnostics) == ["FLJ0601"]
