"""`parallel_tool_calls: false`: an answer hands on one call at most.

Done here for every provider alike: some know no such parameter, and some do not keep to it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from nbchat.chat_service.chunk import StreamChunk


async def first_call_alone(chunks: AsyncGenerator[StreamChunk]) -> AsyncGenerator[StreamChunk]:
    """The chunks without any call after the first, and a notice where there was one."""
    calls = 0
    async with aclosing(chunks):
        async for chunk in chunks:
            room = 1 - min(calls, 1)
            calls += len(chunk.tool_calls)
            if len(chunk.tool_calls) > room:
                chunk = replace(chunk, tool_calls=chunk.tool_calls[:room])
            if chunk.finished and calls > 1 and not chunk.error:
                yield StreamChunk(
                    notice=f"the model called {calls} tools at once; the first is handed on."
                )
            yield chunk
