"""What one worker process holds: the engine, what may be asked of it, and the order to stop."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from dataclasses import replace
from fnmatch import fnmatchcase

from fastapi import Request

from nbchat import runtime
from nbchat.catalog.catalog import Catalog
from nbchat.catalog.rows import Model
from nbchat.chat_service.abort import AbortSignal
from nbchat.chat_service.chunk import StreamChunk
from nbchat.chat_service.request import ChatStreamRequest
from nbchat.chat_service.service import ChatService
from nbchat.engine import local_servers
from nbchat.engine.engine import Engine
from nbchat.errors import BadSettings, UnknownModel
from nbchat.frontends.server.call_memory import CallMemory
from nbchat.frontends.server.connections import OpenConnections
from nbchat.frontends.server.http_errors import Invalid, Misconfigured, NoSuchModel, Stopping
from nbchat.frontends.server.item_memory import ItemMemory
from nbchat.frontends.server.one_call import first_call_alone
from nbchat.frontends.server.options import ServerOptions
from nbchat.frontends.server.places import without_places
from nbchat.frontends.server.question import Question, check_question
from nbchat.frontends.server.stop_words import end_at_stop_words
from nbchat.frontends.server.told import told_to_clients, words_for_clients
from nbchat.settings import Settings

log = logging.getLogger("nbchat.server")
LOCAL_SECONDS = 2.0  # for the servers on this machine to list their models; nobody types here
ONE_MODEL = ("llamacpp",)  # servers of one model, which answers to any name


class ServerState:
    """One engine on this process's own event loop, shared by all requests."""

    def __init__(self, options: ServerOptions) -> None:
        self.options = options
        self.engine = Engine(runtime.current().settings, tells_person=False)
        self._service = ChatService(CallMemory(runtime.current().wrapped(self.engine)))
        self.items = ItemMemory()
        self.connections: OpenConnections | None = None  # made by who knows how many there may be
        self.started = int(time.time())
        self._stop = AbortSignal()
        self._stopping = False

    @classmethod
    def of(cls, request: Request) -> ServerState:
        state: ServerState = request.state.server_state
        return state

    def chunks(self, request: ChatStreamRequest) -> AsyncGenerator[StreamChunk]:
        """The answer.

        Raises NoSuchModel for one that is not served here, and Invalid for too long an answer.
        """
        limit = self.options.max_tokens
        self._check_allowed(request.model)
        check_question(request.conversation, "messages")
        if limit and (request.max_tokens or 0) > limit:
            raise Invalid(f"answers are limited to {limit} tokens here.", field="max_tokens")
        request = request.model_copy(update={"max_tokens": request.max_tokens or limit})
        return _for_clients(self._service.stream_chat(request, self._stop))

    async def ask(self, question: Question) -> tuple[AsyncGenerator[StreamChunk], list[str]]:
        """The answer to a question in one of OpenAI's formats, and what to say before it.

        Raises Invalid and NoSuchModel for what is not answered here, and UnknownModel.
        """
        settings = self._check_allowed(question.model)
        with told_to_clients():
            route = await self.engine.look_up(
                question.model, lambda: settings.catalog.find(question.model)
            )
        request, warnings = question.settle(settings, route)
        chunks = self.chunks(request)
        if question.one_call:
            chunks = first_call_alone(chunks)
        if question.stops:
            chunks = end_at_stop_words(question.stops, chunks, request.conversation)
        return chunks, warnings

    def _check_allowed(self, model: str) -> Settings:
        settings = _settings()
        if not self.allows(model, settings.catalog):
            raise NoSuchModel(
                "that model is not served here; GET /models lists those that are.", field="model"
            )
        return settings

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

    async def model_ids(self, with_all: bool) -> dict[str, str]:
        """The names that may be asked and who serves each: what can answer now, then the rest.

        Servers on this machine are asked for their models. What its vendor has retired is last.
        """
        now, retired, rest = dict[str, str](), dict[str, str](), dict[str, str]()
        for model, is_ready in self.models():
            if model.type in self._local_kinds:
                continue
            group = retired if model.status == "retired" else now
            (group if is_ready else rest)[model.id] = model.type
        now |= await self._local_models()
        return now | retired | (rest if with_all else {})

    async def owner_of(self, name: str) -> str | None:
        """Who serves the model of that name; None where nobody here does."""
        catalog = _settings().catalog
        if not catalog.leads(name) or not self.allows(name, catalog):
            return None
        route = catalog.find(name)
        kind = route.provider.type
        if route.model.status != "unlisted":
            return kind
        if route.provider.local:
            found = await self._local_models()
            is_there = name in found or f"{name}:latest" in found  # which Ollama leaves out
            # A server of one model answers to any name.
            return kind if is_there or (kind in ONE_MODEL and kind in found.values()) else None
        if route.provider.key_needed:
            return kind if _settings().key(route.provider, route.model.env_key) else None
        listed = await local_servers.find_at(kind, self.engine.models, LOCAL_SECONDS)
        return kind if route.model.sent_id in [model.sent_id for model in listed] else None

    @property
    def _local_kinds(self) -> set[str]:
        return {p.type for p in _settings().catalog.providers.values() if p.local}

    async def _local_models(self) -> dict[str, str]:
        catalog = _settings().catalog
        found = await self.engine.local_models(LOCAL_SECONDS)
        names = {f"{kind}:{m.sent_id}": kind for kind, models in found.items() for m in models}
        return {name: kind for name, kind in names.items() if self.allows(name, catalog)}

    # --- stopping ----------------------------------------------------------------------------

    def stop(self) -> None:
        """Give the answers that run their grace, then end them with a proper last chunk."""
        if not self._stopping:
            self._stopping = True
            asyncio.get_running_loop().call_later(
                self.options.grace, self._stop.abort, "the server is stopping"
            )


async def _for_clients(chunks: AsyncGenerator[StreamChunk]) -> AsyncGenerator[StreamChunk]:
    """The chunks, with their failures as a client may hear them.

    An answer that is interrupted here did not end by its reader's wish: that is a failure.
    """
    async with aclosing(chunks):
        async for chunk in chunks:
            if chunk.reason == "interrupted":
                reason = Stopping("the server is stopping; the answer is incomplete.")
                yield StreamChunk.failed(reason)
            elif chunk.error:
                words = words_for_clients(chunk.error)
                chunk.error.args = (words,)
                yield replace(chunk, content=f"Service error: {words}")
            else:
                yield chunk


def _settings() -> Settings:
    try:
        return runtime.current().settings()
    except BadSettings as error:
        log.error("the settings cannot be used: %s", error)
        why = without_places(error.happened)
        raise Misconfigured(f"the server's settings cannot be used: {why}") from None
