"""The sources of an answer as OpenAI has them: `url_citation`s, each with its place in the words.

Also the words themselves as they go out below /v1, where a picture is sent as what it is and no
words stand for it. Facts: openai-python 3.54.0 `types/chat/chat_completion_message.py` and
`types/responses/response_output_text.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from nbchat.chat_service.chunk import StreamChunk
from nbchat.events import Answer
from nbchat.messages import Source, Text, is_picture

MOST_CITATIONS = 500  # of one answer
LONGEST_LINK = 2_500  # characters of a link in Markdown that stands for a citation
_NUMBERS = re.compile(r"\[(\d{1,3}(?:\s?,\s?\d{1,3})*)\](?!\()")
_MARKS_AT_END = re.compile(r"(?:\[\d{1,3}\])+$")
_SENTENCE_ENDS = (". ", "? ", "! ", "\n")


class Citation(NamedTuple):
    """Words from `start` to `end` speak of a page, or rest on it."""

    start: int
    end: int
    source: Source

    def written(self, before: int = 0) -> dict[str, Any]:
        """As Responses have it, for words that begin after so many characters."""
        return {
            "type": "url_citation",
            "start_index": self.start - before,
            "end_index": self.end - before,
            "url": self.source.url,
            "title": self.source.title or self.source.url,
        }


class Words:
    """The words of an answer on their way out, without those that stand for pictures."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._after_picture = False

    @classmethod
    def of(cls, answer: Answer) -> Words:
        """Those of an answer that has ended, as it came to be."""
        words = cls()
        for part in answer.parts:
            if isinstance(part, Text):
                words.take(StreamChunk(part.spaced))
            elif is_picture(part):
                words.take(StreamChunk(pictures=[part]))
        return words

    @property
    def text(self) -> str:
        """All of them so far."""
        return "".join(self._pieces)

    def take(self, chunk: StreamChunk) -> str:
        """The words of a chunk that go out."""
        said = chunk.content
        if chunk.pictures:
            said = ""
            self._after_picture = True
        elif self._after_picture and not self._pieces:  # a blank line is between it and them
            said = said.removeprefix("\n\n")
        if said:
            self._pieces.append(said)
        return said

    def citations(self, sources: Sequence[Source]) -> list[Citation]:
        """What the words cite, in its order; a source without a place is cited behind them."""
        text = self.text
        found = [one for source in sources if source.url for one in self._of(source, text)]
        return sorted(found, key=lambda one: (one.end, one.start))[:MOST_CITATIONS]

    def _of(self, source: Source, text: str) -> Iterator[Citation]:
        spans = [_span(text, min(end, len(text)), source.url) for end in source.ends]
        if source.numbers:
            spans += [
                match.span()
                for match in _NUMBERS.finditer(text)
                if any(int(number) in source.numbers for number in match[1].split(","))
            ]
        for start, end in dict.fromkeys(spans or [(len(text), len(text))]):
            yield Citation(start, end, source)


def _span(text: str, end: int, url: str) -> tuple[int, int]:
    """From where to where words cite a page that end there: its link, its number, or a sentence."""
    before = text[max(0, end - LONGEST_LINK) : end]
    offset = end - len(before)
    link = before.rfind("[")
    page = url.partition("?")[0]
    if link >= 0 and before.endswith(")") and page in before[link:]:
        link -= before[:link].endswith("(") and before.endswith("))")
        return offset + link, end
    marks = _MARKS_AT_END.search(before)
    if marks:
        return offset + marks.start(), end
    body = before.rstrip(".?! \n")
    starts = [body.rfind(sign) + len(sign) for sign in _SENTENCE_ENDS if sign in body]
    return offset + max(starts, default=0), end
