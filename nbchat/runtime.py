"""What exists once per process: the engine, its thread, the conversations by name.

Made when first used and closed with `%unload_ext nbchat` or at exit. Conversations
outlive the engine: a reloaded extension goes on where it was.
"""

from __future__ import annotations

import atexit
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from nbchat import known_keys
from nbchat.bridge import ThreadBridge
from nbchat.catalog import seen_names
from nbchat.catalog.catalog import Route
from nbchat.catalog.rows import Model
from nbchat.conversation import default_model
from nbchat.conversation.contract import Named
from nbchat.conversation.conversation import Conversation
from nbchat.conversation.default_model import Chooser
from nbchat.conversation.once import Once
from nbchat.conversation.rounds import Rounds
from nbchat.conversation.valid_answers import ValidAnswers
from nbchat.engine import local_servers
from nbchat.engine.engine import Engine
from nbchat.errors import BadCall, BadSettings, HistoryUnavailable, NbchatError
from nbchat.loop import LoopThread
from nbchat.middleware.budget import Budget
from nbchat.middleware.ledger import Ledger
from nbchat.settings import Settings
from nbchat.store import notebook_path
from nbchat.store.account import Account
from nbchat.store.no_history import NoHistory
from nbchat.streams import AnswerSource, Wrapper, wrap
from nbchat.text_like import as_text
from nbchat.turns import Turn

if TYPE_CHECKING:
    from pathlib import Path

    from nbchat.store.store import Store

MAIN = "main"  # the conversation that needs no name
FORK_SECONDS = 10.0  # that a fork waits for our threads, and they for it
LOCAL_SERVER = "no key is set, but a server on this machine has it"
DEMO_PACE = 0.02  # seconds between two pieces of the demo's answer, where somebody watches


class Runtime:
    """One engine on one thread, and the conversations that use it."""

    # What stands before budget, ledger and engine, outermost first: what it replays costs nothing.
    wrappers: Sequence[Wrapper] = ()

    def __init__(self) -> None:
        self.thread = LoopThread()
        self.bridge = ThreadBridge(self.thread)
        self.conversations: dict[str, Conversation] = {}
        self._dropped: WeakValueDictionary[str, Conversation] = WeakValueDictionary()
        self.active = MAIN  # the conversation that is meant where none is named
        # Whether a person sees the cells; None: none of them was ours, so far.
        self.watched: bool | None = None
        self.static = False  # whether an answer is one output and nothing before it
        self.offered: set[str] = set()  # conversations: it was said what was left of them before
        self.once = Once()
        self.account = Account(self._ledger_store)
        self.has_looked, self.local_model = False, ""  # for a server on this machine, and its model
        self._demo_pace = DEMO_PACE
        self._engine: Engine | None = None
        self._source: AnswerSource | None = None
        self.no_history: NoHistory | None = None  # why there can be none, where that is so
        self._store: Store | None = None
        self._paused: Store | None = None

    def settings(self) -> Settings:
        """What the user has decided, looked at anew."""
        return Settings.load()

    def usable_settings(self) -> Settings:
        """The same to look at, never to ask with: where they cannot be used, what can be read.

        Its `trouble` then says why.
        """
        return Settings.look()

    def open(self, *, static: bool, watched: bool | None = None) -> None:
        """A cell is running. `static`: an answer is one output and nothing before it.

        Where nobody has `watched`, nothing is stored. Unless it is said, a person watches what
        is not static.
        """
        self.static = static
        self.watched = not static if watched is None else watched
        self._demo_pace = 0.0 if static else DEMO_PACE
        if self._engine is not None:
            self._engine.demo.pace = self._demo_pace

    # --- who answers -------------------------------------------------------------------------

    @property
    def engine(self) -> Engine:
        if self._engine is None:
            self._engine = Engine(self.settings)
            self._engine.demo.pace = self._demo_pace
        return self._engine

    @property
    def source(self) -> AnswerSource:
        """The engine behind its wrappers, and before it who runs tools and checks values.

        Look it up for each question: it may be made anew.
        """
        return ValidAnswers(lambda: Rounds(self._one_request, self.settings), self.settings)

    def _one_request(self) -> AnswerSource:
        """Who answers one request, and runs nothing."""
        if self._source is None:
            self._source = self.wrapped(self.engine)
        return self._source

    def wrapped(self, engine: AnswerSource) -> AnswerSource:
        """An engine behind its wrappers, and behind those who count the money."""
        noted = Ledger(engine, self.usable_settings, self.account.note)
        paid = Budget(noted, self.settings, self.account, self.account.purses)
        return wrap(paid, self.wrappers)

    def list_models(self, kind: str) -> list[Model]:
        """The models that a provider lists now, blocking."""
        return self.bridge.run(self.engine.models(kind))

    def local_models(self) -> dict[str, list[Model]]:
        """The models of the servers that run on this machine, blocking."""
        self.has_looked = True
        with suppress(NbchatError):
            return self.bridge.run(self.engine.local_models())
        return {}

    def find_model(self, name: str) -> Route:
        """Where a name leads, blocking. Raises UnknownModel, after a look at this machine."""
        catalog = self.usable_settings().catalog
        return self.bridge.run(self.engine.look_up(name, lambda: catalog.find(name)))

    def choose_model(self, conversation: Chooser, base_url: str | None = None) -> tuple[str, str]:
        """The model where none is named, and why, as far as is known without waiting.

        `base_url` is what the question brings along. Raises UnknownModel where it cannot be
        asked, and BadSettings where nothing says at which address.
        """
        name, why = self._choose_model(conversation, self.settings())
        if why == default_model.GONE and conversation.last:
            raise default_model.gone(conversation.last.answer)
        if why == default_model.ELSEWHERE and conversation.last and not base_url:
            raise default_model.elsewhere(conversation.last.answer)
        return name, why

    def model_to_show(self, conversation: Chooser) -> tuple[str, str]:
        """The same for people to read, also where it cannot be asked."""
        return self._choose_model(conversation, self.usable_settings())

    def look_for_server(self, conversation: Chooser) -> None:
        """Look, blocking, for the server on this machine that would be asked without a model.

        A kernel that has asked nothing looks only at an address that the user has named.
        """
        with suppress(NbchatError):
            settings = self.settings()
            _, why = self._choose_model(conversation, settings)
            may_look = self.has_looked or local_servers.is_named(settings)
            if may_look and why in (default_model.NO_KEY, LOCAL_SERVER):
                self.local_model = self.bridge.run(self.engine.local_model())
                self.has_looked = True

    def _choose_model(self, conversation: Chooser, settings: Settings) -> tuple[str, str]:
        name, why = default_model.choose_model(conversation, settings)
        if why == default_model.NO_KEY and self.local_model:
            return self.local_model, LOCAL_SERVER
        return name, why

    async def default_model(
        self, conversation: Chooser, base_url: str | None = None
    ) -> tuple[str, str]:
        """The model where none is named, and a notice where that needs one.

        Without a key, servers on this machine are looked for.
        """
        name, why = self.choose_model(conversation, base_url)
        if why not in (default_model.NO_KEY, LOCAL_SERVER):
            return name, ""
        local = self.local_model = await self.engine.local_model()
        self.has_looked = True
        if local:
            return local, f"No key is set, so a server on this machine answers: {local}."
        return "demo", default_model.DEMO_NOTICE

    # --- conversations -----------------------------------------------------------------------

    def chat(self, name: str | None = None) -> Conversation:
        """The conversation of that name, or the active one; made when first asked for."""
        name = as_text(name)
        if not isinstance(name, str | None):
            kind = type(name).__name__
            raise BadCall(f"the name of a conversation is a text (str), not {kind}.")
        name = known_keys.hide(name or self.active)
        if name not in self.conversations:
            kept = self._dropped.pop(name, None)
            self.conversations[name] = Conversation(name, self) if kept is None else kept
        return self.conversations[name]

    @property
    def turns(self) -> list[Turn]:
        """Every turn of every conversation that is here."""
        conversations = list(self.conversations.values())
        return [turn for conversation in conversations for turn in conversation.all_turns]

    def drop(self, conversation: Conversation) -> None:
        """Leave one that was deleted out, unless it is the active one.

        Whoever still holds it, such as a panel, may ask in it: it is there again then.
        """
        name = conversation.name
        if name == self.active or self.conversations.pop(name, None) is None:
            return
        self._dropped[name] = conversation

        def hear(change: str, *_: object) -> None:
            if change == "asked":
                unwatch()
                self.chat(name)

        unwatch = conversation.watch(hear)

    @contextmanager
    def chat_to_ask(self, name: str | None) -> Iterator[Conversation]:
        """The conversation of that name; gone again where it was new and nothing was answered."""
        is_new = bool(name) and name not in self.conversations
        conversation = self.chat(name)
        try:
            yield conversation
        finally:
            if is_new and not conversation.all_turns and conversation.name != self.active:
                self.conversations.pop(conversation.name, None)

    def store(self) -> Store | None:
        """Where conversations are stored; None where the settings say so, or nobody watches.

        None also where there can be no history: `no_history` then says why.
        """
        try:
            path = notebook_path.history_file(self.settings().history)
            if path is None or self.is_watched() is False:
                return None
            store = self._open_store(path)
        except BadSettings as error:
            self._tell_no_history(str(error))
            return None
        self.no_history = None
        return store

    def _ledger_store(self, settings: Settings | None) -> Store | None:
        """Where it is stored what was spent: also where nobody watches, since it has no words."""
        with suppress(BadSettings):
            path = notebook_path.history_file((settings or self.settings()).history)
            return None if path is None else self._open_store(path)
        return None

    def _open_store(self, path: Path) -> Store:
        if self._store is None or self._store.path != path:
            try:
                from nbchat.store.store import Store
            except ImportError:
                raise HistoryUnavailable(
                    "this Python has no sqlite3. Install it, or a Python that has it."
                ) from None
            if self._store:
                self._store.close()
            self._store = Store(path)
        return self._store

    def _tell_no_history(self, why: str) -> None:
        if self.no_history is None or self.no_history.why != why:
            self.no_history = NoHistory(why)

    def store_for(self, conversation: Named) -> Store | NoHistory | None:
        """Where this one is stored: nowhere without a notebook, unless a person has named it."""
        is_named = self.is_watched() and conversation.name != MAIN
        if not notebook_path.notebook_path() and not is_named:
            return None
        return self.store() or self.no_history

    def is_watched(self) -> bool | None:
        """Whether a person watches, also where Python alone asks; None in a script."""
        return notebook_path.kernel_is_watched() if self.watched is None else self.watched

    # --- ending ------------------------------------------------------------------------------

    def close(self) -> None:
        """End every stream, close every connection, end the thread. The conversations stay."""
        engine = self._engine
        self._engine = self._source = None
        self.thread.close(engine.aclose if engine else None)
        if self._store:
            self._store.close()
        for conversation in self.conversations.values():
            conversation.unbind()

    # --- forks -------------------------------------------------------------------------------

    def pause(self) -> None:
        """Wait until no thread of ours is in the middle of anything, and let it stay so."""
        self.thread.pause(FORK_SECONDS)
        self._paused = self._store
        if self._paused:
            self._paused.pause(FORK_SECONDS)

    def resume(self) -> None:
        """Let our threads go on."""
        if self._paused:
            self._paused.resume()
        self.thread.resume()

    def after_fork(self) -> None:
        """In the child: the thread, the sockets and the file are the parent's."""
        self._engine = self._source = None
        self.watched = False
        self.account.begin_anew()
        if self._store:
            self._store.forget()
        self.thread.forget()
        for conversation in self.conversations.values():
            conversation.unbind()


_runtime: Runtime | None = None
_forking = threading.RLock()  # held during a fork


def current() -> Runtime:
    """This process's runtime."""
    global _runtime
    if _runtime is None:
        with _forking:
            _runtime = _runtime or Runtime()
    return _runtime


def close() -> None:
    """Close what is open, if anything is."""
    if _runtime is not None:
        _runtime.close()


def reset() -> None:
    """Close it and forget it, its conversations too: the process as before the first question."""
    global _runtime
    close()
    seen_names.forget()
    _runtime = None


# --- forks -----------------------------------------------------------------------------------

# A child has its parent's memory as it is at that moment, and none of its other threads: what one
# of them was importing, writing or holding stays so there for ever. So a fork waits for them.


@contextmanager
def no_fork() -> Iterator[None]:
    """No other thread forks inside: around what a thread of ours sends or holds a lock for."""
    with _forking:
        yield


def before_fork() -> None:
    """Called by `nbchat` itself, which comes first; so are the two below."""
    _forking.acquire(timeout=FORK_SECONDS)
    if _runtime is not None:
        _runtime.pause()


def after_fork() -> None:
    """In the parent."""
    if _runtime is not None:
        _runtime.resume()
    with suppress(RuntimeError):  # the wait was given up
        _forking.release()


def after_fork_in_child() -> None:
    """In the child, which has this thread alone."""
    global _forking
    _forking = threading.RLock()
    if _runtime is not None:
        _runtime.after_fork()


atexit.register(close)
