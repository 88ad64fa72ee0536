"""The chat service as a library: a ChatStreamRequest goes in, StreamChunks come out.

The vocabulary of the original service, over the one engine:

>>> import asyncio, nbchat
>>> async def main():
...     request = nbchat.ChatStreamRequest(model="demo", messages="What did I just ask?")
...     async for chunk in nbchat.ChatService.stream_chat(request):
...         print(chunk.content, end="")
>>> asyncio.run(main())
This is the first question of our conversation.

What a provider or the network does wrong is never raised: it is the last chunk.
Nothing here knows of HTTP; `nbchat.frontends.server` puts these objects on the wire.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from types import MethodType
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

from nbchat import runtime
from nbchat.chat_service.abort import AbortSignal
from nbchat.chat_service.callbacks import OnChunk, call, check_callback, chunk_caller
from nbchat.chat_service.chunk import StreamChunk, chunks_of
from nbchat.chat_service.request import ChatStreamRequest
from nbchat.errors import BadCall, NbchatError
from nbchat.events import Answer
from nbchat.messages import Message
from nbchat.streams import AnswerSource, Stream
from nbchat.wrong_calls import tells_wrong_calls

Params = ChatStreamRequest | Mapping[str, Any]
Chunks = AsyncGenerator[StreamChunk]

P = ParamSpec("P")
T = TypeVar("T")


class _AlsoOnTheClass(Generic[P, T]):
    """A method that may be called on the class as well: then on an instance made for it."""

    def __init__(self, method: Callable[Concatenate[Any, P], T]) -> None:
        self._method = method
        self.__doc__ = method.__doc__

    def __get__(self, instance: object | None, owner: type) -> Callable[P, T]:
        return MethodType(self._method, owner() if instance is None else instance)


class ChatService:
    """Answers requests. Without an engine it uses the kernel's, and works from any event loop.

    `ChatService.stream_chat(request)` does so without an instance. An engine that is given
    belongs to the loop that iterates: this is how the HTTP server uses it, with one hop less.

    >>> import asyncio
    >>> async def main():
    ...     request = ChatStreamRequest(model="demo", messages="What did I just ask?")
    ...     return [chunk async for chunk in ChatService().stream_chat(request)]
    >>> *_, last = asyncio.run(main())
    >>> last.finished, last.reason
    (True, 'end')
    """

    @tells_wrong_calls
    def __init__(self, engine: AnswerSource | None = None) -> None:
        if engine is not None and not hasattr(engine, "stream"):
            kind = type(engine).__name__
            raise BadCall(f"engine is an AnswerSource, which has a `stream`, not {kind}.")
        self._engine = engine

    @_AlsoOnTheClass
    async def stream_chat(self, request: Params, signal: AbortSignal | None = None) -> Chunks:
        """The answer in chunks. Leaving the iteration early closes the connection to the provider.

        Raises nothing that happens on the way: the last chunk says it.
        """
        answer: Answer | None = None
        try:
            _check_signal(signal)
            async with self._open(ChatStreamRequest.of(request)) as stream:
                answer = stream.result
                chunks = _chunks(stream)
                if signal:
                    chunks = signal.iterate(chunks)
                async with aclosing(chunks):
                    async for chunk in chunks:
                        yield chunk
                        if chunk.finished:
                            return
        except NbchatError as error:
            yield StreamChunk.failed(error, answer)
        except TimeoutError:
            if signal is None or not signal.aborted:
                raise
            yield StreamChunk.stopped(signal.reason, answer)

    def _open(self, request: ChatStreamRequest) -> Stream:
        if self._engine is not None:
            return self._engine.stream(request.model, request.conversation, **request.options)
        shared = runtime.current()
        stream = shared.source.stream(request.model, request.conversation, **request.options)
        return shared.bridge.relay(stream)


def _check_signal(signal: object) -> None:
    if not isinstance(signal, AbortSignal | None):
        kind = type(signal).__name__
        raise BadCall(f"signal is an nbchat.AbortSignal, or None, not {kind}.")


async def _chunks(stream: Stream) -> Chunks:
    async for batch in stream.batches():
        for chunk in chunks_of(batch, stream.result):
            yield chunk


@dataclass(slots=True, frozen=True)
class ChatModel:
    """A model of a provider, ready to be asked. `create_model` makes one."""

    type: str
    id: str

    @property
    def name(self) -> str:
        return f"{self.type}:{self.id}"

    @tells_wrong_calls
    def stream_chat(
        self,
        messages: str | Sequence[Message | Mapping[str, Any]] | Params,
        signal: AbortSignal | None = None,
        **options: Any,
    ) -> Chunks:
        """The answer in chunks.

        Takes a question, messages, or a request; `options` are a request's fields.

        >>> create_model("demo", "demo").stream_chat("Hello", max_tokens=9)  # doctest: +ELLIPSIS
        <async_generator object ...>
        """
        fields: dict[str, Any] = {"messages": messages}
        if isinstance(messages, ChatStreamRequest | Mapping):
            fields = dict(messages)
        return ChatService().stream_chat({**fields, **options, "model": self.name}, signal)


@tells_wrong_calls
def create_model(model_type: str, model_id: str) -> ChatModel:
    """A model by the provider's type and the provider's own id.

    Any id will do, it need not be in the table. Raises UnknownModel, which is a ValueError,
    for a provider that nobody knows, with near names.

    >>> create_model("kimi", "kimi-k2-thinking").name
    'kimi:kimi-k2-thinking'
    """
    for name, value in (("model_type", model_type), ("model_id", model_id)):
        if not isinstance(value, str):
            raise BadCall(f"{name} is a text (str), not {type(value).__name__}.")
    model = ChatModel(model_type, model_id)
    runtime.current().settings().catalog.find(model.name)
    return model


@tells_wrong_calls
async def send_chat_stream(
    params: Params,
    signal: AbortSignal | None = None,
    on_chunk: OnChunk | None = None,
    on_error: Callable[[NbchatError], Any] | None = None,
    on_complete: Callable[[], Any] | None = None,
) -> StreamChunk:
    """Ask, and be called back; returns the last chunk. The callbacks may be async.

    `on_chunk(chunk)` gets every chunk; `on_chunk(text, finished)` gets the words, and last
    a True; `on_chunk(text)` the words alone. Then exactly one of `on_error` and `on_complete`
    is called. An abort is an error of the kind Interrupted. Without `on_error` an error is
    raised. What a callback raises ends the stream and is raised here. A callback that cannot
    be called like this is refused before anything is sent.

    >>> import asyncio
    >>> last = asyncio.run(send_chat_stream({"model": "demo", "messages": "What did I just ask?"},
    ...                                     on_complete=lambda: print("done")))
    done
    >>> last.finished, last.reason
    (True, 'end')
    """
    last, call_with = StreamChunk(), chunk_caller(on_chunk)
    check_callback("on_error", on_error, "error")
    check_callback("on_complete", on_complete)
    async with aclosing(ChatService().stream_chat(params, signal)) as arriving:
        async for last in arriving:
            await call_with(last)
    error = last.exception
    if error is None:
        await call(on_complete)
    elif on_error is None:
        raise error
    else:
        await call(on_error, error)
    return last
