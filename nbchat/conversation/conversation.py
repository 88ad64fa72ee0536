"""Remembers: streaming through a conversation yields an answer and commits the turn.

Question and answer are stored together, or not at all. Nothing is deleted: undo
and a re-run cell only move the branch. What streams belongs to the engine's loop.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from pathlib import Path
from types import EllipsisType
from typing import Any, Literal, Protocol, Unpack
from uuid import uuid4

from nbchat.conversation import window
from nbchat.errors import BadSettings, ConversationBusy
from nbchat.events import Answer, Event, Notice, Stop
from nbchat.messages import Content, Message
from nbchat.options import Options, RequestOptions, as_messages, takes_options
from nbchat.store.stored_turn import Header
from nbchat.store.turn_writer import TurnStore, TurnWriter
from nbchat.streams import Stream
from nbchat.turns import Tree, Turn
from nbchat.wording import plural

Change = Literal["asked", "events", "ended", "moved"]
Watcher = Callable[[Change, "Turn | None", list[Event]], None]

UNENDED = Answer().stop


class AnswerSource(Protocol):
    """Whoever can open a stream: the engine."""

    def __call__(self, model: str, messages: Sequence[Message], **options: Any) -> Stream: ...


class TurnOptions(RequestOptions, total=False):
    """Where a turn belongs, besides the options of every question; for front-ends."""

    parent: (
        Turn | EllipsisType | None
    )  # to go on from, edit or ask again; None: the beginning, without it: the end
    cell: str | None  # which a notebook runs again
    inserted: Sequence[str]  # the notebook variables in the question, for people


class LoopBridge(Protocol):
    """How a stream of the engine's loop is read from elsewhere."""

    def relayed(self, stream: Stream) -> Stream: ...
    def answered(self, stream: Stream) -> Answer: ...


class TurnStream(Stream):
    """The stream of a turn; the turn is in the conversation, and on disk, when its Stop arrives."""

    def __init__(self, batches: AsyncGenerator[list[Event]], turn: Turn) -> None:
        super().__init__(batches, turn.answer)
        self.turn = turn


class Conversation(Tree):
    """A conversation by its name. Get one with `nbchat.chat(name)`.

    >>> import nbchat
    >>> chat = nbchat.chat("a trip")
    >>> print(chat.ask("Is Lisbon sunny in May?", "demo"))              # doctest: +ELLIPSIS
    Hello!...
    >>> print(chat.ask("What did I just ask?"))
    Just before this you asked: "Is Lisbon sunny in May?"
    >>> [turn.question.text for turn in chat.undo()], len(chat.turns)
    (['What did I just ask?'], 1)
    """

    def __init__(
        self,
        name: str,
        asks: AnswerSource,
        seam: LoopBridge,
        model: Callable[[Conversation], Awaitable[tuple[str, str]]],
        keeper: Callable[[Conversation], TurnStore | None] = lambda conversation: None,
    ) -> None:
        super().__init__()
        self.id = uuid4().hex
        self.name = name
        self.system: str | None = None
        self.model: str | None = None  # chosen with `%chat use`
        self._asks = asks
        self._seam = seam
        self._default_model = model
        self._keeper = keeper
        self.kept = False  # whether anything of it is in the store
        self._answering = asyncio.Lock()
        self.asked: Turn | None = None  # the turn that is being answered
        self._watchers: list[Watcher] = []

    # --- asking ------------------------------------------------------------------------------

    @takes_options('nbchat.chat().stream("Why is the sky blue?")')
    def stream(
        self,
        question: Content,
        model: str | None = None,
        *,
        fresh: bool = False,
        **options: Unpack[TurnOptions],
    ) -> Stream:
        """Ask, and remember. The events of the answer; they, and what is raised, are those of `nbchat.stream`.

        `question` is a text, or a list of texts, nbchat.Image and nbchat.File. Without a
        `model` the last one answers again. `fresh` sends the question without the history.
        """
        return self._seam.relayed(self.open(question, model, fresh=fresh, **options))

    @takes_options('nbchat.chat().ask("Why is the sky blue?")')
    def ask(
        self,
        question: Content,
        model: str | None = None,
        *,
        fresh: bool = False,
        **options: Unpack[TurnOptions],
    ) -> Answer:
        """Ask, wait for the whole answer, and remember.

        `question`, `model` and `fresh` are those of `stream`.

        >>> import nbchat
        >>> print(nbchat.chat("numbers").ask("What did I just ask?", "demo", temperature=0))
        This is the first question of our conversation.
        """
        return self._seam.answered(self.open(question, model, fresh=fresh, **options))

    def open(
        self,
        question: Content,
        model: str | None = None,
        *,
        fresh: bool = False,
        parent: Turn | EllipsisType | None = ...,
        cell: str | None = None,
        inserted: Sequence[str] = (),
        **options: Unpack[RequestOptions],
    ) -> TurnStream:
        """The stream on the engine's own loop."""
        message = Message("user", question)
        if not isinstance(parent, Turn | EllipsisType | None):
            raise BadSettings(
                f"parent is a turn of the conversation, or None, not {type(parent).__name__}."
            )
        as_messages([message])
        turn = Turn(message, Answer(), cell=cell, inserted=tuple(inserted))
        options.setdefault("system", self.system)
        return TurnStream(self._answer(turn, parent, model, fresh, options), turn)

    async def _answer(
        self,
        turn: Turn,
        parent: Turn | EllipsisType | None,
        model: str | None,
        fresh: bool,
        options: RequestOptions,
    ) -> AsyncGenerator[list[Event]]:
        async with (
            self._answering
        ):  # a second question waits for the first, so that their order is theirs
            turn.parent = (
                self._parent_for(turn.cell) if isinstance(parent, EllipsisType) else parent
            )
            name, *notices = (model,) if model else await self._default_model(self)
            sent, left_out = self._sent(turn, name, fresh, Options.of(options))
            if said := [Notice(text) for text in (*notices, *left_out) if text]:
                for notice in said:
                    turn.answer.add(notice)
                yield list(said)
            stream = self._asks(
                name, [*sent, turn.question], cache_key=f"nbchat-{self.id[:16]}", **options
            )
            turn.answer.model = name
            growing = TurnWriter(self._keep(), turn, self._header)
            self.asked = turn
            self._tell("asked", turn)
            started = time.monotonic()
            committed = False
            try:
                async with stream:
                    async for batch in stream.batches():
                        for event in batch:
                            turn.answer.add(event)
                        if batch and isinstance(
                            batch[-1], Stop
                        ):  # held back until the turn is kept
                            if len(batch) > 1:
                                self._tell("events", turn, batch[:-1])
                                yield batch[:-1]
                            committed = True
                            batch = [
                                *await self._commit(turn, stream.result, started, growing),
                                batch[-1],
                            ]
                        else:
                            growing.grew()
                        self._tell("events", turn, batch)
                        yield batch
            finally:
                growing.dropped()
                if not committed:
                    await self._interrupted(turn, stream.result, started, growing)
                self.asked = None
                self._tell("ended", turn)

    def _parent_for(self, cell: str | None) -> Turn | None:
        """The turn a new one follows: the end of the branch, or for a re-run cell what its old turn followed."""
        for turn in self.turns:
            if cell is not None and turn.cell == cell:
                return turn.parent
        return self._head

    def _sent(
        self, turn: Turn, model: str, fresh: bool, options: Options
    ) -> tuple[list[Message], list[str]]:
        """The messages to send before the question, and notices of what is left out."""
        earlier = window.turns_to_send(turn.parent)
        said: list[str] = []
        if fresh:
            turn.left_out = len(earlier)
        else:
            limit = window.input_limit(model, options.max_tokens)
            turn.left_out = window.count_left_out(earlier, turn.question, options.system, limit)
            said += [window.left_out_notice(turn.left_out)] if turn.left_out else []
        sent, unseen = window.readable_messages(
            window.messages_of(earlier[turn.left_out :]), turn.question, model
        )
        return sent, said + unseen

    async def _commit(
        self, turn: Turn, answer: Answer, started: float, growing: TurnWriter
    ) -> list[Event]:
        """Put the turn into the tree and on disk. Returns the notice to show where it cannot be kept."""
        turn.seconds = time.monotonic() - started
        turn.answer.model, turn.answer.provider = answer.model, answer.provider
        if answer.parts:  # the same, with what its provider wants back
            turn.answer.parts = answer.parts
        self._add(turn)
        if not (trouble := await growing.ended()):
            return []
        turn.answer.add(Notice(trouble))
        return [Notice(trouble)]

    async def _interrupted(
        self, turn: Turn, answer: Answer, started: float, growing: TurnWriter
    ) -> None:
        if turn.answer:  # where nothing arrived, the history stays as it was
            if turn.answer.stop == UNENDED:
                turn.answer.stop = Stop(
                    "interrupted", f"stopped after {len(turn.answer.text):,} characters"
                )
            await self._commit(turn, answer, started, growing)

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

    # --- keeping -------------------------------------------------------------------------------

    @property
    def answering(self) -> bool:
        """Whether an answer is on its way."""
        return self._answering.locked()

    def _moved(self) -> None:
        self._tell("moved")
        if self.kept and (keeper := self._keep()):
            keeper.put(self._header(self._head))

    def _keep(self) -> TurnStore | None:
        keeper = self._keeper(self)
        self.kept = self.kept or keeper is not None
        return keeper

    def _header(self, head: Turn | None) -> Header:
        about = self.title or (head.title if head else "")
        length = len(head.path) if head else 0
        return Header(
            self.id,
            self.name,
            self._title,
            about,
            self.system,
            self.model,
            head.id if head else None,
            length,
        )

    def take_up(self, header: Header, turns: Sequence[Turn]) -> None:
        """Become a conversation that was stored; what was here before stays in the store."""
        self._idle()
        head = next((turn for turn in turns if turn.id == header.head), None)
        self._plant(turns, head)
        self.id, self._title, self.system, self.model = (
            header.id,
            header.title,
            header.system,
            header.model,
        )
        self.kept = bool(turns)
        self._tell("moved")

    def forget(self) -> None:
        """Become a new conversation without turns; for one that is deleted."""
        self.take_up(Header(uuid4().hex, self.name, model=self.model), [])

    def add(self, turns: Sequence[Turn]) -> None:
        """Go on from turns that were made elsewhere, as a branch of their own."""
        self._idle()
        for turn in turns:
            self._add(turn)
        if keeper := self._keep():
            header = self._header(self._head)
            for turn in turns:
                keeper.put(header, turn)
        self._tell("moved")

    def _idle(self) -> None:
        if self.answering:
            raise ConversationBusy(
                f"conversation {self.name!r} is answering. Wait for the end, or stop it."
            )

    def export(self, path: str | Path) -> Path:
        """Write the current branch to a file: Markdown, or by its name JSON (.json) or a notebook (.ipynb).

        Raises BadSettings where it cannot be written.
        """
        from nbchat.conversation.export import write_export

        return write_export(self, Path(path))

    def __repr__(self) -> str:
        count = len(self.turns)
        model = self.model or (self.last.answer.model if self.last else "")
        return f"<Conversation {self.name!r}: {plural(count, 'turn')}{model and f', {model}'}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        from nbchat.display import conversation_bundle

        return conversation_bundle(repr(self).strip("<>"), self.turns)

    def unbind(self) -> None:
        """Forget the event loop: the engine has been closed, and the next question starts another."""
        self._answering = asyncio.Lock()
