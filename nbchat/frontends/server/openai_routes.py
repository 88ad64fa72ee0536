"""OpenAI's API over the same engine: POST /v1/chat/completions, GET /v1/models.

Any client that takes a base URL can use it: `OpenAI(base_url="http://…/v1", api_key=TOKEN)`.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Request, Response

from nbchat.frontends.server.http_errors import NotFound
from nbchat.frontends.server.openai_request import CompletionRequest
from nbchat.frontends.server.openai_response import CompletionBody, Deltas
from nbchat.frontends.server.openapi import (
    COMPLETION,
    COMPLETIONS,
    OpenAIModel,
    OpenAIModels,
    OpenAIRefusal,
    describe_refusals,
)
from nbchat.frontends.server.state import ServerState
from nbchat.frontends.server.stop_words import end_at_stop_words
from nbchat.frontends.server.streaming import Answer
from nbchat.frontends.server.strict_json import StrictRoute

router = APIRouter(prefix="/v1", route_class=StrictRoute, tags=["OpenAI's format"])


@router.post(
    "/chat/completions",
    summary="Ask a model, in OpenAI's format",
    responses={
        200: COMPLETION,
        **describe_refusals(OpenAIRefusal, 400, 401, 403, 404, 413, 415, 422, 429, 502, 503, 504),
    },
)
async def chat_completions(
    body: Annotated[CompletionRequest, Body(openapi_examples=COMPLETIONS)], request: Request
) -> Response:
    """Thinking comes as `reasoning_content`.

    Images and files are data URLs; this server fetches nothing.
    """
    form: Deltas | CompletionBody = CompletionBody(body.model)
    if body.stream:
        form = Deltas(body.model, usage=body.wants_usage)
    asked = body.request()
    chunks = ServerState.of(request).chunks(asked)
    if body.stops:
        chunks = end_at_stop_words(body.stops, chunks, asked.conversation)
    return Answer(chunks, form)


@router.get(
    "/models",
    summary="The models that may be asked",
    response_description="The models of the table.",
    responses=describe_refusals(OpenAIRefusal, 401, 403, 429, 503),
)
async def openai_models(request: Request) -> OpenAIModels:
    """The rows of `GET /models` in OpenAI's format."""
    return OpenAIModels(data=[OpenAIModel.of(row) for row, _ in ServerState.of(request).models()])


@router.get(
    "/models/{model:path}",
    summary="One model",
    response_description="The model.",
    responses=describe_refusals(OpenAIRefusal, 401, 403, 404, 422, 429, 503),
)
async def openai_model(model: str, request: Request) -> OpenAIModel:
    """Whether a model of the table may be asked here, and who serves it."""
    for row, _ in ServerState.of(request).models():
        if row.id == model:
            return OpenAIModel.of(row)
    raise NotFound(
        "that model is not in the table; GET /v1/models lists those that are.", field="model"
    )
