"""What a person does in the panel, done: ask, stop, go to a branch, choose, attach.

A message is read on whatever thread it arrives on, where the notebook's variables
are; all else happens on the engine's thread, so nothing here needs a lock. The
panel only asks: what it shows comes from `transcript`, which watches.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from nbchat import kernel
from nbchat.conversation import Conversation
from nbchat.errors import NbchatError
from nbchat.frontends.panel import attach, export, inbox
from nbchat.frontends.panel.asking import Asking, Question
from nbchat.frontends.panel.models import model_rows
from nbchat.frontends.panel.transcript import Transcript
from nbchat.messages import Image
from nbchat.settings import Settings

Down = Callable[[dict[str, Any], list[bytes]], None]
Variables = Callable[[], tuple[Mapping[str, Any], Mapping[str, Any]]]  # the user's, and those to hide


class Session:
    """One panel's work on one conversation at a time."""

    def __init__(self, name: str, down: Down, variables: Variables, settled: Callable[[], None]) -> None:
        self.options: dict[str, Any] = {"temperature": None, "max_tokens": None, "thinking": ""}
        self._down = down
        self._variables = variables
        self._settled = settled
        self._views: set[str] = set()
        self._show(kernel.current().chat(name), watching=True)

    @property
    def conversation(self) -> Conversation:
        return self.transcript.conversation

    def _show(self, conversation: Conversation, *, watching: bool) -> None:
        self.transcript = Transcript(conversation, lambda message: self._down(message, []), self._settled)
        self.transcript.watching = watching
        self.asking = Asking(self.transcript, self.options, self._say, self._now)
        self._unwatch = conversation.watch(partial(self._changed, self.transcript))

    def _changed(self, transcript: Transcript, *change: Any) -> None:
        if transcript is self.transcript:
            _on_engine(self._heard, transcript, *change)

    def _heard(self, transcript: Transcript, *change: Any) -> None:
        transcript.changed(*change)
        if change[0] == "ended":
            self.asking.next()

    def close(self) -> None:
        """Watch no longer; what is being asked goes on. May be called again."""
        unwatch, self._unwatch = self._unwatch, lambda: None
        unwatch()

    # --- messages of the page --------------------------------------------------------------------

    def take(self, content: Any, buffers: Sequence[Any] = ()) -> None:
        """A message arrived, on any thread. What is not one of ours is not answered."""
        said = inbox.read(content)
        if said is None:
            return
        try:
            self._take(said, buffers)
        except Exception as error:  # a variable's own __str__ or to_csv, say
            _on_engine(self._note, type(error).__name__, str(error))
            if isinstance(said, inbox.Send):
                _on_engine(self._say, "back", s=said.s)

    def _take(self, said: inbox.Message, buffers: Sequence[Any]) -> None:
        variables, hidden = self._variables()
        match said:
            case inbox.Send():
                made, inserted = attach.content(said.s, said.att, inbox.images(buffers), variables)
                question = Question(said.rid, made, said.s, inserted)
                _on_engine(lambda: self.asking.send(question))
            case inbox.Names(s=beginning):
                _on_engine(self._say, "names", s=beginning, rows=attach.offered(variables, hidden, beginning))
            case inbox.Peek(name=name) if attach.is_data(variables, name):
                text, label = attach.value(variables, name)
                _on_engine(self._say, "peek", name=name, label=label, s=text[: attach.PEEK])
            case inbox.Models():
                _on_engine(self._say, "models", rows=model_rows(Settings.load()))
            case _:
                _on_engine(self._do, said)

    def _do(self, said: inbox.Message) -> None:
        try:
            self._did(said)
        except NbchatError as error:
            self._note(type(error).__name__, str(error))

    def _did(self, said: inbox.Message) -> None:
        match said:
            case inbox.Sync(view=view):
                self._views.add(view)
                self.transcript.watching = True
                self._now()
                self.transcript.replay()
            case inbox.Bye(view=view):
                self._views.discard(view)
                self.transcript.watching = bool(self._views)
            case inbox.Want(ids=ids):
                self.transcript.rows(ids)
            case inbox.Stop():
                self.asking.stop()
            case inbox.Unqueue():
                self.asking.give_back()
            case inbox.Again(id=turn_id) if turn := self.transcript.turn(turn_id):
                self.asking.again(turn, said.rid, said.s)
            case inbox.Branch(id=turn_id, n=number):
                if (turn := self.transcript.turn(turn_id)) and not self.asking.busy:
                    family = self.conversation.siblings(turn)
                    self.conversation.goto(family[min(number, len(family) - 1)])
            case inbox.Choose():
                self._choose(said)
            case inbox.Talk(name=name):
                self._talk(name or _free_name())
            case inbox.Move(how=how) if not self.asking.busy:
                {"undo": self.conversation.undo, "redo": self.conversation.redo, "reset": self.conversation.reset}[
                    how
                ]()
            case inbox.Copy(id=turn_id) if turn := self.transcript.turn(turn_id):
                self._say("copy", id=turn_id, s=turn.answer.text)
            case inbox.Picture(id=turn_id, n=number):
                self._picture(turn_id, number)
            case inbox.Export(fmt=form):
                self._say("file", **export.file(self.conversation, form))

    # --- choosing --------------------------------------------------------------------------------------

    def _choose(self, said: inbox.Choose) -> None:
        chosen = said.model_fields_set
        if said.model is not None:
            Settings.load().catalog.find(said.model)  # raises, and names what is near
        if "model" in chosen:
            self.conversation.model = said.model
        if "system" in chosen:
            self.conversation.system = said.system or None
        for name in chosen & self.options.keys():
            self.options[name] = getattr(said, name)
        self._now()

    def _talk(self, name: str) -> None:
        self.close()
        self.asking.give_back()
        watching, self.transcript.watching = self.transcript.watching, False  # what is asked there goes on, unseen
        self._show(kernel.current().chat(name), watching=watching)
        self._now()
        self.transcript.replay()
        self._settled()

    # --- telling ---------------------------------------------------------------------------------------------

    def _now(self) -> None:
        """What holds for the next question."""
        conversation = self.conversation
        self._say(
            "now",
            model=kernel.chosen(conversation)[0],
            system=conversation.system or "",
            queued=self.asking.queued.typed if self.asking.queued else None,
            talks=[[c.name, c.title, len(c.turns)] for c in kernel.current().conversations.values()],
            **self.options,
        )

    def _picture(self, turn_id: str, number: int) -> None:
        turn = self.transcript.turn(turn_id) or next(
            (t.turn for t in self.transcript.live.values() if t.turn.id == turn_id), None
        )
        pictures = [part for part in turn.question.parts if isinstance(part, Image)] if turn else []
        if number < len(pictures):
            picture = pictures[number]
            self._down({"k": "picture", "id": turn_id, "n": number, "type": picture.media_type}, [picture.data])

    def _note(self, kind: str, sentence: str) -> None:
        self._say("note", kind=kind, s=sentence)

    def _say(self, message: str, /, **facts: Any) -> None:
        self._down({"k": message, **facts}, [])


def _free_name() -> str:
    taken = kernel.current().conversations
    return next(name for number in range(2, 10_000) if (name := f"chat-{number}") not in taken)


def _on_engine(call: Callable[..., None], *args: Any, **facts: Any) -> None:
    """Run on the engine's thread: now where this is it, else soon and in order."""
    loop = kernel.current().thread.started()
    try:
        here = asyncio.get_running_loop() is loop
    except RuntimeError:
        here = False
    if here:
        call(*args, **facts)
    else:
        loop.call_soon_threadsafe(partial(call, *args, **facts))
