"""The answers as the OpenAPI description has them, and requests to try."""

from __future__ import annotations

from typing import Any, Literal

from fastapi.openapi.models import Example
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from nbchat.catalog.rows import Model
from nbchat.events import StopReason

DESCRIPTIONS = {
    400: "The body is not a valid request, or the provider refused it.",
    401: "The token is missing or wrong, "
    "or the provider refused this server's key (`provider_key_refused`).",
    403: "Another Host or Origin than this server's, or the provider does not allow it.",
    404: "No such model here.",
    413: "The body is too large.",
    415: "The body is not `application/json`.",
    422: "The body is not a valid request. Fields are named, values are not repeated.",
    429: "Too many requests, here or at the provider. `Retry-After` is in seconds.",
    502: "The provider cannot be reached, or answered with something else.",
    503: "The provider is overloaded, its key is not set here, or this server is stopping.",
    504: "The provider was silent for too long.",
}


def describe_refusals(model: type[BaseModel], *statuses: int) -> dict[int | str, dict[str, Any]]:
    """The refusals of a route, for its OpenAPI description."""
    return {status: {"model": model, "description": DESCRIPTIONS[status]} for status in statuses}


def event_stream(**data: Any) -> dict[str, Any]:
    """A stream of server-sent events whose data have this schema.

    `itemSchema` is of OpenAPI 3.2, and known to tools of today.
    """
    return {
        "itemSchema": {
            "type": "object",
            "required": ["data"],
            "properties": {"data": {"type": "string", **data}},
        }
    }


# --- nbchat's own -----------------------------------------------------------------------------


class _Shown(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class ChunkError(_Shown):
    """What went wrong.

    `type` is the name of nbchat's error, `status` the provider's or this server's HTTP status.
    """

    type: str = Field(examples=["RateLimited"])
    message: str
    status: int | None = None
    retry_after: float | None = Field(None, description="seconds")
    request_id: str | None = Field(None, description="what the provider's support asks for")


class ChunkUsage(_Shown):
    """In tokens. `input` is everything sent, `output` everything generated."""

    input: int | None = None
    output: int | None = None
    cached: int | None = None
    written: int | None = None
    reasoning: int | None = None


class Chunk(_Shown):
    """A piece of an answer; the last one has `finished`. A failure is a last chunk with `error`."""

    content: str = Field(description="more of the answer; of a failure: `Service error: …`")
    finished: bool
    thought: str | None = Field(None, description="more of the model's thinking")
    tool_calls: list[dict[str, Any]] | None = Field(None, description="`id`, `name`, `arguments`")
    pictures: list[dict[str, str]] | None = Field(
        None, description="`mediaType` and `data`, as base64, of pictures that the content tells"
    )
    notice: str | None = Field(
        None, description="something to know, such as a parameter that was left out"
    )
    reason: StopReason | None = None
    detail: str | None = Field(None, description="the provider's own word for the reason")
    model: str | None = None
    usage: ChunkUsage | None = None
    sources: list[dict[str, str]] | None = Field(
        None, description="`url`, `title` and `quoted` of what the answer rests on"
    )
    error: ChunkError | None = None


class ModelRow(_Shown):
    """A model, in the shape of the model-mapping table."""

    id: str
    name: str
    type: str = Field(description="the provider")
    env_key: str = Field(description="the variable its key is read from, on the server")
    features: list[str]
    supports_thinking_mode: bool
    status: str = Field(description="current, preview, deprecated or retired")
    ready: bool = Field(description="whether this server has the key")

    @classmethod
    def of(cls, model: Model, ready: bool) -> ModelRow:
        return cls(
            id=model.id,
            name=model.name,
            type=model.type,
            env_key=model.env_key,
            features=list(model.features),
            supports_thinking_mode=model.supports_thinking_mode,
            status=model.status,
            ready=ready,
        )


class Models(_Shown):
    """The models that may be asked."""

    models: list[ModelRow]


class Health(BaseModel):
    """The server is up."""

    status: Literal["ok"] = "ok"


CHUNK = {"$ref": "#/components/schemas/Chunk"}
TWO_LINES = """\
{"content":"Hi","finished":false}
{"content":"","finished":true,"reason":"end"}
"""
STREAM = {
    "description": "Each line is a `Chunk`; "
    "for `Accept: text/event-stream` the data of each event is one. "
    "A failure after the first words is the last chunk.",
    "content": {
        "text/plain": {"schema": {"type": "string"}, "example": TWO_LINES},
        "application/x-ndjson": {"itemSchema": CHUNK},
        "text/event-stream": event_stream(contentMediaType="application/json", contentSchema=CHUNK),
    },
}
PAGE = {
    "description": "Words and a curl line.",
    "content": {"text/plain": {"schema": {"type": "string"}}},
}

MOON = [
    {"role": "user", "content": "How far is the moon?"},
    {"role": "assistant", "content": "About 384,000 km."},
    {"role": "user", "content": "What did I just ask?"},
]
PIXEL = {
    "type": "image",
    "mediaType": "image/gif",
    "data": "R0lGODlhAQABAAAAACwAAAAAAQABAAACAkQBADs=",
}
LOOK = {"role": "user", "content": [{"type": "text", "text": "Which colour is this?"}, PIXEL]}
TOOL = {
    "name": "colour",
    "description": "Name a colour",
    "parameters": {"type": "object", "properties": {}},
}
QUESTIONS: dict[str, Example] = {
    "a question": {"value": {"model": "demo", "messages": "Show me a table."}},
    "a conversation": {"value": {"model": "demo", "messages": MOON, "maxTokens": 200}},
    "a picture and a tool": {"value": {"model": "demo", "messages": [LOOK], "tools": [TOOL]}},
}


# --- OpenAI's -------------------------------------------------------------------------------------


class OpenAIError(BaseModel):
    """What went wrong, in OpenAI's words."""

    message: str
    type: str
    param: str | None
    code: str | None


class OpenAIRefusal(BaseModel):
    """The body of every refusal below /v1."""

    error: OpenAIError


def describe_openai_refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The refusals of a route below /v1, where a request that is wrong is 400 and never 422."""
    others = {"model": OpenAIRefusal, "description": "Any other refusal."}
    return {**describe_refusals(OpenAIRefusal, *statuses), "default": others}


class OpenAIModel(BaseModel):
    """A model; `owned_by` is the provider that serves it.

    `created` is when this server started: how old a model is, nobody tells it.
    """

    id: str
    object: Literal["model"] = "model"
    created: int
    owned_by: str

    @classmethod
    def of(cls, name: str, kind: str, created: int) -> OpenAIModel:
        return cls(id=name, created=created, owned_by=kind)


class OpenAIModels(BaseModel):
    """The models that may be asked."""

    object: Literal["list"] = "list"
    data: list[OpenAIModel]


COMPLETION = {
    "description": "A `chat.completion`, or with `stream` its `chat.completion.chunk` events. "
    "A failure after the first words is an event with `error`.",
    "content": {
        "application/json": {"schema": {"type": "object", "required": ["id", "choices", "usage"]}},
        "text/event-stream": event_stream(
            description="a `chat.completion.chunk`; the last event is `[DONE]`"
        ),
    },
}
COMPLETIONS: dict[str, Example] = {
    "a whole answer": {"value": {"model": "demo", "messages": MOON}},
    "an answer as events": {"value": {"model": "demo", "messages": MOON, "stream": True}},
}
RESPONSE = {
    "description": "A `response`, or with `stream` its events. "
    "A failure after the first words is the event `response.failed`.",
    "content": {
        "application/json": {"schema": {"type": "object", "required": ["id", "output", "status"]}},
        "text/event-stream": event_stream(
            description="an event such as `response.output_text.delta`; the last is "
            "`response.completed`, `response.incomplete` or `response.failed`"
        ),
    },
}
RESPONSES: dict[str, Example] = {
    "a question": {"value": {"model": "demo", "input": "Show me a table."}},
    "a conversation as events": {"value": {"model": "demo", "input": MOON, "stream": True}},
}
