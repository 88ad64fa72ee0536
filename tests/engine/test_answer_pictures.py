"""A picture that a model made goes with the next question, in requests that every format takes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nbchat.catalog.rows import Model
from nbchat.conversation.window import readable_messages
from nbchat.engine.answer_pictures import with_next_question
from nbchat.events import Answer, Stop
from nbchat.messages import Image, Message, Source, Text
from nbchat.wire.contract import load_dialect
from nbchat.wire.formats import FORMATS

from ..pictures import base64, png
from ..wire.format_contract import ask, folded, heard, stored

PICTURE = Image(png())
TOLD = "[picture, 3 × 2, 86 bytes]"


def answered(*parts: Any) -> Message:
    answer = Answer()
    for event in (*parts, Stop("end")):
        answer.add(event)
    return answer.message


def foreign(message: Message) -> Message:
    """As the engine sends it to another provider: without states, and their order."""
    return Message(message.role, message.content, message.thought)


@pytest.mark.field("E17")
def test_every_format_takes_a_conversation_with_a_picture_in_an_answer() -> None:
    said = [
        Message("user", "Draw."),
        answered(Text("Here:"), PICTURE, Source("https://a.example", "One")),
        Message("user", "Bluer."),
        answered(PICTURE),
        Message("user", "Redder."),
    ]
    for wire in FORMATS:
        sent = with_next_question((one, foreign(one)) for one in said)
        body = load_dialect(wire).render(ask(*sent)).body
        turns = body.get("messages") or body.get("contents") or body["input"]
        text = json.dumps(turns, ensure_ascii=False)

        assert [one["role"] for one in turns] == [
            *("user", "model" if wire == "gemini" else "assistant") * 2,
            "user",
        ], wire
        assert text.count(TOLD) == 2, wire
        assert text.count(base64(PICTURE.data)) == 2, wire
        assert all(base64(PICTURE.data) not in json.dumps(one) for one in turns[1::2]), wire
        assert "a.example" not in text, wire


@pytest.mark.field("E17")
def test_a_picture_that_goes_back_where_it_stood_is_not_sent_twice() -> None:
    inline = {"inlineData": {"mimeType": "image/png", "data": base64(PICTURE.data)}}
    chunk = {"candidates": [{"content": {"parts": [{**inline, "thoughtSignature": "s"}]}}]}
    answer = folded("gemini", heard(load_dialect("gemini").Reader(), chunk))
    said, asked = stored(answer).message, Message("user", "Bluer.")

    own = list(with_next_question([(said, said), (asked, asked)]))
    elsewhere = list(with_next_question([(said, foreign(said)), (asked, asked)]))

    assert own == [said, asked]
    assert elsewhere[1].content == [PICTURE, "Bluer."]
    for sent in (own, elsewhere):
        turns = load_dialect("gemini").render(ask(*sent)).body["contents"]
        assert json.dumps(turns).count(base64(PICTURE.data)) == 1
    assert load_dialect("gemini").render(ask(*own)).body["contents"][0]["parts"] == [
        {**inline, "thoughtSignature": "s"}
    ]


@pytest.mark.field("E17")
def test_a_model_that_reads_text_alone_is_told_that_there_was_a_picture() -> None:
    row = Model(id="m", name="m", type="deepseek", features=("tools",))
    messages, notices = readable_messages(
        [Message("user", "Draw."), answered(Text("Here:"), PICTURE)], Message("user", "?"), "m", row
    )

    assert notices == ["m reads text alone; the pictures of earlier answers were left out."]
    (_, sent) = with_next_question((one, one) for one in messages)
    assert sent.text == f"Here:\n\n{TOLD}"
    assert not any(isinstance(part, Image) for part in sent.ordered_parts)
