"""OpenRouter's `reasoning_details`: thinking in objects that come in pieces.

They go back whole and unchanged.
Facts: openrouter.ai/docs (reasoning tokens); MiniMax sends them too. A piece belongs to
the last detail if type and index are the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nbchat.messages import Thought
from nbchat.wire.shapes import items, mapping, string

GROWING = ("text", "summary", "data")  # the members that come in pieces


class ReasoningDetails:
    """The details of one answer, put together.

    >>> details = ReasoningDetails()
    >>> [details.add([{"type": "reasoning.text", "index": 0, "text": text}]) for text in ("h", "m")]
    ['h', 'm']
    >>> details.whole()
    [{'type': 'reasoning.text', 'index': 0, 'text': 'hm'}]
    """

    def __init__(self) -> None:
        self._details: list[_Detail] = []
        self._worded: _Detail | None = None  # the last that had words

    def __bool__(self) -> bool:
        return bool(self._details)

    def add(self, pieces: Any) -> str:
        """Take what a delta brings, and give the words in it to show."""
        return "".join(thought.text for thought in self.take(pieces))

    def take(self, pieces: Any) -> list[Thought]:
        """The same, with the place where each detail of words begins."""
        thoughts: list[Thought] = []
        for piece in filter(None, map(mapping, items(pieces))):
            self._put(piece)
            words = string(piece.get("text")) or string(piece.get("summary"))
            if words:
                is_next = self._worded not in (None, self._details[-1])
                self._worded = self._details[-1]
                thoughts.append(Thought(words, begins=is_next))
        return thoughts

    def _put(self, piece: Mapping[str, Any]) -> None:
        last = self._details[-1].members if self._details else None
        if not (
            last
            and last.get("type") == piece.get("type")
            and last.get("index") == piece.get("index")
        ):
            self._details.append(_Detail())
        self._details[-1].put(piece)

    def whole(self) -> list[dict[str, Any]]:
        """The details as they are to go back, in the order in which they began."""
        return [detail.whole() for detail in self._details]


@dataclass(slots=True, eq=False)
class _Detail:
    members: dict[str, Any] = field(default_factory=dict)
    grown: dict[str, list[str]] = field(default_factory=dict)  # pieces by member, joined once

    def put(self, piece: Mapping[str, Any]) -> None:
        for name, value in piece.items():
            if name in GROWING and isinstance(value, str):
                self.grown.setdefault(name, []).append(value)
            if value is not None or name not in self.members:
                self.members[name] = value

    def whole(self) -> dict[str, Any]:
        return self.members | {name: "".join(pieces) for name, pieces in self.grown.items()}
