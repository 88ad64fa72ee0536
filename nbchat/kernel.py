"""What exists once per kernel: the engine, its loop thread, the conversations by name.

Made when first used and closed with `%unload_ext nbchat` or at exit. Conversations
outlive the engine: a reloaded extension goes on where it was.
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Mapping, Sequence
from typing import Any

from nbchat import catalog
from nbchat.catalog import Model
from nbchat.conversation import Conversation
from nbchat.engine import Engine
from nbchat.engine.stream import Stream
from nbchat.loop import Interrupts, LoopThread, Pump, answered, relayed
from nbchat.messages import Answer, Message, Thinking, Tool
from nbchat.settings import Settings


class Kernel:
    """One engine on one thread, and the conversations that use it."""

    def __init__(self) -> None:
        self.thread = LoopThread()
        self.conversations: dict[str, Conversation] = {}
        self.active = "main"  # the conversation that is meant where none is named
        self._engine: Engine | None = None

    @property
    def engine(self) -> Engine:
        if self._engine is None:
            self._engine = Engine()
        return self._engine

    # The engine is looked up at each call: it may have been closed and made anew in between.

    def asks(self, model: str, messages: str | Sequence[Message], **options: Any) -> Stream:
        """A stream on the engine's own loop."""
        return self.engine.stream(model, messages, **options)

    def relayed(self, stream: Stream) -> Stream:
        return relayed(self.thread, stream)

    def answered(self, stream: Stream) -> Answer:
        return answered(self.thread, stream)

    def pump(self, stream: Stream, interrupts: Interrupts) -> Pump:
        return Pump(self.thread, stream, interrupts)

    def chat(self, name: str | None = None) -> Conversation:
        """The conversation of that name, or the active one; made when first asked for."""
        name = name or self.active
        if name not in self.conversations:
            self.conversations[name] = Conversation(name, self.asks, self, default_model)
        return self.conversations[name]

    def close(self) -> None:
        """End every stream, close every connection, end the thread. The conversations stay."""
        engine, self._engine = self._engine, None
        self.thread.close(engine.aclose if engine else None)
        for conversation in self.conversations.values():
            conversation.unbind()

    def after_fork(self) -> None:
        self._engine = None
        self.thread.forget()
        for conversation in self.conversations.values():
            conversation.unbind()


_kernel: Kernel | None = None


def current() -> Kernel:
    """This process's kernel state."""
    global _kernel
    if _kernel is None:
        _kernel = Kernel()
        atexit.register(_kernel.close)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=_kernel.after_fork)
    return _kernel


def close() -> None:
    """Close what is open, if anything is."""
    if _kernel is not None:
        _kernel.close()


DEMO_NOTICE = (
    "No key is set, so the embedded demo answers. "
    "For a model, set its key, such as KIMI_API_KEY; %chat models lists them."
)


def default_model(conversation: Conversation) -> tuple[str, str]:
    """The model when none is named, and a notice where that needs one."""
    name, why = chosen(conversation)
    return name, DEMO_NOTICE if why == NO_KEY else ""


NO_KEY = "no key is set"


def chosen(conversation: Conversation) -> tuple[str, str]:
    """The model when none is named, and why it is that one."""
    settings = Settings.load()
    if conversation.model:
        return conversation.model, "chosen with %chat use"
    if settings.model:
        return settings.model, settings.origins.get("model", "settings")
    if conversation.last is not None:
        return conversation.last.answer.model, "the model of the last answer"
    for provider in settings.catalog.providers.values():
        if provider.default_model and not provider.retired and (key := settings.key(provider)):
            return provider.default_model, f"{key.origin} is set"
    return "demo", NO_KEY


# --- the public functions ------------------------------------------------------------------------


def stream(
    model: str,
    messages: str | Sequence[Message],
    *,
    system: str | None = None,
    temperature: float | None = None,
    max_tokens: int | None = None,
    thinking: Thinking = None,
    tools: Sequence[Tool | Mapping[str, Any]] | None = None,
    schema: Any = None,
    base_url: str | None = None,
    wire: str | None = None,
    api_key: str | None = None,
    timeout: float | None = None,
) -> Stream:
    """Ask a model; the events of its answer, as they arrive.

    `model` is a name of the table, `"provider:any-model-id"`, or an alias of yours.
    `timeout` is seconds of silence. Nothing is remembered; `nbchat.chat()` remembers.

    >>> async def main():
    ...     async for event in stream("demo", "Hello"):
    ...         print(event)                                            # doctest: +SKIP

    Raises an NbchatError at the first event where there can be no answer.
    """
    given = {name: value for name, value in locals().items() if name not in ("model", "messages")}
    kernel = current()
    return kernel.relayed(kernel.asks(model, messages, **given))


def ask(model: str, messages: str | Sequence[Message], **options: Any) -> Answer:
    """The whole answer, blocking; takes the arguments of `stream`. Works inside a running loop.

    >>> print(ask("demo", "What did I just ask?"))
    This is the first question of our conversation.
    """
    kernel = current()
    return kernel.answered(kernel.asks(model, messages, **options))


def chat(name: str = "main") -> Conversation:
    """The conversation of that name in this kernel.

    >>> print(chat("doctest").ask("What did I just ask?", "demo"))
    This is the first question of our conversation.
    """
    return current().chat(name)


def models() -> list[Model]:
    """The rows of the model-mapping table, the user's own included."""
    return list(Settings.load().catalog.models.values())


def get_model_type(name: str) -> str:
    """The provider type that serves a model; see `nbchat.catalog.get_model_type`."""
    return catalog.get_model_type(name, Settings.load().catalog)


def get_model_id(name: str) -> str:
    """The provider's own id of a model; see `nbchat.catalog.get_model_id`."""
    return catalog.get_model_id(name, Settings.load().catalog)
