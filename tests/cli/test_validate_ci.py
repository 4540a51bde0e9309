"""Validate in CI: SARIF, annotations, fixes, baselines, text from stdin, and what makes it fail."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flujo.app.checking import fingerprints, together
from flujo.app.writing import replace_file
from flujo.blueprints.reader import read
from flujo.core.errors import UsageError

Flujo = Callable[..., Any]

GOOD = 'version: "0.1"\nsteps:\n  - {name: a, uses: text.upper}\n'
TYPO = 'version: "0.1"\nsteps:\n  - name: a\n    usse: text.upper\n'
UNKNOWN = 'version: "0.1"\nsteps:\n  - {name: a, uses: text.upper, input: "{{ nope }}"}\n'
WARNING = """version: "0.1"
steps:
  - kind: conditional
    name: c
    condition: "{{ true }}"
    branches:
      true: [{name: a, uses: text.upper}]
      false: [{name: b, uses: text.upper}]
"""
OLD = 'version: "0.1"\nsteps:\n  - name: a  # why\n    agent: {id: "text.upper"}\n'


def test_sarif(flujo: Flujo) -> None:
    Path("sub").mkdir()
    Path("sub/a ü.yaml").write_text(TYPO + "imports: {}\nimports: {}\n")
    result = flujo("validate", "sub", "--format", "sarif")
    assert (result.code, result.err) == (4, "")
    log = result.json
    assert (log["version"], len(log["runs"])) == ("2.1.0", 1)
    driver, results = log["runs"][0]["tool"]["driver"], log["runs"][0]["results"]
    rules = [rule["id"] for rule in driver["rules"]]
    assert rules == sorted({item["ruleId"] for item in results}) == ["FLJ0105", "FLJ0201"]
    assert all(rule["help"]["text"] and rule["shortDescription"]["text"].endswith(".") for rule in driver["rules"])
    assert [rules[item["ruleIndex"]] for item in results] == [item["ruleId"] for item in results]
    typo = next(item for item in results if item["ruleId"] == "FLJ0201")
    where = typo["locations"][0]["physicalLocation"]
    assert where["artifactLocation"] == {"uri": "sub/a%20%C3%BC.yaml", "uriBaseId": "%SRCROOT%"}
    assert where["region"] == {
        "startLine": 4,
        "startColumn": 5,
        "endLine": 4,
        "endColumn": 9,
        "charOffset": TYPO.index("usse"),
        "charLength": 4,
    }
    assert (typo["level"], typo["message"]["text"]) == ("error", "unknown key `usse`\nhelp: did you mean `uses`?")
    change = typo["fixes"][0]["artifactChanges"][0]
    assert change["artifactLocation"] == where["artifactLocation"]
    assert change["replacements"] == [{"deletedRegion": where["region"], "insertedContent": {"text": "uses"}}]
    twice = next(item for item in results if item["ruleId"] == "FLJ0105")
    assert twice["relatedLocations"][0]["physicalLocation"]["region"]["startLine"] == 5
    assert len({item["partialFingerprints"]["flujo/v1"] for item in results}) == len(results)


def test_sarif_of_nothing(flujo: Flujo) -> None:
    Path("pipeline.yaml").write_text(GOOD)
    result = flujo("validate", "--format", "sarif")
    assert (result.code, result.json["runs"][0]["results"]) == (0, [])


def test_github(flujo: Flujo) -> None:
    Path("a,b:c%.yaml").write_text('version: "0.1"\nsteps:\n  - {name: a, uses: "te\\nxt%\\e.x"}\n')
    result = flujo("validate", ".", "--format", "github")
    assert result.code == 4
    assert result.out == (
        "::error file=a%2Cb%3Ac%25.yaml,line=3,endLine=3,col=21,endColumn=33,title=FLJ0601 unknown-skill::"
        "unknown skill `te%0Axt%25\\x1b.x`%0Ahelp: `flujo skills list` shows what there is\n"
    )
    assert result.err == "1 file checked: 1 error\n"


def test_paths_are_from_here(flujo: Flujo, monkeypatch: pytest.MonkeyPatch) -> None:
    """CI runs at the top of a repository; the project may be a folder in it."""
    Path("app").mkdir()
    Path("app/flujo.toml").write_text("")
    Path("app/pipeline.yaml").write_text(TYPO)
    assert flujo("validate", "--project", "app", "--format", "github").out.startswith("::error file=app/pipeline.yaml,")
    Path("elsewhere").mkdir()
    monkeypatch.chdir("elsewhere")
    shown = flujo("validate", "--project", "../app", "--format", "github").out
    assert shown.startswith(f"::error file={Path.cwd().parent}/app/pipeline.yaml,")


@pytest.mark.parametrize(("text", "code"), [(GOOD, 0), (WARNING, 4), (TYPO, 4)])
def test_fail_on_warn(text: str, code: int, flujo: Flujo) -> None:
    Path("pipeline.yaml").write_text(text)
    assert flujo("validate", "--fail-on-warn").code == code
    assert flujo("validate").code == (0 if text == WARNING else code)


def test_no_strict(flujo: Flujo) -> None:
    Path("pipeline.yaml").write_text(UNKNOWN)
    assert flujo("validate").code == flujo("validate", "--strict").code == 4
    result = flujo("validate", "--no-strict")
    assert (result.code, result.err) == (0, "1 file checked: 1 warning\n")
    assert flujo("validate", "--no-strict", "--fail-on-warn").code == 4


def test_ignored_is_counted(flujo: Flujo) -> None:
    Path("pipeline.yaml").write_text(UNKNOWN.replace("}\n", "}  # flujo: ignore[FLJ0302]\n", 1))
    Path("b.yaml").write_text('version: "0.1"\nsteps:\n  - {name: a, uses: text.uper} # flujo: ignore[FLJ0601]\n')
    result = flujo("validate", ".")
    assert (result.code, result.out, result.err) == (0, "", "2 files checked: no errors (2 ignored)\n")
    assert flujo("run", "--dry-run").code == 0
    assert "error[FLJ0601]" in flujo("run", "b.yaml").err


def test_an_import_and_its_importer_tell_a_thing_once(flujo: Flujo) -> None:
    Path("a.yaml").write_text('version: "0.1"\nimports: {b: b.yaml}\nsteps:\n  - {name: x, uses: imports.b}\n')
    Path("b.yaml").write_text(TYPO)
    files = [(item["code"], item["file"]) for item in flujo("validate", ".", "--json").json["diagnostics"]]
    assert files == sorted(set(files))


# --- baselines ---


def test_baseline(flujo: Flujo) -> None:
    Path("a.yaml").write_text(TYPO)
    assert flujo("validate", ".", "--write-baseline").err.startswith("error[FLJ0005]: `--write-baseline` needs a file")
    written = flujo("validate", ".", "--baseline", "old.json", "--write-baseline")
    assert (written.code, written.out) == (0, "")
    assert written.err == "1 file checked: no errors (1 written to the baseline)\n"
    assert [entry["code"] for entry in json.loads(Path("old.json").read_text())["diagnostics"]] == ["FLJ0201"]
    Path("a.yaml").write_text(TYPO.replace("steps:", "# moved\n\ndescription: new\nsteps:"))
    moved = flujo("validate", ".", "--baseline", "old.json")
    assert (moved.code, moved.out, moved.err) == (0, "", "1 file checked: no errors (1 in the baseline)\n")
    Path("a.yaml").write_text(TYPO + "    usse: x\n    nmae: y\n")
    more = flujo("validate", ".", "--baseline", "old.json", "--json")
    assert more.code == 4
    assert {item["code"] for item in more.json["diagnostics"]} >= {"FLJ0105"}
    Path("a.yaml").write_text(GOOD)
    gone = flujo("validate", ".", "--baseline", "old.json")
    assert gone.err == "1 file checked: no errors (0 in the baseline, 1 of the baseline not found any more)\n"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 1}', '{"version": 1, "diagnostics": [1]}'])
def test_no_baseline(text: str, flujo: Flujo) -> None:
    Path("a.yaml").write_text(GOOD)
    Path("old.json").write_text(text)
    result = flujo("validate", "a.yaml", "--baseline", "old.json")
    assert (result.code, result.err.splitlines()[0]) == (2, "error[FLJ0002]: `old.json` is not a baseline")
    assert flujo("validate", "a.yaml", "--baseline", "nowhere.json").code == 2


def test_equal_diagnostics_have_fingerprints_of_their_own() -> None:
    _, once = read("a: 1\na: 2\n", "x.yaml")
    _, twice = read("a: 1\na: 2\na: 2\n", "x.yaml")
    names = fingerprints(twice)
    assert len(set(names)) == 2
    assert fingerprints(once)[0] in names
    assert together([]).diagnostics == ()


# --- fixes ---


def test_fix(flujo: Flujo) -> None:
    before = b"\xef\xbb\xbf" + OLD.replace("\n", "\r\n").encode()
    Path("pipeline.yaml").write_bytes(before)
    Path("pipeline.yaml").chmod(0o640)
    Path("link.yaml").symlink_to("pipeline.yaml")
    shown = flujo("validate", "link.yaml", "--diff")
    assert (shown.code, Path("pipeline.yaml").read_bytes()) == (0, before)
    assert '-    agent: {id: "text.upper"}\n+    uses: "text.upper"\n' in shown.out
    assert "`--fix` mends 1" in shown.err
    fixed = flujo("validate", "link.yaml", "--fix")
    assert fixed.code == 0
    assert fixed.err == "pipeline.yaml: 1 fix applied\n1 file checked: no errors\n"
    assert Path("pipeline.yaml").read_bytes() == before.replace(b'agent: {id: "text.upper"}', b'uses: "text.upper"')
    assert Path("pipeline.yaml").stat().st_mode & 0o777 == 0o640
    assert Path("link.yaml").is_symlink()
    assert sorted(path.name for path in Path().iterdir()) == ["link.yaml", "pipeline.yaml"]
    again = flujo("validate", "link.yaml", "--fix")
    assert (again.out, again.err) == ("", "1 file checked: no errors\n")


def test_suggested_fixes_are_applied_when_asked_for(flujo: Flujo) -> None:
    Path("pipeline.yaml").write_text(TYPO)
    assert flujo("validate", "--fix").code == 4
    assert Path("pipeline.yaml").read_text() == TYPO
    result = flujo("validate", "--fix-suggested", "--json")
    assert (result.code, result.json["valid"]) == (0, True)
    assert Path("pipeline.yaml").read_text() == TYPO.replace("usse", "uses")


def test_every_near_word_is_a_fix(flujo: Flujo) -> None:
    """One round is not enough: what an error hides comes to light when it is gone."""
    right = """# top
version: "0.1"
name: "5 a"
imports: {sub: sub.yaml}
inputs:
  type: object
  properties: {title: {type: string}}
context: {count: 0}
steps:
  - {name: first, uses: text.upper, input: "{{ input.title | upper }}"}
  - name: second
    uses: imports.sub
    input: {{ context.count }}  # why
  - kind: parallel
    name: both
    branches:
      a: [{name: third, uses: text.upper, with: {text: "{{ steps.first.output }}"}}]
"""
    right = right.replace("{{ context.count }}", '"{{ context.count }}"')
    Path("sub.yaml").write_text(GOOD)
    wrong = right.replace('version: "0.1"\nname: "5 a"', "name: 7").replace(
        '"{{ context.count }}"', "{{ context.count }}"
    )
    for word, typo in (
        ("imports.sub", "imports.sbu"),
        ("text.upper, input", "text.uper, input"),
        ("input.title", "input.titel"),
        ("| upper", "| uper"),
        ("context.count", "context.cuont"),
        ("kind: parallel", "kind: paralel"),
        ("branches:", "branchs:"),
        ("{text:", "{txet:"),
        ("steps.first", "steps.frist"),
    ):
        assert word in wrong
        wrong = wrong.replace(word, typo)
    Path("a.yaml").write_text(wrong)
    flujo("validate", "a.yaml", "--fix-suggested")
    wanted = right.replace('version: "0.1"\nname: "5 a"', 'version: "0.1"\nname: "7"')
    assert Path("a.yaml").read_text() == wanted


@pytest.mark.parametrize(
    ("value", "quoted"),
    [
        ("{{ a }} and {{ b }}", None),
        ("{{ a }}b", None),
        ("{{ {} }}", None),
        ("""{{ "a" ~ 'b' }}""", None),
        ('{{ "a" }}', """'{{ "a" }}'"""),
        ("{{ 'a' }}   # why", """"{{ 'a' }}"   # why"""),
    ],
)
def test_quotes_round_a_template(value: str, quoted: str | None, flujo: Flujo) -> None:
    text = f'version: "0.1"\nsteps:\n  - name: a\n    uses: text.upper\n    input: {value}\n'
    Path("a.yaml").write_text(text)
    assert flujo("validate", "a.yaml", "--fix").code == (4 if quoted is None else 0)
    assert Path("a.yaml").read_text() == text.replace(value, quoted or value)


def test_a_file_that_changed_meanwhile_is_not_written(flujo: Flujo) -> None:
    Path("a.yaml").write_text("theirs")
    with pytest.raises(UsageError, match="has changed meanwhile"):
        replace_file(Path("a.yaml"), b"before", b"ours")
    assert (Path("a.yaml").read_text(), [path.name for path in Path().iterdir()]) == ("theirs", ["a.yaml"])


def test_what_is_no_text_stays(flujo: Flujo) -> None:
    Path("a.yaml").write_bytes(b"\xff")
    assert flujo("validate", "a.yaml", "--fix-suggested").code == 4
    assert Path("a.yaml").read_bytes() == b"\xff"


# --- stdin ---


def test_stdin(flujo: Flujo) -> None:
    Path("sub").mkdir()
    Path("sub/b.yaml").write_text(GOOD)
    text = b'version: "0.1"\nimports: {b: b.yaml}\nsteps:\n  - {name: x, uses: imports.b}\n'
    assert flujo("validate", "-", "--stdin-name", "sub/a.yaml", stdin=text).code == 0
    alone = flujo("validate", "-", stdin=TYPO.encode())
    assert (alone.code, " --> <stdin>:4:5\n" in alone.out) == (4, True)
    assert flujo("validate", "-", "--format", "github", stdin=TYPO.encode()).out.startswith("::error file=<stdin>,")
    assert "+    uses: text.upper\n" in flujo("validate", "-", "--diff", "--fix-suggested", stdin=TYPO.encode()).out
    refused = flujo("validate", "-", "--fix", stdin=TYPO.encode())
    assert (refused.code, refused.err.splitlines()[0]) == (2, "error[FLJ0005]: a text from stdin cannot be fixed")


def test_two_formats_at_once(flujo: Flujo) -> None:
    result = flujo("validate", "--json", "--format", "sarif")
    assert (result.code, result.json["error"]["code"]) == (2, "FLJ0005")


def test_a_near_word_is_a_fix_also_where_the_message_does_not_repeat_it(flujo: Flujo) -> None:
    Path("a.yaml").write_text(TYPO + "    on_error: contineu\n")
    flujo("validate", "a.yaml", "--fix-suggested")
    assert Path("a.yaml").read_text().endswith("    on_error: continue\n")
