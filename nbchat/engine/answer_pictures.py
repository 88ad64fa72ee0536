"""Pictures that a model made, on their way back to it or to another.

Most formats take pictures in a question alone. So a picture goes with the question that
follows its answer, unless its own provider takes it back where it stood.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from nbchat.media_types import picture_type
from nbchat.messages import Image, Message, is_picture
from nbchat.wire.pictures import with_places


def with_next_question(messages: Iterable[tuple[Message, Message]]) -> Iterator[Message]:
    """The second of each pair, which is how the first is sent, with the pictures of answers.

    >>> answer = Message("assistant", answer_parts=[Image(b"GIF89a")])
    >>> asked = Message("user", "Bluer.")
    >>> [one.content for one in with_next_question([(answer, answer), (asked, asked)])]
    ['', [Image(data=b'GIF89a', media_type='image/gif'), 'Bluer.']]
    """
    waiting: list[Image] = []
    for message, sent in messages:
        for part in with_places(message.answer_parts):
            goes_back = isinstance(part, Image) and part.state and sent is message
            if is_picture(part) and not goes_back:
                waiting.append(Image(part.data, picture_type(part.data)))
        if sent.role == "user" and waiting:
            sent = replace(sent, content=[*waiting, *sent.parts])
            waiting = []
        yield sent
