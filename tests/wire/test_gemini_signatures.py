"""Gemini's signatures go back on the very parts they came on, and those stay apart."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic_core import from_json

from nbchat.events import Kept, Notice, Stop
from nbchat.messages import KeptBy, Message, Text, Thought
from nbchat.wire.formats import gemini

from .formats import heard
from .replay import Recording, frames, in_one_piece, play, recordings
from .test_gemini import chunk, contents


def kept(*parts: dict[str, Any]) -> KeptBy:
    return KeptBy("gemini", "gemini", {"parts": list(parts)})


@pytest.mark.parametrize("recording", recordings("gemini", "stream", "json"))
def test_a_recorded_answer_goes_back_with_every_signature(recording: Recording) -> None:
    played = play(recording)
    sent = contents(
        Message("user", "Hi"), replayed(played.answer.message, played.kept), Message("user", "And?")
    )

    assert [content["role"] for content in sent] in (["user", "model", "user"], ["user"])
    came = [part["thoughtSignature"] for part in parts_of(recording) if "thoughtSignature" in part]
    back = [p["thoughtSignature"] for c in sent for p in c["parts"] if "thoughtSignature" in p]
    assert back == came or (not came and back == [gemini.NO_SIGNATURE])


def replayed(message: Message, data: list[Any]) -> Message:
    message.kept = KeptBy("gemini", "gemini", from_json(json.dumps(data[0]))) if data else None
    return message


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
        Message("assistant", "Hi", kept=kept(*parts)),
        Message("assistant", "!"),
        Message("user", "?"),
    ]

    assert contents(*messages)[0] == {"role": "model", "parts": [*parts, {"text": "!"}]}
    assert contents(*messages) == contents(*messages)


def test_kept_calls_that_the_conversation_dropped_are_not_sent() -> None:
    parts: list[dict[str, Any]] = [
        {"text": "Hi"},
        {"functionCall": {"id": "1", "name": "f", "args": {}}, "thoughtSignature": "sig"},
    ]

    assert contents(Message("assistant", "Hi", kept=kept(*parts)))[0]["parts"] == [{"text": "Hi"}]


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

    assert [event for event in events if isinstance(event, Kept)] == [
        Kept(
            {
                "parts": [
                    {"text": "ab"},
                    {"text": "c", "thoughtSignature": "1"},
                    {"text": "d"},
                    {"text": "", "thoughtSignature": "2"},
                    {"text": "", "thoughtSignature": "3"},
                ]
            }
        )
    ]


def test_plain_text_alone_needs_no_keeping() -> None:
    assert not any(
        isinstance(event, Kept)
        for event in heard(gemini.Reader(), chunk({"text": "a"}, finish="STOP"))
    )


def test_the_models_own_tools_and_pictures_are_kept_and_a_picture_is_mentioned() -> None:
    code = {"executableCode": {"language": "PYTHON", "code": "1"}}
    picture = {"inlineData": {"mimeType": "image/png", "data": "iVBORw=="}}

    notice, back, _ = heard(gemini.Reader(), chunk(code, picture, finish="STOP"))
    assert notice == Notice("The answer holds image/png, which is not shown here.")
    assert back == Kept({"parts": [code, picture]})
