"""What exists once per kernel: the engine, its loop thread, the conversations by name.

Made when first used and closed with `%unload_ext nbchat` or at exit. Conversations
outlive the engine: a reloaded extension goes on where it was.
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Unpack

from nbchat.catalog import catalog
from nbchat.catalog.model_list import Models
from nbchat.catalog.rows import Model
from nbchat.conversation.conversation import Conversation
from nbchat.engine.engine import Engine
from nbchat.errors import BadSettings
from nbchat.events import Answer
from nbchat.interrupts import Interrupts
from nbchat.loop import LoopThread, Pump, relay, run_and_wait, wait_for_answer
from nbchat.messages import Message
from nbchat.options import RequestOptions
from nbchat.settings import Settings
from nbchat.signatures import takes_options
from nbchat.store import notebook_path
from nbchat.store.store import Store
from nbchat.streams import Stream

MAIN = "main"  # the conversation that needs no name


class Runtime:
    """One engine on one thread, and the conversations that use it."""

    def __init__(self) -> None:
        self.thread = LoopThread()
        self.conversations: dict[str, Conversation] = {}
        self.active = MAIN  # the conversation that is meant where none is named
        self.watched: bool | None = (
            None  # whether a person sees what %%chat shows; None where it is not used
        )
        self._engine: Engine | None = None
        self._store: Store | None = None

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
        return relay(self.thread, stream)

    def answered(self, stream: Stream) -> Answer:
        return wait_for_answer(self.thread, stream)

    def pump(self, stream: Stream, interrupts: Interrupts) -> Pump:
        return Pump(self.thread, stream, interrupts)

    def listed(self, kind: str) -> list[Model]:
        """The models that a provider lists now, blocking."""
        return run_and_wait(self.thread, self.engine.models(kind))

    def chat(self, name: str | None = None) -> Conversation:
        """The conversation of that name, or the active one; made when first asked for."""
        if not isinstance(name, str | None):
            raise BadSettings(
                f"the name of a conversation is a text (str), not {type(name).__name__}."
            )
        name = name or self.active
        if name not in self.conversations:
            self.conversations[name] = Conversation(
                name, self.asks, self, default_model, self.keeper
            )
        return self.conversations[name]

    def store(self) -> Store | None:
        """Where conversations are kept; None where the settings say to keep none, or nobody watches."""
        settings = Settings.load()
        path = notebook_path.history_file(settings.history)
        if path is None or settings.display == "static" or self.watched is False:
            return None
        if self._store is None or self._store.path != path:
            if self._store:
                self._store.close()
            self._store = Store(path)
        return self._store

    def keeper(self, conversation: Conversation) -> Store | None:
        """Where this conversation is kept: nowhere without a notebook, unless a person gave it a name."""
        if not notebook_path.notebook_path() and not (self.watched and conversation.name != MAIN):
            return None
        with suppress(BadSettings):  # whoever asks is told by the engine
            return self.store()
        return None

    def close(self) -> None:
        """End every stream, close every connection, end the thread. The conversations stay."""
        engine, self._engine = self._engine, None
        self.thread.close(engine.aclose if engine else None)
        if self._store:
            self._store.close()
        for conversation in self.conversations.values():
            conversation.unbind()

    def after_fork(self) -> None:
        self._engine = None
        if self._store:
            self._store.forget()
        self.thread.forget()
        for conversation in self.conversations.values():
            conversation.unbind()


_kernel: Runtime | None = None


def current() -> Runtime:
    """This process's kernel state."""
    global _kernel
    if _kernel is None:
        _kernel = Runtime()
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


async def default_model(conversation: Conversation) -> tuple[str, str]:
    """The model when none is named, and a notice where that needs one. Without a key, local servers are looked for."""
    name, why = choose_model(conversation)
    if why != NO_KEY:
        return name, ""
    if local := await current().engine.local_model():
        return local, f"No key is set, so a server on this machine answers: {local}."
    return name, DEMO_NOTICE


NO_KEY = "no key is set"


def choose_model(conversation: Conversation) -> tuple[str, str]:
    """The model when none is named, and why it is that one; NO_KEY where a local server goes before it."""
    settings = Settings.load()
    if conversation.model:
        return conversation.model, "chosen with %chat use"
    if settings.model:
        return settings.model, settings.origins.get("model", "settings")
    last = conversation.last and conversation.last.answer
    if last and DEMO_NOTICE not in last.notices:  # the demo that nobody asked for makes room
        return _name(last.provider, last.model, settings), "the model of the last answer"
    for provider in settings.catalog.providers.values():
        if provider.default_model and not provider.retired and (key := settings.key(provider)):
            return _name(provider.type, provider.default_model, settings), f"{key.origin} is set"
    return "demo", NO_KEY


def _name(kind: str, model: str, settings: Settings) -> str:
    """The name by which a model of that provider is found again."""
    known = settings.catalog.models.get(model)
    return model if known and known.type == kind else f"{kind}:{model}"


# --- the public functions ------------------------------------------------------------------------


@takes_options('nbchat.stream("demo", "Why is the sky blue?"), the model first')
def stream(
    model: str, messages: str | Sequence[Message], **options: Unpack[RequestOptions]
) -> Stream:
    """Ask a model; the events of its answer, as they arrive.

    `model` is a name of the table, `"provider:any-model-id"`, or an alias of yours;
    `messages` a text, or a list of nbchat.Message. Nothing is remembered:
    `nbchat.chat()` is what remembers.

    >>> import asyncio, nbchat
    >>> async def main():
    ...     async for event in nbchat.stream("demo", "What did I just ask?", max_tokens=100):
    ...         match event:
    ...             case nbchat.Text(text):
    ...                 print(text, end="")
    ...             case nbchat.Stop(reason):
    ...                 print(f" ({reason})")
    >>> asyncio.run(main())
    This is the first question of our conversation. (end)

    Where there is no answer, the first event raises: a SetupError (nothing was sent), a
    ServiceError (the provider refused) or a ConnectionBroken. What goes wrong after it is
    told by the one Stop, whose reason is then "broken".
    """
    kernel = current()
    return kernel.relayed(kernel.asks(model, messages, **options))


@takes_options('nbchat.ask("demo", "Why is the sky blue?"), the model first')
def ask(model: str, messages: str | Sequence[Message], **options: Unpack[RequestOptions]) -> Answer:
    """Ask a model and wait for the whole answer; works inside a running loop as well.

    `model` and `messages` are those of `nbchat.stream`, and so is what is raised; Ctrl-C raises
    Interrupted. An answer that broke off is returned as far as it came, with `.stop.reason` "broken".

    >>> answer = ask("demo", "What did I just ask?", system="Answer briefly.")
    >>> print(answer)
    This is the first question of our conversation.
    >>> answer.model, answer.stop.reason
    ('demo', 'end')
    """
    kernel = current()
    return kernel.answered(kernel.asks(model, messages, **options))


def chat(name: str = "main") -> Conversation:
    """The conversation of that name in this kernel; `main` is the one of a plain `%%chat`.

    >>> physics = chat("physics")
    >>> print(physics.ask("What did I just ask?", "demo"))
    This is the first question of our conversation.
    >>> len(physics.turns)
    1
    """
    return current().chat(name)


def models(live: str | None = None) -> Models:
    """The rows of the model-mapping table, your own included; with `live="kimi"`, the models that provider lists now.

    A row has `.id`, `.type` (its provider), `.context_window` (tokens), `.price` (per million tokens) and more;
    a live list raises what asking that provider would.

    >>> [model.id for model in models() if model.type == "kimi" and model.status == "current"][:3]
    ['kimi-k3.1-pro', 'kimi-k3.1-pro-highspeed', 'kimi-k3']
    """
    return Models(
        Settings.load().catalog.models.values() if live is None else current().listed(live)
    )


def get_model_type(name: str) -> str:
    """The provider type that serves a model, by the table, your own rows and aliases included.

    Raises UnknownModel, with near names, for a name that leads nowhere; so does `get_model_id`.

    >>> get_model_type("kimi-k2-thinking"), get_model_type("ollama:qwen3")
    ('kimi', 'ollama')
    """
    return catalog.get_model_type(name, Settings.load().catalog)


def get_model_id(name: str) -> str:
    """The provider's own id of a model.

    >>> get_model_id("openrouter:moonshotai/kimi-k2-thinking")
    'moonshotai/kimi-k2-thinking'
    """
    return catalog.get_model_id(name, Settings.load().catalog)
