"""Gemini's signatures go back on the very parts they came on, and those stay apart."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pydantic_core import from_json

from nbchat.events import Notice, Stop
from nbchat.messages import Message, Text, Thought, ToolCall
from nbchat.wire.formats import gemini

from ..format_contract import folded, goes_back, heard, hidden, said_by, stored
from ..replay import Recording, frames, in_one_piece, play, recordings
from .test_gemini import chunk, contents


@pytest.mark.parametrize("recording", recordings("gemini", "stream", "json"))
def test_a_recorded_answer_goes_back_with_every_signature(recording: Recording) -> None:
    played = play(recording)
    sent = contents(Message("user", "Hi"), stored(played.answer).message, Message("user", "And?"))

    assert [content["role"] for content in sent] in (["user", "model", "user"], ["user"])
    came = [part["thoughtSignature"] for part in parts_of(recording) if "thoughtSignature" in part]
    back = [p["thoughtSignature"] for c in sent for p in c["parts"] if "thoughtSignature" in p]
    assert back == came or (not came and back == [gemini.NO_SIGNATURE])


def parts_of(recording: Recording) -> list[dict[str, Any]]:
    values = [from_json(data) for _, data in frames(recording, in_one_piece)]
    listed = [value for each in values for value in (each if isinstance(each, list) else [each])]
    return [
        part
        for value in listed
        for c in value["candidates"]
        for part in c.get("content", {}).get("parts", [])
    ]


def test_kept_parts_go_back_as_they_came_and_stay_as_they_are() -> None:
    parts = [{"text": "Hi"}, {"text": "", "thoughtSignature": "sig"}]
    messages = [
        said_by("gemini", Text("Hi"), Text("", goes_back(parts[1]))),
        Message("assistant", "!"),
        Message("user", "?"),
    ]

    assert contents(*messages)[0] == {"role": "model", "parts": [*parts, {"text": "!"}]}
    assert contents(*messages) == contents(*messages)


def test_kept_calls_that_the_conversation_dropped_are_not_sent() -> None:
    call = ToolCall("1", "f", {}, "{}", goes_back({"thoughtSignature": "sig"}))
    said = replace(said_by("gemini", Text("Hi"), call), tool_calls=())

    assert contents(said)[0]["parts"] == [{"text": "Hi"}]


def test_thoughts_are_apart_and_need_not_go_back() -> None:
    events = heard(
        gemini.Reader(),
        chunk({"text": "hm", "thought": True}),
        chunk({"text": "Hi"}, finish="STOP"),
    )

    assert events == [Thought("hm"), Text("Hi"), Stop("end", "STOP")]


def test_signed_parts_are_kept_alone_and_plain_text_is_joined() -> None:
    events = heard(
        gemini.Reader(),
        chunk({"text": "hm", "thought": True}, {"text": "a"}),
        chunk({"text": "b"}, {"text": "c", "thoughtSignature": "1"}),
        chunk({"text": "d"}, {"thoughtSignature": "2"}),
        chunk({"text": "", "thoughtSignature": "3"}, finish="STOP"),
    )

    answer = folded("gemini", events)
    assert answer.text == "abcd"
    assert contents(answer.message)[0]["parts"] == [
        {"text": "ab"},
        {"text": "c", "thoughtSignature": "1"},
        {"text": "d"},
        {"text": "", "thoughtSignature": "2"},
        {"text": "", "thoughtSignature": "3"},
    ]


def test_plain_text_alone_needs_no_keeping() -> None:
    assert not any(
        getattr(event, "state", None)
        for event in heard(gemini.Reader(), chunk({"text": "a"}, finish="STOP"))
    )


def test_the_models_own_tools_and_pictures_are_kept_and_a_picture_is_mentioned() -> None:
    code = {"executableCode": {"language": "PYTHON", "code": "1"}}
    picture = {"inlineData": {"mimeType": "image/png", "data": "iVBORw=="}}

    events = heard(gemini.Reader(), chunk(code, picture, finish="STOP"))
    notice = Notice("The answer holds image/png, which is not shown here.")
    assert events == [hidden(code), hidden(picture), notice, Stop("end", "STOP")]
    assert contents(folded("gemini", events).message)[0]["parts"] == [code, picture]
