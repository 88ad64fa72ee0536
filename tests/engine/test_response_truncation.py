"""A stream that is cut, at any byte: never taken for whole, and nothing of what came is lost."""

from __future__ import annotations

import json
import re

import pytest

from nbchat import Answer
from nbchat.errors import ConnectionBroken

from ..network.faults.families import FAMILIES, TEXT, Family, sse
from .player import Player

FAMILY = pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)


class Lost(ConnectionBroken):
    """As the network raises it; not one that is tried again."""


def recorded(family: Family) -> bytes:
    """A stream with what real ones have: comments, pings, odd events, a surrogate pair, CRLF."""
    events = family.events()
    return b"".join(
        [
            b": open\n\n",
            *events[:2],
            sse({"type": "ping"}, "ping"),
            *events[2:5],
            b":\r\n\r\n",
            *events[5:],
        ]
    )


def finish_at(family: Family, body: bytes) -> int:
    """The first byte at which the finish reason has been read: the end of its event's data."""
    at = body.index(
        {"openai-chat": b'"stop"', "anthropic-messages": b'"end_turn"', "gemini": b'"STOP"'}[
            family.name
        ]
    )
    return body.index(b"\n", at)


def texts_by(family: Family, body: bytes) -> list[str]:
    """For each length of prefix the text that its complete lines hold."""
    found, text, at = [""] * (len(body) + 1), "", 0
    for line in re.split(rb"(?<=\n)", body):
        for length in range(at, at + len(line.rstrip(b"\r\n"))):
            found[length] = text
        text += said(line)
        for length in range(at + len(line.rstrip(b"\r\n")), at + len(line) + 1):
            found[length] = text
        at += len(line)
    return found


def said(line: bytes) -> str:
    if not line.startswith(b"data: {"):
        return ""
    value = json.loads(line[6:])
    if "candidates" in value:
        return "".join(part["text"] for part in value["candidates"][0]["content"]["parts"])
    if value.get("choices"):
        return value["choices"][0]["delta"].get("content") or ""
    return (
        value.get("delta", {}).get("text", "") if value.get("type") == "content_block_delta" else ""
    )


@FAMILY
@pytest.mark.parametrize("lost", [None, Lost("the connection was lost.")], ids=["clean", "lost"])
async def test_a_cut_at_any_byte_keeps_what_came_and_says_so(
    family: Family, lost: Lost | None
) -> None:
    player, body = Player(), recorded(family)
    texts, finish = texts_by(family, body), finish_at(family, body)
    for length in range(len(body) + 1):
        played = await player.play(family, body[:length], lost=lost)

        assert played.ends_once, length
        assert played.text == texts[length] or (played.text + "\ufffd").startswith(texts[length]), (
            length
        )
        assert played.whole == (length >= finish), (length, played.answer.stop, played.error)
        if not texts[length] and length < finish:
            assert played.error, length


@FAMILY
async def test_a_cut_answer_of_a_server_that_does_not_stream_is_none(family: Family) -> None:
    player, body = Player(), json.dumps(family.whole(TEXT), ensure_ascii=False).encode()
    for length in range(len(body)):
        played = await player.play(family, body[:length])

        assert played.error, length
        assert played.ends_once

    assert (await player.play(family, body)).text == TEXT


@FAMILY
async def test_a_cut_array_of_events_keeps_those_that_came(family: Family) -> None:
    values = [line[6:] for line in recorded(family).split(b"\n") if line.startswith(b"data: {")]
    player, body = Player(), b"[" + b",\n".join(values) + b"]"
    for length in range(1, len(body)):
        played = await player.play(family, body[:length])
        complete = [value for value in values if body.index(value) + len(value) <= length]

        assert played.text == "".join(said(b"data: " + value) for value in complete), length
        assert played.ends_once


@FAMILY
async def test_every_split_gives_the_same_answer(family: Family) -> None:
    player, body = Player(), recorded(family)
    whole = await player.play(family, body)
    assert whole.text == TEXT

    for at in range(1, len(body), 2):
        played = await player.play(family, body[:at], body[at:])
        assert folded(played.answer) == folded(whole.answer), at
    for at in range(1, len(body) - 1, 7):
        played = await player.play(family, body[:at], body[at : at + 1], body[at + 1 :])
        assert folded(played.answer) == folded(whole.answer), at


def folded(answer: Answer) -> tuple[object, ...]:
    return answer.text, answer.thought, answer.tool_calls, answer.usage, answer.stop, answer.notices
