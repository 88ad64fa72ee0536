"""Bytes that no provider should send: an answer or an error of ours, and always an end."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nbchat.engine import retry
from nbchat.engine.tolerant_json import value_of
from nbchat.wire.framing.contract import FramingError
from nbchat.wire.framing.json_values import JsonValues

from ..network.faults.families import FAMILIES, TEXT, Family
from ..nightly import examples, size
from .player import Played, Player
from .test_response_truncation import recorded

FAMILY = pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
EXAMPLES = size(65, nightly=500)
fuzz = settings(
    max_examples=EXAMPLES,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(scope="module")
def runner() -> Any:
    with asyncio.Runner() as runner:
        yield runner, Player()


@pytest.fixture(autouse=True)
def without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tried again is tried at once."""
    monkeypatch.setattr(retry, "FIRST_DELAY", 0.0)


def play(runner: Any, family: Family, *chunks: bytes) -> Played:
    """The engine raises nothing but NbchatError, or this does."""
    loop, player = runner
    played: Played = loop.run(player.play(family, *chunks))
    assert played.ends_once
    json.dumps([event.__class__.__name__ for event in played.events])
    (played.text + played.answer.thought + played.answer.stop.detail + str(played.error)).encode()
    return played


EDITS = ("flip", "delete", "double", "swap", "insert", "cut")


def edited(body: bytes, edit: str, at: int, length: int, new: bytes) -> bytes:
    at %= len(body)
    piece = body[at : at + length]
    match edit:
        case "flip":
            return body[:at] + bytes([body[at] ^ (1 << length % 8)]) + body[at + 1 :]
        case "delete":
            return body[:at] + body[at + length :]
        case "double":
            return body[:at] + piece + piece + body[at + length :]
        case "swap":
            return body[:at] + piece[::-1] + body[at + length :]
        case "insert":
            return body[:at] + new + body[at:]
        case _:
            return body[:at]


@FAMILY
@given(
    st.sampled_from(EDITS),
    st.integers(0, 5000),
    st.integers(1, 60),
    st.binary(max_size=30),
    st.integers(0, 5000),
)
@fuzz
def test_a_good_stream_with_one_edit_ends_well(
    runner: Any, family: Family, edit: str, at: int, length: int, new: bytes, split: int
) -> None:
    body = edited(recorded(family), edit, at, length, new)
    split %= len(body) + 1
    played = play(runner, family, body[:split], body[split:])

    if edit == "cut" and played.whole:
        assert played.text == TEXT


NAMES = """choices delta content index finish_reason usage tool_calls function arguments
error message type code status candidates parts text functionCall args finishReason usageMetadata
content_block stop_reason partial_json"""
names = st.sampled_from(NAMES.split())
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.just("\ud83d"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=6) | names, inner, max_size=4)
    ),
    max_leaves=12,
)


@FAMILY
@given(st.lists(json_values, max_size=5), st.booleans())
@fuzz
def test_values_of_any_shape_end_well(
    runner: Any, family: Family, values: list[Any], streamed: bool
) -> None:
    lines = [json.dumps(value).encode() for value in values]
    play(
        runner,
        family,
        *(b"data: " + line + b"\n\n" if streamed else line + b"\n" for line in lines),
    )


@FAMILY
@given(st.lists(st.binary(max_size=200), max_size=4))
@fuzz
def test_any_bytes_end_well(runner: Any, family: Family, chunks: list[bytes]) -> None:
    play(runner, family, *chunks)


# --- JSON without framing -------------------------------------------------------------------------

objects = st.dictionaries(st.text(max_size=5), json_values, max_size=4)


def decoded(*chunks: bytes) -> tuple[list[bytes], bytes]:
    values = JsonValues()
    frames = [data for chunk in chunks for _, data in values.feed(chunk)]
    assert values.close() == []
    return frames, values.unfinished


@given(
    st.lists(objects, max_size=4),
    st.booleans(),
    st.sampled_from([None, 1]),
    st.lists(st.integers(0, 999), max_size=5),
)
@settings(max_examples=examples(300))
def test_json_values_are_found_in_any_pieces(
    values: list[Any], array: bool, indent: int | None, places: list[int]
) -> None:
    texts = [json.dumps(value, indent=indent).encode() for value in values]
    body = b"[" + b" ,\n".join(texts) + b"]" if array else b"\n".join(texts)
    at = sorted(place % (len(body) + 1) for place in places)
    chunks = [body[start:end] for start, end in zip([0, *at], [*at, len(body)], strict=True)]

    assert decoded(*chunks) == (texts, b"")


@given(st.binary(max_size=100), st.lists(st.integers(0, 99), max_size=4))
@settings(max_examples=examples(300))
def test_any_bytes_are_cut_alike_in_any_pieces(body: bytes, places: list[int]) -> None:
    at = sorted(place % (len(body) + 1) for place in places)
    chunks = [body[start:end] for start, end in zip([0, *at], [*at, len(body)], strict=True)]

    assert decoded(*chunks) == decoded(body)


def test_json_without_end_has_limits() -> None:
    values = JsonValues(limit=2**20)
    with pytest.raises(FramingError, match="nested"):
        values.feed(b"[" * 5000)
    values = JsonValues(limit=2**20)
    values.feed(b'{"a": "')
    with pytest.raises(FramingError, match="larger"):
        deque(map(values.feed, [b"x" * 2**15] * 100), maxlen=0)


@given(st.text(max_size=50))
def test_a_value_is_what_json_says(text: str) -> None:
    assert value_of(json.dumps(text).encode()) == text
