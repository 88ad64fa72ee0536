"""What a person does in the panel, done: ask, stop, go to a branch, choose, attach.

A message is read on whatever thread it arrives on, where the notebook's variables
are; all else happens on the engine's thread, so nothing here needs a lock. The
panel only asks: what it shows comes from `transcript`, which watches.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from nbchat import runtime
from nbchat.context.notebook import Notebook
from nbchat.conversation.conversation import Conversation
from nbchat.errors import NbchatError
from nbchat.frontends.panel import attachments, conversation_picker, download, page_messages
from nbchat.frontends.panel.model_picker import model_rows
from nbchat.frontends.panel.questions import Question, QuestionQueue
from nbchat.frontends.panel.saved_copy import Snapshot
from nbchat.frontends.panel.transcript import Transcript
from nbchat.messages import Image
from nbchat.turns import Turn

SendToPage = Callable[..., None]  # takes a message, and bytes that go with it


class Session:
    """One panel's work: it shows one conversation at a time, and may be asking in others."""

    def __init__(
        self,
        name: str,
        down: SendToPage,
        notebook: Notebook,
        publish: Callable[[dict[str, Any]], None],
    ) -> None:
        self.options: dict[str, Any] = {"temperature": None, "max_tokens": None, "thinking": ""}
        self.snapshot = Snapshot()
        self._down = down
        self._notebook = notebook
        self._publish = publish
        self._views: set[str] = set()
        self._unwatch: list[Callable[[], None]] = []
        self._all: dict[str, QuestionQueue] = {}  # by conversation
        self.asking = self._of(runtime.current().chat(name))

    @property
    def transcript(self) -> Transcript:
        return self.asking.transcript

    @property
    def conversation(self) -> Conversation:
        return self.transcript.conversation

    @property
    def watched(self) -> bool:
        """Whether a view is open."""
        return bool(self._views)

    def _of(self, conversation: Conversation) -> QuestionQueue:
        if conversation.name not in self._all:
            transcript = Transcript(conversation, self._down, self._kept)
            asking = self._all[conversation.name] = QuestionQueue(
                transcript, self.options, self._now
            )
            self._unwatch.append(
                conversation.watch(lambda *change: _on_engine(self._heard, asking, *change))
            )
        return self._all[conversation.name]

    def _kept(self, conversation: Conversation) -> str:
        """Bring the notebook's copy up to date; the mark by which the page knows it."""
        if conversation is self.conversation:
            before = self.snapshot.mark
            made = self.snapshot.bundle(conversation)
            if self.snapshot.mark != before:
                self._publish(made)
        return self.snapshot.mark

    def _heard(self, asking: QuestionQueue, *change: Any) -> None:
        asking.transcript.changed(*change)
        if change[0] == "ended":
            asking.next()

    def close(self) -> None:
        """Watch no longer; what is being asked goes on. May be called again."""
        while self._unwatch:
            self._unwatch.pop()()
        self._views.clear()
        self.transcript.watching = False

    # --- messages of the page --------------------------------------------------------------------

    def take(self, content: Any, buffers: Sequence[Any] = ()) -> None:
        """A message arrived, on any thread. What is not one of ours is not answered."""
        said = page_messages.read_message(content)
        if said is None:
            return
        try:
            self._take(said, buffers)
        except Exception as error:  # a variable's own __str__ or to_csv, say
            _on_engine(self._note, error)
            if isinstance(said, page_messages.Send):
                _on_engine(self._say, "back", request_id=said.request_id, text=said.text)
        if isinstance(said, page_messages.Send | page_messages.Again):
            _on_engine(self._say, "ack", request_id=said.request_id)

    def _take(self, said: page_messages.Message, buffers: Sequence[Any]) -> None:
        variables, hidden = self._notebook.variables, self._notebook.hidden
        match said:
            case page_messages.Send():
                pictures = page_messages.images(buffers)
                made, inserted = attachments.content(said.text, said.variables, pictures, variables)
                question = Question(said.request_id, made, said.text, inserted)
                _on_engine(lambda: self._all.get(said.conversation, self.asking).send(question))
            case page_messages.Names(text=beginning):
                _on_engine(
                    self._say,
                    "names",
                    text=beginning,
                    rows=attachments.offered_variables(variables, hidden, beginning),
                )
            case page_messages.Peek(name=name) if attachments.has(variables, name):
                text, label = attachments.value(variables, name)
                _on_engine(self._say, "peek", name=name, label=label, text=text[: attachments.PEEK])
            case page_messages.Models():
                _on_engine(self._say, "models", rows=model_rows(runtime.current().settings()))
            case page_messages.Talks():
                _on_engine(self._say, "talks", rows=conversation_picker.offered_conversations())
            case page_messages.Talk(id=stored) if stored:
                _on_engine(self._show, conversation_picker.take_up(stored))
            case _:
                _on_engine(self._do, said)

    def _do(self, said: page_messages.Message) -> None:
        try:
            self._did(said)
        except NbchatError as error:
            self._note(error)

    def _did(self, said: page_messages.Message) -> None:
        match said:
            case page_messages.Sync(view=view):
                self._views.add(view)
                self.transcript.watching = True
                self._now()
                self.transcript.replay()
            case page_messages.Bye(view=view):
                self._views.discard(view)
                self.transcript.watching = self.watched
            case page_messages.Want(ids=ids):
                self.transcript.rows(ids)
            case page_messages.Stop():
                self.asking.stop()
            case page_messages.Unqueue():
                self.asking.give_back()
            case page_messages.Again(id=turn_id) if turn := self.transcript.turn(turn_id):
                self.asking.again(turn, said.request_id, said.text)
            case page_messages.Branch(id=turn_id, number=number) if turn := self.transcript.turn(
                turn_id
            ):
                self.asking.must_be_idle()
                family = self.conversation.siblings(turn)
                self.conversation.goto(family[min(number, len(family) - 1)])
            case page_messages.Choose():
                self._choose(said)
            case page_messages.Talk(name=name):
                self._show(runtime.current().chat(name or conversation_picker.free_name()))
            case page_messages.Move(how=how):
                self.asking.must_be_idle()
                self._moves[how](self.conversation)
            case page_messages.Picture(id=turn_id, number=number) if turn := self.transcript.turn(
                turn_id
            ):
                self._picture(turn, number)
            case page_messages.Snapshot():
                made = self.snapshot.bundle(self.conversation)
                self._say("snapshot", mark=self.snapshot.mark, data=made)
            case page_messages.Export(format=form):
                self._say("file", **download.file(self.conversation, form))

    @property
    def _moves(self) -> dict[str, Callable[[Conversation], object]]:
        return {
            "undo": Conversation.undo,
            "redo": Conversation.redo,
            "reset": Conversation.reset,
            "delete": self._delete,
        }

    def _delete(self, conversation: Conversation) -> None:
        store = runtime.current().store() if conversation.stored else None
        stored = conversation.id
        conversation.forget()
        if store:
            gone = asyncio.get_running_loop().run_in_executor(None, store.delete, stored)
            gone.add_done_callback(self._deleted)

    def _deleted(self, gone: asyncio.Future[bool]) -> None:
        if not gone.cancelled() and (error := gone.exception()):
            self._note(error)

    # --- choosing --------------------------------------------------------------------------------------

    def _choose(self, said: page_messages.Choose) -> None:
        chosen = said.model_fields_set
        if said.model is not None:
            runtime.current().settings().catalog.find(said.model)  # raises, and names what is near
        if "model" in chosen:
            self.conversation.model = said.model
        if "system" in chosen:
            self.conversation.system = said.system or None
        if "title" in chosen:
            self.conversation.title = said.title
        for name in chosen & self.options.keys():
            self.options[name] = getattr(said, name)
        self._now()

    def _show(self, conversation: Conversation) -> None:
        """Go to another conversation; what is asked in the one before goes on, unseen."""
        self.transcript.watching = False
        self.asking = self._of(conversation)
        self.transcript.watching = self.watched
        self._now()
        self.transcript.replay()

    # --- telling ---------------------------------------------------------------------------------------------

    def _now(self) -> None:
        """What holds for the next question."""
        conversation, queued = self.conversation, self.asking.queued
        self._say(
            "now",
            model=runtime.choose_model(conversation)[0],
            system=conversation.system or "",
            queued=queued.typed if queued else None,
            **self.options,
        )

    def _picture(self, turn: Turn, number: int) -> None:
        pictures = [part for part in turn.question.parts if isinstance(part, Image)]
        if number < len(pictures):
            picture = pictures[number]
            self._down(
                {"kind": "picture", "id": turn.id, "number": number, "type": picture.media_type},
                picture.data,
            )

    def _note(self, error: BaseException) -> None:
        self._say("note", error=type(error).__name__, text=str(error))

    def _say(self, message: str, /, **facts: Any) -> None:
        self._down({"kind": message, **facts})


def _on_engine(call: Callable[..., None], *args: Any, **facts: Any) -> None:
    """Run on the engine's thread: now where this is it, else soon and in order."""
    thread = runtime.current().thread
    if thread.is_current:
        call(*args, **facts)
    else:
        thread.start().call_soon_threadsafe(partial(call, *args, **facts))
