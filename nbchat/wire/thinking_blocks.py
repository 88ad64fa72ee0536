"""LiteLLM's `thinking_blocks`: Claude's signed thinking in an answer of chat completions.

They go back whole and unchanged, since Claude refuses a call whose thinking is missing.
Facts: docs.litellm.ai/docs/reasoning_content (2026-10-02). In a stream a block comes in pieces,
of which the last has the signature; the blocks have no index.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbchat.wire.shapes import items, mapping, string


class ThinkingBlocks:
    """The blocks of one answer, put together.

    >>> blocks = ThinkingBlocks()
    >>> blocks.add([{"type": "thinking", "thinking": "h"}])
    'h'
    >>> blocks.add([{"type": "thinking", "thinking": "m", "signature": "c2ln"}])
    'm'
    >>> blocks.whole()
    [{'type': 'thinking', 'thinking': 'hm', 'signature': 'c2ln'}]
    """

    def __init__(self) -> None:
        self._blocks: list[dict[str, Any]] = []

    def add(self, pieces: Any) -> str:
        """Take what a delta brings, and give the words in it to show."""
        said = ""
        for piece in map(mapping, items(pieces)):
            words = string(piece.get("thinking"))
            if piece.get("type") == "redacted_thinking":
                self._blocks.append(dict(piece))
            elif words or piece.get("signature"):
                self._put(piece, words)
                said += words
        return said

    def _put(self, piece: Mapping[str, Any], words: str) -> None:
        """A signature ends a block. One without words belongs to those that have come."""
        last = self._blocks[-1] if self._blocks else {}
        if last.get("type") != "thinking" or last.get("signature"):
            last = {"type": "thinking", "thinking": ""}
            self._blocks.append(last)
        last["thinking"] += words
        if signature := piece.get("signature"):
            last["signature"] = signature

    def whole(self) -> list[dict[str, Any]]:
        """The blocks as they are to go back. Without a signature they are refused."""
        return [block for block in self._blocks if block.get("signature") or block.get("data")]
