"""A host that takes no schema gets it as an instruction; other refusals are refusals."""

from __future__ import annotations

from typing import Any

import pytest

import nbchat
from nbchat import runtime
from nbchat.engine.engine import Engine
from nbchat.errors import NbchatError
from nbchat.wire.answer_tool import ANSWER

from ..fakes.provider import Service, said
from .providers.answers import cohere, events, gemini, ollama, openai_responses
from .providers.asking import KEY, refusal

SCHEMA = {"type": "object", "properties": {"town": {"type": "string"}}, "required": ["town"]}
TOO_LONG = "response_format: 9,000 tokens exceed the maximum context length of 8192 tokens."
UNAVAILABLE = "This response_format type is unavailable now"


@pytest.fixture(autouse=True, scope="module")
def _engine() -> Any:
    yield
    runtime.close()


async def ask(service: Service, model: str = "openai:m", **options: Any) -> nbchat.Answer:
    given = {"base_url": service.url, "api_key": KEY, "schema": SCHEMA, "wire": "openai-chat"}
    return await nbchat.stream(model, "Where?", **{**given, **options}).answer()


REFUSALS: list[tuple[int, Any]] = [
    (400, {"error": {"message": UNAVAILABLE, "type": "invalid_request_error"}}),
    (400, {"error": {"message": "Unsupported value.", "param": "response_format"}}),
    (400, {"error": {"message": "no", "param": "response_format.json_schema", "code": "x"}}),
    (400, {"error": {"message": "Invalid schema for response_format 'City': oneOf is refused."}}),
    (400, {"error": {"message": "'response_format.type' must be 'json_schema' or 'text'"}}),
    (400, {"error": "json_schema is not supported by this model"}),
    (400, {"error": {"message": "This model does not support structured outputs."}}),
    (400, {"error": {"code": 400, "message": "failed to parse grammar"}}),
    (422, {"detail": [{"loc": ["body", "response_format", "type"], "msg": "Input should be…"}]}),
    (422, {"object": "error", "message": {"detail": [{"loc": ["body", "response_format"]}]}}),
    (500, {"error": {"message": "JSON schema conversion failed: Unrecognized schema"}}),
    (422, {"error": "Input validation error: grammar is not valid: …", "error_type": "validation"}),
    (404, {"error": {"message": "No endpoints found that support: response_format", "code": 404}}),
    (501, {"error": {"message": "response_format is not implemented"}}),
    (200, {"error": {"message": "response_format is not supported"}}),
]


@pytest.mark.field("E12")
@pytest.mark.parametrize(("status", "body"), REFUSALS)
async def test_a_host_that_takes_no_schema_gets_it_as_an_instruction(
    service: Service, status: int, body: Any
) -> None:
    service.plays(refusal(status, body))
    service.answers(*said('{"town": "Lisbon"}'))

    answer = await ask(service, system="Be brief.", extra={"top_k": 3})

    first, second = [request.json for request in service.requests]
    assert first["response_format"]["type"] == "json_schema"
    assert "response_format" not in second
    words = second["messages"][0]["content"]
    assert words.startswith("Be brief.\n\nAnswer with JSON alone, matching this JSON schema:")
    assert second["top_k"] == 3
    assert answer.text == '{"town": "Lisbon"}'
    (notice,) = [text for text in answer.notices if "schema" in text]
    assert notice.endswith(". Asked again with the schema as an instruction.")
    assert ":." not in notice
    ids = {request.headers["idempotency-key"] for request in service.requests}
    assert len(ids) == 2


@pytest.mark.field("E12")
@pytest.mark.parametrize(
    ("wire", "model", "answers", "field"),
    [
        ("openai-responses", "openai:m", openai_responses(), "text"),
        ("gemini", "gemini:gemini-3-pro", gemini(), "generationConfig"),
        ("ollama", "ollama:m", ollama(), "format"),
        ("cohere", "cohere:m", cohere(), "response_format"),
    ],
)
async def test_so_it_is_in_every_format(
    service: Service, wire: str, model: str, answers: Any, field: str
) -> None:
    words = "output_format: structured outputs are not supported by this model"
    service.plays(refusal(400, {"error": {"message": words}}))
    service.answers(answers.plain, headers=dict(answers.headers))

    engine = Engine()  # what it says is no value, which is looked at above it
    given: Any = {"wire": wire, "base_url": service.url, "api_key": KEY, "schema": SCHEMA}
    answer = await engine.stream(model, "Where?", **given).answer()
    await engine.aclose()

    first, second = [request.json for request in service.requests]
    assert field in first
    assert "chema" not in str(second.get(field))
    assert "matching this JSON schema" in str(second)
    assert answer.stop.reason == "end"


@pytest.mark.field("E12")
@pytest.mark.parametrize(
    ("status", "body", "options"),
    [
        (400, {"error": {"message": "Unknown parameter: top_k"}}, {}),
        (400, {"error": {"message": "Wrong tool.", "param": "tools.0.function"}}, {}),
        (400, {"error": {"message": "A json_schema of a tool is wrong.", "param": "tools"}}, {}),
        (401, {"error": {"message": "No key for response_format.", "code": "invalid_api_key"}}, {}),
        (400, {"error": {"message": UNAVAILABLE}}, {"schema": None}),
        (400, {"error": {"message": TOO_LONG}}, {}),
    ],
)
async def test_another_refusal_is_told_at_once(
    service: Service, status: int, body: Any, options: dict[str, Any]
) -> None:
    service.plays(refusal(status, body))

    with pytest.raises(NbchatError):
        await ask(service, **options)

    assert len(service.requests) == 1


@pytest.mark.field("E12")
async def test_a_second_refusal_is_the_last(service: Service) -> None:
    service.plays(refusal(400, {"error": {"message": UNAVAILABLE}}))
    service.plays(refusal(400, {"error": {"message": UNAVAILABLE}}))

    with pytest.raises(NbchatError, match="unavailable now"):
        await ask(service)

    assert len(service.requests) == 2


CLAUDE = ("anthropic:claude-haiku-4-5", "anthropic-messages")


async def test_claude_is_asked_by_a_tool_before_words(service: Service) -> None:
    """First its place for a schema is refused, then the tool that would take the answer."""
    too_much = "output_config.format.schema: Schema is too complex."
    no_tool = "tool_choice: Thinking may not be enabled when tool_choice forces tool use."
    for message in (too_much, no_tool):
        service.plays(
            refusal(400, {"error": {"type": "invalid_request_error", "message": message}})
        )
    service.answers(*claude_says('{"town": "Lisbon"}'))
    model, wire = CLAUDE

    answer = await ask(service, model, wire=wire)

    place, tool, words = [request.json for request in service.requests]
    assert "format" in place["output_config"]
    assert tool["tool_choice"] == {"type": "tool", "name": ANSWER}
    assert "output_config" not in tool
    assert "matching this JSON schema" in words["system"][0]["text"]
    assert "tools" not in words
    assert answer.value == {"town": "Lisbon"}
    first, second = [text for text in answer.notices if "Asked again" in text]
    assert first.endswith(". Asked again with a tool that takes the answer.")
    assert second.endswith(". Asked again with the schema as an instruction.")


def claude_says(text: str) -> tuple[bytes]:
    delta = {"type": "text_delta", "text": text}
    return (
        events(
            {"type": "message_start", "message": {"id": "msg_1", "usage": {"input_tokens": 9}}},
            {"type": "content_block_start", "index": 0, "content_block": {"type": "text"}},
            {"type": "content_block_delta", "index": 0, "delta": delta},
            {"type": "message_delta", "delta": {"stop_reason": "end_turn"}},
            {"type": "message_stop"},
            named=True,
        ),
    )


async def test_what_was_refused_is_not_asked_for_again(service: Service) -> None:
    """Each row of a table would pay for two requests else."""
    service.plays(refusal(400, {"error": {"message": UNAVAILABLE, "type": "x"}}))
    for _ in range(3):
        service.answers(*said('{"town": "Lisbon"}'))

    answers = [await ask(service) for _ in range(3)]

    assert ["response_format" in request.json for request in service.requests] == [
        *(True, False, False, False)
    ]
    for later in answers[1:]:
        (notice,) = later.notices
        assert notice.endswith("the schema was sent as an instruction.")


async def test_another_schema_may_be_taken(service: Service) -> None:
    service.plays(refusal(400, {"error": {"message": UNAVAILABLE, "type": "x"}}))
    service.answers(*said('{"town": "Lisbon"}'))
    service.answers(*said('{"county": "Fife"}'))
    other = {"type": "object", "properties": {"county": {"type": "string"}}}

    await ask(service)
    answer = await ask(service, schema=other)

    assert "response_format" in service.requests[-1].json
    assert answer.value == {"county": "Fife"}
