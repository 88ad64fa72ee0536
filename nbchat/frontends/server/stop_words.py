"""OpenAI's `stop`: an answer ends before the first of these texts, wherever its pieces were cut.

Done here for every provider alike: some know no such parameter, and those that do
take different numbers of texts. The provider's connection is closed at that point.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace

from nbchat.chat_service.chunk import StreamChunk


async def until(
    stops: Sequence[str], chunks: AsyncGenerator[StreamChunk]
) -> AsyncGenerator[StreamChunk]:
    """The chunks up to the first of the texts; what may become one of them is held back."""
    held = ""
    async with aclosing(chunks):
        async for chunk in chunks:
            if chunk.error:
                if held:
                    yield StreamChunk(held)
                yield chunk
                return
            text = held + chunk.content
            found = [at for stop in stops if (at := text.find(stop)) >= 0]
            if found:
                yield replace(chunk, content=text[: min(found)], finished=False)
                yield StreamChunk(finished=True, reason="end", detail="stop")
                return
            held = "" if chunk.finished else text[len(text) - _begun(text, stops) :]
            yield replace(chunk, content=text.removesuffix(held))


def _begun(text: str, stops: Sequence[str]) -> int:
    """How many characters at the end of a text may be the beginning of one of the others.

    >>> _begun("one <e", ["<end>", "!"]), _begun("one <end", ["<x>"])
    (2, 0)
    """
    longest = min(len(text), max(map(len, stops)) - 1)
    return next(
        (n for n in range(longest, 0, -1) if any(stop.startswith(text[-n:]) for stop in stops)), 0
    )
