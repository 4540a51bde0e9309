"""Maps, loops and parallel branches as people see them: folded, unfolded, counted, searched."""

import time
from collections.abc import Callable, Iterable

import pytest

from flujo.cli.render.lens import find_step, is_place, run_text, step_text, suggestion
from flujo.cli.render.region import Nodes, region_words, summary
from flujo.cli.render.screen import Paint
from flujo.cli.render.trace import EVERYTHING, Drawing, trace_text
from flujo.cli.render.tree import Twig, grown, within
from flujo.core.graph import Call, Flow, Join, Loop, Map, Meta
from flujo.core.ids import Address, RunId
from flujo.engine.fold import RunView, StepView

Golden = Callable[[str, str], None]
START = 1_792_000_000_000_000
OFF = Paint()


class Text:
    """A template that is never rendered here."""

    source = ""
    refs: frozenset[tuple[str, ...]] = frozenset()
    functions: frozenset[str] = frozenset()

    def render(self, names: object) -> object:
        """Fail: nothing runs in these tests."""
        raise AssertionError("not rendered")


def call(name: str) -> Call:
    """A leaf."""
    return Call(Meta(name, "step"), "step", "core.pass")


def body(*names: str) -> Flow:
    """A list of leaves."""
    return Flow(Meta("", "steps"), tuple(call(name) for name in names))


FAN = Map(Meta("fan", "map"), Text(), body("draft", "critique"))
POLISH = Loop(Meta("polish", "loop"), body("edit"), 9, until=Text())
BOTH = Flow(Meta("both", "parallel"), tuple(Flow(Meta(name, "branch"), ()) for name in ("left", "right")), Join(1))
NODES: Nodes = {Address("fan"): FAN, Address("polish"): POLISH, Address("both"): BOTH}


def step(address: str, status: str = "completed", at: float = 0, took: float = 1, **fields: object) -> StepView:
    """A step that began `at` seconds after the start."""
    view = StepView(Address(address), address.rpartition("/")[2], "step", "core.pass", status)
    view.started = START + int(at * 1_000_000)
    view.ended = None if status in ("suspended", "running") else view.started + int(took * 1_000_000)
    for name, value in fields.items():
        setattr(view, name, value)
    return view


def error(message: str) -> dict[str, object]:
    """What a failed step shows."""
    return {"code": "FLJ0610", "message": message}


def run(steps: Iterable[StepView]) -> RunView:
    """A run with these steps."""
    view = RunView(RunId("0kq7x2v-abc12"), "report", "ab" * 32, "completed", created=START, active=3_000_000)
    view.steps = {one.address: one for one in steps}
    return view


def items() -> list[StepView]:
    """A map of nine items of which seven began, in every state there is, the later ones first."""
    return [
        step("fan", "suspended", uses=None, kind="map", ended=None),
        step("fan[6]/draft", "cancelled", 0.5),
        step("fan[5]/draft", at=1),
        step("fan[4]/draft", "skipped", 1, 0),
        step("fan[4]/critique", "skipped", 1, 0),
        step("fan[3]/draft", at=1),
        step("fan[3]/critique", "suspended", 2, kind="hitl", uses=None),
        step("fan[2]/draft", "failed", 1, 0.2, error=error("disk\x1b full")),
        step("fan[1]/draft", "continued", 1, 0.1, error=error("no such page")),
        step("fan[1]/critique", at=1.1, took=2),
        step("fan[0]/draft"),
        step("fan[0]/critique", at=1),
    ]


def twig(steps: Iterable[StepView]) -> Twig:
    """The first step with what is inside it."""
    return grown(steps)[0]


def test_items_are_counted_by_how_they_ended() -> None:
    found = summary(twig(items()), NODES)
    assert dict(found.counts) == {
        "done": 2, "failed": 1, "skipped": 1, "cancelled": 1, "waiting": 1, "under way": 1,
    }  # fmt: skip
    assert found.slowest == ("[1]", 2.1)
    assert found.seconds == 3.1
    assert [trouble.address for trouble in found.troubles] == ["fan[1]/draft", "fan[2]/draft", "fan[3]/critique"]
    assert region_words(twig(items()), NODES, found) == [
        "2 done, 1 failed, 1 skipped, 1 cancelled, 1 waiting, 1 under way",
        "slowest [1] 2.1 s",
    ]


def test_the_total_is_known_at_the_end_of_a_map() -> None:
    whole = [
        step("fan", kind="map", decision={"items": 1, "failed": []}),
        step("fan[0]/draft"),
        step("fan[0]/critique"),
    ]
    assert region_words(twig(whole), NODES, summary(twig(whole), NODES)) == ["1 item"]
    whole[0].decision = {"items": 1200, "failed": []}
    assert region_words(twig(whole), NODES, summary(twig(whole), NODES)) == ["1/1,200 done"]
    empty = [step("fan", kind="map", decision={"items": 0, "failed": []})]
    assert region_words(twig(empty), NODES, None) == ["0 items"]


@pytest.mark.parametrize(
    ("decision", "status", "words"),
    [
        ({"exit": "until", "iterations": 2}, "completed", ["2 iterations, `until` was true"]),
        ({"exit": "while", "iterations": 1}, "completed", ["1 iteration, `while` was false"]),
        ({"exit": "max", "iterations": 2}, "completed", ["2 iterations, `max` was reached"]),
        (None, "running", ["in iteration 2"]),
        (None, "failed", ["failed in iteration 2"]),
        (None, "suspended", ["waits in iteration 2"]),
    ],
)
def test_a_loop_says_its_iterations_and_its_exit(decision: object, status: str, words: list[str]) -> None:
    whole = twig([step("polish", status, decision=decision), step("polish[0]/edit"), step("polish[1]/edit")])
    assert region_words(whole, NODES, summary(whole, NODES)) == words
    assert region_words(twig([step("polish", "failed")]), NODES, None) == []


def test_parallel_names_the_branches_that_counted() -> None:
    some = twig([step("both", kind="parallel", decision=[1]), step("both/left/a"), step("both/right/b")])
    assert region_words(some, NODES, None) == ["1 of 2 branches counted: right"]
    assert region_words(twig([step("both", decision=[0, 1])]), NODES, None) == []
    assert region_words(twig([step("which", decision="yes")]), {}, None) == ["branch yes"]


def test_a_caught_failure_is_told_from_a_branch_of_that_name() -> None:
    caught = twig([step("fetch", decision="@caught"), step("fetch/@catch/again")])
    assert region_words(caught, {}, None) == ["its failure was caught"]


def test_what_an_inner_region_dealt_with_is_no_trouble_of_the_outer_one() -> None:
    dealt = [step("fan"), step("fan[0]/draft"), step("fan[0]/draft[3]/x", "failed", error=error("tolerated"))]
    assert summary(twig(dealt), NODES).troubles == []
    dealt[1].status = "failed"
    assert [trouble.address for trouble in summary(twig(dealt), NODES).troubles] == ["fan[0]/draft[3]/x"]


def everything() -> RunView:
    """A run with a map, a loop and branches."""
    more = [
        step("polish", at=3, kind="loop", uses=None, decision={"exit": "max", "iterations": 1}),
        step("polish[0]/edit", at=3),
        step("both", kind="parallel", uses=None, decision=[1]),
        step("both/left/a", "cancelled"),
        step("both/right/b"),
    ]
    return run([*items(), *more])


def test_folded(golden: Golden, utc: None) -> None:
    golden("trace/folded.txt", trace_text(everything(), Drawing(columns=120, nodes=NODES)))


def test_unfolded(golden: Golden, utc: None) -> None:
    golden("trace/unfolded.txt", trace_text(everything(), Drawing(columns=120, nodes=NODES, expand=EVERYTHING)))


def labels(text: str) -> list[str]:
    """The labels of a tree, without its head."""
    return [line.lstrip("│├└─ ").lstrip("✓✗·?…!⊘ ").split()[0] for line in text.splitlines()[1:]]


def test_one_region_or_one_item_is_unfolded() -> None:
    one = labels(trace_text(everything(), Drawing(nodes=NODES, expand="polish")))
    assert one[:4] == ["fan", "[1]/draft", "[2]/draft", "[3]/critique"]
    assert one[4:] == ["polish", "[0]", "edit", "both", "left", "a", "right", "b"]
    item = labels(trace_text(everything(), Drawing(nodes=NODES, expand="fan[3]")))
    assert item[:5] == ["fan", "[3]", "draft", "critique", "polish"]


def test_only_the_first_troubles_are_named() -> None:
    failed = [step(f"fan[{number}]/draft", "failed", error=error(f"e{number}")) for number in range(9)]
    lines = trace_text(run([step("fan"), *failed]), Drawing(nodes=NODES)).splitlines()
    assert [line[:19].rstrip() for line in lines[2:]] == [
        "   ├─ ✗ [0]/draft",
        "   ├─ ✗ [1]/draft",
        "   ├─ ✗ [2]/draft",
        "   └─ and 6 more",
    ]


def test_a_step_that_makes_one_value_of_all_stays_visible() -> None:
    view = run([step("fan"), step("fan[0]/draft"), step("fan/@reduce")])
    assert labels(trace_text(view, Drawing(nodes=NODES))) == ["fan", "@reduce"]


def many() -> RunView:
    """A run with a map of 10,000 items, finished in reverse order."""
    steps = [step(f"fan[{number}]/{name}") for number in reversed(range(10_000)) for name in ("draft", "critique")]
    return run([step("fan", kind="map", decision={"items": 10_000, "failed": []}), *steps])


def test_ten_thousand_items_are_one_line_at_once() -> None:
    view = many()
    begin = time.process_time()
    text = trace_text(view, Drawing(columns=120, nodes=NODES))
    assert time.process_time() - begin < 2  # 0.1 s; a quadratic way takes minutes
    assert len(text.splitlines()) == 2
    assert "10,000 items; slowest [0] 1.0 s" in text
    unfolded = labels(trace_text(view, Drawing(columns=120, nodes=NODES, expand=EVERYTHING)))
    assert unfolded[:4] == ["fan", "[0]", "draft", "critique"] and unfolded[-3] == "[9999]"


def test_show_counts_what_is_inside(golden: Golden, utc: None) -> None:
    golden("lens/regions.txt", run_text(everything(), NODES, 100, OFF))
    text = run_text(many(), NODES, 100, OFF)
    assert "fan   completed  1.0 s  core.pass, 10,000 items, slowest [0] 1.0 s\n" in text
    assert len(text.splitlines()) < 20


def test_show_of_a_region(golden: Golden, utc: None) -> None:
    view = everything()
    golden("lens/map.txt", step_text(view.steps[Address("fan")], view, NODES, 100, OFF))
    shown = step_text(view.steps[Address("polish")], view, NODES, 100, OFF)
    assert "1 iteration, `max` was reached" in shown
    assert 'decision  {"exit": "max", "iterations": 1}' in shown


def test_steps_are_found_by_address_name_or_pattern() -> None:
    view = everything()

    def found(wanted: str) -> str | None:
        step = find_step(view, wanted)
        return step and step.address

    assert found("fan[3]/critique") == "fan[3]/critique"
    assert found("edit") == "polish[0]/edit"
    assert found("fan[6]*") == "fan[6]/draft"
    assert found("critique") is None
    assert found("fan[3]") is None
    assert is_place(view, "fan[3]") and is_place(view, "both/left") and not is_place(view, "fa")


@pytest.mark.parametrize(
    ("wanted", "help"),
    [
        ("fan[3]", "there are `fan[3]/draft`, `fan[3]/critique`"),
        ("fan[3]/critiqe", "did you mean `fan[3]/critique`?"),
        ("fan[*]/critique", "there are `fan[4]/critique`, `fan[3]/critique`, `fan[1]/critique`, `fan[0]/critique`"),
        ("edit*", "it has: `fan`, `polish`, `both`, `both/left/a`, `both/right/b`"),
        ("fan[6", "there is `fan[6]/draft`"),
    ],
)
def test_what_may_have_been_meant(wanted: str, help: str) -> None:
    view = everything()
    assert suggestion(view, wanted) == help
    assert suggestion(run([]), wanted) == "it has recorded no step yet"


def test_many_fitting_addresses_are_counted() -> None:
    assert suggestion(many(), "critique").endswith("`fan[9980]/critique` and 9,980 more")


def test_within() -> None:
    assert within("fan[1]/a", "fan") and within("fan[1]/a", "fan[1]") and within("fan", "fan")
    assert not within("fan[12]/a", "fan[1]") and not within("fancy", "fan") and not within("fan", "fan[1]")
