"""How many tokens messages are, by an estimate that is rather too high."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from nbchat.messages import Message, Part, is_picture
from nbchat.wire.requests import arguments_text

# Characters a token, by cl100k_base and o200k_base: English 3.9, JSON and numbers 1.7, Chinese 0.9
# to 1.3.
LETTERS = b" abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
PICTURE_TOKENS = 2000  # tokens; more than any provider counts for an image of ordinary size
TOKENS_AROUND_MESSAGE = 8  # tokens around each message


def estimate_tokens(messages: Sequence[Message]) -> int:
    """An estimate, rather too high.

    >>> english, chinese = Message("user", "four words of English"), Message("user", "四个汉字")
    >>> estimate_tokens([english]), estimate_tokens([chinese])
    (15, 14)
    """
    return sum(TOKENS_AROUND_MESSAGE + _tokens_of(message) for message in messages)


def _tokens_of(message: Message) -> int:
    pictures = sum(map(is_picture, message.answer_parts))
    asked = [f"{call.name} {arguments_text(call)}" for call in message.tool_calls]
    return sum(map(_tokens, [*message.parts, *asked])) + pictures * PICTURE_TOKENS


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
