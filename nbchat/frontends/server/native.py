"""nbchat's own vocabulary over HTTP: POST /stream, GET /models, GET /health."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from nbchat.frontends.server.answer import Answer, Format
from nbchat.frontends.server.refusals import line
from nbchat.frontends.server.serving import Serving
from nbchat.frontends.server.strict import StrictRoute, documented
from nbchat.service import ChatStreamRequest, StreamChunk

router = APIRouter(route_class=StrictRoute)

WELCOME = """\
nbchat answers here. A first question, answered by the embedded demo:

  curl -N {url}stream \\
       -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \\
       -d '{{"model": "demo", "messages": "Show me a table."}}'

$TOKEN is what `nbchat serve` printed. What else there is:

  POST {url}stream               an answer as lines of JSON; as events for Accept: text/event-stream
  GET  {url}models               the models that may be asked
  GET  {url}health               whether the server is up; needs no token
  GET  {url}openapi.json         all of this, for machines
  POST {url}v1/chat/completions  the same models for any OpenAI client
  GET  {url}v1/models            (base_url="{url}v1", api_key=TOKEN)
"""


class Lines:
    """A chunk a line. `text/plain`, as the original service has it, unless the client asks for NDJSON by name."""

    heartbeat = b""  # headers only: every line is a chunk

    def __init__(self, media_type: str = "text/plain; charset=utf-8") -> None:
        self.media_type = media_type

    def encode(self, chunk: StreamChunk) -> bytes:
        return line(chunk.wire)


class Events:
    """A chunk a server-sent event."""

    media_type = "text/event-stream"
    heartbeat = b": waiting\n\n"

    def encode(self, chunk: StreamChunk) -> bytes:
        return b"data: " + line(chunk.wire) + b"\n"


def format_for(accept: str) -> Format:
    """The format a client asks for.

    >>> [format_for(a).media_type for a in ("*/*", "text/event-stream", "application/x-ndjson")]
    ['text/plain; charset=utf-8', 'text/event-stream', 'application/x-ndjson']
    """
    wanted = [kind.partition(";")[0].strip().lower() for kind in accept.split(",")]
    if "text/event-stream" in wanted:
        return Events()
    return Lines("application/x-ndjson") if "application/x-ndjson" in wanted else Lines()


# --- what is documented -------------------------------------------------------------------


class _Shown(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class ChunkError(_Shown):
    """What went wrong. `type` is the name of nbchat's error, `status` the provider's or this server's HTTP status."""

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
    reasoning: int | None = None


class Chunk(_Shown):
    """A piece of an answer; the last one has `finished`. A failure is a last chunk with `error`."""

    content: str = Field(description="more of the answer; of a failure: `Service error: …`")
    finished: bool
    thought: str | None = Field(None, description="more of the model's thinking")
    tool_calls: list[dict[str, Any]] | None = Field(None, description="`id`, `name`, `arguments`")
    notice: str | None = Field(None, description="something to know, such as a parameter that was left out")
    reason: Literal["end", "length", "tool_calls", "filter", "interrupted", "broken"] | None = None
    detail: str | None = Field(None, description="the provider's own word for the reason")
    model: str | None = None
    usage: ChunkUsage | None = None
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


class Models(_Shown):
    """The models that may be asked."""

    models: list[ModelRow]


class Health(BaseModel):
    """The server is up."""

    status: Literal["ok"] = "ok"


# --- the routes -----------------------------------------------------------------------------


@router.post(
    "/stream",
    response_class=Response,
    summary="Ask a model; the answer comes as it is made",
    responses=documented(Chunk, 400, 401, 403, 404, 413, 415, 422, 429, 502, 503, 504)
    | {
        200: {
            "description": "One chunk a line, or a server-sent event for `Accept: text/event-stream`. "
            "A failure after the first words is the last chunk.",
            "content": {
                kind: {"schema": {"type": "string"}, "example": example}
                for kind, example in {
                    "text/plain": '{"content":"Hi","finished":false}\n{"content":"","finished":true,"reason":"end"}\n',
                    "application/x-ndjson": '{"content":"Hi","finished":false}\n',
                    "text/event-stream": 'data: {"content":"Hi","finished":false}\n\n',
                }.items()
            },
        }
    },
)
async def stream(body: ChatStreamRequest, request: Request) -> Response:
    """`messages` is a question, or the conversation so far. Nothing is remembered between requests.

    Which provider is asked, where and with which key, is this server's business: a
    request cannot name an address or a key.
    """
    return Answer(Serving.of(request).chunks(body), format_for(request.headers.get("accept", "")))


@router.get("/models", summary="The models that may be asked", responses=documented(Chunk, 401, 403, 429, 503))
async def models(request: Request) -> Models:
    """The server's model-mapping table. Any other model of a provider may be asked as `provider:model-id`."""
    return Models(
        models=[
            ModelRow(
                id=row.id,
                name=row.name,
                type=row.type,
                env_key=row.env_key,
                features=list(row.features),
                supports_thinking_mode=row.supports_thinking_mode,
                status=row.status,
                ready=ready,
            )
            for row, ready in Serving.of(request).models()
        ]
    )


@router.get("/health", summary="Whether the server is up", responses=documented(Chunk, 403))
async def health() -> Health:
    """Needs no token, and says nothing else."""
    return Health()


@router.get(
    "/",
    response_class=Response,
    summary="How to ask",
    responses=documented(Chunk, 401, 403, 429)
    | {200: {"description": "Words and a curl line.", "content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def welcome(request: Request) -> Response:
    """A page for people, behind the address that `nbchat serve` prints."""
    return PlainTextResponse(WELCOME.format(url=request.base_url))
