"""A conversation as the page's views have it: told of every change, whoever makes it.

It only watches. A question of the panel and a `%%chat` in a cell arrive here by
the same road, so they look the same. Everything happens on the engine's thread.
"""

from __future__ import annotations

import json
import time
import zlib
from asyncio import get_running_loop
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from nbchat.conversation.conversation import Conversation
from nbchat.conversation.watching import Change
from nbchat.events import Event
from nbchat.frontends.panel import turn_rows
from nbchat.frontends.panel.live_turn import Coalescer, LiveTurn
from nbchat.turns import Turn

PAGE = 40  # turns that are sent at a time, newest first

SendToPage = Callable[..., None]  # takes a message, and bytes that go with it


@dataclass(slots=True)
class Failed:
    """A question of this panel that got no answer, and why."""

    turn: Turn
    kind: str
    sentence: str


class Transcript:
    """What the views are told of one conversation."""

    def __init__(
        self, conversation: Conversation, down: SendToPage, settled: Callable[[Conversation], str]
    ) -> None:
        self.conversation = conversation
        self.live: dict[str, LiveTurn] = {}  # turns that are being answered, by id
        self.failed: dict[str, Failed] = {}
        self._down = down
        self._settled = (
            settled  # called after each change that stays; returns the mark of the notebook's copy
        )
        self._made: dict[str, dict[str, Any]] = {}  # rows of finished turns, rendered once
        self._flushes = Coalescer(
            self._flush,
            lambda delay, call: get_running_loop().call_later(delay, call),
            time.monotonic,
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
                self.tell_state()

    def begin(self, turn: Turn, request_id: str = "") -> None:
        """A turn is asked; shown at once, long before its first word."""
        if turn.id in self.live:
            return
        self.failed.clear()
        self.live[turn.id] = LiveTurn(turn)
        self._open(turn, request_id=request_id)

    def _flush(self) -> None:
        for live in self.live.values():
            if self.watching and (said := live.delta()):
                self.tell(said)

    def _ended(self, turn: Turn) -> None:
        live = self.live.pop(turn.id, None)
        if self.conversation.last is not turn:
            self.drop(turn)  # nothing arrived, so nothing was kept
            return
        if live:
            replaced = live.finish()
            if not replaced and (said := live.delta()):
                self.tell(said)
            row = {
                "id": turn.id,
                "question": turn_rows.question(turn),
                "html": live.html,
                **turn_rows.facts(turn),
            }
            self._made[turn.id] = row
            sent = ("id", "question") if replaced else ("id", "question", "html")
            self.tell(
                {
                    "kind": "end",
                    "id": turn.id,
                    "seq": live.seq,
                    **{n: v for n, v in row.items() if n not in sent},
                }
            )
        self.tell_state()

    def drop(self, turn: Turn) -> None:
        """A turn will not be there after all."""
        self.live.pop(turn.id, None)
        self.tell_state()

    def fail(self, turn: Turn, kind: str, sentence: str) -> None:
        """A question of this panel was refused; it stays in sight until something else is asked."""
        self.live.pop(turn.id, None)
        self.failed[turn.id] = failed = Failed(turn, kind, sentence)
        self._refused(failed)
        self.tell_state()

    # --- what the views ask ---------------------------------------------------------------------------

    def tell_state(self) -> None:
        """The branch by ids, and the place of those that have others beside them."""
        conversation = self.conversation
        turns, families = conversation.turns, conversation.families()
        branches = {t.id: family for t in turns if len(family := families[t.parent]) > 1}
        self.tell(
            {
                "kind": "state",
                "name": conversation.name,
                "title": conversation.title or conversation.name,
                "ids": [turn.id for turn in turns],
                "places": {
                    t.id: [branches[t.id].index(t), len(branches[t.id])]
                    for t in turns
                    if t.id in branches
                },
                "live": [*self.live],
                "failed": [*self.failed],
                "copy": self._settled(conversation),
            }
        )

    def replay(self) -> None:
        """All that a new view needs, the newest page first; older rows it asks for."""
        asked = self.conversation.asked
        if (
            asked and asked.id not in self.live
        ):  # by a %%chat, or another panel, before this one was there
            self.live[asked.id] = LiveTurn(asked)
            self.live[asked.id].feed([])
        self.tell_state()
        self._rows(self.conversation.turns[-PAGE:])
        for live in self.live.values():
            self._open(live.turn, **live.whole())
        if self.live:
            self._flushes.wake()
        for failed in self.failed.values():
            self._open(failed.turn)
            self._refused(failed)

    def rows(self, ids: Sequence[str]) -> None:
        """Send these turns whole; the state where there are none, for whoever asks has missed it."""
        wanted = set(ids)
        found = [turn for turn in self.conversation.turns if turn.id in wanted]
        self._rows(found)
        live = wanted & self.live.keys()
        for turn_id in live:
            self._open(self.live[turn_id].turn, **self.live[turn_id].whole())
        if len(found) + len(live) < len(wanted):
            self.tell_state()

    def _rows(self, turns: Sequence[Turn]) -> None:
        if turns and self.watching:
            packed = json.dumps([self._row(turn) for turn in turns], ensure_ascii=False)
            self.tell({"kind": "rows"}, zlib.compress(packed.encode("utf-8", "replace")))

    def _row(self, turn: Turn) -> dict[str, Any]:
        if turn.id not in self._made:
            self._made[turn.id] = turn_rows.row(turn)
        return self._made[turn.id]

    def turn(self, turn_id: str) -> Turn | None:
        """A turn of the branch, or one that is being answered, or a question that failed."""
        if turn_id in self.failed:
            return self.failed[turn_id].turn
        if turn_id in self.live:
            return self.live[turn_id].turn
        return next((turn for turn in self.conversation.turns if turn.id == turn_id), None)

    # --- telling ---------------------------------------------------------------------------------------

    def _open(self, turn: Turn, **facts: Any) -> None:
        after = turn.parent.id if turn.parent else ""
        self.tell(
            {
                "kind": "open",
                "id": turn.id,
                "request_id": "",
                "after": after,
                "question": turn_rows.question(turn),
                **facts,
            }
        )

    def _refused(self, failed: Failed) -> None:
        self.tell(
            {"kind": "refusal", "id": failed.turn.id, "error": failed.kind, "text": failed.sentence}
        )

    def tell(self, message: dict[str, Any], *buffers: bytes) -> None:
        """Say something to the views, where there are any."""
        if self.watching:
            self._down(message, *buffers)
