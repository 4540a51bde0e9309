"""The worst case, rule by rule; tests/engine/test_bound.py holds it against runs."""

import pytest

from flujo.blueprints.bound import Price, no_prices, worst_case

from .conftest import Compile

HEAD = """version: "0.1"
inputs: {short: {type: string, maxLength: 10}, many: {type: array, maxItems: 4}, any: {type: array}}
agents: {x: {model: m/x, max_tokens: 100}, y: {model: m/x, output_schema: {type: array, maxItems: 2}}}
"""


def bound_of(compile_text, steps, prices=no_prices):
    compiled = compile_text(HEAD + steps)
    assert compiled.graph is not None, compiled.diagnostics
    return worst_case(compiled.graph, prices)


PURE = "{name: a, input: 1}"
MAIL = "{name: mail, uses: mail.send, timeout: 5s, with: {text: hi}}"
WAIT = "{name: w%s, kind: wait, for: %ss}"
TIMES = [
    (f"steps: [{PURE}]", (1, 0, 0)),
    (f"steps: [{PURE}, {MAIL}]", (2, 1, 5)),
    (f"steps: [{MAIL[:-1]}, retry: {{attempts: 3, delay: 2s, backoff: linear}}}}]", (3, 3, 15 + 2 + 4)),
    (f"steps: [{MAIL[:-1]}, retry: {{attempts: 9, delay: 2s, max_time: 30s}}}}]", (9, 9, 35)),
    (f"steps: [{MAIL[:-1]}, on_error: {{steps: [{WAIT % (1, 9)}]}}}}]", (1, 1, 14)),
    (f"steps: [{MAIL[:-1]}, undo: {MAIL}}}]", (2, 2, 10)),
    (f"steps: [{MAIL[:-1]}, undo: {{steps: {MAIL}, on: rollback}}}}]", (1, 1, 5)),
    (f"steps: [{WAIT % (1, 5)}, {{name: b, input: 1, needs: [w1]}}, {WAIT % (2, 9)}]", (1, 0, 9)),
    (f"steps: [{{kind: parallel, name: p, branches: {{a: {WAIT % (1, 5)}, b: {WAIT % (2, 7)}}}}}]", (0, 0, 7)),
    (f"steps: [{{kind: parallel, name: p, max_concurrency: 1, branches: {{a: {WAIT % (1, 5)}, b: {WAIT % (2, 7)}}}}}]",
     (0, 0, 12)),
    (f"steps: [{{kind: conditional, name: c, condition: '{{{{ input.short == 1 }}}}', branches: "
     f"{{true: {MAIL}, false: [{PURE}, {{name: b, input: 1}}]}}}}]", (2, 1, 5)),
    (f"steps: [{{kind: map, name: m, over: '{{{{ input.many }}}}', max_concurrency: 3, steps: {MAIL}}}]", (4, 4, 10)),
    (f"steps: [{{kind: map, name: m, over: [1, 2, 3], batch: 2, max_concurrency: 1, steps: {MAIL}}}]", (2, 2, 10)),
    ("steps: [{name: y, uses: agents.y, input: a}, {kind: map, name: m, over: '{{ steps.y.output }}', steps: "
     f"{PURE}}}]", (3 + 2, 3, 360)),
    (f"steps: [{{kind: loop, name: l, max: 7, timeout: 20s, steps: {MAIL}}}]", (7, 7, 20)),
    (f"timeout: 3s\nsteps: [{WAIT % (1, 5)}]", (0, 0, 3)),
    (f"steps: [{{kind: hitl, name: h, message: m, timeout: 60s, on_timeout: {{steps: [{MAIL}]}}}}]", (1, 1, 65)),
    ("steps: [{name: a, uses: agents.x, input: hi, retry: 2}]", (2, 2, 120 + 300 + 120)),
    ("imports: {g: parts/greet.yaml}\nsteps: [{name: i, uses: imports.g, with: {name: a}, retry: 2}]", (2, 0, 1)),
]  # fmt: skip


@pytest.mark.parametrize(("steps", "expected"), TIMES)
def test_what_a_run_uses_at_most(compile_text: Compile, steps, expected) -> None:
    bound = bound_of(compile_text, steps)
    assert (bound.known.steps, bound.known.calls, bound.known.seconds) == expected
    assert not [part for part in bound.open if part.of & {"steps", "calls", "seconds"}]


def test_an_agent_is_a_request_of_so_many_bytes_and_a_reply(compile_text: Compile) -> None:
    bound = bound_of(compile_text, "steps: [{name: a, uses: agents.x, input: hello}]", lambda _: Price(1.0, 10.0))
    known = bound.known
    assert (known.steps, known.calls, known.tokens_out, bound.open) == (1, 1, 100, ())
    assert 300 < known.tokens_in < 600
    assert known.usd == (known.tokens_in + 10 * 100) / 1e6
    more = bound_of(compile_text, "steps: [{name: a, uses: agents.x, input: 'hello {{ input.short }}'}]")
    assert more.known.tokens_in == known.tokens_in + 62 + 1


def test_a_reply_that_does_not_fit_is_sent_back(compile_text: Compile) -> None:
    step = "steps: [{name: a, uses: agents.y, input: hello, retry: {attempts: %s, on: [%s]}}]"
    once, again, later = (
        bound_of(compile_text, step % words, lambda _: Price(1.0, 0.0)).known
        for words in ((1, "any"), (3, "invalid_output"), (3, "timeout"))
    )
    assert later.tokens_in == 3 * once.tokens_in
    assert again.tokens_in >= later.tokens_in + 2 * 4096
    assert again.usd == again.tokens_in / 1e6


OPEN = [
    (f"{{kind: map, name: m, over: '{{{{ input.any }}}}', steps: {MAIL}}}", "m", {"steps", "calls", "seconds"},
     "nothing says how many items there are"),
    ("{name: a, uses: agents.x, input: '{{ input.any }}'}", "a", {"tokens_in", "usd"},
     "nothing says how long its input can be"),
    ("{name: a, uses: mail.send, with: {text: hi}, timeout: 1s, approval: required}", "a", {"seconds"},
     "a person has to agree, and nothing says by when"),
    ("{name: a, uses: mail.send, with: {text: hi}}", "a", {"seconds"}, "`mail.send` has no `timeout`"),
    ("{name: a, kind: hitl, message: hi}", "a", {"seconds"}, "a person is waited for"),
    ("{name: a, kind: wait, event: paid}", "a", {"seconds"}, "it waits for the event `paid`"),
    ("{name: a, kind: wait, until: '{{ input.short }}'}", "a", {"seconds"}, "until when it waits is computed"),
]  # fmt: skip


@pytest.mark.parametrize(("step", "address", "of", "why"), OPEN)
def test_what_has_no_bound_is_named(compile_text: Compile, step, address, of, why) -> None:
    bound = bound_of(compile_text, f"steps: [{step}]", lambda _: Price(1.0, 1.0))
    [part] = bound.open
    assert (part.step, part.of, part.why) == (address, of, why)
    assert all(bound.most(name) is None for name in of)
    assert bound.most("tokens_out") is not None


def test_an_unknown_price_is_not_nothing(compile_text: Compile) -> None:
    bound = bound_of(compile_text, "steps: [{name: a, uses: agents.x, input: hello}]")
    assert (bound.most("usd"), bound.most("tokens_out")) == (None, 100)
    assert [part.why for part in bound.open] == ["the price of `m/x` is not known"]
    assert bound.to_json()["usd"] is None


def test_the_window_of_a_model_bounds_what_it_reads(compile_text: Compile) -> None:
    step = "steps: [{name: a, uses: agents.x, input: '{{ input.any }}'}]"
    bound = bound_of(compile_text, step, lambda _: Price(1.0, 1.0, 8_000))
    assert (bound.open, bound.known.tokens_in) == ((), 8_000)


def test_one_item_is_shown_where_their_number_is_not_known(compile_text: Compile) -> None:
    step = "{kind: map, name: m, over: '{{ input.any }}', steps: {name: a, uses: agents.x, input: hi}}"
    bound = bound_of(compile_text, f"steps: [{step}]", lambda _: Price(0.0, 0.0))
    [part] = bound.open
    assert part.each is not None
    assert (part.each.calls, part.each.tokens_out) == (1, 100)
    assert bound.to_json()["open"][0]["of"] == ["steps", "calls", "tokens_in", "tokens_out", "seconds"]
    assert bound.known == (0, 0, 0, 0, 0, 0, 0)
