"""OpenAI's API over the same engine: POST /v1/chat/completions, GET /v1/models.

Any client that takes a base URL can use it: `OpenAI(base_url="http://…/v1", api_key=TOKEN)`.
"""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from nbchat.catalog import Model
from nbchat.frontends.server.answer import Answer
from nbchat.frontends.server.completion_answer import Deltas, Whole
from nbchat.frontends.server.completion_request import CompletionRequest
from nbchat.frontends.server.refusals import NotFound
from nbchat.frontends.server.serving import Serving
from nbchat.frontends.server.strict import StrictRoute, documented

router = APIRouter(prefix="/v1", route_class=StrictRoute)


class OpenAIError(BaseModel):
    """What went wrong, in OpenAI's words."""

    message: str
    type: str
    param: str | None
    code: str | None


class OpenAIRefusal(BaseModel):
    """The body of every refusal below /v1."""

    error: OpenAIError


class OpenAIModel(BaseModel):
    """A model; `owned_by` is the provider that serves it."""

    id: str
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str

    @classmethod
    def of(cls, model: Model) -> OpenAIModel:
        return cls(id=model.id, owned_by=model.type)


class OpenAIModels(BaseModel):
    """The models that may be asked."""

    object: Literal["list"] = "list"
    data: list[OpenAIModel]


@router.post(
    "/chat/completions",
    summary="Ask a model, in OpenAI's format",
    responses=documented(OpenAIRefusal, 400, 401, 403, 404, 413, 415, 422, 429, 502, 503, 504)
    | {
        200: {
            "description": "A `chat.completion`, or with `stream` its `chat.completion.chunk` events. "
            "A failure after the first words is an event with `error`.",
            "content": {
                "application/json": {"schema": {"type": "object", "required": ["id", "choices"]}},
                "text/event-stream": {"schema": {"type": "string"}},
            },
        }
    },
)
async def complete(body: CompletionRequest, request: Request) -> Response:
    """Thinking comes as `reasoning_content`. Images and files are data URLs; this server fetches nothing."""
    form: Deltas | Whole = Whole(body.model)
    if body.stream:
        form = Deltas(body.model, usage=bool(body.stream_options and body.stream_options.include_usage))
    return Answer(Serving.of(request).chunks(body.request()), form)


@router.get("/models", summary="The models that may be asked", responses=documented(OpenAIRefusal, 401, 403, 429, 503))
async def models(request: Request) -> OpenAIModels:
    """In OpenAI's format."""
    return OpenAIModels(data=[OpenAIModel.of(row) for row, _ in Serving.of(request).models()])


@router.get("/models/{model:path}", summary="One model", responses=documented(OpenAIRefusal, 401, 403, 404, 429, 503))
async def one_model(model: str, request: Request) -> OpenAIModel:
    """In OpenAI's format."""
    for row, _ in Serving.of(request).models():
        if row.id == model:
            return OpenAIModel.of(row)
    raise NotFound("that model is not in the table; GET /v1/models lists those that are.", field="model")
