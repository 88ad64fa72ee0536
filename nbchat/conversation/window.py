"""What of a conversation is sent: whole turns, in a valid order, as many as the model can read.

Where a conversation has outgrown the model, its oldest turns stay behind. Tokens
are the provider's own count as far as it has counted, and for the rest an
estimate that is rather too high.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from nbchat.catalog.rows import Model
from nbchat.conversation.past_answers import (
    IMAGE_LEFT_OUT,
    answer_messages,
    has_answer,
    has_long_results,
    with_short_results,
)
from nbchat.conversation.sent_values import SentValues
from nbchat.conversation.sizes import Sizes
from nbchat.conversation.unanswered import question_to_send, unanswered_notices
from nbchat.conversation.without_data import KEPT_BACK, without_data
from nbchat.messages import Image, Message, Text, is_picture
from nbchat.options import Options
from nbchat.part_lists import mark_beginnings
from nbchat.picture_words import picture_words
from nbchat.settings_values import Data
from nbchat.turns import Turn

CUT_RESULTS = "The results of tools in earlier questions were cut, to fit what the model can read."
# How much of the limit is filled again when turns are left out: a prompt cache then lasts a while.
REFILL_SHARE = 0.75


class SentHistory(NamedTuple):
    """What is sent before a question, and what is said about the rest."""

    messages: list[Message]
    question: Message
    left_out: int  # of the oldest turns
    notices: list[str]


def fit_history(
    turn: Turn, model: str, row: Model | None, options: Options, data: Data = "brief"
) -> SentHistory:
    """As many of the turns before this one as the model can read with its question.

    Under "schema" none of the notebook's values is in them. What of the turn's own values is not
    sent again is noted in the turn.
    """
    if turn.data == KEPT_BACK:
        turn.data = data  # more may go with it by now, and the answer quote that
    asked, notices = without_data(turn) if data == KEPT_BACK else (turn, [])
    earlier = turns_to_send(asked.parent)
    limit = input_limit(row, options.max_tokens)
    left_out = count_left_out(earlier, asked, options.system, limit)
    if left_out and any(map(has_long_results, earlier)):
        earlier = list(map(with_short_results, earlier))
        left_out = count_left_out(earlier, asked, options.system, limit)
        notices.append(CUT_RESULTS)
    notices += [left_out_notice(left_out)] if left_out else []
    notices += unanswered_notices(asked)
    values = SentValues(reads_images(row))
    before = messages_of(earlier[left_out:], values)
    question = question_to_send(asked, values)
    turn.inserted = values.labels(turn.inserted)
    messages, unseen = readable_messages(before, question, model, row)
    return SentHistory(messages, question, left_out, notices + unseen)


def turns_to_send(last: Turn | None) -> list[Turn]:
    """The turns of a branch that may be sent back.

    Of one without an answer (stopped while thinking, say) the question goes along with the
    next: no provider takes an empty assistant message, or two questions in a row.
    """
    return [turn for turn in (last.path if last else ()) if has_answer(turn)]


def messages_of(turns: Sequence[Turn], values: SentValues | None = None) -> list[Message]:
    """The turns as messages."""
    values = values or SentValues()
    messages: list[Message] = []
    for turn in turns:
        messages += [question_to_send(turn, values), *answer_messages(turn.answer)]
    return messages


def input_limit(row: Model | None, max_tokens: int | None) -> int | None:
    """How many tokens may be sent to a model, by its row of the table; None: that is not known."""
    if row is None:
        return None
    window = row.context_window
    if row.max_input or not window:
        return row.max_input
    answer = max_tokens or row.max_output or window // 8
    # A table that allows the whole window for the answer means what is left of it.
    return window - (answer if answer <= window // 2 else window // 4)


def count_left_out(turns: Sequence[Turn], asked: Turn, system: str, limit: int | None) -> int:
    """How many of the oldest `turns` have to stay behind for the question to fit."""
    if limit is None or not turns:
        return 0
    sizes = Sizes(turns, asked)
    room = limit - len(system) // 2
    if sizes.from_turn(0) <= room:
        return 0
    # The same beginning as last time is cheaper: the provider has it cached.
    before = turns[-1].left_out
    if before < len(turns) and limit / 2 <= limit - room + sizes.from_turn(before) <= limit:
        return before
    enough = limit * REFILL_SHARE - len(system) // 2
    return bisect_left(range(len(turns)), True, key=lambda count: sizes.from_turn(count) <= enough)


def left_out_notice(count: int) -> str:
    turns = "1 earlier turn" if count == 1 else f"{count:,} earlier turns"
    return f"{turns} not sent: the conversation has outgrown what the model can read."


def readable_messages(
    messages: Sequence[Message], question: Message, model: str, row: Model | None
) -> tuple[list[Message], list[str]]:
    """The messages before a question as the model can read them, and what to say of that.

    A provider would refuse an earlier image at every further question, or pass over it in silence.
    """
    if reads_images(row):
        return list(messages), []
    notices = []
    if any(map(_has_image, messages)):
        notices.append(f"{model} reads text alone; the images of earlier questions were left out.")
    if any(map(_has_picture, messages)):
        notices.append(f"{model} reads text alone; the pictures of earlier answers were left out.")
    messages = [without_images(message) for message in messages]
    if _has_image(question):
        notices.append(
            f"{model} reads text alone, as far as is known; it may refuse the image, or not see it."
        )
    return list(messages), notices


def reads_images(row: Model | None) -> bool:
    """Whether a model sees images, as far as is known."""
    return row is None or not row.features or "image" in row.features


def _has_image(message: Message) -> bool:
    return any(isinstance(part, Image) for part in message.parts)


def _has_picture(message: Message) -> bool:
    """Whether it is an answer that holds one."""
    return any(map(is_picture, message.answer_parts))


def _told(picture: Image) -> Text:
    return Text(picture_words(picture), begins=True)


def without_images(message: Message) -> Message:
    """The message with a word in the place of each image."""
    if _has_picture(message):
        parts = [_told(part) if is_picture(part) else part for part in message.answer_parts]
        mark_beginnings(parts, Text)
        message = replace(message, answer_parts=parts)
    if not _has_image(message):
        return message
    return replace(
        message,
        content=[IMAGE_LEFT_OUT if isinstance(part, Image) else part for part in message.parts],
    )
