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
from nbchat.frontends.cells.tool_output import ToolOutput
from nbchat.frontends.panel import turn_rows
from nbchat.frontends.panel.live_turn import Coalescer, LiveTurn, State
from nbchat.frontends.panel.next_model import next_model
from nbchat.frontends.quoting import shown_title
from nbchat.languages import translated
from nbchat.turns import Turn
from nbchat.wording import to_copy

TURNS_AT_ONCE = 40  # sent to a new view, the newest

SendToPage = Callable[..., None]  # takes a message, and bytes that go with it
UpdateCopy = Callable[[Conversation], str]  # returns the mark of the notebook's copy


@dataclass(slots=True)
class Failed:
    """A question of this panel that got no answer, and why."""

    turn: Turn
    kind: str
    sentence: str
    other_model_helps: bool
    request_id: str  # of the message that asked it
    parent: Any  # that was asked for: a Turn, None, or ... for the end of the branch


class Transcript:
    """What the views are told of one conversation."""

    def __init__(
        self, conversation: Conversation, send: SendToPage, update_copy: UpdateCopy
    ) -> None:
        self.conversation = conversation
        self.live: dict[str, LiveTurn] = {}  # turns that are being answered, by id
        self.failed: dict[str, Failed] = {}
        self._send = send
        self._update_copy = update_copy  # called after each change that stays
        self._rendered: dict[str, dict[str, Any]] = {}  # rows of finished turns, by id
        self._coalescer = Coalescer(
            self._flush,
            lambda delay, call: get_running_loop().call_later(delay, call),
            time.monotonic,
        )
        self.watching = False  # no view, no traffic

    # --- what the conversation tells -------------------------------------------------------------

    def hear(self, change: Change, turn: Turn | None, events: Sequence[Event]) -> None:
        """The conversation has changed."""
        match change:
            case "asked" if turn is not None:
                self.begin(turn)
            case "events" if turn is not None:
                if turn.id not in self.live:
                    self.begin(turn)
                self.live[turn.id].feed(events)
                self._coalescer.wake()
            case "ended" if turn is not None:
                self._end(turn)
            case "moved":
                self.failed.clear()
                self.tell_state()

    def begin(self, turn: Turn, request_id: str = "") -> None:
        """A turn is asked; shown at once, long before its first word.

        Told again where it turns out that another model is asked than was to be expected.
        """
        model = turn.answer.model or next_model(self.conversation)
        live = self.live.get(turn.id)
        if live is None:
            live = self.live[turn.id] = LiveTurn(turn, model, request_id)
            self._forget_failed()
        elif live.model == model:
            return
        live.model = model
        self._tell_open(turn, **live.fields)
        if not self.conversation.title:
            self.tell_state()  # which has this question as its title

    def note(self, turn: Turn, call_id: str, state: State, heard: ToolOutput | None = None) -> None:
        """A person is asked whether a call may run, or it waits for a cell, or it runs."""
        live = self.live.get(turn.id)
        if live:
            live.note(call_id, state, heard)
            self._coalescer.wake()

    def _forget_failed(self) -> None:
        if self.failed:
            self.failed.clear()
            self.tell_state()

    def _flush(self) -> None:
        if not self.watching:
            return
        for live in self.live.values():
            self._tell_delta(live)

    def _tell_delta(self, live: LiveTurn) -> None:
        delta = live.delta()
        if delta:
            self.tell(delta)

    def _end(self, turn: Turn) -> None:
        live = self.live.get(turn.id)
        if turn in self.conversation.all_turns:
            self.live.pop(turn.id, None)
            if live:
                self._tell_end(live)
            self.tell_state()
        elif live is None or not live.request_id:
            self.drop(turn)
        # What this panel asked itself stays until its `QuestionQueue` knows why it has no answer.

    def _tell_end(self, live: LiveTurn) -> None:
        turn = live.turn
        replaced = live.finish()
        if not replaced:
            self._tell_delta(live)
        facts = turn_rows.facts(turn)
        row = {
            "id": turn.id,
            "question": turn_rows.question_shown(turn),
            "html": live.html,
            **facts,
        }
        self._rendered[turn.id] = row
        end = {"kind": "end", "id": turn.id, "seq": live.seq, **facts}
        if replaced:
            end["html"] = live.html
        self.tell(end)

    def drop(self, turn: Turn) -> None:
        """A turn will not be there after all."""
        self.live.pop(turn.id, None)
        self.tell_state()

    def fail(self, failed: Failed) -> None:
        """A question of this panel was refused; it stays in sight until something else is asked."""
        turn = failed.turn
        self.live.pop(turn.id, None)
        self.failed[turn.id] = failed
        self._tell_refusal(failed)
        self.tell_state()

    # --- what the views ask ----------------------------------------------------------------------

    def tell_state(self) -> None:
        """The branch by ids, and the place of those that have others beside them."""
        conversation = self.conversation
        turns, families = conversation.turns, conversation.families()
        places = {}
        for turn in turns:
            siblings = families[turn.parent]
            if len(siblings) > 1:
                places[turn.id] = [siblings.index(turn), len(siblings)]
        self.tell(
            {
                "kind": "state",
                "name": conversation.name,
                "title": shown_title(
                    conversation.title or self._first_asked() or conversation.name
                ),
                "ids": [turn.id for turn in turns],
                "places": places,
                "live": [*self.live],
                "failed": [*self.failed],
                "copy": self._update_copy(conversation),
            }
        )

    def _first_asked(self) -> str:
        """What is asked, or was in vain, where nothing has been answered yet."""
        turns = [live.turn for live in self.live.values()]
        turns += [failed.turn for failed in self.failed.values()]
        return turns[0].title if turns else ""

    def replay(self) -> None:
        """All that a new view needs, the newest page first; older rows it asks for."""
        asked = self.conversation.asked
        if asked and asked.id not in self.live:
            # By a %%chat or another panel, before this one was there.
            self.live[asked.id] = LiveTurn(asked, asked.answer.model)
            self.live[asked.id].feed([])
        self.tell_state()
        self._tell_rows(self.conversation.turns[-TURNS_AT_ONCE:])
        for live in self.live.values():
            self._tell_open(live.turn, **live.fields, **live.whole())
        if self.live:
            self._coalescer.wake()
        for failed in self.failed.values():
            self._tell_refusal(failed)

    def send_rows(self, ids: Sequence[str]) -> None:
        """Send these turns whole; the state, too, where one is missing: the view has missed it."""
        wanted = set(ids)
        finished = [turn for turn in self.conversation.turns if turn.id in wanted]
        self._tell_rows(finished)
        growing = [live for turn_id, live in self.live.items() if turn_id in wanted]
        for live in growing:
            self._tell_open(live.turn, **live.fields, **live.whole())
        refused = [failed for turn_id, failed in self.failed.items() if turn_id in wanted]
        for failed in refused:
            self._tell_refusal(failed)
        if len(finished) + len(growing) + len(refused) < len(wanted):
            self.tell_state()

    def find_turn(self, turn_id: str) -> Turn | None:
        """A turn of the branch, or one that is being answered, or a question that failed."""
        if turn_id in self.failed:
            return self.failed[turn_id].turn
        if turn_id in self.live:
            return self.live[turn_id].turn
        for turn in self.conversation.turns:
            if turn.id == turn_id:
                return turn
        return None

    # --- telling ---------------------------------------------------------------------------------

    def _tell_rows(self, turns: Sequence[Turn]) -> None:
        if turns and self.watching:
            text = json.dumps([self._row(turn) for turn in turns], ensure_ascii=False)
            self.tell({"kind": "rows"}, zlib.compress(text.encode("utf-8", "replace")))

    def _row(self, turn: Turn) -> dict[str, Any]:
        if turn.id not in self._rendered:
            self._rendered[turn.id] = turn_rows.row(turn)
        return self._rendered[turn.id]

    def _tell_open(self, turn: Turn, **facts: Any) -> None:
        after = turn.parent.id if turn.parent else ""
        self.tell(
            {
                "kind": "open",
                "id": turn.id,
                "after": after,
                "question": turn_rows.question_shown(turn),
                **facts,
            }
        )

    def _tell_refusal(self, failed: Failed) -> None:
        self.tell(
            {
                "kind": "refusal",
                "id": failed.turn.id,
                "request_id": failed.request_id,
                "question": turn_rows.question_shown(failed.turn),
                "error": failed.kind,
                "text": translated(failed.sentence),
                "copy": to_copy(failed.sentence),
                "other": failed.other_model_helps,
            }
        )

    def tell(self, message: dict[str, Any], *buffers: bytes) -> None:
        """Say something to the views, where there are any."""
        if self.watching:
            self._send(message, *buffers)
