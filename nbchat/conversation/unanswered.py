"""Questions whose answer has no words: they go along with the next one.

No provider takes an empty answer, or two questions in a row, so such a turn cannot be sent
back as it is. What was filtered stays behind: it would stop every further answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nbchat.conversation.past_answers import has_answer
from nbchat.conversation.sent_values import SentValues
from nbchat.messages import Message, Part
from nbchat.turns import Turn

BETWEEN = "\n\n"


def question_to_send(turn: Turn, values: SentValues) -> Message:
    """The question of a turn, behind those before it that have no answer."""
    unanswered = [before for before in _without_words(turn) if not _is_filtered(before)]
    parts: list[Part] = []
    for asked in [*reversed(unanswered), turn]:
        own = values.parts_of(asked)
        if parts and own and isinstance(parts[-1], str) and isinstance(own[0], str):
            own = [f"{parts.pop()}{BETWEEN}{own[0]}", *own[1:]]
        parts += own
    if parts == turn.question.parts:
        return turn.question
    only = parts[0] if len(parts) == 1 else None
    return replace(turn.question, content=only if isinstance(only, str) else parts)


def unanswered_notices(turn: Turn) -> list[str]:
    """What to say of the questions right before that have no answer."""
    before = list(_without_words(turn))
    filtered = sum(map(_is_filtered, before))
    along = len(before) - filtered
    said = []
    if along:
        said.append(_sent_along(along))
    if filtered:
        said.append(_not_sent_again(filtered))
    return said


def _sent_along(count: int) -> str:
    if count == 1:
        return "The question before had no answer in words; it was sent along with this one."
    return (
        f"The {count} questions before had no answer in words; they were sent along with this one."
    )


def _not_sent_again(count: int) -> str:
    if count == 1:
        return "The question before had no answer, because of a filter; it was not sent again."
    return (
        f"The {count} questions before had no answer, because of a filter; "
        "they were not sent again."
    )


def _without_words(turn: Turn) -> Iterator[Turn]:
    """The turns right before that have no words, the newest first."""
    before = turn.parent
    while before is not None and not has_answer(before):
        yield before
        before = before.parent


def _is_filtered(turn: Turn) -> bool:
    return turn.answer.stop.reason == "filter"
