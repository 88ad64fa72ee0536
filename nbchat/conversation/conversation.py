"""Remembers: streaming through a conversation yields an answer and commits the turn.

Question and answer are stored together, or not at all: until its answer comes, a question
changes nothing. Nothing is deleted: undo and a re-run cell only move the branch. What
streams belongs to the engine's loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from functools import partial
from pathlib import Path
from types import EllipsisType
from typing import Any, Unpack
from uuid import uuid4

from nbchat import known_keys
from nbchat.catalog import seen_names
from nbchat.catalog.argument_order import check_order
from nbchat.conversation.contract import ConversationRuntime, Parent, Place, TurnOptions
from nbchat.conversation.default_model import DEMO_NOTICE
from nbchat.conversation.outgoing import Outgoing, outgoing, turn_to_ask
from nbchat.conversation.recording import Recording, TurnStream
from nbchat.conversation.valid_answers import valued
from nbchat.conversation.watching import Watcher, Watchers
from nbchat.errors import BadCall, ConversationBusy
from nbchat.events import Answer, Event, Notice
from nbchat.messages import Content
from nbchat.signatures import takes_options
from nbchat.store.no_history import NoHistory
from nbchat.store.stored_turn import Header
from nbchat.store.turn_writer import TurnStore, TurnWriter
from nbchat.streams import PlannedOptions, SpentBy, Stream
from nbchat.text_like import as_text
from nbchat.tools.running import is_in_tool
from nbchat.tools.tool import with_functions
from nbchat.turns import SYSTEM_WITH_VALUES, Tree, Turn
from nbchat.wording import plural
from nbchat.wrong_calls import tells_wrong_calls


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
        self.name = known_keys.hide(name)
        self.system: str | None = None
        self.model: str | None = None  # chosen with `%chat use`
        self.stored = False  # whether anything of it is on disk
        self.unanswered: list[Answer] = []  # to questions that were paid for, without a word
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
        system = as_text(system)
        if not isinstance(system, str | None):
            kind = type(system).__name__
            raise BadCall(f"the system prompt is a text (str), or None, not {kind}.")
        self._system = None if system is None else known_keys.hide(system)
        self._system_has_values = False

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
        `model` the last one answers again. A `fresh` question is sent without the history and
        stands aside: the conversation stays where it is.
        """
        check_order(model, question, "chat.stream({question}, {model})", self._runtime.settings)
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
        check_order(model, question, "chat.ask({question}, {model})", self._runtime.settings)
        answer = self._runtime.bridge.wait(self.open(question, model, fresh=fresh, **options))
        return valued(answer)

    def open(
        self,
        question: Content,
        model: str | None = None,
        *,
        fresh: bool = False,
        parent: Parent = ...,
        cell: str | None = None,
        execution: str | None = None,
        inserted: Sequence[str] = (),
        system_stays: bool = False,
        **options: Unpack[PlannedOptions],
    ) -> TurnStream:
        """The stream on the engine's own loop."""
        if is_in_tool():  # whose answer would wait for this one, and this one for it
            self._must_be_idle()
        if "tools" in options:
            options["tools"] = with_functions(options["tools"])
        turn = turn_to_ask(question, cell=cell, execution=execution, inserted=inserted)
        place = Place(None if fresh else parent, aside=fresh, system_stays=system_stays)
        turn.parent = self._parent_for(turn, place.parent)
        return TurnStream(self._answer(turn, place, model, options), turn)

    def preview(
        self,
        question: Content,
        model: str,
        *,
        fresh: bool = False,
        cell: str | None = None,
        execution: str | None = None,
        inserted: Sequence[str] = (),
        typed: str = "",
        data: str = "",
        **options: Unpack[PlannedOptions],
    ) -> Outgoing:
        """What `open` would ask this model now; nothing is asked, and nothing is kept."""
        if "tools" in options:
            options["tools"] = with_functions(options["tools"])
        turn = turn_to_ask(question, cell=cell, execution=execution, inserted=inserted)
        turn.note_typed(typed, data)
        turn.parent = self._parent_for(turn, None if fresh else ...)
        return self._outgoing(turn, model, options)

    def _outgoing(self, turn: Turn, model: str, options: PlannedOptions) -> Outgoing:
        has_values = "system" not in options and self._system_has_values
        options.setdefault("system", self.system)
        settings = self._runtime.settings
        return outgoing(turn, model, settings, options, self.id, system_has_values=has_values)

    async def _answer(
        self, turn: Turn, place: Place, model: str | None, options: PlannedOptions
    ) -> AsyncGenerator[list[Event]]:
        async with self._answering:  # one answer at a time, in the order asked
            turn.parent = self._parent_for(turn, place.parent)  # which may just have been answered
            name, why = await self._model_for(model, options.get("base_url"))
            sent = self._outgoing(turn, name, options)
            turn.left_out = sent.left_out
            store, system = self._runtime.store_for(self), options["system"]
            writer = TurnWriter(store, turn, partial(self._header_then, place, system))
            sent.options["spent_by"] = SpentBy(self.id, self.name, turn.id)
            sent.options["announce"] = lambda asked: self._watchers.tell("consent", turn, [asked])
            sent.options["keep"] = writer.keep
            stream = self._runtime.source.stream(name, sent.messages, **sent.options)
            turn.answer = stream.result
            turn.by_default = why == DEMO_NOTICE
            says_why = bool(why) and self._runtime.once.take(why, turn)
            said = (why if says_why else "", *sent.notices)
            notices: list[Event] = [Notice(text) for text in said if text]
            for notice in notices:
                turn.answer.add(notice)
            commit = partial(self._commit, place, system, store)
            recording = Recording(turn, stream, writer, self._watchers, commit, self._forgo)
            self._recording = recording
            has_said = False
            try:
                async with recording, aclosing(recording.batches()) as batches:
                    async for batch in batches:
                        self._watchers.tell("events", turn, batch)
                        has_said = True
                        yield [*notices, *batch]  # not before: a refused question has said nothing
                        notices = []
            finally:
                if says_why and not has_said:
                    self._runtime.once.give_back(why, turn)

    def _parent_for(self, turn: Turn, parent: Parent) -> Turn | None:
        """The turn to follow: the one that is named, else the end of the branch.

        For a cell that is run again it is what the first of its old turns follows.
        """
        if not isinstance(parent, EllipsisType):
            return parent
        for earlier in self.turns:
            if turn.replaces(earlier):
                return earlier.parent
        return self.last

    async def _model_for(self, model: str | None, base_url: str | None) -> tuple[str, str]:
        """The model to ask, and a notice where nobody has chosen it."""
        if model:
            return model, ""
        return await self._runtime.default_model(self, base_url)

    # --- watching ------------------------------------------------------------------------------

    @tells_wrong_calls
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

    def _commit(
        self, place: Place, system: str | None, store: TurnStore | None, turn: Turn
    ) -> None:
        """The answer is there: now the question counts."""
        if place.system_stays and not place.aside:
            self.system = system
            self._system_has_values = SYSTEM_WITH_VALUES in turn.inserted
        if place.aside:
            self._set_aside(turn)
        else:
            self._add(turn)
        self._note_store(store)

    def _forgo(self, turn: Turn) -> None:
        """Remember what a question has cost that nothing came of; it is no turn."""
        self.unanswered.append(turn.answer)

    def _note_store(self, store: TurnStore | None) -> None:
        """Something of it has been put there."""
        self.stored = self.stored or not isinstance(store, NoHistory | None)

    def _header_then(self, place: Place, system: str | None, turn: Turn) -> Header:
        """The header as it is once that turn is committed."""
        if place.aside:
            return self._header(self.last, self.system)
        return self._header(turn, system if place.system_stays else self.system)

    def _moved(self) -> None:
        self._watchers.tell("moved")
        if not self.stored:
            return
        if store := self._runtime.store_for(self):
            store.put(self._header(self.last, self.system))

    def _header(self, head: Turn | None, system: str | None) -> Header:
        return Header(
            self.id,
            self.name,
            self._title,
            self.title or (head.title if head else ""),
            system,
            self.model,
            head.id if head else None,
            len(head.path) if head else 0,
        )

    def take_up(
        self, header: Header, turns: Sequence[Turn], unanswered: Sequence[Answer] = ()
    ) -> None:
        """Become a conversation that was stored; what was here before stays in the store."""
        self._must_be_idle()
        self.unanswered = [*unanswered]
        by_id = {turn.id: turn for turn in turns}
        self._plant(turns, by_id.get(header.head or ""))
        self.id, self._title = header.id, header.title
        self.system, self.model = header.system, header.model
        # Which of the turns it came with is not kept: rather one too many stays behind.
        self._system_has_values = any(SYSTEM_WITH_VALUES in turn.inserted for turn in turns)
        self.stored = bool(turns)
        for turn in turns:
            seen_names.note(turn.answer.provider, turn.answer.model)
        self._watchers.tell("moved")

    @tells_wrong_calls
    def forget(self) -> None:
        """Become a new conversation without turns; for one that is deleted."""
        self.take_up(Header(uuid4().hex, self.name, model=self.model), [])

    def add(self, turns: Sequence[Turn], model: str | None = None) -> None:
        """Go on from turns that were made elsewhere, as a branch of their own.

        `model` answers from then on, whatever answered there.
        """
        self._must_be_idle()
        self.model = model or self.model
        for turn in turns:
            self._add(turn)
        if store := self._runtime.store_for(self):
            self._note_store(store)
            header = self._header(self.last, self.system)
            for turn in turns:
                store.put(header, turn)
        self._watchers.tell("moved")

    def _must_be_idle(self) -> None:
        if self.answering:
            raise ConversationBusy(
                f"conversation {self.name!r} is answering. Wait for the end, or stop it."
            )

    @tells_wrong_calls
    def export(self, path: str | Path) -> Path:
        """Write the current branch to a file: JSON (.json), a notebook (.ipynb), else Markdown.

        Raises BadSettings where it cannot be written.
        """
        from nbchat.conversation.export import write_export

        if not isinstance(path, str | Path):
            raise BadCall(f"path is a str or a pathlib.Path, not {type(path).__name__}.")
        return write_export(self, Path(path))

    def __repr__(self) -> str:
        return f"<{self._about}>"

    @property
    def _about(self) -> str:
        turns = plural(len(self.turns), "turn")
        if model := self.model or (self.last.answer.model if self.last else ""):
            return f"Conversation {self.name!r}: {turns}, {model}"
        return f"Conversation {self.name!r}: {turns}"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        from nbchat.display import conversation_bundle

        return conversation_bundle(self._about, self.turns)

    def unbind(self) -> None:
        """Forget the event loop, which has been closed: the next question starts another."""
        self._answering = asyncio.Lock()
        self._recording = None
