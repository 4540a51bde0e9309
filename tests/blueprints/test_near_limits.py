"""Files that are too much: the compiler says so at once, instead of working on."""

from .conftest import Compile

HEAD = 'version: "0.1"\nsteps:\n  - name: a\n    uses: text.upper\n'


def test_so_many_errors_that_the_rest_is_not_looked_for(compile_text: Compile) -> None:
    text = HEAD + "".join(f"    key{number}: 1\n" for number in range(3_000))
    found = compile_text(text).diagnostics
    assert (found[0].code, found[0].message) == (
        "FLJ0110",
        "there are more than 1,000 errors, so the rest is not shown",
    )
    assert len(found) == 1_002
    assert found[1].message == "unknown key `key0`"


def test_notes_are_no_errors(compile_text: Compile) -> None:
    steps = "".join(f"  - {{name: s{number}, agent: {{id: text.upper}}}}\n" for number in range(1_100))
    compiled = compile_text('version: "0.1"\nsteps:\n' + steps)
    assert compiled.graph is not None
    assert len(compiled.diagnostics) == 1_100


def test_too_much_in_templates(compile_text: Compile) -> None:
    items = ",".join(f'"{{{{ input.a{number} }}}}"' for number in range(90_000))
    found = compile_text(HEAD + f"    input: [{items}]\n").diagnostics
    message = "the templates have more than 250,000 words and signs"
    assert [(item.code, item.message) for item in found] == [("FLJ0110", message)]
    assert str(found[0].place).startswith("flow.yaml:5:")
