"""An answer that is sent back, in an order that every provider takes.

Each call stands before its results, and the next question behind an assistant's words. Of an
answer that is not whole the rounds that are go back, and then the words that followed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nbchat.context.bounded import cut_middle
from nbchat.events import Answer
from nbchat.messages import AnswerPart, Content, Message, Text, ToolResult, joined_words
from nbchat.part_lists import calls_of, messages_of
from nbchat.tools.running import NOT_RUN
from nbchat.turns import Turn

STOPPED_HERE = "(stopped here)"  # in the place of the words that never came
NO_RESULT = f"{NOT_RUN}: the answer was stopped"
WHOLE = ("end", "length", "filter")  # how an answer ends that has all its parts
SHORT_RESULT = 600  # characters of an old result, where all of them are more than a model can read
IMAGE_LEFT_OUT = "\n[an image]"  # in the place of one


def has_answer(turn: Turn) -> bool:
    """Whether there is anything of its answer to send back: words, or what a tool gave."""
    answer = turn.answer
    return bool(answer.text.strip()) or any(isinstance(p, ToolResult) for p in answer.parts)


def answer_messages(answer: Answer) -> list[Message]:
    """An answer as messages, of which the last is an assistant's."""
    is_whole = answer.stop.reason in WHOLE and answer.is_answered
    if is_whole and not any(isinstance(part, ToolResult) for part in answer.parts):
        return list(answer.messages)
    messages: list[Message] = []
    for round_ in answer.rounds:
        messages += _round_messages(round_, is_whole=is_whole)
    if not messages or messages[-1].role == "tool":
        messages.append(Message("assistant", STOPPED_HERE if messages else ""))
    return messages


def _round_messages(round_: Sequence[AnswerPart], *, is_whole: bool) -> list[Message]:
    """One round with all its results; of one that has none the words, where it has any."""
    pairs = calls_of(round_)
    if any(result for _, result in pairs):
        results = [
            result or ToolResult(call.id, call.name, NO_RESULT, error=True)
            for call, result in pairs
        ]
        return messages_of([*_without_results(round_), *results])
    said = joined_words(round_, Text).strip("\n")
    if not said.strip():
        return []
    return messages_of(round_) if is_whole else [Message("assistant", said)]


def _without_results(round_: Sequence[AnswerPart]) -> list[AnswerPart]:
    return [part for part in round_ if not isinstance(part, ToolResult)]


# --- where all of it is too much --------------------------------------------------------------


def has_long_results(turn: Turn) -> bool:
    """Whether any result of it would be cut."""
    results = [part for part in turn.answer.parts if isinstance(part, ToolResult)]
    return any(shortened(result.content) != result.content for result in results)


def with_short_results(turn: Turn) -> Turn:
    """A copy of the turn, whose results are cut in the middle; nothing is counted of it."""
    answer = Answer(turn.answer.model, turn.answer.provider, stop=turn.answer.stop)
    answer.parts = [
        replace(part, content=shortened(part.content)) if isinstance(part, ToolResult) else part
        for part in turn.answer.parts
    ]
    return replace(turn, answer=answer)


def shortened(content: Content, longest: int = SHORT_RESULT) -> str:
    """What a tool gave back, cut in the middle; in the place of an image stands a word."""
    parts = [content] if isinstance(content, str) else content
    words = [part if isinstance(part, str) else IMAGE_LEFT_OUT for part in parts]
    return cut_middle("".join(words), longest)
