"""Finding skills: the right one comes first, the order never changes, and 5,000 are searched fast."""

import time

import pytest

from flujo.architect.retrieval import Retriever, skills_for, stem, terms_of
from flujo.core.ports import SkillSpec
from tests.architect.conftest import Bench


@pytest.mark.parametrize(
    ("need", "id"),
    [
        ("keep the rows where the amount is over 100", "table.filter"),
        ("count rows by product", "table.group"),
        ("order the rows by date", "table.sort"),
        ("save the text to a file", "files.write"),
        ("load a file", "files.read"),
        ("make everything capital letters", "text.upper"),
        ("does the file exist", "files.exists"),
        ("remove a file", "files.delete"),
        ("show it as a markdown table", "table.to_markdown"),
        ("substitute every occurrence of a part of a text", "text.replace"),
        ("combine two tables on a key", "table.join"),
    ],
)
def test_needs_find_their_skill(bench: Bench, need: str, id: str) -> None:
    assert id in [hit.spec.id for hit in Retriever(bench.specs()).search(need, 3)]


def test_nothing_in_common_finds_nothing(bench: Bench) -> None:
    assert Retriever(bench.specs()).search("zzz qqq", 5) == []
    assert Retriever([]).search("anything", 5) == []


def test_ties_are_broken_by_id() -> None:
    specs = [SkillSpec(f"x.s{number}", "same words", {"properties": {}}) for number in (3, 1, 2)]
    assert [hit.spec.id for hit in Retriever(specs).search("same words", 3)] == ["x.s1", "x.s2", "x.s3"]


def test_skills_for_several_needs_are_mixed(bench: Bench) -> None:
    found = [spec.id for spec in skills_for(Retriever(bench.specs()), ["read a file", "sort rows"], each=3, most=4)]
    assert len(found) == 4
    assert {"files.read", "table.sort"} <= set(found)


@pytest.mark.parametrize(
    "words", [("count", "counts", "counted", "counting"), ("reply", "replies", "replied"), ("file", "files")]
)
def test_stems(words: tuple[str, ...]) -> None:
    assert len({stem(word) for word in words}) == 1


def test_terms_have_no_empty_words() -> None:
    assert terms_of("Count the rows of ÉTÉ") == ["count", "row", "ete"]


def test_five_thousand_skills_are_searched_fast() -> None:
    verbs, nouns = ("read", "write", "sort", "count", "merge"), [f"noun{number}" for number in range(1000)]
    specs = [
        SkillSpec(f"{noun}.{verb}", f"{verb} one {noun} of many", {"properties": {}})
        for noun in nouns
        for verb in verbs
    ]
    retriever = Retriever(specs)
    started = time.perf_counter()
    for number in range(20):
        assert retriever.search(f"please merge my noun{number} quickly", 5)[0].spec.id == f"noun{number}.merge"
    assert (time.perf_counter() - started) / 20 < 0.25
