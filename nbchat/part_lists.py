"""The parts of an answer as a list: how words grow on it, and what it says as a whole.

An Answer holds such a list; here is what can be said without one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from nbchat.messages import (
    AnswerPart,
    Image,
    Message,
    Text,
    Thought,
    ToolCall,
    ToolResult,
    joined_words,
)


@dataclass(slots=True)
class Growing:
    """The last part of its kind, whose pieces are joined only when somebody looks."""

    part: Text | Thought
    pieces: list[str] = field(default_factory=list)

    def settle(self) -> None:
        """Join what has come so far."""
        if len(self.pieces) > 1:
            self.pieces[:] = ["".join(self.pieces)]
        self.part.text = self.pieces[0] if self.pieces else ""


def mark_beginnings(parts: Sequence[AnswerPart], kind: type[Text] | type[Thought]) -> None:
    """Note which words begin anew: those behind others, with something else shown between."""
    said = apart = False
    for part in parts:
        if type(part) is kind:
            part.begins = said and (part.begins or apart)
            said = said or bool(part.text)
            apart = apart and not part.text
        elif said and _has_something(part):
            apart = True


def can_be_shown(parts: Iterable[AnswerPart]) -> bool:
    """Whether any of them can be shown."""
    return any(_has_something(part) for part in parts)


def _has_something(part: AnswerPart) -> bool:
    match part:
        case Text() | Thought():
            return bool(part.text)
        case ToolCall() | ToolResult() | Image():
            return True
        case _:
            return False


def rounds_of(parts: Iterable[AnswerPart]) -> list[list[AnswerPart]]:
    """The parts of each request: those up to its tools' results, and these."""
    rounds: list[list[AnswerPart]] = []
    before: AnswerPart | None = None
    for part in parts:
        is_next = isinstance(before, ToolResult) and not isinstance(part, ToolResult)
        if is_next or not rounds:
            rounds.append([])
        rounds[-1].append(part)
        before = part
    return rounds


def message_of(parts: Iterable[AnswerPart]) -> Message:
    """The parts, but for results of tools, as one message."""
    own = tuple(part for part in parts if not isinstance(part, ToolResult))
    calls = tuple(part for part in own if isinstance(part, ToolCall))
    words, thought = joined_words(own, Text), joined_words(own, Thought)
    return Message("assistant", words, thought, calls, answer_parts=own)


def messages_of(parts: Iterable[AnswerPart]) -> list[Message]:
    """The same as several: each round's own, followed by the results of its tools."""
    messages: list[Message] = []
    for round_ in rounds_of(parts):
        messages.append(message_of(round_))
        messages += [
            Message("tool", part.content, tool_call_id=part.id, name=part.name)
            for part in round_
            if isinstance(part, ToolResult)
        ]
    return messages
