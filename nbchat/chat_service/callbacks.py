"""Calling back: with a whole chunk, or with its text and whether it is the last."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from inspect import Parameter
from typing import Any, TypeAlias

from nbchat.chat_service.chunk import StreamChunk
from nbchat.errors import BadCall

OnChunk: TypeAlias = Callable[[StreamChunk], Any] | Callable[[str, bool], Any]

_IN_ORDER = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)


async def call(
    callback: Callable[..., Awaitable[object] | object] | None, *arguments: object
) -> None:
    """Call it, if there is one, and wait for what it returns."""
    result = callback(*arguments) if callback else None
    if inspect.isawaitable(result):
        await result


def chunk_caller(on_chunk: OnChunk | None) -> Callable[[StreamChunk], Awaitable[None]]:
    """What hands a chunk to `on_chunk`, in the way that it takes one.

    With `(text, finished)` only words and the end are told, as the original service did.
    """
    if on_chunk is None or not takes_text(on_chunk):
        return lambda chunk: call(on_chunk, chunk)

    async def call_with_text(chunk: StreamChunk) -> None:
        if chunk.content or chunk.finished:
            await call(on_chunk, chunk.content, chunk.finished)

    return call_with_text


def takes_text(on_chunk: Callable[..., Any]) -> bool:
    """Whether it takes a text and whether that is the end, and cannot do with a chunk alone.

    Raises BadCall where it can be called in neither way.

    >>> takes_text(lambda text, finished: None), takes_text(lambda chunk: None), takes_text(print)
    (True, False, False)
    """
    try:
        parameters = list(inspect.signature(on_chunk).parameters.values())
    except ValueError:  # some of C have none that can be seen
        return False
    needed = [p.name for p in parameters if p.kind is Parameter.KEYWORD_ONLY and _is_needed(p)]
    if needed:
        raise BadCall(
            "on_chunk is called with (chunk) or with (text, finished), not by name. "
            f"Take the * out of its parameters, which makes {needed[0]} one to be named."
        )
    second = [p for p in parameters if p.kind in _IN_ORDER][1:2]
    return any(_is_needed(p) or p.name == "finished" for p in second)


def _is_needed(parameter: Parameter) -> bool:
    return parameter.default is Parameter.empty
