"""Pictures, by the shapes in which providers are known to send them."""

from __future__ import annotations

from typing import Any

import pytest

from nbchat.messages import Image, Message
from nbchat.wire.contract import load_dialect
from nbchat.wire.pictures import MOST_PICTURES, NOT_SHOWN, Pictures

from ..pictures import GIF, JPEG, SVG, base64, data_url, png
from .format_contract import ask, folded, heard

PNG = png()
LARGE = PNG + bytes(1_000)


def images(*urls: str) -> list[Any]:
    return [{"type": "image_url", "image_url": {"url": url}} for url in urls]


def chunk(content: str = "", **more: Any) -> dict[str, Any]:
    return {"choices": [{"delta": {"content": content, **more}, "finish_reason": None}]}


def inline(data: bytes, **more: Any) -> dict[str, Any]:
    part = {"inlineData": {"mimeType": "image/x", "data": base64(data)}, **more}
    return {"candidates": [{"content": {"parts": [{"text": "Here: "}, part]}}]}


SHAPES: dict[str, tuple[str, list[Any]]] = {
    "OpenRouter": ("openai-chat", [chunk("Here: "), chunk(images=images(data_url(PNG)))]),
    "the same twice": (
        "openai-chat",
        [chunk("Here: ", images=images(data_url(PNG))), chunk(images=images(data_url(PNG)))],
    ),
    "bare base64": ("openai-chat", [chunk("Here: ", images=[{"b64_json": base64(PNG)}])]),
    "a part of the content": (
        "openai-chat",
        [chunk() | {"choices": [{"delta": {"content": ["Here: ", *images(data_url(PNG))]}}]}],
    ),
    "one image": ("openai-chat", [chunk("Here: ", image=data_url(PNG))]),
    "AiHubMix": (
        "openai-chat",
        [
            chunk("Here: "),
            chunk(multi_mod_content=[{"text": ""}, {"inline_data": {"data": base64(PNG)}}]),
        ],
    ),
    "a draft of Responses, where nothing better comes": (
        "openai-responses",
        [
            {"type": "response.output_text.delta", "output_index": 0, "delta": "Here: "},
            {
                "type": "response.image_generation_call.partial_image",
                "output_index": 1,
                "item_id": "i",
                "partial_image_b64": base64(PNG),
            },
        ],
    ),
    "a draft of Responses, and a call that failed": (
        "openai-responses",
        [
            {"type": "response.output_text.delta", "output_index": 0, "delta": "Here: "},
            {
                "type": "response.image_generation_call.partial_image",
                "output_index": 1,
                "partial_image_b64": base64(PNG),
            },
            {
                "type": "response.output_item.done",
                "output_index": 1,
                "item": {"type": "image_generation_call", "id": "i", "result": None},
            },
        ],
    ),
    "code that was run at OpenAI": (
        "openai-responses",
        [
            {"type": "response.output_text.delta", "output_index": 0, "delta": "Here: "},
            {
                "type": "response.output_item.done",
                "output_index": 1,
                "item": {
                    "type": "code_interpreter_call",
                    "outputs": [
                        {"type": "logs", "logs": "1"},
                        {"type": "image", "url": data_url(PNG)},
                    ],
                },
            },
        ],
    ),
    "Responses": (
        "openai-responses",
        [
            {"type": "response.output_text.delta", "output_index": 0, "delta": "Here: "},
            {
                "type": "response.output_item.done",
                "output_index": 1,
                "item": {"type": "image_generation_call", "id": "i", "result": base64(PNG)},
            },
        ],
    ),
    "Gemini": ("gemini", [inline(PNG)]),
    "Anthropic": (
        "anthropic-messages",
        [
            {
                "type": "content_block_start",
                "index": 0,
                "content_block": {"type": "text", "text": "Here: "},
            },
            {
                "type": "content_block_start",
                "index": 1,
                "content_block": {
                    "type": "image",
                    "source": {"type": "base64", "media_type": "image/x", "data": base64(PNG)},
                },
            },
        ],
    ),
    "Bedrock": (
        "bedrock-converse",
        [
            ("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": "Here: "}}),
            (
                "contentBlockDelta",
                {"contentBlockIndex": 1, "delta": {"image": {"source": {"bytes": base64(PNG)}}}},
            ),
        ],
    ),
    "Ollama": ("ollama", [{"message": {"content": "Here: ", "images": [base64(PNG)]}}]),
    "Cohere": (
        "cohere",
        [
            {"type": "content-delta", "delta": {"message": {"content": {"text": "Here: "}}}},
            {
                "type": "content-start",
                "delta": {"message": {"content": images(data_url(PNG))[0]}},
            },
        ],
    ),
}


@pytest.mark.field("E17")
def test_a_picture_is_read_from_every_shape_that_is_known() -> None:
    for name, (wire, values) in SHAPES.items():
        answer = folded(wire, heard(load_dialect(wire).Reader(), *values))

        assert [one.data for one in answer.pictures] == [PNG], name
        assert answer.pictures[0].media_type == "image/png", name
        assert answer.text == "Here: \n\n[picture, 3 × 2, 86 bytes]", name
        assert answer.notices == [], name
        assert answer


@pytest.mark.field("E17")
def test_its_kind_is_told_by_its_bytes_and_not_by_who_sends_it() -> None:
    read = Pictures().read([data_url(GIF, "text/html"), data_url(JPEG), data_url(SVG), "AA", "%"])

    assert [one.media_type for one in read if isinstance(one, Image)] == ["image/gif", "image/jpeg"]
    assert [one.text for one in read if not isinstance(one, Image)] == [
        f"{NOT_SHOWN}it is no PNG, JPEG, GIF or WebP by its bytes."
    ]


@pytest.mark.field("E17")
def test_a_picture_at_another_host_is_not_asked_for() -> None:
    source, notice = Pictures().read(images("https://sink.example/p.png?who=you"))

    assert (source.url, source.title) == ("https://sink.example/p.png?who=you", "Picture")
    assert notice.text.endswith("it is at sink.example, which is not asked for it.")
    assert Pictures().read("https://[") != []


@pytest.mark.field("E17")
def test_a_flood_of_pictures_ends() -> None:
    read = Pictures().read([data_url(png(n, 1)) for n in range(1, 99)])

    assert len([one for one in read if isinstance(one, Image)]) == MOST_PICTURES
    assert read[-1].text == f"The answer holds more than {MOST_PICTURES} pictures."


@pytest.mark.field("E17")
def test_gemini_gets_its_pictures_back_where_they_stood() -> None:
    """Its newest models refuse a picture without the signature that came with it."""
    answer = folded(
        "gemini", heard(load_dialect("gemini").Reader(), inline(PNG, thoughtSignature="s"))
    )
    body = load_dialect("gemini").render(ask(answer.message, Message("user", "Bluer."))).body

    picture = {"mimeType": "image/png", "data": base64(PNG)}
    assert body["contents"][0] == {
        "role": "model",
        "parts": [{"text": "Here: "}, {"inlineData": picture, "thoughtSignature": "s"}],
    }


@pytest.mark.field("E17")
def test_a_draft_of_gemini_is_not_shown() -> None:
    answer = folded("gemini", heard(load_dialect("gemini").Reader(), inline(PNG, thought=True)))

    assert (answer.pictures, answer.notices) == ([], [])


TOLD: dict[str, tuple[str, Any, str]] = {
    "a file at Google": (
        "gemini",
        {"candidates": [{"content": {"parts": [{"fileData": {"mimeType": "image/png"}}]}}]},
        "The answer holds image/png, which is not shown here.",
    ),
    "no picture, whatever is said of it": (
        "gemini",
        {"candidates": [{"content": {"parts": [{"inlineData": {"mimeType": "image/png"}}]}}]},
        "The answer holds image/png, which is not shown here.",
    ),
    "a picture that was not made": (
        "openai-responses",
        {
            "type": "response.output_item.done",
            "item": {"type": "image_generation_call", "status": "failed", "result": None},
        },
        "A picture was asked for, and none has come.",
    ),
    "sound": (
        "openai-chat",
        chunk(audio={"id": "a", "data": "UklGRg=="}),
        "The answer is spoken, and sound is not played here.",
    ),
}


@pytest.mark.field("E17")
def test_what_is_not_shown_is_told() -> None:
    for name, (wire, value, told) in TOLD.items():
        answer = folded(wire, heard(load_dialect(wire).Reader(), value))

        assert (answer.pictures, answer.notices) == ([], [told]), name


@pytest.mark.field("E17")
def test_what_is_spoken_is_read_unless_it_is_written_too() -> None:
    spoken = [chunk(audio={"transcript": "Hel"}), chunk(audio={"transcript": "lo", "data": "AA=="})]
    written = [chunk("Hello"), *spoken]

    for values in (spoken, written):
        answer = folded("openai-chat", heard(load_dialect("openai-chat").Reader(), *values))

        assert answer.text == "Hello"
        assert len(answer.notices) == 1


@pytest.mark.field("E17")
def test_a_picture_that_a_gateway_writes_into_the_words_is_one() -> None:
    """New API does so, with all its bytes in one piece."""
    for url, shown in ((data_url(LARGE), [LARGE]), (data_url(SVG * 100, "image/svg+xml"), [])):
        value = chunk(f"Here: ![image]({url}) So.")

        answer = folded("openai-chat", heard(load_dialect("openai-chat").Reader(), value))

        assert [one.data for one in answer.pictures] == shown
        assert "base64" not in answer.text
        assert answer.text.startswith("Here: ")
        assert answer.text.endswith(" So.")
        assert bool(answer.notices) == (not shown)


@pytest.mark.field("E17")
def test_a_picture_that_a_model_writes_itself_stays_words() -> None:
    """It comes in small pieces, and would be short."""
    words = f"Write ![x]({data_url(PNG)}) and ![y](https://a.example/{'y' * 2_000}.png)."

    answer = folded("openai-chat", heard(load_dialect("openai-chat").Reader(), chunk(words)))

    assert (answer.text, answer.pictures) == (words, [])
