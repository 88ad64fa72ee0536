"""Thinking that a host leaves inside the text: `<think> … </think>` at its start.

Used only while a stream has shown no thinking of its own. The tags may be split
over any number of pieces.
"""

from __future__ import annotations

from nbchat.messages import Text, Thought

OPEN, CLOSE = "<think>", "</think>"


class ThinkTags:
    """Sorts the pieces of a text into Thought and Text.

    >>> tags = ThinkTags()
    >>> tags.feed("<th"), tags.feed("ink>hm</thi"), tags.feed("nk>\\n\\nHi")
    ([], [Thought(text='hm')], [Text(text='Hi')])
    """

    def __init__(self) -> None:
        self._state = "start"  # -> opened -> thinking -> gap -> text; or start -> text
        self._held = ""

    def feed(self, text: str) -> list[Text | Thought]:
        if self._state == "text":
            return [Text(text)] if text else []
        self._held += text
        events: list[Text | Thought] = []
        if self._state == "start":
            seen = self._held.lstrip()
            if seen.startswith(OPEN):
                self._state, self._held = "opened", seen[len(OPEN) :]
            elif not OPEN.startswith(seen):
                self._state = "text"
        if self._state == "opened" and (thought := self._held.lstrip("\n")):
            self._state, self._held = "thinking", thought
        if self._state == "thinking":
            thought, closed, after = self._held.partition(CLOSE)
            if closed:
                self._state, self._held = "gap", after
            else:
                keep = _overlap(thought, CLOSE)
                self._held = thought[len(thought) - keep :]
                thought = thought[: len(thought) - keep]
            if thought:
                events.append(Thought(thought))
        if self._state == "gap" and (text := self._held.lstrip()):
            self._state, self._held = "text", text
        if self._state == "text":
            events += [Text(self._held)] if self._held else []
            self._held = ""
        return events

    def finish(self) -> list[Text | Thought]:
        """What is still held when the text ends."""
        held, self._held = self._held, ""
        if self._state in ("opened", "gap") or not held:
            return []
        return [Thought(held)] if self._state == "thinking" else [Text(held)]


def _overlap(text: str, tag: str) -> int:
    """How many characters at the end of `text` may be the beginning of `tag`."""
    return next((n for n in range(len(tag) - 1, 0, -1) if text.endswith(tag[:n])), 0)
