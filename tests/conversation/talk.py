"""Conversations with a scripted source and a real store, for tests that need no provider."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbchat.bridge import ThreadBridge
from nbchat.conversation.conversation import Conversation
from nbchat.events import Answer, Event
from nbchat.loop import LoopThread
from nbchat.settings import Settings
from nbchat.store.store import Store
from nbchat.store.stored_turn import answer_fields, question_fields
from nbchat.turns import Turn

from ..fakes.source import Scripted


class TalkRuntime:
    """What a conversation needs: a scripted source, a thread and a store of its own."""

    def __init__(self, path: Path, model: str) -> None:
        self.source = Scripted()
        self.thread = LoopThread()
        self.bridge = ThreadBridge(self.thread)
        self.store = Store(path)
        self.stores = True
        self._model = model

    def settings(self) -> Settings:
        return Settings.load()

    async def default_model(
        self, conversation: Conversation, base_url: str | None = None
    ) -> tuple[str, str]:
        return self._model, ""

    def store_for(self, conversation: Conversation) -> Store | None:
        return self.store if self.stores else None


class Talk:
    """A conversation that is stored in the file at `path`."""

    def __init__(self, path: Path, name: str = "main", model: str = "kimi-k2.6") -> None:
        self.runtime = TalkRuntime(path, model)
        self.script = self.runtime.source
        self.store = self.runtime.store
        self.chat = Conversation(name, self.runtime)

    def ask(self, question: str, *play: Event | Exception | str, **options: Any) -> Answer:
        if play:
            self.script.plays.append(play)
        return self.chat.ask(question, **options)

    def begin(self, question: str, *play: Event | Exception | str) -> None:
        """Ask, and take the first event; the answer stays open."""
        self.script.plays.append(play)
        self.stream = self.chat.open(question)
        self._on_the_loop(self.stream.__anext__())

    def stop(self) -> None:
        """Stop the answer that is open."""
        self._on_the_loop(self.stream.aclose())

    def _on_the_loop(self, work: Any) -> None:
        async def run() -> None:
            await work

        self.runtime.thread.submit(run()).result(60)

    def resume(self, path: Path) -> Talk:
        """A new kernel that has taken this conversation up again from the file."""
        other = Talk(path)
        (stored,) = (
            c for c in other.store.ask(lambda d: d.conversations()) if c.header.id == self.chat.id
        )
        other.chat.take_up(
            stored.header, other.store.ask(lambda database: database.turns(stored.header.id))
        )
        return other

    def close(self) -> None:
        self.store.close()
        self.runtime.thread.close()


def facts(turn: Turn) -> dict[str, Any]:
    """All that is kept of a turn."""
    return {
        "id": turn.id,
        "parent": turn.parent and turn.parent.id,
        **question_fields(turn),
        **answer_fields(turn),
    }


def said(chat: Conversation) -> list[tuple[str, str]]:
    return [(turn.question.text, turn.answer.text) for turn in chat.turns]
