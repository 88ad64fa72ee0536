"""What of a conversation is sent: whole turns, in a valid order, as many as the model can read.

Where a conversation has outgrown the model, its oldest turns stay behind. Tokens
are the provider's own count as far as it has counted, and for the rest an
estimate that is rather too high.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import ceil
from typing import NamedTuple

from nbchat.catalog.rows import Model
from nbchat.conversation.unanswered import has_words, question_to_send, unanswered_notices
from nbchat.messages import Image, Message, Part, Text, is_picture
from nbchat.options import Options
from nbchat.part_lists import mark_beginnings
from nbchat.picture_words import picture_words
from nbchat.turns import Turn

# Characters a token, by cl100k_base and o200k_base: English 3.9, JSON and numbers 1.7, Chinese 0.9
# to 1.3.
LETTERS = b" abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
PICTURE_TOKENS = 2000  # tokens; more than any provider counts for an image of ordinary size
LEFT_OUT = "\n[an image]"  # in the place of one
TOKENS_AROUND_MESSAGE = 8  # tokens around each message
# A provider's count below this share of our estimate is ignored: some do not count cached tokens.
LEAST_BELIEVED = 0.2
# How much of the limit is filled again when turns are left out: a prompt cache then lasts a while.
REFILL_SHARE = 0.75


class SentHistory(NamedTuple):
    """What is sent before a question, and what is said about the rest."""

    messages: list[Message]
    question: Message
    left_out: int  # of the oldest turns
    notices: list[str]


def fit_history(turn: Turn, model: str, row: Model | None, options: Options) -> SentHistory:
    """As many of the turns before this one as the model can read with its question."""
    earlier = turns_to_send(turn.parent)
    limit = input_limit(row, options.max_tokens)
    question = question_to_send(turn)
    left_out = count_left_out(earlier, question, options.system, limit)
    notices = [left_out_notice(left_out)] if left_out else []
    notices += unanswered_notices(turn)
    messages, unseen = readable_messages(messages_of(earlier[left_out:]), question, model, row)
    return SentHistory(messages, question, left_out, notices + unseen)


def turns_to_send(last: Turn | None) -> list[Turn]:
    """The turns of a branch that may be sent back.

    Of one whose answer has no words (stopped while thinking, say) the question goes along
    with the next: no provider takes an empty assistant message, or two questions in a row.
    """
    return [turn for turn in (last.path if last else ()) if has_words(turn)]


def messages_of(turns: Sequence[Turn]) -> list[Message]:
    """The turns as messages. Of an answer that is not whole only the words are sent."""
    messages: list[Message] = []
    for turn in turns:
        answer = turn.answer
        is_whole = answer.stop.reason in ("end", "length", "filter") and answer.is_answered
        said = answer.messages if is_whole else [Message("assistant", answer.text)]
        messages += [question_to_send(turn), *said]
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


def count_left_out(turns: Sequence[Turn], question: Message, system: str, limit: int | None) -> int:
    """How many of the oldest `turns` have to stay behind for the question to fit."""
    if limit is None or not turns:
        return 0
    sizes = _sizes(turns)
    fixed = estimate_tokens([question]) + len(system) // 2
    if fixed + sum(sizes) <= limit:
        return 0
    before = turns[
        -1
    ].left_out  # the same beginning as last time is cheaper: the provider has it cached
    if before < len(turns) and limit / 2 <= fixed + sum(sizes[before:]) <= limit:
        return before
    count = 0
    while count < len(turns) and fixed + sum(sizes[count:]) > limit * REFILL_SHARE:
        count += 1
    return count


def left_out_notice(count: int) -> str:
    turns = "1 earlier turn" if count == 1 else f"{count:,} earlier turns"
    return f"{turns} not sent: the conversation has outgrown what the model can read."


def readable_messages(
    messages: Sequence[Message], question: Message, model: str, row: Model | None
) -> tuple[list[Message], list[str]]:
    """The messages before a question as the model can read them, and what to say of that.

    A provider would refuse an earlier image at every further question, or pass over it in silence.
    """
    if row is None or not row.features or "image" in row.features:
        return list(messages), []
    notices = []
    if any(map(_has_image, messages)):
        notices.append(f"{model} reads text alone; the images of earlier questions were left out.")
    if any(map(_has_picture, messages)):
        notices.append(f"{model} reads text alone; the pictures of earlier answers were left out.")
    messages = [_without_images(message) for message in messages]
    if _has_image(question):
        notices.append(
            f"{model} reads text alone, as far as is known; it may refuse the image, or not see it."
        )
    return list(messages), notices


def _has_image(message: Message) -> bool:
    return any(isinstance(part, Image) for part in message.parts)


def _has_picture(message: Message) -> bool:
    """Whether it is an answer that holds one."""
    return any(map(is_picture, message.answer_parts))


def _told(picture: Image) -> Text:
    return Text(picture_words(picture), begins=True)


def _without_images(message: Message) -> Message:
    if _has_picture(message):
        parts = [_told(part) if is_picture(part) else part for part in message.answer_parts]
        mark_beginnings(parts, Text)
        message = replace(message, answer_parts=parts)
    if not _has_image(message):
        return message
    return replace(
        message, content=[LEFT_OUT if isinstance(part, Image) else part for part in message.parts]
    )


def estimate_tokens(messages: Sequence[Message]) -> int:
    """An estimate, rather too high.

    >>> english, chinese = Message("user", "four words of English"), Message("user", "四个汉字")
    >>> estimate_tokens([english]), estimate_tokens([chinese])
    (15, 14)
    """
    return sum(TOKENS_AROUND_MESSAGE + _tokens_of(message) for message in messages)


def _tokens_of(message: Message) -> int:
    pictures = sum(map(is_picture, message.answer_parts))
    return sum(map(_tokens, message.parts)) + pictures * PICTURE_TOKENS


def _tokens(part: Part) -> int:
    if not isinstance(part, str):
        return (
            max(PICTURE_TOKENS, len(part.data) // 30)
            if part.media_type.startswith("application/")
            else PICTURE_TOKENS
        )
    plain = part.encode("ascii", "ignore")
    words = len(plain) - len(plain.translate(None, LETTERS))
    other = len(part.encode("utf-8", "surrogatepass")) - len(plain)
    return ceil(words / 3 + (len(plain) - words) * 0.7 + other * 0.5)


def _sizes(turns: Sequence[Turn]) -> list[int]:
    """Tokens of each turn: estimates, replaced as far as a provider has counted the same turns."""
    sizes = [estimate_tokens(messages_of([turn])) for turn in turns]
    for last in reversed(range(len(turns))):
        first, usage = turns[last].left_out, turns[last].answer.usage
        if not usage.input or 0 < last <= first:  # not counted, or asked without what came before
            continue
        answer = estimate_tokens([turns[last].answer.message])
        question = sizes[last] - answer
        scale = usage.input / (sum(sizes[first:last]) + question)
        if scale < LEAST_BELIEVED:
            continue
        sizes[first:last] = [ceil(size * scale) for size in sizes[first:last]]
        sizes[last] = ceil(question * scale) + min(answer, usage.output or answer)
        break
    return sizes
