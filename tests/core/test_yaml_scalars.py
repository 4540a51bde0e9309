"""The YAML 1.2 core schema, as a table."""

import pytest

from flujo.core.yaml_scalars import NumberProblem, key_text, resolve

CASES = [
    ("", None), ("~", None), ("null", None), ("Null", None), ("nULL", "nULL"),
    ("true", True), ("TRUE", True), ("tRue", "tRue"), ("yes", "yes"), ("no", "no"), ("on", "on"), ("off", "off"),
    ("0", 0), ("-0", 0), ("+7", 7), ("-7", -7), ("007", 7), ("0o17", 15), ("0x1F", 31), ("0b1", "0b1"),
    ("1_000", "1_000"),
    ("1.5", 1.5), (".5", 0.5), ("1.", 1.0), ("1e3", 1000.0), ("-1.5E-2", -0.015), ("1e", "1e"), (".", "."), ("-", "-"),
    ("1:30", "1:30"), ("2024-01-01", "2024-01-01"), ("2001-99-99", "2001-99-99"), ("0o8", "0o8"), ("1.2.3", "1.2.3"),
    ("٣", "٣"), ("1\n", "1\n"), ("~x", "~x"), ("file", "file"), ("-x", "-x"), ("+", "+"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), CASES)
def test_plain_scalars(text: str, value: object) -> None:
    found = resolve(text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "text", [".nan", ".NaN", ".inf", "-.INF", "1e999", "-1e999", "9" * 4301, "0x" + "f" * 3600, "0o" + "7" * 9000]
)
def test_numbers_without_a_json_form(text: str) -> None:
    with pytest.raises(NumberProblem):
        resolve(text)


def test_the_longest_integer() -> None:
    assert resolve("9" * 4300) == 10**4300 - 1
    assert resolve("-" + "0" * 9000 + "1") == -1


def test_keys() -> None:
    assert [key_text(value) for value in (True, False, 1, 1.5, None, [], "x")] == [
        "true",
        "false",
        "1",
        "1.5",
        *[None] * 3,
    ]
