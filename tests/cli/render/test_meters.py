"""How far maps and loops have come, told from the rows alone; and the line on the terminal that shows it."""

import io
from collections.abc import Callable
from dataclasses import replace

import pytest

from flujo.cli.console import Console
from flujo.cli.live import INTERVAL, Live
from flujo.cli.render.meters import Meters
from flujo.core.events import (
    Event,
    IterationFinished,
    RegionEntered,
    RegionFinished,
    RegionReopened,
    RunFinished,
    RunResumed,
    RunSuspended,
    StepCancelled,
    StepCompleted,
    StepContinued,
    StepFailed,
    StepSkipped,
    encode_body,
)
from flujo.core.graph import Call, Flow, Join, Loop, Map, Meta, Node, Retry
from flujo.core.ids import Address, RunId
from flujo.core.rows import Row

SECOND = 1_000_000


class Text:
    """A template that is never rendered here."""

    source = ""
    refs: frozenset[tuple[str, ...]] = frozenset()
    functions: frozenset[str] = frozenset()

    def render(self, names: object) -> object:
        """Fail: nothing runs in these tests."""
        raise AssertionError("not rendered")


def call(name: str, **meta: object) -> Call:
    """A leaf."""
    return Call(replace(Meta(name, "step"), **meta), "step", "core.pass")


def body(*names: str) -> Flow:
    """A list of leaves."""
    return Flow(Meta("", "steps"), tuple(call(name) for name in names))


def catch() -> Flow:
    """What is done after a failure."""
    return body("again")


FAN = Map(Meta("fan", "map"), Text(), body("draft", "critique"))
NODES: dict[Address, Node] = {
    Address("fan"): FAN,
    Address("fan/draft"): call("draft"),
    Address("fan/critique"): call("critique"),
    Address("polish"): Loop(Meta("polish", "loop"), body("edit"), 9, until=Text()),
    Address("polish/edit"): call("edit"),
    Address("both"): Flow(Meta("both", "parallel"), (), Join()),
    Address("both/left/each"): Map(Meta("each", "map"), Text(), body("one")),
    Address("both/left/each/one"): call("one"),
    Address("plain"): call("plain"),
}
ERROR = {"code": "FLJ0610", "message": "no luck"}


class Run:
    """Rows of a run as they come, a second apart unless told otherwise."""

    def __init__(self, nodes: dict[Address, Node] = NODES) -> None:
        self.meters = Meters(nodes)
        self.seq = 0
        self.at = 100 * SECOND

    def row(self, address: str, event: Event, seconds: float = 1) -> Row:
        """The next row."""
        self.seq += 1
        self.at += int(seconds * SECOND)
        body = encode_body(event)
        return Row(RunId("r"), self.seq, event.TYPE, Address(address), "", self.at, 1, "", "", "", body, b"")

    def take(self, address: str, event: Event, seconds: float = 1, *, live: bool = True) -> str:
        """Take a row in; return the line."""
        self.meters.take(self.row(address, event, seconds), live=live)
        return self.meters.line()

    def item(self, number: int, *, live: bool = True) -> str:
        """Let an item of `fan` end well."""
        self.take(f"fan[{number}]/draft", StepCompleted(), 0.5, live=live)
        return self.take(f"fan[{number}]/critique", StepCompleted(), 0.5, live=live)


def test_a_map_counts_items_not_steps() -> None:
    run = Run()
    assert run.take("plain", StepCompleted()) == ""
    assert run.take("fan", RegionEntered(0, 4)) == "fan  0/4  0%"
    assert run.take("fan[1]/draft", StepCompleted(), 0) == "fan  0/4  0%"
    assert run.take("fan[0]/draft", StepSkipped(), 0) == "fan  0/4  0%"
    assert run.take("fan[0]/critique", StepCompleted(), 0.5) == "fan  1/4  25%"
    assert run.take("fan[1]/critique", StepCompleted(), 0.5) == "fan  2/4  50%  2.0/s  1.0 s left"
    assert run.take("fan", RegionFinished(None, {"items": 4, "failed": []})) == ""


def test_without_a_size_there_is_no_share_and_no_rest() -> None:
    run = Run()
    run.item(0)
    run.item(1)
    assert run.item(2) == "fan  3 done  1.2/s"


def test_failures_are_counted_and_a_planned_attempt_is_none() -> None:
    run = Run()
    run.take("fan", RegionEntered(0, 3))
    assert run.take("fan[0]/draft", StepFailed(ERROR, 1, retry_at=5)) == "fan  0/3  0%"
    assert run.take("fan[0]/draft", StepFailed(ERROR, 2), 0) == "fan  1/3  33%  1.0/s  1 failed  2.0 s left"
    assert run.take("", RunResumed("redrive", ["fan[0]/draft"]), 0) == "fan  0/3  0%"
    assert run.item(0) == "fan  1/3  33%  0.5/s  4.0 s left"


def test_a_region_that_is_tried_again_forgets_its_failures() -> None:
    run = Run()
    assert run.take("fan[0]/draft", StepFailed(ERROR)) == "fan  1 done  1 failed"
    assert run.take("fan", RegionReopened(2, 0)) == "fan  0 done"


def nested(inner: Node, leaf: Node | None = None) -> Run:
    """A run whose map holds another region."""
    outer = replace(FAN, body=Flow(Meta("", "steps"), (inner,)))
    leaf = leaf or call("x")
    return Run({Address("fan"): outer, Address("fan/in"): inner, Address("fan/in/x"): leaf})


@pytest.mark.parametrize(
    ("run", "failed"),
    [
        (nested(Map(Meta("in", "map"), Text(), body("x"))), True),
        (nested(Map(Meta("in", "map"), Text(), body("x"), tolerate=1)), False),
        (nested(Map(Meta("in", "map", on_error="continue"), Text(), body("x"))), False),
        (nested(Map(Meta("in", "map", retry=Retry(2)), Text(), body("x"))), False),
        (nested(Flow(Meta("in", "parallel"), (), Join())), True),
        (nested(Flow(Meta("in", "parallel"), (), Join(1))), False),
        (nested(Flow(Meta("in", "parallel"), (), Join(ignores_failures=True))), False),
        (nested(Flow(Meta("in", "needs"), ())), True),
        (nested(Map(Meta("in", "map"), Text(), body("x")), call("x", on_error="continue")), False),
    ],
)
def test_a_failure_deep_inside_fails_the_item_unless_something_deals_with_it(run: Run, failed: bool) -> None:
    line = run.take("fan[0]/in/x", StepFailed(ERROR))
    assert line == ("fan  1 done  1 failed" if failed else "fan  0 done")


def test_a_failure_in_a_catch_is_the_items() -> None:
    run = nested(call("in", on_error=catch()))
    run.meters.nodes = {**run.meters.nodes, Address("fan/in/@catch/again"): call("again")}
    assert run.take("fan[0]/in", StepFailed(ERROR)) == "fan  0 done"
    assert run.take("fan[0]/in/@catch/again", StepFailed(ERROR), 0) == "fan  1 done  1 failed"


def test_a_step_that_was_passed_over_ends_its_item() -> None:
    run = nested(call("in", on_error="continue"))
    assert run.take("fan[0]/in", StepFailed(ERROR)) == "fan  0 done"
    assert run.take("fan[0]/in", StepContinued(ERROR), 0) == "fan  1 done"


def test_a_loop_says_its_iteration() -> None:
    run = Run()
    assert run.take("polish[0]/edit", StepCompleted()) == "polish  iteration 1 of at most 9"
    assert run.take("polish[0]", IterationFinished(), 0.1) == "polish  iteration 2 of at most 9"
    run.take("polish[1]/edit", StepCompleted(), 0)
    assert run.take("polish[1]", IterationFinished(), 99.9) == "polish  iteration 3 of at most 9  1.2/min"
    assert run.take("polish", RegionFinished(None, {"exit": "until", "iterations": 2})) == ""
    plain = Run({Address("l"): Loop(Meta("l", "loop"), body("x"), 4)})
    assert plain.take("l[0]/x", StepCompleted()) == "l  iteration 1 of 4"


def test_what_was_recorded_earlier_counts_but_not_for_the_rate() -> None:
    run = Run()
    run.take("fan", RegionEntered(0, 20), live=False)
    for number in range(10):
        run.item(number, live=False)
    run.take("", RunResumed(), 3600)
    run.item(10)
    assert run.item(11) == "fan  12/20  60%  1.3/s  6.0 s left"


def test_several_are_shown_side_by_side_and_close_with_what_is_around_them() -> None:
    run = Run()
    run.take("fan[0]/draft", StepCompleted())
    run.take("fan[0]/critique", StepCompleted(), 0)
    assert run.take("both/left/each[0]/one", StepCompleted(), 0) == "fan  1 done | both/left/each  1 done"
    run.take("polish[0]/edit", StepCompleted(), 0)
    assert run.take("both", RegionFinished(), 0) == "fan  1 done | polish  iteration 1 of at most 9"
    assert run.take("", RunSuspended([]), 0) == ""


def test_more_than_three_are_counted() -> None:
    nodes: dict[Address, Node] = {Address(name): replace(FAN, meta=Meta(name, "map")) for name in "abcde"}
    run = Run(nodes)
    for name in "abcde":
        run.take(name, RegionEntered(0, 1), 0)
    assert run.meters.line() == "a  0/1  0% | b  0/1  0% | c  0/1  0% | and 2 more"
    assert run.take("a", StepCancelled(), 0).startswith("b  0/1")
    assert run.take("", RunFinished("failed"), 0) == ""


# --- on the terminal ---


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    encoding = "utf-8"  # type: ignore[assignment]

    def isatty(self) -> bool:
        """Say yes."""
        return True

    def taken(self) -> str:
        """Return and forget what was written."""
        text = self.getvalue()
        self.seek(0)
        self.truncate()
        return text


class Screen:
    """A terminal with a Live on it; `tick` lets the planned writing happen."""

    def __init__(self, **env: str) -> None:
        self.err = Terminal()
        self.planned: list[tuple[float, Callable[[], None]]] = []
        console = Console(io.StringIO(), self.err, Terminal(), {"NO_COLOR": "1", **env})
        self.live = Live(console, NODES, lambda seconds, call: self.planned.append((seconds, call)))
        self.run = Run()

    def watch(self, address: str, event: Event, seconds: float = 1) -> str:
        """Tell of an event; return what was written at once."""
        self.live.watch(self.run.row(address, event, seconds))
        return self.err.taken()

    def tick(self) -> str:
        """Let the planned writing happen; return what was written."""
        planned, self.planned = self.planned, []
        for _, call in planned:
            call()
        return self.err.taken()


def test_the_line_is_written_over_and_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    screen = Screen()
    assert screen.watch("plain", StepCompleted(started=screen.run.at)) == "  ✓ plain  1.0 s\n"
    assert screen.planned == []
    assert screen.watch("fan", RegionEntered(0, 40)) == ""
    assert screen.tick() == "\r  … fan  0/40  0%"
    for number in range(3):
        assert screen.watch(f"fan[{number}]/draft", StepCompleted(), 0) == ""
        assert screen.watch(f"fan[{number}]/critique", StepCompleted()) == ""
    assert [seconds for seconds, _ in screen.planned] == [INTERVAL]
    assert screen.tick() == "\r  … fan  3/40  7%  1.0/s  37.0 s left"
    long = len("  … fan  3/40  7%  1.0/s  37.0 s left")
    failed = screen.watch("fan[9]/draft", StepFailed(ERROR), 0)
    assert failed == "\r" + " " * long + "\r" + "  ✗ fan[9]/draft  no luck\n"
    assert "4/40" in screen.tick()
    ended = screen.watch("fan", RegionFinished(None, {"items": 40, "failed": [9]}), 97)
    assert ended.endswith("\r  ✓ fan  40 items, 1 failed  1 min 40 s\n")
    assert screen.tick() == ""


def test_a_shorter_line_leaves_nothing_of_the_longer_one() -> None:
    screen = Screen()
    screen.watch("fan", RegionEntered(0, 1_000_000))
    first = screen.tick()
    screen.watch("", RunSuspended([]))
    screen.watch("polish[0]/edit", StepCompleted())
    second = screen.tick()
    assert first.startswith("\r  … fan") and second.startswith("\r  … polish")
    assert screen.err.getvalue() == ""
    screen.live.pause()
    assert screen.err.taken() == "\r" + " " * (len(second) - 1) + "\r"
    screen.live.pause()
    assert screen.err.taken() == ""


def test_the_line_never_wraps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    screen = Screen()
    screen.watch("fan", RegionEntered(0, 4))
    screen.watch("polish[0]/edit", StepCompleted())
    line = screen.tick()
    assert len(line) == 40 and line.endswith("...")


def test_only_the_first_failures_are_named() -> None:
    screen = Screen()
    written = [screen.watch(f"fan[{number}]/draft", StepFailed(ERROR)) for number in range(8)]
    assert [bool(text) for text in written] == [True] * 5 + [False] * 3
    assert "8 failed" in screen.tick()


def test_a_dumb_terminal_has_lines_only() -> None:
    screen = Screen(TERM="dumb")
    assert screen.watch("fan[0]/draft", StepCompleted()) == ""
    assert screen.planned == []
    assert screen.watch("fan", StepFailed(ERROR)) == "  ✗ fan  no luck  1.0 s\n"


def test_after_a_pause_the_line_comes_back() -> None:
    screen = Screen()
    screen.watch("fan[0]/draft", StepCompleted())
    screen.live.pause()  # the loop that was to write the line is gone
    screen.planned.clear()
    screen.watch("fan[0]/critique", StepCompleted())
    assert "fan  1 done" in screen.tick()


def test_what_was_recorded_is_not_shown_again() -> None:
    screen = Screen()
    screen.live.recall([screen.run.row("plain", StepCompleted()), screen.run.row("fan", RegionEntered(0, 4))])
    assert screen.err.taken() == ""
    screen.watch("fan[0]/draft", StepCompleted())
    assert "0/4" in screen.tick()
