"""An answer that a client sends back: its words, and with them the pictures that were in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nbchat.messages import AnswerPart, Image, Message, Part, Text, Thought, ToolCall
from nbchat.part_lists import message_of


def answer_of(
    thought: str, words: str, pictures: Sequence[Image], calls: Sequence[ToolCall]
) -> Message:
    """The answer as one message. With pictures it has them as parts, which go on to the model.

    >>> answer_of("", "A cat.", [], []).answer_parts
    ()
    >>> answer_of("", "A cat.", [Image(b"GIF89a")], []).text
    'A cat.\\n\\n[picture, 6 bytes]'
    """
    if not pictures:
        return Message("assistant", words, thought, list(calls))
    parts: list[AnswerPart] = [Thought(thought)] if thought else []
    parts += [Text(words)] if words else []
    return message_of([*parts, *pictures, *calls])


def words_of(content: Iterable[Part]) -> str:
    """The texts among the parts of a content, each a paragraph."""
    return "\n\n".join(part for part in content if isinstance(part, str) and part)
