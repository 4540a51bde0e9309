"""What takes secrets out: every form in which they come back, in texts, keys and numbers, and nothing else."""

import base64
import html
import json
from typing import Any
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flujo.core.secrets import MAX_DERIVED, Redactor, forms_of, masked

SECRET = 'pa"ss\\w\n0rd/+ü&Ж%x'


def redactor(*secrets: str) -> Redactor:
    found = Redactor()
    for secret in secrets:
        found.learn(secret)
    return found


FORMS = {
    "as it is": SECRET,
    "inside": f"a{SECRET}b",
    "upper": SECRET.upper(),
    "lower": SECRET.lower(),
    "repr": repr(SECRET),
    "repr in a list": repr([SECRET]),
    "JSON": json.dumps(SECRET),
    "JSON with signs": json.dumps({"a": SECRET}, ensure_ascii=False),
    "HTML": html.escape(SECRET),
    "path": quote(SECRET),
    "whole path": quote(SECRET, safe=""),
    "query": quote_plus(SECRET),
    "form": urlencode({"a": SECRET}),
    "query in small letters": quote(SECRET, safe="").lower(),
    "hex": SECRET.encode().hex(),
}


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS.keys())
def test_forms(text: str) -> None:
    shown = redactor(SECRET).text(text)
    assert "***" in shown
    assert not any(part in shown.lower() for part in ("0rd", "%2f", "wor", SECRET.encode().hex()[:12]))


@given(st.binary(max_size=7), st.text(min_size=6, max_size=40).map(str.strip).filter(lambda text: len(text) >= 6),
       st.binary(max_size=7), st.booleans())  # fmt: skip
def test_base64_wherever_it_stands(before: bytes, secret: str, after: bytes, url: bool) -> None:
    encode = base64.urlsafe_b64encode if url else base64.b64encode
    try:
        whole = encode(before + secret.encode() + after).decode()
    except UnicodeEncodeError:
        return
    assert "***" in redactor(secret).text(whole)


@given(st.text(), st.text(min_size=6))
def test_nothing_else_is_changed(text: str, secret: str) -> None:
    known = redactor(secret)
    if not any(form in text for form in forms_of(secret)):
        assert known.text(text) is text


def test_values() -> None:
    known = redactor("hunter22", "12345678")
    value: Any = {"a": ["x hunter22", {"hunter22": True}], "n": 12345678, "f": 9.5, "none": None, "yes": True}
    assert known.value(value) == {"a": ["x ***", {"***": True}], "n": "***", "f": 9.5, "none": None, "yes": True}
    clean = {"a": ["x", 1234567, None]}
    assert known.value(clean) is clean
    assert Redactor().value(value) is value


def test_long_lines_count_by_themselves() -> None:
    key = "-----BEGIN KEY-----\nMIIEpAIBAAKCAQEA\nshort\n-----END KEY-----\n"
    assert redactor(key).text("it said MIIEpAIBAAKCAQEA; short") == "it said ***; short"
    assert redactor("  padded secret \n").text("<padded secret>") == "<***>"


def test_short_secrets_are_not_taken_out() -> None:
    known = Redactor()
    known.learn("12345")
    assert not known
    known.learn("123456")
    assert known


def test_what_was_computed_counts_unless_the_secret_stands_in_it() -> None:
    known = redactor("hunter22")
    known.learn_derived([{"a": "Bearer hunter22"}, 5], ["hunter22"])
    assert known.text("Bearer x") == "Bearer x"
    known.learn_derived({"key": ["22retnuh", 87654321]}, ["hunter22"])
    assert known.text("22retnuh 87654321") == "*** ***"
    for number in range(MAX_DERIVED):
        known.learn_derived(f"derived-{number}", ["hunter22"])
    assert known.text("22retnuh derived-7 hunter22") == "22retnuh *** ***"


def test_masked() -> None:
    shown = {"a": [{"$secret": "KEY"}, {"$secret": ["KEY"], "digest": "0"}, 1], "b": "x"}
    assert masked(shown) == {"a": ["***", "***", 1], "b": "x"}
