import time
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flujo.skills.globs import Glob


def matches(path: list[str], pattern: list[str]) -> bool:
    glob = Glob.of(pattern)
    for name in path:
        hopeless = glob.is_hopeless
        glob = glob.after(name)
        assert not (hopeless and glob.fits)
    return glob.fits


@pytest.mark.parametrize(
    "pattern,fits,not_fits",
    [
        ("*.csv", "a.csv", "a/b.csv"),
        ("*", "a", ".a"),
        (".*", ".a", "a"),
        ("**/*", "a/b/c", "a/.b/c"),
        ("**/*.csv", "a.csv", "a.txt"),
        ("**/*.csv", "a/b/c.csv", "a/b/c.csv/d"),
        ("data/**", "data/a/b", "data"),
        ("data/**/x.txt", "data/x.txt", "x.txt"),
        ("data/**/x.txt", "data/a/b/x.txt", "data/a/b/y.txt"),
        ("**/a/**/b", "a/b", "b/a"),
        ("a?c", "abc", "ac"),
        ("[ab]c", "ac", "cc"),
        ("**", "a/b", ".a"),
        ("A.csv", "A.csv", "a.csv"),
    ],
)
def test_patterns(pattern: str, fits: str, not_fits: str) -> None:
    parts = pattern.split("/")
    assert matches(fits.split("/"), parts)
    assert not matches(not_fits.split("/"), parts)


def reference(path: list[str], pattern: list[str]) -> bool:
    """The plain recursive meaning."""
    if not pattern:
        return not path
    if pattern[0] == "**":
        return reference(path, pattern[1:]) or (bool(path) and reference(path[1:], pattern))
    return bool(path) and fnmatchcase(path[0], pattern[0]) and reference(path[1:], pattern[1:])


names = st.lists(st.sampled_from(["a", "b", "ab"]), min_size=1, max_size=5)
patterns = st.lists(st.sampled_from(["a", "b", "*", "a*", "**"]), min_size=1, max_size=5)


@settings(max_examples=300, derandomize=True, deadline=None)
@given(names, patterns)
def test_same_as_the_plain_meaning(path: list[str], pattern: list[str]) -> None:
    whole = [*pattern, "*"] if pattern[-1] == "**" else pattern
    assert matches(path, pattern) is reference(path, whole), PurePosixPath(*path)


def test_many_stars_do_not_run_away() -> None:
    started = time.perf_counter()
    assert not matches(["a"] * 60, [*["**", "a"] * 25, "b"])
    assert not matches(["a" * 200], ["*a" * 25 + "*b"])
    assert time.perf_counter() - started < 2
