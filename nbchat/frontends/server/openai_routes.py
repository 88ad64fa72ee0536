"""OpenAI's API over the same engine: chat completions, responses, and the models.

Any client that takes a base URL can use it: `OpenAI(base_url="http://…/v1", api_key=TOKEN)`.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Query, Request, Response

from nbchat.frontends.server.body import StrictRoute
from nbchat.frontends.server.http_errors import NoSuchModel
from nbchat.frontends.server.openai_request import CompletionRequest
from nbchat.frontends.server.openai_response import CompletionBody, Deltas
from nbchat.frontends.server.openapi import (
    COMPLETION,
    COMPLETIONS,
    RESPONSE,
    RESPONSES,
    OpenAIModel,
    OpenAIModels,
    describe_openai_refusals,
)
from nbchat.frontends.server.responses_request import ResponsesRequest
from nbchat.frontends.server.responses_response import ResponseBody, ResponseEvents
from nbchat.frontends.server.state import ServerState
from nbchat.frontends.server.streaming import Answer

router = APIRouter(prefix="/v1", route_class=StrictRoute, tags=["OpenAI's format"])
REFUSALS = describe_openai_refusals(400, 401, 403, 404, 413, 415, 429, 502, 503, 504)


@router.post(
    "/chat/completions",
    summary="Ask a model, in OpenAI's format",
    responses={200: COMPLETION, **REFUSALS},
)
async def chat_completions(
    body: Annotated[CompletionRequest, Body(openapi_examples=COMPLETIONS)], request: Request
) -> Response:
    """Thinking comes as `reasoning_content`, and what was left out is told as `warnings`.

    Sources come as `annotations`, and pictures as `images`, as OpenRouter has them.
    Images and files are data URLs; this server fetches nothing.
    """
    chunks, warnings = await ServerState.of(request).ask(body.question())
    form: Deltas | CompletionBody = CompletionBody(body.model, warnings)
    if body.stream:
        form = Deltas(body.model, body.wants_usage, warnings)
    return Answer(chunks, form)


@router.post(
    "/responses",
    summary="Ask a model, in the format of OpenAI's Responses",
    responses={200: RESPONSE, **REFUSALS},
)
async def responses(
    body: Annotated[ResponsesRequest, Body(openapi_examples=RESPONSES)], request: Request
) -> Response:
    """Nothing is kept: a question brings its conversation along.

    For clients that speak of an earlier item by its id alone, the latest answers are remembered.
    """
    state = ServerState.of(request)
    question = body.question(state.items)
    chunks, warnings = await state.ask(question)
    form: ResponseEvents | ResponseBody = ResponseBody(body.echo(), warnings, state.items)
    if body.stream:
        form = ResponseEvents(body.echo(), warnings, state.items)
    return Answer(chunks, form)


@router.get(
    "/models",
    summary="The models that can be asked now",
    response_description="The models.",
    responses=describe_openai_refusals(400, 401, 403, 429, 503),
)
async def openai_models(
    request: Request,
    all: Annotated[
        str, Query(description="1 adds the models of the table whose key is not set here")
    ] = "",
) -> OpenAIModels:
    """Those whose key is set, and those of servers that run on this machine."""
    state = ServerState.of(request)
    with_all = all.lower() not in ("", "0", "false", "no", "off")
    models = await state.model_ids(with_all)
    made = state.started
    return OpenAIModels(data=[OpenAIModel.of(id_, kind, made) for id_, kind in models.items()])


@router.get(
    "/models/{model:path}",
    summary="One model",
    response_description="The model.",
    responses=describe_openai_refusals(400, 401, 403, 404, 429, 503),
)
async def openai_model(model: str, request: Request) -> OpenAIModel:
    """Whether a model may be asked here, and who serves it."""
    state = ServerState.of(request)
    owner = await state.owner_of(model)
    if owner is None:
        raise NoSuchModel(
            "that model is not known here; GET /v1/models lists those that are.", field="model"
        )
    return OpenAIModel.of(model, owner, state.started)
