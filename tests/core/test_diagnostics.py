"""Places, diagnostics, codes and outcomes."""

import pytest

from flujo.core.codes import CODES
from flujo.core.diagnostics import Diagnostic, Edit, Fix, Severity, has_errors, in_order
from flujo.core.errors import BlueprintInvalid, Exit, FlujoError, SkillError
from flujo.core.outcomes import NOTHING_SPENT, Failed, Usage
from flujo.core.spans import Place, Source, Span

SOURCE = Source("a.yaml", "one\r\ntwo\rthree\n\u2028four\n")


@pytest.mark.parametrize(
    ("offset", "position"),
    [(0, (1, 1)), (4, (1, 5)), (5, (2, 1)), (9, (3, 1)), (15, (4, 1)), (16, (4, 2)), (999, (5, 1))],
)
def test_lines_end_at_lf_crlf_and_cr_only(offset, position):
    assert SOURCE.position(offset) == position


def test_lines_come_without_their_ends():
    assert [SOURCE.line(number) for number in range(1, 6)] == ["one", "two", "three", "\u2028four", ""]


def test_json_of_a_diagnostic():
    place = Place(SOURCE, Span(5, 8))
    fix = Fix("do it", (Edit(Span(5, 8), "2"),), "safe")
    shown = Diagnostic("FLJ0301", "unknown step `x`", place, "write y", path=("steps", 0), fix=fix).to_json()
    assert shown == {
        "code": "FLJ0301", "slug": "unknown-step", "severity": "error", "message": "unknown step `x`",
        "file": "a.yaml", "line": 2, "column": 1, "end_line": 2, "end_column": 4, "path": ["steps", 0],
        "help": "write y",
        "fix": {"title": "do it", "applicability": "safe", "edits": [{"start": 5, "end": 8, "text": "2"}]},
        "url": "docs/reference/errors/FLJ0301.md",
    }  # fmt: skip
    assert str(place) == "a.yaml:2:1"
    assert Diagnostic("FLJ0301", "m").to_json()["line"] is None


def test_order_and_severity():
    late = Diagnostic("FLJ0201", "late", Place(SOURCE, Span(9, 10)))
    early = Diagnostic("FLJ0301", "early", Place(SOURCE, Span(1, 2)), severity=Severity.WARNING)
    nowhere = Diagnostic("FLJ0001", "nowhere")
    assert in_order([late, early, nowhere]) == [nowhere, early, late]
    assert has_errors([early, late])
    assert not has_errors([early])
    assert early.at(Place(SOURCE, Span(0, 1))) is early
    assert nowhere.at(early.place, ("a",)).path == ("a",)


def test_codes_are_complete():
    for code in CODES.values():
        assert code.what.endswith(".")
        assert code.fix.endswith((".", "`"))
        assert code.slug == code.slug.lower()
    assert len({code.slug for code in CODES.values()}) == len(CODES)


def test_errors_carry_diagnostics():
    error = BlueprintInvalid([Diagnostic("FLJ0307", "w", severity=Severity.WARNING), Diagnostic("FLJ0201", "e")])
    assert (error.diagnostic.message, error.exit, len(error.diagnostics)) == ("e", Exit.INVALID, 2)
    assert FlujoError("FLJ0001", "gone").diagnostic.message == "gone"
    assert SkillError("no").error_class == "semantic"
    assert SkillError("no", code="FLJ0612").error_class == "authority"


def test_usage_adds_up_and_an_unknown_price_stays_unknown():
    known = Usage(1, 2, 1, 0.5)
    assert known + known == Usage(2, 4, 2, 1.0)
    assert (known + Usage(usd=None)).usd is None
    assert NOTHING_SPENT.to_json() == {"usd": 0.0, "tokens_in": 0, "tokens_out": 0, "calls": 0}


def test_failures_round_trip():
    failed = Failed.of("FLJ0623", "slow down", retry="rate_limit", help="wait")
    assert failed.error_class == "environmental"
    back = Failed.from_json({**failed.to_json(), "retry": "rate_limit"})
    assert back == failed
