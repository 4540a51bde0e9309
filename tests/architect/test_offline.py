"""The offline planner on real files: what it places runs and gives the right figures; what it does not, it names."""

import asyncio
import csv
import io
import json
from collections import Counter
from typing import Any

import pytest
from ruamel.yaml import YAML

from flujo.app import App, RunOptions
from flujo.architect.create import Creation, Options, create
from flujo.architect.offline import Project, plan_offline
from flujo.architect.words import tokens_of
from tests.architect.conftest import DATA, Bench

GOALS = YAML(typ="safe").load((DATA / "goals.yaml").read_text("utf-8"))


def made(bench: Bench, goal: str) -> Creation:
    return asyncio.run(create(goal, Options(), bench))


def expected(case: dict[str, Any]) -> Counter[str]:
    counts: Counter[str] = Counter()
    with (DATA / case["file"]).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            over = all(row[name] and float(row[name]) > limit for name, limit in case.get("over", {}).items())
            if over and all(row[name] in values for name, values in case["keep"].items()):
                counts[row[case["by"]]] += 1
    return counts


def counts_in(text: str, path: str) -> Counter[str]:
    if path.endswith(".json"):
        return Counter({str(next(iter(row.values()))): row["count"] for row in json.loads(text)})
    if path.endswith(".csv"):
        rows = list(csv.reader(io.StringIO(text)))[1:]
    else:
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()[2:]]
    return Counter({row[0]: int(row[1]) for row in rows})


def run(app: App, text: str, answer: str = "yes") -> Any:
    graph = app.compile_text(text, "goal.yaml").graph
    assert graph is not None
    return app.start_run(graph, "", RunOptions(ask=lambda _: answer))


@pytest.mark.parametrize("case", GOALS["placed"], ids=lambda case: case["goal"][:40])
def test_placed_goals_run_and_count_right(app: App, bench: Bench, case: dict[str, Any]) -> None:
    creation = made(bench, case["goal"])
    assert creation.plan is not None
    assert [item.words.text for item in creation.plan.unplaced] == []
    assert creation.complete
    assert creation.diagnostics == ()
    assert creation.planner == "offline"
    output = app.root / case["output"]
    if case.get("approval"):
        refused = run(app, creation.text, "no")
        assert (refused.status, refused.output) == ("completed", "not approved: nothing was done")
        assert not output.exists()
    assert run(app, creation.text).status == "completed"
    assert counts_in(output.read_text("utf-8"), case["output"]) == expected(case)


@pytest.mark.parametrize("goal", GOALS["refused"], ids=lambda goal: goal[:40])
def test_refused_goals_become_drafts(app: App, bench: Bench, goal: str) -> None:
    creation = made(bench, goal)
    assert not creation.complete
    assert creation.plan is not None
    assert creation.plan.unplaced
    for item in creation.plan.unplaced:
        assert goal[item.words.start : item.words.end] == item.words.text
        assert item.why
    assert {item.code for item in creation.diagnostics} == {"FLJ0605"}
    assert creation.text.count("uses: core.todo") == len(creation.plan.unplaced)


def test_each_step_says_which_words_it_serves(bench: Bench) -> None:
    creation = made(bench, GOALS["placed"][0]["goal"])
    assert creation.plan is not None
    said = {step.name: [words.text for words in step.because] for step in creation.plan.steps}
    assert said["keep"] == ["keep the open ones with priority high"]
    assert said["count_by_product"] == ["count them by product"]
    assert said["approve"] == ["ask me to approve the summary"]
    assert said["write"] == ["write it to report.md"]


def test_every_word_of_a_goal_is_a_stretch_of_it(bench: Bench) -> None:
    for case in GOALS["placed"]:
        plan = made(bench, case["goal"]).plan
        assert plan is not None
        for step in plan.steps:
            for words in step.because:
                assert case["goal"][words.start : words.end] == words.text


def where(bench: Bench, goal: str) -> str:
    plan = made(bench, goal).plan
    assert plan is not None
    assert plan.complete, plan.unplaced
    step = plan.step("keep")
    return str(step.params["where"].value)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("words", "condition"),
    [
        ("keep the open ones", "row.status == 'open'"),
        ("keep what is not closed", "row.status != 'closed'"),
        ("keep open or waiting tickets", "row.status in ['open', 'waiting']"),
        ("keep open and waiting tickets", "row.status in ['open', 'waiting']"),
        ("keep those that are neither open nor waiting", "row.status != 'open' and row.status != 'waiting'"),
        ("drop the closed ones", "row.status != 'closed'"),
        ("drop everything that is not both open and high priority", "row.status == 'open' and row.priority == 'high'"),
        ("keep open ones or ones with high priority", "row.status == 'open' or row.priority == 'high'"),
        ('keep tickets for the product "Café App"', "row.product == 'Café App'"),
        ("keep tickets whose product is Billing, EU", "row.product == 'Billing, EU'"),
        ('keep tickets where the subject contains "slow"', "'slow' in row.subject"),
        ("keep all but the waiting ones", "row.status != 'waiting'"),
        ("keep tickets with status open, ignore the rest", "row.status == 'open'"),
        ("keep high priority open tickets", "row.priority == 'high' and row.status == 'open'"),
    ],
)
def test_conditions_on_tickets(bench: Bench, words: str, condition: str) -> None:
    assert where(bench, f"Read tickets.csv, {words}, and write them to a.csv") == condition


@pytest.mark.parametrize(
    ("words", "condition"),
    [
        ("with a price of at least 99", "row.price is number and row.price >= 99"),
        ("with price under 12.5", "row.price is number and row.price < 12.5"),
        ("with more than 3 units", "row.units is number and row.units > 3"),
        ("with 3 units or fewer", None),
        ("without a shop", "row.shop is none or row.shop == ''"),
        ("whose remark is not empty", "row.remark is not none and row.remark != ''"),
        ("with no remark", "row.remark is none or row.remark == ''"),
        (
            "with units between 2 and 4",
            "(row.units is number and row.units >= 2) and (row.units is number and row.units <= 4)",
        ),
    ],
)
def test_conditions_on_sales(bench: Bench, words: str, condition: str | None) -> None:
    goal = f"Read sales.csv, keep the sales {words}, and write them to a.csv"
    if condition is None:
        assert not made(bench, goal).complete
    else:
        assert where(bench, goal) == condition


def test_a_condition_on_what_was_counted_comes_after_the_count(bench: Bench) -> None:
    plan = made(bench, "Read sales.csv, count the sent sales per shop, keep those with at least 5, write a.csv").plan
    assert plan is not None
    assert [getattr(step, "skill", "") for step in plan.steps][2:5] == ["table.filter", "table.group", "table.filter"]
    assert plan.step("keep_2").params["where"].value == "row.count is number and row.count >= 5"  # type: ignore[union-attr]


def test_the_case_of_a_value_is_noted(bench: Bench) -> None:
    plan = made(bench, "Read alerts.csv, keep the critical ones, write them to a.csv").plan
    assert plan is not None
    assert "`critical` in `level` is taken exactly: `Critical` is another value" in plan.assumptions
    plan = made(bench, "Read tickets.csv, keep the OPEN ones, write them to a.csv").plan
    assert plan is not None
    assert "`OPEN` is read as `open`, as `status` has it" in plan.assumptions


def test_a_value_of_two_columns_is_not_guessed(app: App, bench: Bench) -> None:
    (app.root / "two.csv").write_text("a,b\nx,y\ny,x\n", "utf-8")
    creation = made(bench, "Read two.csv, keep the x ones, write them to out.csv")
    assert creation.plan is not None
    assert not creation.complete
    assert "`a` and of `b`" in " ".join(item.why for item in creation.plan.unplaced)


def test_without_the_file_only_named_columns_are_used(bench: Bench) -> None:
    creation = made(bench, "Read later.csv, keep those with priority high, count them by product, write it to a.md")
    assert creation.complete
    assert creation.plan is not None
    assert "later.csv is not there to be looked at" in " ".join(creation.plan.assumptions)


def test_input_of_the_run_stands_for_the_file(app: App, bench: Bench) -> None:
    creation = made(bench, "Write the text from stdin to inbox.txt")
    assert creation.complete
    graph = app.compile_text(creation.text, "goal.yaml").graph
    assert graph is not None
    app.start_run(graph, "héllo\n")
    assert (app.root / "inbox.txt").read_text("utf-8") == "héllo\n"


@pytest.mark.parametrize(
    ("goal", "path", "content"),
    [
        ("Read in.txt, put everything in capitals and save it as out.txt", "out.txt", "A TAB;B\nC"),
        ("Replace \";\" by a comma in in.txt and write the result to out.txt", "out.txt", "a tab,b\nc"),
        ("Count the words in in.txt and write the number to n.txt", "n.txt", "3"),
        ("Lis in.txt, mets tout en majuscules et enregistre le résultat dans out.txt", "out.txt", "A TAB;B\nC"),
        ("Copy in.txt to out.txt", "out.txt", "a tab;b\nc"),
        ("How many tickets in tickets.csv are open? Write the number to n.txt", "n.txt", None),
        ("Sort two.csv by n, highest first, keep the first 2 rows and write them to out.csv", "out.csv", "n\n10\n9\n"),
        ("Take two.csv and write the total n per k to out.csv, highest first", "out.csv", None),
        ("Convert two.csv to out.json", "out.json", None),
    ],
)  # fmt: skip
def test_other_work(app: App, bench: Bench, goal: str, path: str, content: str | None) -> None:
    (app.root / "in.txt").write_text("a tab;b\nc", "utf-8")
    two = "n\n2\n10\n9\n" if content == "n\n10\n9\n" else "k,n\na,2\nb,10\na,9\n"
    (app.root / "two.csv").write_text(two, "utf-8")
    creation = made(bench, goal)
    assert creation.plan is not None
    assert creation.complete, creation.plan.unplaced
    assert run(app, creation.text).status == "completed"
    written = (app.root / path).read_text("utf-8")
    if content is not None:
        assert written == content
    elif path == "n.txt":
        with (DATA / "tickets.csv").open(encoding="utf-8", newline="") as file:
            assert int(written) == sum(row["status"] == "open" for row in csv.DictReader(file))
    elif path == "out.csv":
        assert written == "k,sum_n\na,11\nb,10\n"
    else:
        assert json.loads(written) == [{"k": "a", "n": "2"}, {"k": "b", "n": "10"}, {"k": "a", "n": "9"}]


def test_the_same_goal_gives_the_same_text(bench: Bench) -> None:
    texts = {made(bench, GOALS["placed"][1]["goal"]).text for _ in range(5)}
    assert len(texts) == 1


@pytest.mark.parametrize("word", ["zorblax", "not", "except", "unless", "twice"])
@pytest.mark.parametrize("number", [0, 3, 12])
def test_a_word_put_in_anywhere_is_never_passed_over(bench: Bench, number: int, word: str) -> None:
    goal = GOALS["placed"][number]["goal"]
    project = Project(bench.specs(), bench.files(), bench.sample)
    plain = plan_offline(goal, project).to_json()["steps"]
    for token in tokens_of(goal):
        if goal[token.start - 1 : token.start] in (" ", ""):
            plan = plan_offline(f"{goal[: token.start]}{word} {goal[token.start :]}", project)
            steps = plan.to_json()["steps"]
            said = [(step.get("skill"), step.get("params")) for step in steps]
            assert not plan.complete or said != [(step.get("skill"), step.get("params")) for step in plain], plan.goal


def test_a_missing_skill_is_named(bench: Bench) -> None:
    class Poor(Bench):
        def specs(self) -> Any:
            return [spec for spec in self.inner.specs() if spec.id != "table.group"]

    creation = made(Poor(bench.inner), GOALS["placed"][0]["goal"])
    assert not creation.complete
    assert creation.plan is not None
    assert "the skill `table.group` is not there" in [item.why for item in creation.plan.unplaced]
