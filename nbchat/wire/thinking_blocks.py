"""LiteLLM's `thinking_blocks`: Claude's signed thinking in an answer of chat completions.

They go back whole and unchanged, since Claude refuses a call whose thinking is missing.
Facts: docs.litellm.ai/docs/reasoning_content (2026-10-02). In a stream a block comes in pieces,
of which the last has the signature; the blocks have no index.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbchat.messages import Thought
from nbchat.wire.shapes import items, mapping, string


class ThinkingBlocks:
    """The blocks of one answer, put together.

    >>> blocks = ThinkingBlocks()
    >>> blocks.add([{"type": "thinking", "thinking": "h"}])
    [Thought(text='h')]
    >>> blocks.add([{"type": "thinking", "thinking": "m", "signature": "c2ln"}])
    [Thought(text='m')]
    >>> blocks.whole()
    [{'type': 'thinking', 'thinking': 'hm', 'signature': 'c2ln'}]
    """

    def __init__(self) -> None:
        self._blocks: list[dict[str, Any]] = []

    def add(self, pieces: Any) -> list[Thought]:
        """Take what a delta brings, and give the thoughts in it: each block is a part."""
        said: list[Thought] = []
        for piece in map(mapping, items(pieces)):
            words = string(piece.get("thinking"))
            if piece.get("type") == "redacted_thinking":
                self._blocks.append(dict(piece))
            elif words or piece.get("signature"):
                begins = self._put(piece, words)
                said += [Thought(words, begins=begins)] if words else []
        return said

    def _put(self, piece: Mapping[str, Any], words: str) -> bool:
        """Whether a block begins. A signature ends one; without words it is of those before."""
        last = self._blocks[-1] if self._blocks else {}
        begins = last.get("type") != "thinking" or bool(last.get("signature"))
        if begins:
            last = {"type": "thinking", "thinking": ""}
            self._blocks.append(last)
        last["thinking"] += words
        if signature := piece.get("signature"):
            last["signature"] = signature
        return begins

    def whole(self) -> list[dict[str, Any]]:
        """The blocks as they are to go back. Without a signature they are refused."""
        return [block for block in self._blocks if block.get("signature") or block.get("data")]
