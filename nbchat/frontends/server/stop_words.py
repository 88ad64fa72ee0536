"""OpenAI's `stop`: an answer ends before the first of these texts, wherever its pieces were cut.

Done here for every provider alike: some know no such parameter, and those that do
take different numbers of texts. The provider's connection is closed at that point, so what
it has not counted by then is estimated: clients rely on a usage.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace

from nbchat.chat_service.chunk import StreamChunk
from nbchat.engine.estimates import estimate_tokens
from nbchat.events import Usage
from nbchat.messages import Message


async def end_at_stop_words(
    stops: Sequence[str],
    chunks: AsyncGenerator[StreamChunk],
    asked: str | Sequence[Message] = (),
) -> AsyncGenerator[StreamChunk]:
    """The chunks up to the first of the texts; what may become one of them is held back.

    `asked` is the conversation that was sent, for a usage where the provider gives none.
    """
    held = ""
    said: list[str] = []
    async with aclosing(chunks):
        async for chunk in chunks:
            if chunk.error:
                if held:
                    yield StreamChunk(held[: _first_stop(held, stops)])
                yield chunk
                return
            if chunk.pictures:  # its words are nobody's
                if held:
                    yield StreamChunk(held)
                    held = ""
                yield chunk
                continue
            said += [chunk.content, chunk.thought]
            text = held + chunk.content
            end = _first_stop(text, stops)
            begun = len(text) - _stop_begins(text, stops)
            if end is not None and (chunk.finished or end <= begun):
                yield replace(chunk, content=text[:end], finished=False, usage=None)
                await chunks.aclose()
                usage = chunk.usage or _usage_so_far(chunk, asked, "".join(said))
                yield StreamChunk(finished=True, reason="end", detail="stop", usage=usage)
                return
            held = "" if chunk.finished else text[begun:]  # one that began may be the first
            yield replace(chunk, content=text.removesuffix(held))


def _usage_so_far(chunk: StreamChunk, asked: str | Sequence[Message], said: str) -> Usage:
    """What the provider has counted by now, and an estimate of the rest, rather too high."""
    counted = chunk.answer.usage if chunk.answer else Usage()
    messages = [Message("user", asked)] if isinstance(asked, str) else list(asked)
    given, made = counted.input, counted.output
    if given is None and messages:
        given = estimate_tokens(messages)
    if made is None:
        made = estimate_tokens([Message("assistant", said)])
    return replace(counted, input=given, output=made)


def _first_stop(text: str, stops: Sequence[str]) -> int | None:
    """Where the first of the stops begins; None where there is none."""
    places = [text.find(stop) for stop in stops]
    return min((place for place in places if place >= 0), default=None)


def _stop_begins(text: str, stops: Sequence[str]) -> int:
    """How many characters at the end of a text may be the beginning of a stop.

    >>> _stop_begins("one <e", ["<end>", "!"]), _stop_begins("one <end", ["<x>"])
    (2, 0)
    """
    longest = min(len(text), max(map(len, stops)) - 1)
    for length in range(longest, 0, -1):
        if any(stop.startswith(text[-length:]) for stop in stops):
            return length
    return 0
