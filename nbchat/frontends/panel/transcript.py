"""A conversation as the page's views have it: told of every change, whoever makes it.

It only watches. A question of the panel and a `%%chat` in a cell arrive here by
the same road, so they look the same. Everything happens on the engine's thread.
"""

from __future__ import annotations

import time
from asyncio import get_running_loop
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from nbchat.conversation import Change, Conversation, Turn
from nbchat.frontends.panel import rows
from nbchat.frontends.panel.live import Coalescer, Live
from nbchat.messages import Event

PAGE = 40  # turns that are sent at a time, newest first

Down = Callable[[dict[str, Any]], None]


@dataclass(slots=True)
class Failed:
    """A question of this panel that got no answer, and why."""

    turn: Turn
    kind: str
    sentence: str


class Transcript:
    """What the views are told of one conversation."""

    def __init__(self, conversation: Conversation, down: Down, settled: Callable[[], None]) -> None:
        self.conversation = conversation
        self.live: dict[str, Live] = {}  # turns that are being answered, by id
        self.failed: dict[str, Failed] = {}
        self._down = down
        self._settled = settled  # called after each change that stays
        self._made: dict[str, dict[str, Any]] = {}  # rows of finished turns, rendered once
        self._flushes = Coalescer(
            self._flush, lambda delay, call: get_running_loop().call_later(delay, call), time.monotonic
        )
        self.watching = False  # no view, no traffic

    # --- what the conversation tells -----------------------------------------------------------------

    def changed(self, change: Change, turn: Turn | None, events: Sequence[Event]) -> None:
        match change:
            case "asked" if turn is not None:
                self.begin(turn)
            case "events" if turn is not None:
                self.begin(turn)
                self.live[turn.id].feed(events)
                self._flushes.wake()
            case "ended" if turn is not None:
                self._ended(turn)
            case "moved":
                self.failed.clear()
                self._told_state()

    def begin(self, turn: Turn, rid: str = "", after: str | None = None) -> None:
        """A turn is asked; shown at once, long before its first word."""
        if turn.id in self.live:
            return
        self.failed.clear()
        self.live[turn.id] = Live(turn)
        after = after if after is not None else turn.parent.id if turn.parent else ""
        self._tell({"k": "open", "id": turn.id, "rid": rid, "after": after, "q": rows.question(turn)})

    def _flush(self) -> None:
        for live in self.live.values():
            if self.watching and (said := live.delta()):
                self._tell(said)

    def _ended(self, turn: Turn) -> None:
        live = self.live.pop(turn.id, None)
        if self.conversation.last is not turn:
            self.drop(turn)  # nothing arrived, so nothing was kept
            return
        if live:
            replaced = live.finish()
            if not replaced and (said := live.delta()):
                self._tell(said)
            row = {"id": turn.id, "q": rows.question(turn), "html": live.html, **rows.facts(turn)}
            self._made[turn.id] = row
            sent = ("id", "q") if replaced else ("id", "q", "html")
            self._tell({"k": "end", "id": turn.id, "seq": live.seq, **{n: v for n, v in row.items() if n not in sent}})
        self._told_state()

    def drop(self, turn: Turn) -> None:
        """A turn will not be there after all."""
        self.live.pop(turn.id, None)
        self._told_state()

    def fail(self, turn: Turn, kind: str, sentence: str) -> None:
        """A question of this panel was refused; it stays in sight until something else is asked."""
        self.live.pop(turn.id, None)
        self.failed[turn.id] = Failed(turn, kind, sentence)
        self._tell({"k": "err", "id": turn.id, "kind": kind, "s": sentence})
        self._told_state()

    def _told_state(self) -> None:
        self._tell(self.state())
        self._settled()

    # --- what the views ask ---------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """The branch by ids, each with its place among those asked in the same place."""
        ids = []
        for turn in self.conversation.turns:
            family = self.conversation.siblings(turn)
            ids.append([turn.id, family.index(turn), len(family)] if len(family) > 1 else [turn.id, 0, 1])
        name = self.conversation.name
        return {
            "k": "state",
            "name": name,
            "title": self.conversation.title or name,
            "ids": ids,
            "live": [*self.live],
            "failed": [*self.failed],
        }

    def replay(self) -> None:
        """All that a new view needs, the newest page first; older rows it asks for."""
        self._tell(self.state())
        self.rows([turn.id for turn in self.conversation.turns[-PAGE:]])
        for live in self.live.values():
            self._open(live)
        for failed in self.failed.values():
            turn = failed.turn
            after = turn.parent.id if turn.parent else ""
            self._tell({"k": "open", "id": turn.id, "rid": "", "after": after, "q": rows.question(turn)})
            self._tell({"k": "err", "id": turn.id, "kind": failed.kind, "s": failed.sentence})

    def rows(self, ids: Sequence[str]) -> None:
        """Send these turns whole."""
        wanted = set(ids)
        found = [self._row(turn) for turn in self.conversation.turns if turn.id in wanted]
        if found:
            self._tell({"k": "rows", "rows": found})
        for turn_id in wanted & self.live.keys():
            self._open(self.live[turn_id])

    def _open(self, live: Live) -> None:
        turn = live.turn
        after = turn.parent.id if turn.parent else ""
        self._tell({"k": "open", "id": turn.id, "rid": "", "after": after, "q": rows.question(turn), **live.whole()})

    def _row(self, turn: Turn) -> dict[str, Any]:
        if turn.id not in self._made:
            self._made[turn.id] = rows.row(turn)
        return self._made[turn.id]

    def turn(self, turn_id: str) -> Turn | None:
        """A turn of the branch, or a question that failed."""
        if turn_id in self.failed:
            return self.failed[turn_id].turn
        return next((turn for turn in self.conversation.turns if turn.id == turn_id), None)

    def _tell(self, message: dict[str, Any]) -> None:
        if self.watching:
            self._down(message)
