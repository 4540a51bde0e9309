"""Tokens, clauses and samples."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flujo.architect.clauses import clauses_of
from flujo.architect.lexicon import en, language_of, lexicon
from flujo.architect.reading import Reading
from flujo.architect.words import number_of, plain_form, tokens_of, words_between
from flujo.architect.workbench import MAX_DISTINCT, sample_of


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Read tickets.csv.", ["word", "file", "mark"]),
        ("a/b-c.d/x_1.tar.gz", ["file"]),
        ('say "a.csv, b" now', ["word", "quoted", "word"]),
        ("don't use ‘x y’", ["word", "word", "quoted"]),
        ("GET http://localhost:80/a?b=c.", ["word", "url", "mark"]),
        ("over 1,000.5 or -3", ["word", "number", "word", "number"]),
        ("since 2026-03-01", ["word", "date"]),
        ("a->b>=3", ["word", "sign", "word", "sign", "number"]),
        ("e.g. this", ["word", "mark", "word"]),
        ("mail ann@example.com", ["word", "word", "mark", "word", "mark", "word"]),
        ("high-priority", ["word", "mark", "word"]),
    ],
)
def test_kinds_of_tokens(text: str, kinds: list[str]) -> None:
    assert [token.kind for token in tokens_of(text)] == kinds


@given(st.text(max_size=200))
@settings(derandomize=True, max_examples=300)
def test_tokens_leave_nothing_out(text: str) -> None:
    tokens = tokens_of(text)
    at = 0
    for token in tokens:
        assert text[at : token.start].strip() == ""
        assert text[token.start : token.end] == token.text
        at = token.end
    assert text[at:].strip() == ""


@given(st.text(alphabet='abc ,.;then and"1.csv', max_size=120))
@settings(derandomize=True, max_examples=200)
def test_clauses_hold_every_word(text: str) -> None:
    inside = [token for clause in clauses_of(text) for token in clause.tokens]
    left = [token for token in tokens_of(text) if token not in inside]
    assert all(token.kind == "mark" for token in left)


def test_clauses_in_order() -> None:
    goal = "Read a.csv, keep name, city and country, then write it to b.csv; ask me first"
    assert [clause.words.text for clause in clauses_of(goal)] == [
        "Read a.csv",
        "keep name, city and country",
        "then write it to b.csv",
        "ask me first",
    ]


def test_signs_keep_their_meaning() -> None:
    assert tokens_of("a≠b")[1].plain == "≠"
    assert plain_form("Zähle ÉTÉ’s") == "zahle ete's"


def test_numbers_and_stretches() -> None:
    assert [number_of(token) for token in tokens_of("1,000 2.5 -3")] == [1000, 2.5, -3]
    goal = "one  two three"
    tokens = tokens_of(goal)
    assert [words.text for words in words_between(goal, [tokens[1], tokens[0]])] == ["one  two"]
    assert [words.text for words in words_between(goal, [tokens[0], tokens[2]])] == ["one", "three"]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("read the file and count", "en"),
        ("lies die datei und zähle sie", "de"),
        ("lee el archivo y cuéntalos por país", "es"),
        ("lis le fichier et compte les lignes par ville", "fr"),
        ("xyz", "en"),
    ],
)
def test_language(text: str, language: str) -> None:
    assert language_of(token.plain for token in tokens_of(text)) == language


@pytest.mark.parametrize("language", ["en", "de", "es", "fr"])
def test_a_lexicon_has_every_set_and_its_patterns_fit(language: str) -> None:
    words = lexicon(language)
    needed = set(en.SETS) - {"afterword", "content", "dont", "drops", "first", "passed", "proceed", "tell", "when"}
    needed -= {"checking"}
    assert needed <= set(words.sets)
    assert all(phrases for phrases in words.sets.values())
    for pattern in (*words.approvals, *words.approval_tails):
        named = {
            option[1:]
            for part in pattern.split()
            for option in part.removesuffix("?").split("|")
            if option.startswith("@")
        }
        assert named <= set(words.sets), pattern
        assert Reading("nothing here").find(pattern) is None


def test_translations_with_endings() -> None:
    assert [lexicon("de").english(word) for word in ("offene", "hoher", "katze")] == ["open", "high", None]
    assert lexicon("es").english("abiertos") == "open"


def test_a_sample_knows_the_distinct_values() -> None:
    sample = sample_of("a.csv", '\ufeffa,b\n1,"x\ny"\n1,z\n')
    assert sample is not None
    assert (sample.columns, sample.rows, sample.whole) == (("a", "b"), 2, True)
    assert sample.values == {"a": ("1",), "b": ("x\ny", "z")}


def test_a_cut_sample_leaves_out_the_last_record() -> None:
    sample = sample_of("a.csv", "a\n1\n2\n3", whole=False)
    assert sample is not None
    assert (sample.values["a"], sample.rows, sample.whole) == (("1", "2"), 2, False)


@pytest.mark.parametrize("text", ["", "\n\n", "a,a\n1,2\n", "a,\n1,2\n"])
def test_what_is_no_table_has_no_sample(text: str) -> None:
    assert sample_of("a.csv", text) is None


def test_many_values_are_not_all_kept() -> None:
    sample = sample_of("a.csv", "a\n" + "\n".join(str(number) for number in range(MAX_DISTINCT + 5)))
    assert sample is not None
    assert len(sample.values["a"]) == MAX_DISTINCT
    assert not sample.whole
