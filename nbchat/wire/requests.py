"""A conversation's turns, as formats want them.

Text files are text everywhere. For the stricter formats roles alternate and nothing
is empty, and tool-call ids keep to the letters allowed; what a provider wants back
unseen (signed or encrypted thinking) goes back to where it stood in the answer,
because a history in which it has moved is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any, TypeAlias

from nbchat.errors import BadSettings
from nbchat.events import WireEvent
from nbchat.messages import File, Message, Part, Text, Thought, ToolCall

Block: TypeAlias = dict[str, Any]  # one object of a message's content, in the provider's own words


# --- asking ------------------------------------------------------------------------------


def text_file_as_text(part: Part) -> Part:
    """The part; a text file as a text that begins with its name, for no format has another place for it.

    >>> text_file_as_text(File(b"Hi", "text/plain", "a.txt"))
    'a.txt:\\nHi'
    """
    if isinstance(part, File) and part.media_type.startswith("text/"):
        return f"{part.name}:\n{part.data.decode('utf-8', 'replace')}"
    return part


def is_blank(part: object) -> bool:
    """Whether it is text of nothing but white space, which the strict formats refuse."""
    return isinstance(part, str) and not part.strip()


def file_refusal(file: File, model: str) -> BadSettings:
    """The refusal of a document, before anything is sent."""
    return BadSettings(
        f"{model} takes no {file.media_type} files here. Send its text, or an image of it."
    )


def with_tool_names(messages: Iterable[Message]) -> Iterator[Message]:
    """The messages, a tool's result with the name of the function; an id used again means the latest call.

    Gemini gave no ids for years, so histories hold `call_1` in every turn.
    """
    names: dict[str, str] = {}
    for message in messages:
        names.update((call.id, call.name) for call in message.tool_calls)
        lacks = message.role == "tool" and not message.name
        yield replace(message, name=names.get(message.tool_call_id, "")) if lacks else message


def wants_thought_back(back: str, calls: Sequence[ToolCall]) -> bool:
    """Whether an assistant's thinking goes back with its message, which has these calls; `Quirks.reasoning_back`."""
    return back == "always" or (back == "tools" and bool(calls))


def alternate_roles(
    turns: Iterable[tuple[str, list[Block]]], content: str = "content"
) -> list[Block]:
    """Messages with neighbours of the same role made one, and without empty ones; `content` names their blocks.

    >>> alternate_roles([("user", [{"text": "1"}]), ("assistant", []), ("user", [{"text": "2"}])])
    [{'role': 'user', 'content': [{'text': '1'}, {'text': '2'}]}]
    """
    messages: list[Block] = []
    for role, blocks in turns:
        if blocks and messages and messages[-1]["role"] == role:
            messages[-1][content] += blocks
        elif blocks:
            messages.append({"role": role, content: list(blocks)})
    return messages


def accepted_call_id(given: str, allowed: str, made: str = "call_{:.24}") -> str:
    """`given`, or for one that another provider made and this one refuses, its hash as `made` says.

    >>> accepted_call_id("toolu_1", r"[\\w-]+"), accepted_call_id("functions.add:0", r"[\\w-]+")
    ('toolu_1', 'call_2aab2b9e6b10fe772400632a')
    """
    if re.fullmatch(allowed, given, re.ASCII):
        return given
    return made.format(sha256(given.encode("utf-8", "replace")).hexdigest())


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
    found = [piece for piece in found if not is_blank(piece)]
    while found and isinstance(found[-1], dict):
        found.pop()
    return found


def _rows(message: Message) -> list[dict[str, Any]]:
    rows = message.kept.data if message.kept else None
    return [row for row in rows if _is_row(row)] if isinstance(rows, list) else []


def _is_row(row: Any) -> bool:
    """What is kept may have been stored by another version."""
    wanted = {"text": int, "calls": int, "block": dict}
    return isinstance(row, dict) and all(
        isinstance(row.get(name), kind) for name, kind in wanted.items()
    )


# --- understanding the answer --------------------------------------------------------------


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
        """A call was begun."""
        self._calls += 1

    def here(self) -> tuple[int, int]:
        """The characters of text and the calls so far."""
        return self._text, self._calls

    def keep(self, block: Block, at: tuple[int, int] | None = None) -> None:
        """This must go back to where it stands: here, or at a place that `here` gave before."""
        text, calls = at or self.here()
        self.rows.append({"text": text, "calls": calls, "block": block})


def thought_events(text: Any) -> list[WireEvent]:
    """The event for a piece of thinking; none for what is empty or no text."""
    return [Thought(text)] if text and isinstance(text, str) else []
