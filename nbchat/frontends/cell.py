"""An answer in a notebook cell: painted while it streams, and at the end exactly one output.

Settled blocks are sent once; only the open end of the answer is painted again, on
a timer and never per chunk, so that the traffic grows with the answer and not with
its square (JupyterLab redraws a whole output at every update). What is left at the
end depends on the turn alone: live and static give the same bytes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from nbchat import render
from nbchat.conversation import Turn
from nbchat.frontends.footer import footer
from nbchat.messages import Event, Notice, Text, Thought

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

EARLY = 5.0  # seconds in which a reader watches closely
EARLY_GAP = 0.11  # seconds between two paints then
LATE_GAP = 0.34  # and after
GROUP = 1500  # characters of settled HTML that become an output of their own
GROUPS = 20  # at most, since JupyterLab shows 50 outputs of a cell; from here on groups grow


class Display(Protocol):
    """Shows one answer. `feed` takes events, `tick` is called often, `finish` once."""

    def feed(self, events: Sequence[Event]) -> None: ...
    def tick(self) -> None: ...
    def finish(self, turn: Turn | None) -> None: ...


# While it streams the style is sent once, in an output of its own that takes no room.
STYLE_ONCE = (
    f'<div class="nbc nbc-style"><style>{render.STYLE}'
    ".jp-OutputArea-child:has(.nbc-style){display:none}</style></div>"
)


class StaticCell:
    """One output at the end and nothing before it: for nbclient, nbval and papermill."""

    def __init__(self, shell: InteractiveShell) -> None:
        self._shell = shell

    def feed(self, events: Sequence[Event]) -> None: ...
    def tick(self) -> None: ...

    def finish(self, turn: Turn | None) -> None:
        if turn is not None:
            self._shell.display_pub.publish(bundle(turn), metadata=metadata(turn))


class LiveCell:
    """Paints while the answer streams, then leaves what StaticCell would."""

    def __init__(self, shell: InteractiveShell, model: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._shell = shell
        self._model = model
        self._clock = clock
        self._start = clock()
        self._next = 0.0
        self._answer = render.Incremental()
        self._thought = ""
        self._notice = ""
        self._text_at: float | None = None  # when the first word came
        self._characters = 0
        self._group = 0  # settled blocks that are in finished outputs
        self._groups = 0
        self._prefix = f"nbchat-{id(self)}-{time.time_ns()}"
        self._shown = False
        shell.display_pub.publish({"text/html": STYLE_ONCE, "text/plain": ""})

    def feed(self, events: Sequence[Event]) -> None:
        for event in events:
            match event:
                case Text(text):
                    self._text_at = self._text_at or self._clock()
                    self._answer.feed(text)
                    self._characters += len(text)
                case Thought(text):
                    self._thought += text
                    self._characters += len(text)
                case Notice(text):
                    self._notice = text

    def tick(self) -> None:
        now = self._clock()
        if now >= self._next:
            self._paint(now)
            self._next = now + (EARLY_GAP if now - self._start < EARLY else LATE_GAP)

    def _paint(self, now: float) -> None:
        settled = self._answer.settled[self._group :]
        size = sum(map(len, settled))
        status = self._status(now)
        if size >= GROUP * (1 + max(0, self._groups - GROUPS // 2)) and self._groups < GROUPS:
            self._show(render.live_html(settled, "", status="", thought=self._past_thought(), caret=False, style=False))
            self._group += len(settled)
            self._groups += 1
            self._shown = False
            settled = []
        thought = self._thought if not self._characters or self._text_at is None else self._past_thought()
        self._show(render.live_html(settled, self._answer.tail, status=status, thought=thought, style=False))

    def _past_thought(self) -> str:
        return "" if self._groups else self._thought

    def _show(self, page: str) -> None:
        """Paint the output that is open now; its first paint makes it."""
        self._shell.display_pub.publish(
            {"text/html": page, "text/plain": self._model},
            transient={"display_id": f"{self._prefix}-{self._groups}"},
            update=self._shown,
        )
        self._shown = True

    def _status(self, now: float) -> str:
        if self._notice and self._text_at is None:
            return f"{self._model} · {self._notice}"
        seconds = now - self._start
        if self._text_at is None:
            doing = "thinking… " if self._thought else "waiting… "
            return f"{self._model} · {doing}{seconds:.0f} s"
        rate = self._characters / 4 / max(seconds, 0.1)  # four characters a token, until the provider counts
        return f"{self._model} · {seconds:.0f} s · {rate:.0f} tok/s"

    def finish(self, turn: Turn | None) -> None:
        self._shell.display_pub.clear_output(wait=turn is not None)  # type: ignore[no-untyped-call]
        if turn is not None:
            self._shell.display_pub.publish(bundle(turn), metadata=metadata(turn))


def bundle(turn: Turn) -> dict[str, Any]:
    """The one output of a turn: safe HTML, and the answer's Markdown source."""
    answer = turn.answer
    return {
        "text/html": render.answer_html(answer, footer=footer(turn), notices=answer.notices),
        "text/plain": render.plain(answer),
    }


def metadata(turn: Turn) -> dict[str, Any]:
    """What may differ between two runs stays out of the output itself."""
    made = turn.answer.usage.output
    rate = {"tokens_per_second": round(made / turn.seconds, 1)} if made and turn.seconds else {}
    return {"nbchat": {"model": turn.answer.model, "seconds": round(turn.seconds, 2), **rate}}
