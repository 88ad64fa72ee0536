"""Thinking that a host leaves inside the text: `<think> … </think>` at its start.

Used only while a stream has shown no thinking of its own. The tags may be split over any
number of pieces. Templates that write the opening tag themselves leave only `</think>` in
the text: then all before it was thinking, though it may have been shown as text.
"""

from __future__ import annotations

from nbchat.events import WasThought
from nbchat.messages import Text, Thought

OPEN, CLOSE = "<think>", "</think>"
QUOTES = tuple("`'\"“”‘’«»")  # between two of these somebody speaks of a tag
FENCE = "```"

Pieces = list[Text | Thought | WasThought]


class ThinkTags:
    """Sorts the pieces of a text into Thought and Text.

    >>> tags = ThinkTags()
    >>> tags.feed("<th"), tags.feed("ink>hm</thi"), tags.feed("nk>\\n\\nHi")
    ([], [Thought(text='hm')], [Text(text='Hi')])
    >>> tags = ThinkTags()
    >>> tags.feed("hm"), tags.feed(", 4</think>4")
    ([Text(text='hm')], [WasThought(), Thought(text=', 4'), Text(text='4')])
    """

    def __init__(self) -> None:
        # start -> opened -> thinking -> gap -> text, whose tags are words; or
        # start -> untagged -> gap -> text, where the first tag that closes says what it was
        self._state = "start"
        self._held = ""
        self._said_pieces: list[str] = []  # untagged text that was given

    def feed(self, text: str) -> Pieces:
        if self._state == "text" or (self._state == "untagged" and self._is_plain(text)):
            return self._said(text)
        self._held += text
        events: Pieces = []
        if self._state == "start":
            seen = self._held.lstrip()
            if seen.startswith(OPEN):
                self._state, self._held = "opened", seen[len(OPEN) :]
            elif not OPEN.startswith(seen):
                self._state = "untagged"
        if self._state == "opened" and (thought := self._held.lstrip("\n")):
            self._state, self._held = "thinking", thought
        if self._state == "thinking":
            events += self._think()
        if self._state == "untagged":
            events += self._look_for_close()
        if self._state == "gap" and (text := self._held.lstrip()):
            self._state, self._held = "text", text
        if self._state == "text":
            events += [Text(self._held)] if self._held else []
            self._held = ""
        return events

    def _is_plain(self, text: str) -> bool:
        return not self._held and "<" not in text

    def _said(self, text: str) -> Pieces:
        if not text:
            return []
        if self._state == "untagged":
            self._said_pieces.append(text)
        return [Text(text)]

    def _think(self) -> Pieces:
        thought, closed, after = self._held.partition(CLOSE)
        if closed:
            self._state, self._held = "gap", after
        else:
            keep = _overlap(thought, CLOSE)
            self._held = thought[len(thought) - keep :]
            thought = thought[: len(thought) - keep]
        return [Thought(thought)] if thought else []

    def _look_for_close(self) -> Pieces:
        """The text up to a tag that closes; what may be the beginning of a tag is held back."""
        said = ""
        while self._state == "untagged":
            place = self._held.find("<")
            if place < 0:
                place = len(self._held)
            said, self._held = said + self._held[:place], self._held[place:]
            if self._held.startswith(OPEN):
                self._state = "text"
            elif self._held.startswith(CLOSE):
                speaks = self._is_spoken_of(said)
                if speaks is None:
                    break
                if not speaks:
                    return self._close(said)
                said, self._held = said + CLOSE, self._held[len(CLOSE) :]
            elif self._held and (OPEN.startswith(self._held) or CLOSE.startswith(self._held)):
                break
            elif self._held:
                said, self._held = said + "<", self._held[1:]
            else:
                break
        if not self._said_pieces and not said.strip():
            self._held = said + self._held  # blank lines may stand before the tag
            return []
        return self._said(said)

    def _is_spoken_of(self, said: str) -> bool | None:
        """Whether the tag is an example, in code or in quotes; None: the next character says it."""
        text = "".join([*self._said_pieces, said])
        if text.count(FENCE) % 2:
            return True
        if not text.endswith(QUOTES) or _closes_a_quote(text):
            return False
        after = self._held[len(CLOSE) :]
        return after.startswith(QUOTES) if after else None

    def _close(self, thought: str) -> Pieces:
        """All that came so far was thinking."""
        self._state, self._held = "gap", self._held[len(CLOSE) :]
        if not self._said_pieces and not thought.strip():
            return []
        events: Pieces = [WasThought()] if self._said_pieces else []
        self._said_pieces = []
        return [*events, Thought(thought)] if thought else events

    def finish(self, *, tags_are_text: bool = False) -> Pieces:
        """What is still held when the text ends, or the host shows its thinking elsewhere."""
        is_closed = self._state == "untagged" and self._held.startswith(CLOSE)
        if is_closed and not tags_are_text:
            return self._close("")
        held, self._held = self._held, ""
        if self._state in ("opened", "gap") or not held:
            return []
        return [Thought(held)] if self._state == "thinking" else [Text(held)]


def _closes_a_quote(text: str) -> bool:
    """Whether the quotation mark at its end stands behind a word, as the second of two does."""
    before = text[-2:-1]
    return bool(before) and not before.isspace() and before not in ("(", "[", "{", *QUOTES)


def _overlap(text: str, tag: str) -> int:
    """How many characters at the end of `text` may be the beginning of `tag`."""
    return next((n for n in range(len(tag) - 1, 0, -1) if text.endswith(tag[:n])), 0)
