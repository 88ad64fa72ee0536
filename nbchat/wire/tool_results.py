"""Pictures and documents in the results of tools, for formats that take words alone there.

They stand in a message of the user, right behind the results, which must stand together.
"""

from __future__ import annotations

from collections.abc import Sequence

from nbchat.messages import Message, Part
from nbchat.wire.requests import text_file_as_text

EMPTY = "(empty)"  # for the formats that refuse a result without content


def result_words(message: Message) -> str:
    """What a result says. Text files are words, too.

    >>> result_words(Message("tool", "2", tool_call_id="call_1"))
    '2'
    """
    parts = [text_file_as_text(part) for part in message.parts]
    words = "".join(part for part in parts if isinstance(part, str))
    return "The result is in the next message." if parts and not words else words


def files_behind_results(messages: Sequence[Message]) -> dict[int, Message]:
    """The messages to insert, each by the place of the result behind which it stands."""
    found: dict[int, Message] = {}
    waiting: list[Part] = []
    for at, message in enumerate(messages):
        if message.role != "tool":
            continue
        files = [part for part in message.parts if not isinstance(text_file_as_text(part), str)]
        if files:
            waiting += [f"From the result of {message.name or message.tool_call_id}:", *files]
        is_last = at + 1 == len(messages) or messages[at + 1].role != "tool"
        if waiting and is_last:
            found[at] = Message("user", waiting)
            waiting = []
    return found
