"""nbchat's own vocabulary over HTTP: POST /stream, GET /models, GET /health."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Request, Response
from fastapi.responses import PlainTextResponse

from nbchat.chat_service.chunk import StreamChunk
from nbchat.chat_service.request import ChatStreamRequest
from nbchat.frontends.server.body import StrictRoute
from nbchat.frontends.server.openapi import (
    PAGE,
    QUESTIONS,
    STREAM,
    Chunk,
    Health,
    ModelRow,
    Models,
    describe_refusals,
)
from nbchat.frontends.server.state import ServerState
from nbchat.frontends.server.streaming import Answer, Format
from nbchat.frontends.server.strict_json import json_line

router = APIRouter(route_class=StrictRoute, tags=["nbchat"])

WELCOME = """\
nbchat answers here. A first question, answered by the embedded demo:

  curl -N {url}stream \\
       -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \\
       -d '{{"model": "demo", "messages": "Show me a table."}}'

$TOKEN is what `nbchat serve` printed. What else there is:

  POST /stream        an answer as lines of JSON, or as events for `Accept: text/event-stream`
  GET  /models        the models that may be asked
  GET  /health        whether the server is up; needs no token
  GET  /openapi.json  all of this, for machines

The same models for any OpenAI client, with base_url="{url}v1" and api_key=TOKEN:

  POST /v1/chat/completions
  POST /v1/responses
  GET  /v1/models           those that can be asked now; ?all=1 adds the rest
"""


NDJSON = "application/x-ndjson"


class Lines:
    """A chunk a line.

    `text/plain`, as the original service has it, unless the client asks for NDJSON by name.
    """

    heartbeat = b""  # headers only: every line is a chunk

    def __init__(self, media_type: str = "text/plain; charset=utf-8") -> None:
        self.media_type = media_type

    def encode(self, chunk: StreamChunk) -> bytes:
        return json_line(chunk.wire)


class Events:
    """A chunk a server-sent event."""

    media_type = "text/event-stream"
    heartbeat = b": waiting\n\n"

    def encode(self, chunk: StreamChunk) -> bytes:
        return b"data: " + json_line(chunk.wire) + b"\n"


def format_for(accept: str) -> Format:
    """The format for an Accept header: lines of JSON unless it names another.

    >>> [format_for(a).media_type for a in ("*/*", "text/event-stream", "application/x-ndjson")]
    ['text/plain; charset=utf-8', 'text/event-stream', 'application/x-ndjson']
    """
    types = [kind.partition(";")[0].strip().lower() for kind in accept.split(",")]
    if Events.media_type in types:
        return Events()
    return Lines(NDJSON) if NDJSON in types else Lines()


# --- the routes -----------------------------------------------------------------------------


@router.post(
    "/stream",
    response_class=Response,
    summary="Ask a model; the answer comes as it is made",
    responses={
        200: STREAM,
        **describe_refusals(Chunk, 400, 401, 403, 404, 413, 415, 422, 429, 502, 503, 504),
    },
)
async def stream(
    body: Annotated[ChatStreamRequest, Body(openapi_examples=QUESTIONS)], request: Request
) -> Response:
    """`messages` is a question, or the conversation so far. Nothing is remembered between requests.

    Which provider is asked, where and with which key, is this server's business: a
    request cannot name an address or a key.
    """
    form = format_for(request.headers.get("accept", ""))
    return Answer(ServerState.of(request).chunks(body), form)


@router.get(
    "/models",
    summary="The models that may be asked",
    response_description="The models of the table.",
    responses=describe_refusals(Chunk, 401, 403, 429, 503),
)
async def models(request: Request) -> Models:
    """The server's model-mapping table.

    Any other model of a provider may be asked as `provider:model-id`.
    """
    rows = ServerState.of(request).models()
    return Models(models=[ModelRow.of(row, ready) for row, ready in rows])


@router.head("/health", include_in_schema=False)
@router.get(
    "/health",
    summary="Whether the server is up",
    response_description="It is.",
    responses=describe_refusals(Chunk, 403),
)
async def health() -> Health:
    """Needs no token, and says nothing else."""
    return Health()


@router.get(
    "/",
    response_class=Response,
    summary="How to ask",
    responses={200: PAGE, **describe_refusals(Chunk, 401, 403, 429)},
)
async def welcome(request: Request) -> Response:
    """A page for people, behind the address that `nbchat serve` prints."""
    return PlainTextResponse(WELCOME.format(url=request.base_url))
