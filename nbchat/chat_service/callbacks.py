"""Calling back: with a whole chunk, or with its text and whether it is the last."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from functools import partial
from inspect import Parameter, Signature
from typing import Any, Literal, TypeAlias

from nbchat.chat_service.chunk import StreamChunk
from nbchat.errors import BadCall

OnChunk: TypeAlias = (
    Callable[[StreamChunk], Any] | Callable[[str, bool], Any] | Callable[[str], Any]
)
Way: TypeAlias = Literal["chunk", "text", "text, finished", "text, finished="]

WAYS = "on_chunk is called with (chunk) or with (text, finished)"
TEXT_NAMES = ("text", "string", "s")  # a first parameter of this name takes words
END_NAMES = (  # a second one of this name takes whether it is the end
    *("finished", "is_finished", "done", "is_done", "end", "ended", "is_end"),
    *("last", "is_last", "final", "is_final", "complete", "completed", "is_complete"),
)
_IN_ORDER = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)


async def call(
    callback: Callable[..., Awaitable[object] | object] | None,
    *arguments: object,
    **named: object,
) -> None:
    """Call it, if there is one, and wait for what it returns."""
    result = callback(*arguments, **named) if callback else None
    if inspect.isawaitable(result):
        await result


def chunk_caller(on_chunk: OnChunk | None) -> Callable[[StreamChunk], Awaitable[None]]:
    """What hands a chunk to `on_chunk`, in the way that it takes one.

    With a text only words and the end are told, as the original service did.
    """
    way: Way = "chunk" if on_chunk is None else way_to_call(on_chunk)
    if way == "chunk":
        return lambda chunk: call(on_chunk, chunk)

    async def call_with_text(chunk: StreamChunk) -> None:
        if way == "text":
            if chunk.content:
                await call(on_chunk, chunk.content)
        elif chunk.content or chunk.finished:
            if way == "text, finished=":
                await call(on_chunk, chunk.content, finished=chunk.finished)
            else:
                await call(on_chunk, chunk.content, chunk.finished)

    return call_with_text


def way_to_call(on_chunk: Callable[..., Any]) -> Way:
    """What it takes: a chunk, a text, or a text and whether that is the end.

    Raises BadCall where it can be called in no way.

    >>> way_to_call(lambda text, finished: None), way_to_call(lambda chunk: None)
    ('text, finished', 'chunk')
    >>> way_to_call(print), way_to_call(lambda text: None)
    ('chunk', 'text')
    """
    signature = _signature_of("on_chunk", on_chunk)
    if signature is None:
        return "chunk"
    parameters = list(signature.parameters.values())
    in_order = [p for p in parameters if p.kind in _IN_ORDER]
    takes_more = any(p.kind is Parameter.VAR_POSITIONAL for p in parameters)
    by_name = [p for p in parameters if p.kind is Parameter.KEYWORD_ONLY]
    _check_parameters(in_order, takes_more, by_name)
    first, second = [*in_order, None, None][:2]
    if first is None or _is_annotated(first, StreamChunk):
        return "chunk"
    if second is not None and _takes_end(first, second):
        return "text, finished"
    if any(p.name == "finished" and not _is_bound(on_chunk, p) for p in by_name):
        return "text, finished="
    if not (_is_annotated(first, str) or first.name in TEXT_NAMES):
        return "chunk"
    return "text, finished" if takes_more else "text"


def check_callback(name: str, callback: Callable[..., Any] | None, *arguments: str) -> None:
    """Raise BadCall where it cannot be called with so many arguments."""
    signature = None if callback is None else _signature_of(name, callback)
    if signature is None:
        return
    try:
        signature.bind(*arguments)
    except TypeError as error:
        line = f"def {name}({', '.join(arguments)}): ..."
        raise BadCall(
            f"{name} is called with ({', '.join(arguments)}), and this one cannot be: {error}.\n"
            f"Write it as {line}"
        ) from None


def _signature_of(name: str, callback: Callable[..., Any]) -> Signature | None:
    """Its signature; none for some of C, which have none that can be seen."""
    if not callable(callback):
        raise BadCall(f"{name} should be a function, not {type(callback).__name__}.")
    for code in (callback, type(callback).__call__):
        if inspect.isgeneratorfunction(code) or inspect.isasyncgenfunction(code):
            raise BadCall(
                f"{name} has a yield in it, so that a call of it does nothing. Take the yield out."
            )
    try:
        return inspect.signature(callback)
    except ValueError:
        return None


def _check_parameters(
    in_order: list[Parameter], takes_more: bool, by_name: list[Parameter]
) -> None:
    """Raise BadCall where neither a chunk nor a text and an end can be handed over."""
    needed = [p.name for p in by_name if _is_needed(p) and (p.name != "finished" or not in_order)]
    if needed:
        raise BadCall(
            f"{WAYS}, not by name. "
            f"Take the * out of its parameters, which makes {needed[0]} one to be named."
        )
    if not in_order and not takes_more:
        raise BadCall(f"{WAYS}, and this one takes neither. Give it a parameter, such as chunk.")
    third = [p.name for p in in_order[2:] if _is_needed(p)]
    if third:
        raise BadCall(
            f"{WAYS}, and this one needs {', '.join(third)} too. "
            f"Give {third[0]} a value of its own: {third[0]}=None."
        )


def _takes_end(first: Parameter, second: Parameter) -> bool:
    """Whether the second parameter is for whether that is the end, and the first for a text."""
    if _is_needed(second) or second.name in END_NAMES or _is_annotated(second, bool):
        return True
    return second.default is False and first.name != "chunk"


def _is_bound(on_chunk: Callable[..., Any], parameter: Parameter) -> bool:
    """Whether its value has been given already."""
    return isinstance(on_chunk, partial) and parameter.name in on_chunk.keywords


def _is_needed(parameter: Parameter) -> bool:
    return parameter.default is Parameter.empty


def _is_annotated(parameter: Parameter, kind: type) -> bool:
    """Whether it has that type; types may be written as texts."""
    written = parameter.annotation
    if isinstance(written, str):
        return written.strip("'\"").rpartition(".")[2] == kind.__name__
    return written is kind
