"""What one run of a cell shows, as it comes; what is kept of it is bounded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nbchat.context.cells import Output, Stream
from nbchat.context.cut_text import LONGEST, CutText

if TYPE_CHECKING:
    from nbchat.messages import Image

MOST = 100  # outputs of one cell that are kept
HALF = LONGEST // 2  # characters of one output, where a cell has several


class Shown:
    """One output while it may still grow or change."""

    __slots__ = ("display_id", "image", "kind", "text")

    def __init__(self, kind: Stream, longest: int, display_id: object = None) -> None:
        self.kind = kind
        self.text = CutText(longest)
        self.image: Image | None = None
        self.display_id = display_id

    def show(self, data: Mapping[str, Any]) -> None:
        """Take what a display holds, in the place of what was there."""
        from nbchat.frontends.cells import mime

        figure, self.image = mime.figure(data)
        text = CutText(LONGEST)
        text.add(figure or mime.words(data))
        self.text = text

    def tell(self) -> Output:
        text = self.text.text.strip("\n") if self.kind != "error" else self.text.text
        return Output(self.kind, text, self.image)


class Outputs:
    """All outputs of one run, in order."""

    def __init__(self) -> None:
        self._shown: list[Shown] = []
        self._left_out = 0  # outputs in the middle
        self._is_cleared = False  # when the next one comes

    def add_text(self, kind: Stream, text: str) -> None:
        """More of what is printed."""
        self._clear_if_due()
        last = self._shown[-1] if self._shown else None
        if last is None or last.kind != kind:
            last = self._add(kind)
        last.text.add(text)
        self._bound()

    def add_display(
        self, kind: Stream, data: Mapping[str, Any], display_id: object = None
    ) -> Shown | None:
        """One more display or result; None for one that shows nothing."""
        if not data:
            return None
        self._clear_if_due()
        shown = self._add(kind, display_id)
        shown.show(data)
        self._bound()
        return shown

    def add_error(self, text: str) -> None:
        """An error was shown, and all goes on."""
        self._clear_if_due()
        self._add("error").text.add(text)
        self._bound()

    def take_back_error(self) -> None:
        """The last output was no output, if it is an error."""
        if self._shown and self._shown[-1].kind == "error":
            self._shown.pop()

    def update(self, display_id: object, data: Mapping[str, Any]) -> list[Shown]:
        """Change the displays of that id. Returns them."""
        found = [one for one in self._shown if one.display_id == display_id]
        for shown in found:
            shown.show(data)
        self._bound()
        return found

    def clear(self, *, wait: bool) -> None:
        """All are taken away; with `wait`, when the next one comes."""
        self._is_cleared = wait
        if not wait:
            self._shown.clear()
            self._left_out = 0

    def _clear_if_due(self) -> None:
        if self._is_cleared:
            self.clear(wait=False)

    def _add(self, kind: Stream, display_id: object = None) -> Shown:
        longest = HALF if self._shown else LONGEST
        shown = Shown(kind, longest, display_id)
        self._shown.append(shown)
        return shown

    def _bound(self) -> None:
        """Keep the first and the last ones, as far as there is room."""
        if len(self._shown) < 2:
            return
        for shown in (self._shown[0], self._shown[-1]):
            if shown.text.size > HALF:
                shown.text.shrink(HALF)
        while len(self._shown) > 2 and not self._fits():
            del self._shown[len(self._shown) // 2]
            self._left_out += 1

    def _fits(self) -> bool:
        return len(self._shown) <= MOST and sum(one.text.size for one in self._shown) <= LONGEST

    def tell(self) -> list[Output]:
        """What there is now."""
        told = [shown.tell() for shown in self._shown]
        if self._left_out:
            word = Output("display", f"… {self._left_out:,} outputs left out …")
            told.insert(len(told) // 2, word)
        return [output for output in told if output.text.strip() or output.image]
