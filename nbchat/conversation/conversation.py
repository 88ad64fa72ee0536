"""Remembers: streaming through a conversation yields an answer and commits the turn.

Question and answer are stored together, or not at all. Nothing is deleted: undo
and a re-run cell only move the branch. What streams belongs to the engine's loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing, suppress
from pathlib import Path
from types import EllipsisType
from typing import Any, Protocol, Unpack
from uuid import uuid4

from nbchat import known_keys
from nbchat.catalog.rows import Model
from nbchat.conversation import window
from nbchat.conversation.recording import Recording
from nbchat.conversation.watching import Watcher, Watchers
from nbchat.errors import BadSettings, ConversationBusy, NbchatError
from nbchat.events import Answer, Event, Notice
from nbchat.masked_parts import Seen, keys_masked, mask_content
from nbchat.messages import Content, Message
from nbchat.options import Options, RequestOptions
from nbchat.questions import as_messages
from nbchat.settings import Settings
from nbchat.signatures import takes_options
from nbchat.store.stored_turn import Header
from nbchat.store.turn_writer import TurnStore, TurnWriter
from nbchat.streams import AnswerSource, LoopBridge, Stream
from nbchat.turns import Tree, Turn
from nbchat.wording import plural

Parent = Turn | EllipsisType | None  # ... stands for where the conversation is


class TurnOptions(RequestOptions, total=False):
    """Where a turn belongs, besides the options of every question; for front-ends."""

    parent: Parent  # go on from it, edit or ask again; None: the beginning, without it: the end
    cell: str | None  # which a notebook runs again
    inserted: Sequence[str]  # the notebook variables in the question, for people


class ConversationRuntime(Protocol):
    """What a conversation needs of the process it is in."""

    @property
    def source(self) -> AnswerSource:
        """Who answers."""
        ...

    @property
    def bridge(self) -> LoopBridge:
        """How the answer is read from elsewhere."""
        ...

    def settings(self) -> Settings:
        """What the user has decided, as it is now."""
        ...

    async def default_model(self, conversation: Conversation) -> tuple[str, str]:
        """The model where none is named, and a notice where that needs one."""
        ...

    def store_for(self, conversation: Conversation) -> TurnStore | None:
        """Where this conversation is stored, if it is."""
        ...


class TurnStream(Stream):
    """The stream of a turn; the turn is in the conversation, and on disk, when its Stop arrives."""

    def __init__(self, batches: AsyncGenerator[list[Event]], turn: Turn) -> None:
        super().__init__(batches, turn.answer)
        self.turn = turn

    @property
    def result(self) -> Answer:
        """The turn's answer, which is its source's from the first event on."""
        return self.turn.answer


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

    def __init__(self, name: str, runtime: ConversationRuntime) -> None:
        super().__init__()
        self.id = uuid4().hex
        self.name = name
        self.system: str | None = None
        self.model: str | None = None  # chosen with `%chat use`
        self.stored = False  # whether anything of it is on disk
        self._runtime = runtime
        self._answering = asyncio.Lock()
        self._recording: Recording | None = None  # the last turn that was asked
        self._watchers = Watchers()

    @property
    def system(self) -> str | None:
        """The text that goes before its questions; never with a key in it."""
        return self._system

    @system.setter
    def system(self, system: str | None) -> None:
        self._system = known_keys.hide(system) if isinstance(system, str) else system

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
        """Ask, and remember. The events of the answer.

        They, and what is raised, are those of `nbchat.stream`.
        `question` is a text, or a list of texts, nbchat.Image and nbchat.File. Without a
        `model` the last one answers again. `fresh` sends the question without the history.
        """
        return self._runtime.bridge.relay(self.open(question, model, fresh=fresh, **options))

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
        return self._runtime.bridge.wait(self.open(question, model, fresh=fresh, **options))

    def open(
        self,
        question: Content,
        model: str | None = None,
        *,
        fresh: bool = False,
        parent: Parent = ...,
        cell: str | None = None,
        inserted: Sequence[str] = (),
        **options: Unpack[RequestOptions],
    ) -> TurnStream:
        """The stream on the engine's own loop."""
        seen: Seen = {}
        message = Message("user", mask_content(question, known_keys.current(), seen))
        if seen:
            inserted = [*inserted, f"the question ({keys_masked(seen)})"]
        if not isinstance(parent, Parent):
            kind = type(parent).__name__
            raise BadSettings(f"parent is a turn of the conversation, or None, not {kind}.")
        as_messages([message])
        turn = Turn(message, Answer(), cell=cell, inserted=tuple(inserted))
        turn.parent = self._parent_for(turn, parent)
        options.setdefault("system", self.system)
        return TurnStream(self._answer(turn, parent, model, fresh, options), turn)

    async def _answer(
        self, turn: Turn, parent: Parent, model: str | None, fresh: bool, options: RequestOptions
    ) -> AsyncGenerator[list[Event]]:
        async with self._answering:  # one answer at a time, in the order asked
            turn.parent = self._parent_for(turn, parent)  # of which the answer may just have come
            name, why = await self._model_for(model)
            history = self._history_for(turn, name, fresh, Options.of(options))
            turn.left_out = history.left_out
            messages = [*history.messages, turn.question]
            cache_key = f"nbchat-{self.id[:16]}"
            stream = self._runtime.source.stream(name, messages, cache_key=cache_key, **options)
            turn.answer = stream.result
            notices: list[Event] = [Notice(text) for text in (why, *history.notices) if text]
            for notice in notices:
                turn.answer.add(notice)
            if notices:
                yield notices
            writer = TurnWriter(self._find_store(), turn, self._header)
            recording = Recording(turn, stream, writer, self._watchers, self._add)
            self._recording = recording
            async with recording, aclosing(recording.batches()) as batches:
                async for batch in batches:
                    self._watchers.tell("events", turn, batch)
                    yield batch

    def _parent_for(self, turn: Turn, parent: Parent) -> Turn | None:
        """The turn to follow: the one that is named, else the end of the branch.

        For a cell that is run again it is what its old turn follows.
        """
        if not isinstance(parent, EllipsisType):
            return parent
        for earlier in self.turns:
            if turn.cell is not None and earlier.cell == turn.cell:
                return earlier.parent
        return self.last

    async def _model_for(self, model: str | None) -> tuple[str, str]:
        """The model to ask, and a notice where nobody has chosen it."""
        if model:
            return model, ""
        return await self._runtime.default_model(self)

    def _history_for(
        self, turn: Turn, model: str, fresh: bool, options: Options
    ) -> window.SentHistory:
        row = self._find_row(model)
        if fresh:
            return window.leave_out_all(turn, model, row)
        return window.fit_history(turn, model, row, options)

    def _find_row(self, model: str) -> Model | None:
        """The model's row of the table; without one the engine says what is wrong."""
        with suppress(NbchatError):
            return self._runtime.settings().catalog.find(model).model
        return None

    # --- watching ------------------------------------------------------------------------------

    def watch(self, watcher: Watcher) -> Callable[[], None]:
        """Be told of every change, whoever makes it; returns the function that ends it.

        Called with what happened, the turn and its new events, on the thread where
        it happened (the engine's, for an answer); it must return at once.
        """
        return self._watchers.add(watcher)

    @property
    def answering(self) -> bool:
        """Whether an answer is on its way."""
        return self._answering.locked()

    @property
    def asked(self) -> Turn | None:
        """The turn that is being answered."""
        recording = self._recording
        return recording.turn if recording and recording.is_open else None

    # --- storing -------------------------------------------------------------------------------

    def _moved(self) -> None:
        self._watchers.tell("moved")
        if not self.stored:
            return
        if store := self._find_store():
            store.put(self._header(self.last))

    def _find_store(self) -> TurnStore | None:
        store = self._runtime.store_for(self)
        self.stored = self.stored or store is not None
        return store

    def _header(self, head: Turn | None) -> Header:
        return Header(
            self.id,
            self.name,
            self._title,
            self.title or (head.title if head else ""),
            self.system,
            self.model,
            head.id if head else None,
            len(head.path) if head else 0,
        )

    def take_up(self, header: Header, turns: Sequence[Turn]) -> None:
        """Become a conversation that was stored; what was here before stays in the store."""
        self._must_be_idle()
        by_id = {turn.id: turn for turn in turns}
        self._plant(turns, by_id.get(header.head or ""))
        self.id, self._title = header.id, header.title
        self.system, self.model = header.system, header.model
        self.stored = bool(turns)
        self._watchers.tell("moved")

    def forget(self) -> None:
        """Become a new conversation without turns; for one that is deleted."""
        self.take_up(Header(uuid4().hex, self.name, model=self.model), [])

    def add(self, turns: Sequence[Turn]) -> None:
        """Go on from turns that were made elsewhere, as a branch of their own."""
        self._must_be_idle()
        for turn in turns:
            self._add(turn)
        if store := self._find_store():
            header = self._header(self.last)
            for turn in turns:
                store.put(header, turn)
        self._watchers.tell("moved")

    def _must_be_idle(self) -> None:
        if self.answering:
            raise ConversationBusy(
                f"conversation {self.name!r} is answering. Wait for the end, or stop it."
            )

    def export(self, path: str | Path) -> Path:
        """Write the current branch to a file: JSON (.json), a notebook (.ipynb), else Markdown.

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
        """Forget the event loop, which has been closed: the next question starts another."""
        self._answering = asyncio.Lock()
