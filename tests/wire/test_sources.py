"""Sources, by the shapes in which providers are known to send them (recordings, documents)."""

from __future__ import annotations

from typing import Any

import pytest

from nbchat.events import Answer, Notice
from nbchat.messages import Source
from nbchat.wire.contract import load_dialect
from nbchat.wire.sources import MOST_SOURCES, Sources

from .format_contract import folded, heard

A, B = "https://a.example/1", "https://b.example/2"


def said(text: str = "", **more: Any) -> dict[str, Any]:
    """A chunk of chat completions; `more` stands in its delta."""
    return {"choices": [{"delta": {"content": text, **more}}]}


def annotated(url: str, title: str, end: int) -> dict[str, Any]:
    where = {"url": url, "title": title, "start_index": 0, "end_index": end}
    return {"type": "url_citation", "url_citation": where}


def block(index: int, *deltas: Any, kind: str = "text", **start: Any) -> list[dict[str, Any]]:
    """A block of Anthropic's, whole."""
    began = {"type": "content_block_start", "index": index}
    return [
        {**began, "content_block": {"type": kind, **start}},
        *({"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas),
        {"type": "content_block_stop", "index": index},
    ]


def cited(url: str, title: str, words: str) -> dict[str, Any]:
    place = {"type": "web_search_result_location", "url": url, "title": title}
    return {"type": "citations_delta", "citation": {**place, "cited_text": words}}


def words(text: str) -> dict[str, Any]:
    return {"type": "text_delta", "text": text}


def delta(text: str, place: int = 0) -> dict[str, Any]:
    kind = "response.output_text.delta"
    return {"type": kind, "output_index": place, "content_index": 0, "delta": text}


def noted(annotation: Any, place: int = 0) -> dict[str, Any]:
    kind = "response.output_text.annotation.added"
    return {"type": kind, "output_index": place, "content_index": 0, "annotation": annotation}


def grounded(text: str, chunks: list[Any], *supports: tuple[str, int, list[int]]) -> dict[str, Any]:
    found = [
        {"segment": {"text": words, "endIndex": end}, "groundingChunkIndices": nths}
        for words, end, nths in supports
    ]
    metadata = {"groundingChunks": chunks, "groundingSupports": found}
    content = {"parts": [{"text": text}]}
    return {"candidates": [{"content": content, "groundingMetadata": metadata}]}


# wire, values, and of each source: address, title, its numbers, the words before its marks
CASES: dict[str, tuple[str, list[Any], list[tuple[str, str, list[int], list[str]]]]] = {
    "Perplexity": (
        "openai-chat",
        [
            {**said("Pong[1]"), "citations": [A, B]},
            {**said("[2]"), "citations": [A, B], "search_results": [{"url": A, "title": "One"}]},
        ],
        [(A, "One", [1], []), (B, "", [2], [])],
    ),
    "Perplexity, the same page twice": (
        "openai-chat",
        [{**said("x[3]"), "citations": [A, A, B]}],
        [(A, "", [1, 2], []), (B, "", [3], [])],
    ),
    "OpenAI's annotations": (
        "openai-chat",
        [said("It rains."), said(annotations=[annotated(A, "Rain", 9)])],
        [(A, "Rain", [], ["rains."])],
    ),
    "OpenRouter's, without places": (
        "openai-chat",
        [said("It", annotations=[annotated(A, "One", 0), annotated(B, "Two", 0)])],
        [(A, "One", [1], []), (B, "Two", [2], [])],
    ),
    "a file that was read is no source": (
        "openai-chat",
        [said("Hi", annotations=[{"type": "file", "file": {"name": "a.pdf", "hash": "1"}}])],
        [],
    ),
    "Zhipu": (
        "openai-chat",
        [{**said("Rain[ref_1]"), "web_search": [{"link": A, "title": "雨", "refer": "ref_1"}]}],
        [(A, "雨", [1], [])],
    ),
    "Zhipu, as a call": (
        "openai-chat",
        [said(tool_calls=[{"type": "web_search", "web_search": {"outputs": [{"link": A}]}}])],
        [(A, "", [1], [])],
    ),
    "Qwen": (
        "openai-chat",
        [
            {
                **said("Rain[2]"),
                "search_info": {"search_results": [{"index": 2, "url": B, "title": "Two"}]},
            }
        ],
        [(B, "Two", [2], [])],
    ),
    "Moonshot's own search": (
        "openai-chat",
        [
            said(
                tool_calls=[
                    {
                        "index": 0,
                        "id": "1",
                        "function": {
                            "name": "$web_search",
                            "arguments": f'{{"search_result": [{{"url": "{A}", "title": "One"}}]}}',
                        },
                    }
                ]
            )
        ],
        [(A, "One", [1], [])],
    ),
    "xAI, at the end": (
        "openai-chat",
        [said("It rains."), {"choices": [], "citations": [A], "usage": {}}],
        [(A, "", [1], [])],
    ),
    "Groq": (
        "openai-chat",
        [said("Hi", executed_tools=[{"search_results": {"results": [{"url": A, "title": "1"}]}}])],
        [(A, "", [1], [])],
    ),
    "Azure's own data": (
        "openai-chat",
        [said("Hi [doc1]", context={"citations": [{"title": "Plan", "url": A, "content": "x"}]})],
        [(A, "Plan", [1], [])],
    ),
    "Doubao": (
        "openai-chat",
        [{**said("Hi"), "references": [{"url": A, "title": "One", "site_name": "S"}]}],
        [(A, "One", [1], [])],
    ),
    "a gateway before Gemini": (
        "openai-chat",
        [
            said("It rains."),
            {
                **said(),
                "vertex_ai_grounding_metadata": [{"groundingChunks": [{"web": {"uri": A}}]}],
            },
        ],
        [(A, "", [], [])],
    ),
    "LiteLLM, of Claude": (
        "openai-chat",
        [
            said("It is so: "),
            said(
                provider_specific_fields={
                    "citation": {
                        "type": "web_search_result_location",
                        "url": A,
                        "title": "One",
                        "cited_text": "quoted",
                    }
                }
            ),
            said("it rains."),
        ],
        [(A, "One", [], [])],
    ),
    "LiteLLM, of Claude, whole": (
        "openai-chat",
        [
            said(
                "It rains [1].",
                provider_specific_fields={
                    "citations": [[{"url": A, "title": "One"}], [{"url": B, "title": "Two"}]],
                    "web_search_results": [
                        {
                            "type": "web_search_tool_result",
                            "content": [{"url": "https://c.example", "title": "Three"}],
                        }
                    ],
                },
            )
        ],
        [(A, "One", [], []), (B, "Two", [], []), ("https://c.example", "Three", [], [])],
    ),
    "Open WebUI": (
        "openai-chat",
        [
            {
                "sources": [
                    {
                        "source": {"name": "search", "type": "web"},
                        "document": ["x"],
                        "metadata": [{"source": A, "title": "One"}, {"source": B}],
                    }
                ]
            },
            said("Rain[1]"),
        ],
        [(A, "One", [1], []), (B, "", [], [])],
    ),
    "Perplexica": (
        "openai-chat",
        [
            {
                **said("Rain[1]"),
                "sources": [{"pageContent": "x", "metadata": {"url": A, "title": "One"}}],
            }
        ],
        [(A, "One", [1], [])],
    ),
    "Jina": (
        "openai-chat",
        [
            said(
                "Rain",
                annotations=[
                    {
                        "type": "url_citation",
                        "url_citation": {"url": A, "title": "One", "exactQuote": "x"},
                    }
                ],
            )
        ],
        [(A, "One", [1], [])],
    ),
    "Azure's own files": (
        "openai-chat",
        [said("x [doc1]", context={"citations": [{"filepath": "plan.pdf", "url": None}]})],
        [("", "plan.pdf", [1], [])],
    ),
    "Mistral": (
        "openai-chat",
        [
            said("x")
            | {
                "choices": [
                    {
                        "delta": {
                            "content": [
                                {"type": "text", "text": "It rains"},
                                {"type": "tool_reference", "url": A, "title": "Rain"},
                                {"type": "reference", "reference_ids": [1]},
                            ]
                        }
                    }
                ]
            }
        ],
        [(A, "Rain", [], ["rains"])],
    ),
    "Responses": (
        "openai-responses",
        [
            delta("One. ", 0),
            delta("It rains.", 1),
            noted({"type": "url_citation", "url": A, "title": "Rain", "end_index": 9}, 1),
        ],
        [(A, "Rain", [], ["rains."])],
    ),
    "Responses, the page of a search again": (
        "openai-responses",
        [
            {
                "type": "response.output_item.done",
                "output_index": 0,
                "item": {"type": "web_search_call", "action": {"sources": [{"url": A}]}},
            },
            delta("It rains.", 1),
            noted(
                {
                    "type": "url_citation",
                    "url": f"{A}?utm_source=openai",
                    "title": "Rain",
                    "end_index": 9,
                },
                1,
            ),
        ],
        [(A, "Rain", [], ["rains."])],
    ),
    "Responses of xAI": (
        "openai-responses",
        [delta("It rains."), noted({"type": "url_citation", "url": A, "title": "1"})],
        [(A, "", [1], [])],
    ),
    "Responses, a file": (
        "openai-responses",
        [
            delta("Paris."),
            noted({"type": "file_citation", "file_id": "f", "filename": "a.txt", "index": 5}),
        ],
        [("", "a.txt", [], ["Paris"])],
    ),
    "Responses, whole, with what was searched": (
        "openai-responses",
        [
            {
                "type": "response.completed",
                "response": {
                    "output": [
                        {
                            "type": "web_search_call",
                            "action": {"sources": [{"type": "url", "url": B}]},
                        },
                        {
                            "type": "message",
                            "content": [
                                {
                                    "text": "It rains.",
                                    "annotations": [
                                        {"type": "url_citation", "url": A, "end_index": 9}
                                    ],
                                }
                            ],
                        },
                    ]
                },
            }
        ],
        [(B, "", [], []), (A, "", [], ["rains."])],
    ),
    "Gemini": (
        "gemini",
        [
            {"candidates": [{"content": {"parts": [{"text": "Grün ist es. "}]}}]},
            grounded(
                "Es regnet.",
                [{"web": {"uri": A, "title": "a.example"}}, {"retrievedContext": {"title": "b"}}],
                ("Grün ist es.", 13, [0]),
                ("Es regnet.", 24, [0, 1]),
                ("not said", 99, [1]),
            ),
        ],
        [(A, "a.example", [], ["ist es.", "regnet."]), ("", "b", [], ["regnet."])],
    ),
    "Gemini, a page that was read": (
        "gemini",
        [
            {
                "candidates": [
                    {
                        "content": {"parts": [{"text": "Hi"}]},
                        "urlContextMetadata": {"urlMetadata": [{"retrievedUrl": A}]},
                        "citationMetadata": {"citations": [{}, {"uri": B}]},
                    }
                ]
            }
        ],
        [(B, "", [], []), (A, "", [], [])],
    ),
    "Gemini, a picture, and a page that was not read": (
        "gemini",
        [
            {
                "candidates": [
                    {
                        "content": {"parts": [{"text": "Hi"}]},
                        "groundingMetadata": {
                            "groundingChunks": [{"image": {"sourceUri": A, "title": "One"}}]
                        },
                        "urlContextMetadata": {
                            "urlMetadata": [
                                {
                                    "retrievedUrl": B,
                                    "urlRetrievalStatus": "URL_RETRIEVAL_STATUS_ERROR",
                                }
                            ]
                        },
                    }
                ]
            }
        ],
        [(A, "One", [], [])],
    ),
    "Responses, what was found in files": (
        "openai-responses",
        [
            {
                "type": "response.output_item.done",
                "item": {"type": "file_search_call", "results": [{"filename": "a.txt"}]},
            },
            delta("Paris."),
        ],
        [("", "a.txt", [], [])],
    ),
    "Anthropic, a page that was fetched": (
        "anthropic-messages",
        [
            *block(
                0,
                kind="web_fetch_tool_result",
                content={"url": A, "content": {"type": "document", "title": "One"}},
            ),
            *block(1, words("Hi")),
        ],
        [(A, "One", [], [])],
    ),
    "Anthropic": (
        "anthropic-messages",
        [
            *block(0, kind="web_search_tool_result", content=[{"url": B, "title": "Two"}]),
            *block(1, words("It is so: ")),
            *block(2, cited(A, "One", "quoted"), words("it rains."), citations=[]),
            *block(3, words(" And more.")),
        ],
        [(B, "Two", [], []), (A, "One", [], ["rains."])],
    ),
    "Anthropic, a document": (
        "anthropic-messages",
        [
            *block(
                0,
                {
                    "type": "citations_delta",
                    "citation": {
                        "type": "char_location",
                        "cited_text": "grass",
                        "document_title": "Grass",
                        "start_char_index": 0,
                        "end_char_index": 5,
                    },
                },
                words("Green."),
            )
        ],
        [("", "Grass", [], ["Green."])],
    ),
    "Anthropic, a search that failed": (
        "anthropic-messages",
        [
            *block(
                0,
                kind="web_search_tool_result",
                content={"type": "web_search_tool_result_error", "error_code": "x"},
            ),
            *block(1, words("Hi")),
        ],
        [],
    ),
    "Bedrock": (
        "bedrock-converse",
        [
            ("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": "It rains"}}),
            (
                "contentBlockDelta",
                {
                    "contentBlockIndex": 1,
                    "delta": {"citation": {"location": {"web": {"url": A, "domain": "a"}}}},
                },
            ),
            ("contentBlockStop", {"contentBlockIndex": 1}),
            ("contentBlockDelta", {"contentBlockIndex": 2, "delta": {"text": "."}}),
        ],
        [(A, "", [], ["rains"])],
    ),
    "Cohere": (
        "cohere",
        [
            {"type": "content-delta", "delta": {"message": {"content": {"text": "It rains."}}}},
            {
                "type": "citation-start",
                "delta": {
                    "message": {
                        "citations": {
                            "start": 3,
                            "end": 8,
                            "text": "rains",
                            "sources": [
                                {"type": "document", "id": "doc:0", "document": {"title": "T"}},
                                {"type": "tool", "id": "f:0", "tool_output": {"rain": "1"}},
                            ],
                        }
                    }
                },
            },
        ],
        [("", "T", [], ["rains"])],
    ),
}


def answer_to(wire: str, values: list[Any]) -> Answer:
    return folded(wire, heard(load_dialect(wire).Reader(), *values))


@pytest.mark.field("E17")
def test_sources_are_read_from_every_shape_that_is_known() -> None:
    for name, (wire, values, wanted) in CASES.items():
        answer = answer_to(wire, values)
        found = [
            (one.url, one.title, one.numbers, [answer.text[:end] for end in one.ends])
            for one in answer.sources
        ]

        assert [one[:3] for one in found] == [one[:3] for one in wanted], name
        for (*_, ends), (*_, expected) in zip(found, wanted, strict=True):
            assert len(ends) == len(expected), name
            assert all(map(str.endswith, ends, expected)), (name, ends)


HOSTILE: list[Any] = [
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "https://a.example/<script>",
    "https://a.example/a b",
    "https://" + "a" * 5_000,
    "//a.example",
    "",
    None,
    7,
    [],
    [[["https://a.example"]]],
    {"url": {"url": "https://a.example"}},
    {"url": ["https://a.example"]},
    {"title": ["x"], "url": True},
    {"url_citation": "https://a.example"},
]


@pytest.mark.field("E17")
def test_what_is_no_address_of_the_web_is_no_source() -> None:
    for name in ("citations", "annotations", "search_results", "web_search", "references"):
        for hostile in HOSTILE:
            assert Sources().read({name: [hostile]}) == [], (name, hostile)
            assert Sources().read({name: hostile}) == [], (name, hostile)
        assert Sources().read({name: HOSTILE}) == []


@pytest.mark.field("E17")
def test_a_title_keeps_its_words_and_loses_what_acts() -> None:
    title = "A\x1b[31m\r\n\x00 title\ud800\u2028" + "x" * 5_000
    (source,) = Sources().read({"citations": [{"url": A, "title": title, "snippet": "y" * 9_000}]})

    assert isinstance(source, Source)
    assert source.title.startswith("A [31m title x")
    assert (len(source.title), len(source.quoted)) == (300, 2_000)
    source.title.encode()


@pytest.mark.field("E17")
def test_thousands_of_sources_are_as_many_as_a_reader_can_use() -> None:
    many = [f"https://a.example/{number}" for number in range(5_000)]
    sources = Sources()
    events = [
        event for end in range(100, 5_000, 100) for event in sources.read({"citations": many[:end]})
    ]

    assert len([event for event in events if isinstance(event, Source)]) == MOST_SOURCES
    assert [event.text for event in events if isinstance(event, Notice)] == [
        f"The answer names more than {MOST_SOURCES} sources; these are the first."
    ]


@pytest.mark.field("E17")
def test_sources_alone_are_no_answer() -> None:
    answer = answer_to("openai-chat", [{"choices": [], "citations": [A]}])

    assert answer.sources == [Source(A)]
    assert not answer
