"""A conversation's turns, as the stricter formats want them.

Roles alternate and nothing is empty; tool-call ids keep to the letters allowed; and
what a provider wants back unseen (signed or encrypted thinking) goes back to where it
stood in the answer, because a history in which it has moved is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, TypeAlias

from nbchat.messages import Message, Text, Thought, ToolCall, WireEvent

Block: TypeAlias = dict[str, Any]  # one object of a message's content, in the provider's own words


@dataclass(slots=True)
class Places:
    """Remembers, while an answer is read, what must go back and where it stood.

    `rows` is JSON: each block with the characters of text and the calls before it.
    """

    rows: list[dict[str, Any]] = field(default_factory=list)
    _text: int = 0
    _calls: int = 0

    def said(self, text: Any) -> list[WireEvent]:
        """The event for a piece of text, counted; none for what is empty or no text."""
        if not (isinstance(text, str) and text):
            return []
        self._text += len(text)
        return [Text(text)]

    def called(self) -> None:
        self._calls += 1

    def here(self) -> tuple[int, int]:
        return self._text, self._calls

    def keep(self, block: Block, at: tuple[int, int] | None = None) -> None:
        text, calls = at or self.here()
        self.rows.append({"text": text, "calls": calls, "block": block})


def thought(text: Any) -> list[WireEvent]:
    """The event for a piece of thinking; none for what is empty or no text."""
    return [Thought(text)] if text and isinstance(text, str) else []


def in_order(message: Message) -> list[str | ToolCall | Block]:
    """An assistant's words, calls and kept blocks in the order the model gave them.

    Blocks that nothing follows are left out: "The final block in an assistant message
    cannot be `thinking`" (Anthropic), "reasoning was provided without its required
    following item" (OpenAI).
    """
    text, calls = message.text, [call for call in message.tool_calls if call.name]
    found: list[str | ToolCall | Block] = []
    at = done = 0
    for row in _rows(message):
        found += [text[at : row["text"]], *calls[done : row["calls"]], row["block"]]
        at, done = max(at, row["text"]), max(done, row["calls"])
    found += [text[at:], *calls[done:]]
    found = [piece for piece in found if not (isinstance(piece, str) and not piece.strip())]
    while found and isinstance(found[-1], dict):
        found.pop()
    return found


def _rows(message: Message) -> list[dict[str, Any]]:
    rows = message.kept.data if message.kept else None
    return [row for row in rows if _is_row(row)] if isinstance(rows, list) else []


def _is_row(row: Any) -> bool:
    """What is kept may have been stored by another version."""
    wanted = {"text": int, "calls": int, "block": dict}
    return isinstance(row, dict) and all(isinstance(row.get(name), kind) for name, kind in wanted.items())


def alternate(turns: Iterable[tuple[str, list[Block]]]) -> list[Block]:
    """Messages with neighbours of the same role made one, and without empty ones.

    >>> alternate([("user", [{"text": "1"}]), ("assistant", []), ("user", [{"text": "2"}])])
    [{'role': 'user', 'content': [{'text': '1'}, {'text': '2'}]}]
    """
    messages: list[Block] = []
    for role, content in turns:
        if content and messages and messages[-1]["role"] == role:
            messages[-1]["content"] += content
        elif content:
            messages.append({"role": role, "content": list(content)})
    return messages


def call_id(given: str, allowed: str, longest: int = 64) -> str:
    """`given`, or for one that another provider made and this one refuses, its hash.

    >>> call_id("toolu_1", r"[\\w-]"), call_id("functions.add:0", r"[\\w-]")
    ('toolu_1', 'call_2aab2b9e6b10fe772400632a')
    """
    if re.fullmatch(f"{allowed}{{1,{longest}}}", given, re.ASCII):
        return given
    return "call_" + sha256(given.encode("utf-8", "replace")).hexdigest()[:24]


def schema_of(parameters: Mapping[str, Any]) -> Block:
    """A tool's JSON schema with the `type` that Anthropic and Bedrock insist on."""
    return {"type": "object", **parameters}
