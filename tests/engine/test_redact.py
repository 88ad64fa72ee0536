"""Keys in any disguise are masked, and nothing else is."""

from __future__ import annotations

import json
import string
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbchat.engine.redact import MASK, RUN, redact

from ..nightly import examples

LETTERS = string.ascii_letters + string.digits
keys = st.builds(
    "{}{}".format,
    st.sampled_from(["sk-", "sk-ant-api03-", "AIza", "gsk_", ""]),
    st.text(LETTERS + "-_+/=", min_size=20),
)
prose = st.text(st.sampled_from(" .,:;\n\"'{}<>äé你🙂\\%&#;"), max_size=30)

DISGUISES: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "upper case": str.upper,
    "lower case": str.lower,
    "URL-encoded": lambda key: quote(key, safe=""),
    "URL-encoded wholly": lambda key: "".join(f"%{ord(c):02x}" for c in key),
    "form-encoded": quote_plus,
    "JSON": json.dumps,
    "JSON, with slashes escaped": lambda key: json.dumps(key).replace("/", "\\/"),
    "JSON, wholly escaped": lambda key: "".join(f"\\u{ord(c):04x}" for c in key),
    "JSON in JSON": lambda key: json.dumps(json.dumps({"key": key})),
    "entities": lambda key: "".join(f"&#{ord(c)};" for c in key),
    "wrapped": lambda key: "\n  ".join(key[at : at + 7] for at in range(0, len(key), 7)),
    "quoted in pieces": lambda key: '" "'.join(key[at : at + 5] for at in range(0, len(key), 5)),
    "hex": lambda key: key.encode().hex(),
    "base64": lambda key: b64encode(key.encode()).decode(),
    "base64 after one byte": lambda key: b64encode(b"a" + key.encode() + b"b").decode(),
    "base64 after two bytes": lambda key: b64encode(b"ab" + key.encode()).decode(),
    "basic authorization": lambda key: "Basic " + b64encode(b"user:" + key.encode()).decode(),
    "URL-safe base64": lambda key: urlsafe_b64encode(key.encode()).decode(),
    "its end": lambda key: key[-12:],
    "its beginning": lambda key: key[:12],
}


def runs(text: str, length: int = RUN) -> set[str]:
    return {text[at : at + length] for at in range(len(text) - length + 1)}


def shown(key: str, text: str) -> set[str]:
    """The runs of the key, in any of its forms, that can be read off the text."""
    plain = runs(key.lower()) & runs(text.lower())
    encoded = {
        run
        for shift in range(3)
        for run in runs(b64encode(b"\0" * shift + key.encode()).decode()[2:-4])
        if run in text or run.replace("+", "-").replace("/", "_") in text
    }
    return plain | encoded


@pytest.mark.parametrize("disguise", DISGUISES)
@given(key=keys, before=prose, after=prose)
@settings(max_examples=25)
def test_no_part_of_a_key_is_left_in_any_disguise(
    disguise: str, key: str, before: str, after: str
) -> None:
    masked = redact(f"{before} {DISGUISES[disguise](key)} {after}", [key])

    assert not shown(key, masked), masked
    assert MASK in masked
    assert redact(masked, [key]) == masked


@given(key=keys, text=st.text(max_size=300))
@settings(max_examples=examples(200))
def test_a_text_without_the_key_is_unchanged(key: str, text: str) -> None:
    if not runs(key.lower(), 6) & runs("".join(text.lower().split()), 6):
        assert redact(text, [key]) == text


@given(text=st.text(max_size=2000), key=st.text(min_size=0, max_size=60))
@settings(max_examples=examples(200))
def test_any_text_and_any_key_are_taken(text: str, key: str) -> None:
    masked = redact(text + key + text, [key, "", "another-key-0123"])

    assert redact(masked, [key]) == masked


def test_what_stands_around_a_key_is_kept() -> None:
    assert redact('{"error": "bad key \'sk-0123456789\' (401)"}', ["sk-0123456789"]) == (
        '{"error": "bad key \'[key]\' (401)"}'
    )


def test_a_word_that_is_no_secret_is_not_masked() -> None:
    """Local servers take any key; `x` must not make holes in every message."""
    assert redact("an example of text", ["x", "ext"]) == "an example of text"


def test_several_keys_are_masked_in_one_go() -> None:
    keys = [f"key-number-{n}-{n:030}" for n in range(40)]

    assert redact(" ".join(keys), keys).replace(MASK, "").split() == []


@pytest.mark.parametrize("number", ["&#1114111;", "&#1114112;", "&#x110000;", "&#9999999;"])
def test_a_number_that_is_no_character_is_left_as_it_is(number: str) -> None:
    key = "sk-abcdef0123456789"

    assert redact(f"{number} {key} {number}", [key]) == f"{number} {MASK} {number}"
