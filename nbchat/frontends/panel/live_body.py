"""The body of an answer while it grows: its words, its tools' calls, its pictures, in their order.

What has settled is sent once and stays. A call settles with its result, and what stands behind
it only then.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from nbchat.languages.live import live
from nbchat.messages import Image, ToolCall, ToolResult
from nbchat.render import Incremental
from nbchat.render.pictures import picture_place
from nbchat.render.tool_calls import call_html, running_html, unrun_html
from nbchat.render.value_html import growing_html


class _Words:
    """A run of the model's words."""

    def __init__(self) -> None:
        self.page = Incremental()
        self.is_closed = False
        self._taken = 0  # blocks

    def close(self) -> None:
        self.is_closed = True
        self.page.finish()

    def take_settled(self) -> list[str]:
        blocks = self.page.settled[self._taken :]
        self._taken += len(blocks)
        return blocks

    @property
    def rest(self) -> str:
        """HTML of what has not been taken."""
        return "".join(self.page.settled[self._taken :]) + self.page.tail

    @property
    def html(self) -> str:
        return self.page.html


class _Call:
    """A tool's call, and its result once that is there."""

    def __init__(self, call: ToolCall) -> None:
        self.call = call
        self.result: ToolResult | None = None
        self.is_closed = False
        self.running = ""
        self.run()

    @live()
    def run(self, output: str = "") -> None:
        """It runs, and has shown so much."""
        self.running = running_html(self.call, output)

    def close(self, result: ToolResult | None = None) -> None:
        self.is_closed = True
        self.result = result

    def take_settled(self) -> list[str]:
        return [self.html] if self.is_closed else []

    @property
    @live()
    def html(self) -> str:
        if self.result:
            return call_html(self.call, self.result, picture_place)
        return unrun_html(self.call)

    @property
    def rest(self) -> str:
        return self.html if self.is_closed else self.running


class _Picture:
    """A picture that the model has made."""

    is_closed = True

    @live()
    def __init__(self, picture: Image) -> None:
        self.html = self.rest = picture_place(picture)

    def take_settled(self) -> list[str]:
        return [self.html]


class _Value:
    """A value as far as it has come, in the place of the words that are its JSON."""

    def __init__(self) -> None:
        self.value: Any = None
        self.words: list[str] = []  # its JSON, which is shown where a call follows
        self.is_closed = False

    def take_settled(self) -> list[str]:
        return []

    @property
    @live()
    def html(self) -> str:
        return growing_html(self.value)

    @property
    def rest(self) -> str:
        return self.html


_Piece: TypeAlias = _Words | _Call | _Picture | _Value


class LiveBody:
    """Takes what comes, and tells what is settled of it and what is not.

    >>> body = LiveBody()
    >>> body.feed_words("One.\\n\\nTw")
    >>> body.take_settled(), body.tail
    (['<p>One.</p>\\n'], '<p>Tw</p>\\n')
    """

    def __init__(self) -> None:
        self._pieces: list[_Piece] = []
        self._first = 0  # of the pieces that have not wholly settled
        self.replaced = False  # blocks have changed that had settled

    @property
    def _last(self) -> _Piece | None:
        return self._pieces[-1] if self._pieces else None

    @property
    def _calls(self) -> list[_Call]:
        """Those without a result."""
        pieces = self._pieces[self._first :]
        return [piece for piece in pieces if isinstance(piece, _Call) and not piece.is_closed]

    def feed_value(self, value: Any) -> None:
        """The value grows; only the whole answer, at the end, tells what stays of it."""
        last = self._last
        if not isinstance(last, _Value):
            last = _Value()
            self._add(last)
        last.value = value

    def feed_words(self, text: str) -> None:
        words = self._last
        if isinstance(words, _Value):
            words.words.append(text)
            return
        if not isinstance(words, _Words):
            words = _Words()
            self._add(words)
        words.page.feed(text)

    def feed_call(self, call: ToolCall) -> None:
        self._add(_Call(call))

    def feed_picture(self, picture: Image) -> None:
        self._add(_Picture(picture))

    def feed_result(self, result: ToolResult) -> None:
        """It belongs to the first call of its id that has none."""
        for call in self._calls:
            if call.call.id == result.id:
                call.close(result)
                return

    def feed_output(self, call_id: str, output: str) -> None:
        """What a running tool has shown so far, in place of what it had before."""
        for call in self._calls:
            if call.call.id == call_id:
                call.run(output)
                return

    def _add(self, piece: _Piece) -> None:
        last = self._last
        if isinstance(last, _Value):  # what stands before a call is no value
            self._pieces.pop()
            self.feed_words("".join(last.words))
        self._close_words()
        self._pieces.append(piece)

    def _close_words(self) -> None:
        last = self._last
        if isinstance(last, _Words) and not last.is_closed:
            last.close()
            self.replaced |= last.page.replaced

    def finish(self) -> None:
        """Nothing more will come."""
        self._close_words()
        for call in self._calls:
            call.close()

    @property
    def waiting(self) -> Sequence[ToolCall]:
        """The calls without a result."""
        return [call.call for call in self._calls]

    @property
    def ends_in_a_result(self) -> bool:
        """Whether the model has said nothing yet to what its tools gave."""
        return isinstance(self._last, _Call) and self._last.is_closed

    def take_settled(self) -> list[str]:
        """HTML of what has settled since the last time."""
        settled: list[str] = []
        while self._first < len(self._pieces):
            piece = self._pieces[self._first]
            settled += piece.take_settled()
            if not piece.is_closed:
                break
            self._first += 1
        return settled

    @property
    def tail(self) -> str:
        """HTML of what may still change."""
        return "".join(piece.rest for piece in self._pieces[self._first :])

    @property
    def html(self) -> str:
        """All of it."""
        return "".join(piece.html for piece in self._pieces)
