"""What one worker process holds: the engine, what may be asked of it, and the order to stop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from fnmatch import fnmatchcase

from fastapi import Request

from nbchat import runtime
from nbchat.catalog.catalog import Catalog
from nbchat.catalog.rows import Model
from nbchat.chat_service.abort import AbortSignal
from nbchat.chat_service.chunk import StreamChunk
from nbchat.chat_service.request import ChatStreamRequest
from nbchat.chat_service.service import ChatService
from nbchat.engine.engine import Engine
from nbchat.errors import BadSettings, UnknownModel
from nbchat.frontends.server.call_memory import CallMemory
from nbchat.frontends.server.http_errors import Invalid, Misconfigured, NotFound, Stopping
from nbchat.frontends.server.options import ServerOptions
from nbchat.settings import Settings


class ServerState:
    """One engine on this process's own event loop, shared by all requests."""

    def __init__(self, options: ServerOptions) -> None:
        self.options = options
        self.engine = Engine(runtime.current().settings, tells_of_files=False)
        source = runtime.wrap(self.engine, runtime.current().wrappers)
        self._service = ChatService(CallMemory(source))
        self._stop = AbortSignal()
        self._stopping = False

    @classmethod
    def of(cls, request: Request) -> ServerState:
        state: ServerState = request.state.server_state
        return state

    def chunks(self, request: ChatStreamRequest) -> AsyncGenerator[StreamChunk]:
        """The answer.

        Raises NotFound for a model, and Invalid for a length, that are not allowed here.
        """
        limit = self.options.max_tokens
        if not self.allows(request.model, _settings().catalog):
            raise NotFound(
                "that model is not served here; GET /models lists those that are.", field="model"
            )
        if limit and (request.max_tokens or 0) > limit:
            raise Invalid(f"answers are limited to {limit} tokens here.", field="max_tokens")
        request = request.model_copy(update={"max_tokens": request.max_tokens or limit})
        return _fail_when_stopped(self._service.stream_chat(request, self._stop))

    # --- the models --------------------------------------------------------------------------

    def models(self) -> Iterator[tuple[Model, bool]]:
        """The rows that may be asked, and whether this server has what it needs for each."""
        settings = _settings()
        for model in settings.catalog.models.values():
            provider = settings.catalog.providers[model.type]
            if not provider.retired and self.allows(model.id, settings.catalog):
                has_key = settings.key(provider, model.env_key) is not None
                yield model, has_key or not provider.key_needed

    def allows(self, name: str, catalog: Catalog) -> bool:
        """Whether a pattern of `--models` matches.

        It is compared with `provider:id`, for a row of the table also with its id alone.
        """
        if not self.options.models:
            return True
        try:
            route = catalog.find(name)
        except UnknownModel:  # the engine raises it again, and the client sees near names
            return True
        names = [f"{route.provider.type}:{route.model.id}"]
        if route.model.status != "unlisted":
            names.append(route.model.id)
        return any(fnmatchcase(name, pattern) for name in names for pattern in self.options.models)

    # --- stopping ----------------------------------------------------------------------------

    def stop(self) -> None:
        """Give the answers that run their grace, then end them with a proper last chunk."""
        if not self._stopping:
            self._stopping = True
            asyncio.get_running_loop().call_later(
                self.options.grace, self._stop.abort, "the server is stopping"
            )


async def _fail_when_stopped(chunks: AsyncGenerator[StreamChunk]) -> AsyncGenerator[StreamChunk]:
    """An answer that is interrupted here did not end by its reader's wish: that is a failure."""
    async with aclosing(chunks):
        async for chunk in chunks:
            if chunk.reason == "interrupted":
                reason = Stopping("the server is stopping; the answer is incomplete.")
                yield StreamChunk.failed(reason)
            else:
                yield chunk


def _settings() -> Settings:
    try:
        return runtime.current().settings()
    except BadSettings as error:
        raise Misconfigured(f"the server's settings cannot be used: {error.happened}") from None
