"""What of a chain of calls is sent with the next request, where a model cannot read all of it.

The answer that is kept stays whole. Results are cut for the model, the oldest first; once cut,
they stay so, and more is cut than is needed, so that a prompt cache lasts a while.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from nbchat.catalog.rows import Model
from nbchat.conversation.past_answers import SHORT_RESULT, shortened
from nbchat.conversation.sizes import LEAST_BELIEVED
from nbchat.conversation.window import REFILL_SHARE, reads_images, without_images
from nbchat.engine.estimates import estimate_tokens
from nbchat.messages import Message, Tool

CUT_RESULTS = "Older results of tools were cut, to fit what the model can read."


class Chain:
    """The messages of one question, which grow with every round."""

    def __init__(self, before: Sequence[Message], row: Model | None, limit: int | None) -> None:
        self._before = list(before)
        self._reads_images = reads_images(row)
        self._limit = limit
        self._scale = 1.0  # of what the provider counts to our estimate, where that is less
        self._extra = 0  # tokens that it counts beyond our estimate: a host has rules of its own
        self._estimate = 0  # of what was sent last
        self._cut = 0  # how many of the oldest results are cut
        self.has_cut = False  # whether any result has been sent shorter than it is

    def messages(self, own: Sequence[Message], system: str, tools: Sequence[Tool]) -> list[Message]:
        """What is sent before and with the answer's own messages so far."""
        messages = [*self._before, *own]
        if not self._reads_images:
            messages = [without_images(m) if m.role == "tool" else m for m in messages]
        if self._limit is None:
            return messages
        fixed = _estimate_fixed(system, tools)
        room = self._limit - self._extra - _scaled(fixed, self._scale)
        messages = self._fit(messages, room)
        self._estimate = estimate_tokens(messages) + fixed
        return messages

    def note_counted(self, tokens: int | None) -> None:
        """What the provider has counted of what was sent last."""
        if tokens and self._estimate and tokens / self._estimate >= LEAST_BELIEVED:
            self._scale = min(tokens / self._estimate, 1.0)
            self._extra = max(tokens - self._estimate, 0)

    def _fit(self, messages: list[Message], room: int) -> list[Message]:
        results = [place for place, message in enumerate(messages) if message.role == "tool"]
        for place in results[: self._cut]:
            messages[place] = _short(messages[place])
        if self._size(messages) <= room:
            return messages
        newest = _newest_results(messages)
        old = results[: len(results) - newest]
        while self._cut < len(old) and self._size(messages) > room * REFILL_SHARE:
            place = old[self._cut]
            messages[place] = _short(messages[place])
            self._cut += 1
            self.has_cut = True
        return self._halve(messages, results[len(old) :], room)

    def _halve(self, messages: list[Message], newest: Sequence[int], room: int) -> list[Message]:
        """The messages, with the newest results as long as there is room, though never tiny."""
        longest = max((_length(messages[place]) for place in newest), default=0)
        while longest > SHORT_RESULT and self._size(messages) > room:
            longest = max(longest // 2, SHORT_RESULT)
            for place in newest:
                messages[place] = _short(messages[place], longest)
            self.has_cut = True
        return messages

    def _size(self, messages: Sequence[Message]) -> int:
        return _scaled(estimate_tokens(messages), self._scale)


def _scaled(tokens: int, scale: float) -> int:
    """An estimate as a provider would count it."""
    return int(tokens * scale) + 1


def _estimate_fixed(system: str, tools: Sequence[Tool]) -> int:
    """Tokens of what is sent besides the messages."""
    declared = [
        f"{tool.name} {tool.description} {json.dumps(dict(tool.parameters), default=str)}"
        for tool in tools
    ]
    return estimate_tokens([Message("system", text) for text in (system, *declared)])


def _newest_results(messages: Sequence[Message]) -> int:
    """How many results stand at the end, which the model has not seen."""
    count = 0
    while count < len(messages) and messages[-1 - count].role == "tool":
        count += 1
    return count


def _length(message: Message) -> int:
    return len(shortened(message.content, 10**9))


def _short(message: Message, longest: int = SHORT_RESULT) -> Message:
    return replace(message, content=shortened(message.content, longest))
