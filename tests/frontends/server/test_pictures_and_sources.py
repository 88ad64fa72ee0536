"""Pictures and sources of an answer, in the shapes in which OpenAI's clients read them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from openai import OpenAI

from nbchat.frontends.server.citations import Words
from nbchat.messages import Source

from ...fakes.provider import Service, answer, sse
from ...pictures import base64, png
from .running import TOKEN, RunningServer

MODEL = "kimi-k2.6"
HELLO: list[Any] = [{"role": "user", "content": "Hello"}]
CHAT, RESPONSES = "/v1/chat/completions", "/v1/responses"
PNG = f"data:image/png;base64,{base64(png())}"
DRAWN = {"images": [{"type": "image_url", "image_url": {"url": PNG}}]}
LINK = "([a](https://a.example/x))"
MARKED = "https://a.example/x?utm_source=openai"


def told(*deltas: dict[str, Any], **last: Any) -> bytes:
    """An answer of these pieces."""
    pieces = [{"choices": [{"index": 0, "delta": d, "finish_reason": None}]} for d in deltas]
    end = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}], **last}
    return sse(*pieces, end)


def cited(url: str, end: int) -> dict[str, Any]:
    place = {"url": url, "title": "A page", "start_index": 0, "end_index": end}
    return {"annotations": [{"type": "url_citation", "url_citation": place}]}


def events_of(body: bytes) -> list[dict[str, Any]]:
    lines = body.decode().splitlines()
    return [json.loads(line[6:]) for line in lines if line.startswith("data: {")]


def ask(server: RunningServer, path: str, **body: Any) -> Any:
    asked = {"messages": HELLO} if path == CHAT else {"input": "Hello"}
    reply = server.request("POST", path, {"model": MODEL, **asked, **body})
    assert reply.status == 200, reply.body
    return reply


# --- pictures -------------------------------------------------------------------------------------

PICTURES: list[tuple[bytes, str, list[str]]] = [
    (told({"content": "Here."}, DRAWN, {"content": "Nice?"}), "Here.\n\nNice?", ["m", "i", "m"]),
    (told(DRAWN, {"content": "Nice?"}), "Nice?", ["i", "m"]),
    (told({"content": "He"}, {"content": "re."}, DRAWN), "Here.", ["m", "i"]),
    (told(DRAWN), "", ["i"]),
]
ITEMS = {"m": "message", "i": "image_generation_call"}


@pytest.mark.field("S2")
def test_a_picture_comes_as_a_picture_and_no_words_stand_for_it(
    server: RunningServer, provider: Service
) -> None:
    picture = {"type": "image_url", "image_url": {"url": PNG}}
    for sent, text, items in PICTURES:
        provider.always(answer(sent))

        message = ask(server, CHAT).json["choices"][0]["message"]
        streamed = events_of(ask(server, CHAT, stream=True, stop=["never said"]).body)
        output = ask(server, RESPONSES).json["output"]
        last = events_of(ask(server, RESPONSES, stream=True).body)[-1]["response"]["output"]

        deltas = [event["choices"][0]["delta"] for event in streamed]
        assert (message["content"], message["images"]) == (text or None, [picture])
        assert "".join(delta.get("content", "") for delta in deltas) == text
        assert [one for d in deltas for one in d.get("images", ())] == [{"index": 0, **picture}]
        for told_items in (output, last):
            assert [item["type"] for item in told_items] == [ITEMS[kind] for kind in items]
            drawn = [item["result"] for item in told_items if item["type"] == ITEMS["i"]]
            said = [item["content"][0]["text"] for item in told_items if "content" in item]
            assert (drawn, "".join(said)) == ([base64(png())], text)


@pytest.mark.field("S2")
def test_a_picture_that_is_sent_back_goes_to_the_model(
    server: RunningServer, provider: Service
) -> None:
    """With the next question, since most formats take pictures there alone."""
    provider.always(answer(told({"content": "Here."}, DRAWN)))
    message = ask(server, CHAT).json["choices"][0]["message"]
    output = ask(server, RESPONSES).json["output"]
    named = [{"type": "item_reference", "id": item["id"]} for item in output]
    bluer = {"role": "user", "content": "Bluer."}

    ask(server, CHAT, messages=[*HELLO, message, bluer])
    for items in (output, named):
        ask(server, RESPONSES, input=[*HELLO, *items, bluer])

    for request in provider.requests[2:]:
        *_, last = request.json["messages"]
        assert [part["type"] for part in last["content"]] == ["image_url", "text"]
        assert last["content"][0]["image_url"]["url"] == PNG


@pytest.mark.field("S3")
def test_pictures_are_asked_for_where_the_format_has_a_word_for_it(
    everywhere: RunningServer, provider: Service
) -> None:
    provider.always(answer(b"{}", status=400, headers={"content-type": "application/json"}))
    kinds = {"modalities": ["text", "image"]}

    for model, path in (("openai:gpt-x", ()), ("gemini:gemini-new", ("generationConfig",))):
        everywhere.request("POST", CHAT, {"model": model, "messages": HELLO, **kinds})

        body = provider.requests[-1].json
        for name in path:
            body = body[name]
        assert body.get("modalities", body.get("responseModalities")) in (
            ["text", "image"],
            ["TEXT", "IMAGE"],
        )


@pytest.mark.field("S2")
def test_a_chunk_has_pictures_and_the_last_one_sources(
    server: RunningServer, provider: Service
) -> None:
    provider.always(answer(told(DRAWN, cited("https://a.example", 0))))

    first, last = server.request("POST", "/stream", {"model": MODEL, "messages": "Hi"}).lines

    assert first["pictures"] == [{"mediaType": "image/png", "data": base64(png())}]
    assert last["sources"] == [{"url": "https://a.example", "title": "A page"}]


# --- sources --------------------------------------------------------------------------------------

NUMBERED = told(
    {"content": "Warm [1], and dry [2]"}, {"content": "[1]."}, citations=["https://a.example"]
)
SOURCES: list[tuple[bytes, list[str]]] = [
    (
        told({"content": f"Noon. {LINK} Yes."}, cited(MARKED, 32)),
        [LINK],
    ),
    (told({"content": "Noon. It is warm. Yes."}, cited("https://a.example", 17)), ["It is warm."]),
    (told({"content": "Noon."}, cited("https://a.example", 900)), ["Noon."]),
    (NUMBERED, ["[1]", "[1]"]),
    (told({"content": "Noon."}, search_results=[{"url": "https://a.example"}]), [""]),
    (told({"content": "Noon."}), []),
]


@pytest.mark.field("S2")
def test_sources_are_citations_at_their_places(server: RunningServer, provider: Service) -> None:
    for sent, places in SOURCES:
        provider.always(answer(sent))

        message = ask(server, CHAT).json["choices"][0]["message"]
        ends = [e["choices"][0] for e in events_of(ask(server, CHAT, stream=True).body)]
        [item] = ask(server, RESPONSES).json["output"]
        events = events_of(ask(server, RESPONSES, stream=True).body)

        text, found = message["content"], [one["url_citation"] for one in message["annotations"]]
        assert [text[one["start_index"] : one["end_index"]] for one in found] == places
        assert all(one["url"].startswith("https://a.example") and one["title"] for one in found)
        assert ends[-1]["delta"].get("annotations", []) == message["annotations"]
        [part] = item["content"]
        assert part["annotations"] == [{"type": "url_citation", **one} for one in found]
        added = [e for e in events if e["type"] == "response.output_text.annotation.added"]
        assert [event["annotation"] for event in added] == part["annotations"]
        assert [event["annotation_index"] for event in added] == [*range(len(added))]
        assert events[-1]["response"]["output"][0]["content"] == [part]


@pytest.mark.field("S2")
def test_a_search_that_was_asked_for_is_an_item_of_the_output(
    server: RunningServer, provider: Service
) -> None:
    """Clients that make a model search take an answer without one for a failure."""
    tools = [{"type": "web_search"}]
    provider.always(answer(NUMBERED))

    searched = ask(server, RESPONSES, tools=tools, tool_choice=tools[0]).json["output"]
    events = events_of(ask(server, RESPONSES, tools=tools, stream=True).body)
    without = ask(server, RESPONSES).json["output"]
    again = ask(server, RESPONSES, input=[*HELLO, *searched, *HELLO])

    search, _ = searched
    assert search["type"] == "web_search_call"
    assert search["action"]["sources"] == [{"type": "url", "url": "https://a.example"}]
    assert [item["type"] for item in events[-1]["response"]["output"]] == [
        "message",
        "web_search_call",
    ]
    assert [e["type"] for e in events[-3:-1]] == [
        "response.web_search_call.completed",
        "response.output_item.done",
    ]
    assert [item["type"] for item in without] == ["message"]
    assert again.status == 200
    provider.always(answer(told({"content": "Noon."})))
    assert len(ask(server, RESPONSES, tools=tools).json["output"]) == 1  # nothing was found


def test_a_place_that_is_none_is_within_the_words() -> None:
    words = Words()

    assert words.citations([Source("https://a.example", ends=[5])])[0][:2] == (0, 0)
    assert words.citations([Source("", "A document", ends=[5])]) == []


@pytest.mark.field("S2")
def test_the_official_client_reads_both(server: RunningServer, provider: Service) -> None:
    provider.always(answer(told(DRAWN, {"content": "Noon."}, cited("https://a.example", 5))))

    with OpenAI(base_url=f"{server.url}/v1", api_key=TOKEN, max_retries=0) as client:
        whole = client.chat.completions.create(model=MODEL, messages=HELLO)
        with client.responses.stream(model=MODEL, input="Hello") as stream:
            kinds = [event.type for event in stream]
            response = stream.get_final_response()

    assert whole.choices[0].message.annotations is not None
    assert whole.choices[0].message.annotations[0].url_citation.url == "https://a.example"
    drawn, said = response.output
    assert drawn.type == "image_generation_call"
    assert drawn.result == base64(png())
    assert said.type == "message"
    assert said.content[0].type == "output_text"
    assert said.content[0].annotations[0].type == "url_citation"
    assert "response.output_text.annotation.added" in kinds
    assert "response.image_generation_call.completed" in kinds
