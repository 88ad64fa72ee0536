"""A question, and what tests do with its answer."""

from __future__ import annotations

from typing import Any

from nbchat import AbortSignal, ChatService, StreamChunk

KEY = "sk-canary-4dG7hQ2xW9"
ASK: dict[str, Any] = {"model": "kimi-k2.6", "messages": "Hello"}


async def chunks_of(request: Any, signal: AbortSignal | None = None) -> list[StreamChunk]:
    return [chunk async for chunk in ChatService().stream_chat(request, signal)]


def text(chunks: list[StreamChunk]) -> str:
    return "".join(chunk.content for chunk in chunks)
