"""A stream that is cut, at any byte: never taken for whole, and nothing of what came is lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from nbchat import Answer
from nbchat.errors import ConnectionBroken

from ..network.faults.families import FAMILIES, TEXT, WORDS, Family
from .player import Reading

FAMILY = pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
WITH_NAMES = "eventstream"  # whose events have names outside their JSON, which alone says nothing
FINISH = {  # what says that the answer is whole
    "openai-chat": b'"stop"',
    "anthropic-messages": b'"end_turn"',
    "gemini": b'"STOP"',
    "bedrock-converse": b'"end_turn"',
    "openai-responses": b'"status": "completed"',
    "ollama": b'"stop"',
    "cohere": b'"COMPLETE"',
}


class Lost(ConnectionBroken):
    """As the network raises it; not one that is tried again."""


@dataclass(frozen=True)
class Piece:
    """Some bytes of a stream, and the words that are in them."""

    data: bytes
    text: str = ""
    framing: str = "sse"

    @property
    def enough(self) -> int:
        """How many of its bytes say all: the end of a line adds nothing."""
        said = self.data if self.framing == "eventstream" else self.data.rstrip(b"\r\n")
        return max(len(said), 1)


def pieces(family: Family) -> Iterator[Piece]:
    """A stream with what real ones have: comments, pings, odd events, a surrogate pair, CRLF."""
    comment, blank = {
        "sse": (b": open\n\n", b":\r\n\r\n"),
        "ndjson": (b"\n", b"\r\n\r\n"),
        "eventstream": (family.frame({}, "ping"), family.frame({"sun": 1}, "weather")),
    }[family.framing]
    words = dict(zip(map(family.delta, WORDS), WORDS, strict=True))
    events = family.events()
    noise = {0: comment, 2: family.frame({"type": "ping"}, "ping"), 5: blank}
    for number, event in enumerate(events):
        if number in noise:
            yield Piece(noise[number], framing=family.framing)
        yield Piece(event, words.get(event, ""), family.framing)


def recorded(family: Family) -> bytes:
    return b"".join(piece.data for piece in pieces(family))


def finish_at(family: Family) -> int:
    """The first byte at which the finish reason has been read: the end of its event's data."""
    at = 0
    for piece in pieces(family):
        if FINISH[family.name] in piece.data:
            return at + piece.enough
        at += len(piece.data)
    raise AssertionError("no event says that the answer is whole")


def texts_by(family: Family) -> list[str]:
    """For each length of prefix the text that its complete events hold."""
    found, text = [""], ""
    for piece in pieces(family):
        before, text = text, text + piece.text
        found += [before] * (piece.enough - 1)
        found += [text] * (len(piece.data) - piece.enough + 1)
    return found


def test_the_streams_are_as_long_as_real_ones() -> None:
    for family in FAMILIES:
        assert len(texts_by(family)) == len(recorded(family)) + 1 > 800
        assert texts_by(family)[-1] == TEXT
        assert 0 < finish_at(family) <= len(recorded(family))


@FAMILY
@pytest.mark.parametrize("lost", [None, Lost("the connection was lost.")], ids=["clean", "lost"])
async def test_a_cut_at_any_byte_keeps_what_came_and_says_so(
    family: Family, lost: Lost | None
) -> None:
    reading, body = Reading(family), recorded(family)
    texts, finish = texts_by(family), finish_at(family)
    for length in range(len(body) + 1):
        played = await reading.play(body[:length], lost=lost)

        assert played.ends_once, length
        assert played.text == texts[length], length
        assert played.whole == (length >= finish), (length, played.answer.stop, played.error)
        if not texts[length] and length < finish:
            assert played.error, length


@FAMILY
async def test_a_cut_answer_of_a_server_that_does_not_stream_is_none(family: Family) -> None:
    reading, body = Reading(family), json.dumps(family.whole(TEXT), ensure_ascii=False).encode()
    for length in range(len(body)):
        played = await reading.play(body[:length])

        assert played.error, length
        assert played.ends_once

    assert (await reading.play(body)).text == TEXT


@pytest.mark.parametrize(
    "family",
    [family for family in FAMILIES if family.framing != WITH_NAMES],
    ids=lambda family: family.name,
)
async def test_a_cut_array_of_events_keeps_those_that_came(family: Family) -> None:
    data = [(piece.data.strip().rpartition(b"data: ")[2], piece.text) for piece in pieces(family)]
    values = [(value, text) for value, text in data if value.startswith(b"{")]
    reading, body = Reading(family), b"[" + b",\n".join(value for value, _ in values) + b"]"
    ends, at = [], 1
    for value, _ in values:
        ends.append(at + len(value))
        at += len(value) + 2
    for length in range(1, len(body)):
        played = await reading.play(body[:length])
        came = [text for end, (_, text) in zip(ends, values, strict=True) if end <= length]

        assert played.text == "".join(came), length
        assert played.ends_once


@FAMILY
async def test_every_split_gives_the_same_answer(family: Family) -> None:
    reading, body = Reading(family), recorded(family)
    whole = await reading.play(body)
    assert whole.text == TEXT

    for at in range(1, len(body), 2):
        played = await reading.play(body[:at], body[at:])
        assert folded(played.answer) == folded(whole.answer), at
    for at in range(1, len(body) - 1, 7):
        played = await reading.play(body[:at], body[at : at + 1], body[at + 1 :])
        assert folded(played.answer) == folded(whole.answer), at


def folded(answer: Answer) -> tuple[object, ...]:
    return answer.text, answer.thought, answer.tool_calls, answer.usage, answer.stop, answer.notices


@pytest.mark.parametrize(
    "family",
    [family for family in FAMILIES if family.framing != WITH_NAMES],
    ids=lambda family: family.name,
)
async def test_a_byte_order_mark_that_comes_in_pieces_is_none_of_the_answer(family: Family) -> None:
    mark = b"\xef\xbb\xbf"
    whole = json.dumps(family.whole(TEXT), ensure_ascii=False).encode()
    for body in (recorded(family), whole):
        for size in (1, 2, 3):
            pieces = [mark[at : at + size] for at in range(0, len(mark), size)]
            played = await Reading(family).play(*pieces, body)

            assert (played.error, played.text) == (None, TEXT), size
