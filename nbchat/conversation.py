"""Remembers: a tree of turns. Streaming through it yields an answer and commits the turn.

Question and answer are stored together, or not at all. Nothing is deleted: undo
and a re-run cell only move the branch. All state belongs to the engine's loop.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol
from uuid import uuid4

from nbchat.engine.stream import Stream
from nbchat.errors import BadSettings
from nbchat.messages import Answer, Event, Message, Notice, Part, Stop


Change = Literal["asked", "events", "ended", "moved"]
Watcher = Callable[[Change, "Turn | None", list[Event]], None]


class Asks(Protocol):
    """Whoever can open a stream: the engine."""

    def __call__(self, model: str, messages: Sequence[Message], **options: Any) -> Stream: ...


class Seam(Protocol):
    """How a stream of the engine's loop is read from elsewhere."""

    def relayed(self, stream: Stream) -> Stream: ...
    def answered(self, stream: Stream) -> Answer: ...


@dataclass(slots=True)
class Turn:
    """A question with its answer; `parent` is the turn before it."""

    question: Message
    answer: Answer
    parent: Turn | None = None
    cell: str | None = None
    seconds: float = 0.0
    inserted: tuple[str, ...] = ()  # which notebook variables are in the question, for people
    id: str = field(default_factory=lambda: uuid4().hex)
    asked_at: float = field(default_factory=time.time)  # seconds since the epoch

    @property
    def path(self) -> list[Turn]:
        """From the first turn of the branch to this one."""
        turns: list[Turn] = [self]
        while (parent := turns[-1].parent) is not None:
            turns.append(parent)
        return turns[::-1]


class Answering(Stream):
    """The stream of a turn; the turn is in the conversation once it has ended."""

    def __init__(self, batches: AsyncGenerator[list[Event]], turn: Turn) -> None:
        super().__init__(batches, turn.answer)
        self.turn = turn


class Conversation:
    """A conversation by its name. Get one with `nbchat.chat(name)`."""

    def __init__(self, name: str, asks: Asks, seam: Seam, model: Callable[[Conversation], tuple[str, str]]) -> None:
        self.name = name
        self.system: str | None = None
        self.model: str | None = None  # chosen with `%chat use`
        self._asks = asks
        self._seam = seam
        self._default_model = model
        self._head: Turn | None = None
        self._all: list[Turn] = []
        self._answering = asyncio.Lock()
        self._watchers: list[Watcher] = []
        self._cache_key = f"nbchat-{uuid4().hex[:16]}"  # the same for the whole conversation

    # --- asking ------------------------------------------------------------------------------

    def stream(self, question: str | Sequence[Part], model: str | None = None, **options: Any) -> Stream:
        """Ask, and remember. The events of the answer, as with `nbchat.stream`."""
        return self._seam.relayed(self.open(question, model, **options))

    def ask(self, question: str | Sequence[Part], model: str | None = None, **options: Any) -> Answer:
        """Ask, wait for the whole answer, and remember."""
        return self._seam.answered(self.open(question, model, **options))

    def open(
        self,
        question: str | Sequence[Part],
        model: str | None = None,
        *,
        cell: str | None = None,
        fresh: bool = False,
        inserted: Sequence[str] = (),
        **options: Any,
    ) -> Answering:
        """The stream on the engine's own loop. `fresh` sends the question without the history."""
        message = Message("user", question if isinstance(question, str) else list(question))
        if not message.parts or (isinstance(question, str) and not question.strip()):
            raise BadSettings("there is no question. Write one into the cell, below the %%chat line.")
        turn = Turn(message, Answer(), cell=cell, inserted=tuple(inserted))
        options.setdefault("system", self.system)
        return Answering(self._answer(turn, model, fresh, options), turn)

    async def _answer(
        self, turn: Turn, model: str | None, fresh: bool, options: dict[str, Any]
    ) -> AsyncGenerator[list[Event]]:
        async with self._answering:  # a second question waits for the first, so that their order is theirs
            turn.parent = self._parent_for(turn.cell)
            history = [] if fresh else sent_turns(turn.parent)
            name, notice = (model, "") if model else self._default_model(self)
            if notice:
                turn.answer.add(Notice(notice))
                yield [Notice(notice)]
            stream = self._asks(name, [*history, turn.question], cache_key=self._cache_key, **options)
            turn.answer.model = name
            self._tell("asked", turn)
            started = time.monotonic()
            done = False
            try:
                async with stream:
                    async for batch in stream.batches():
                        for event in batch:
                            turn.answer.add(event)
                            done = done or isinstance(event, Stop)
                        self._tell("events", turn, batch)
                        yield batch
            finally:
                turn.seconds = time.monotonic() - started
                inner = stream.result
                turn.answer.model, turn.answer.provider, turn.answer.kept = inner.model, inner.provider, inner.kept
                self._commit(turn, done)
                self._tell("ended", turn)

    def _parent_for(self, cell: str | None) -> Turn | None:
        """The turn a new one follows: the end of the branch, or for a re-run cell what its old turn followed."""
        for turn in self.turns:
            if cell is not None and turn.cell == cell:
                return turn.parent
        return self._head

    def _commit(self, turn: Turn, done: bool) -> None:
        if not done:
            if not turn.answer:
                return  # nothing arrived: the history stays as it was
            turn.answer.stop = Stop("interrupted", f"stopped after {len(turn.answer.text):,} characters")
        self._all.append(turn)
        self._head = turn

    # --- watching ------------------------------------------------------------------------------

    def watch(self, watcher: Watcher) -> Callable[[], None]:
        """Be told of every change, whoever makes it; returns the function that ends it.

        Called with what happened, the turn and its new events, on the thread where
        it happened (the engine's, for an answer); it must return at once.
        """
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    def _tell(self, change: Change, turn: Turn | None = None, events: Sequence[Event] = ()) -> None:
        for watcher in tuple(self._watchers):
            watcher(change, turn, list(events))

    # --- looking and moving --------------------------------------------------------------------

    @property
    def turns(self) -> list[Turn]:
        """The turns of the current branch, oldest first."""
        return self._head.path if self._head else []

    @property
    def last(self) -> Turn | None:
        """The turn at the end of the branch."""
        return self._head

    def undo(self, turns: int = 1) -> list[Turn]:
        """Step back over the last `turns` questions and return them; they stay in the tree."""
        if turns < 1:
            raise BadSettings(f"undo takes a number of turns from 1, not {turns!r}.")
        gone = self.turns[-turns:]
        if gone:
            self._head = gone[0].parent
            self._tell("moved")
        return gone

    def reset(self) -> int:
        """Start over: the next question has no history. Returns how many turns were left behind."""
        count = len(self.turns)
        self._head = None
        self._tell("moved")
        return count

    def export(self, path: str | Path) -> Path:
        """Write the current branch to a file: Markdown, or JSON where the name ends in .json."""
        path = Path(path)
        if path.suffix == ".json":
            text = json.dumps(
                {"conversation": self.name, "turns": [_row(t) for t in self.turns]}, ensure_ascii=False, indent=1
            )
        else:
            text = "\n\n".join(
                f"## You\n\n{t.question.text}\n\n## {t.answer.model}\n\n{t.answer.text}" for t in self.turns
            )
        path.write_text(text + "\n", encoding="utf-8")
        return path

    def unbind(self) -> None:
        """Forget the event loop: the engine has been closed, and the next question starts another."""
        self._answering = asyncio.Lock()


def sent_turns(last: Turn | None) -> list[Message]:
    """The messages of a branch as they may be sent: roles alternate, no assistant message is empty.

    A turn whose answer has no words (stopped while thinking, say) is left out whole.
    """
    messages: list[Message] = []
    for turn in last.path if last else ():
        answer = turn.answer
        if answer.text.strip():
            whole = answer.stop.reason in ("end", "length", "filter")
            messages.append(turn.question)
            messages.append(answer.message if whole and not answer.tool_calls else Message("assistant", answer.text))
    return messages


def _row(turn: Turn) -> dict[str, Any]:
    answer = turn.answer
    return {
        "question": turn.question.text,
        "answer": answer.text,
        "thought": answer.thought,
        "model": answer.model,
        "stop": {"reason": answer.stop.reason, "detail": answer.stop.detail},
        "usage": {name: getattr(answer.usage, name) for name in answer.usage.__slots__},
    }
