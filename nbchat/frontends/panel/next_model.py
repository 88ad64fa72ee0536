"""Which model would be asked now, and what looks for it again.

Much of what decides it tells nobody when it changes: an environment variable, the settings
file, a server on this machine. So a panel looks after each cell and each change of its
conversation, before it asks, and every few seconds while it is open.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from math import inf

from nbchat import runtime
from nbchat.conversation.conversation import Conversation
from nbchat.conversation.default_model import NO_KEY
from nbchat.errors import NbchatError

LOOK_SECONDS = 3.0


def next_model(conversation: Conversation) -> str:
    """The model that a question without one would be sent to now.

    It is '' where the question would be refused, as with settings that cannot be read.
    """
    try:
        return runtime.current().choose_model(conversation)[0]
    except (NbchatError, OSError):
        return ""


class Lookout:
    """Calls `look` every few seconds, until it says that nobody watches any more.

    Servers on this machine are looked for when something has happened, and not by the clock:
    whatever listens at their usual places writes each request into its log.
    All of it is done on the engine's thread.
    """

    def __init__(self, look: Callable[[], bool]) -> None:
        self._look = look
        self._next: asyncio.TimerHandle | None = None
        self._search: asyncio.Task[None] | None = None
        self._search_wanted = False
        self._searched = -inf  # when, by the loop's clock

    def start(self, conversation: Conversation) -> None:
        """Something has happened to what this conversation would ask."""
        self._search_wanted = True
        self._go_on(conversation)

    def _go_on(self, conversation: Conversation) -> None:
        loop = asyncio.get_running_loop()
        if self._next is not None:
            self._next.cancel()
        self._next = loop.call_later(LOOK_SECONDS, self._tick, conversation)
        has_rested = loop.time() - self._searched >= LOOK_SECONDS
        if self._search_wanted and has_rested and _depends_on_servers(conversation):
            self._search_wanted = False
            self._searched = loop.time()
            self._search = loop.create_task(self._search_servers(conversation))

    def _tick(self, conversation: Conversation) -> None:
        if self._look():
            self._go_on(conversation)

    async def _search_servers(self, conversation: Conversation) -> None:
        with suppress(NbchatError, OSError):
            await runtime.current().default_model(conversation)
        self._look()


def _depends_on_servers(conversation: Conversation) -> bool:
    """Whether a server on this machine would be asked, if there is one."""
    try:
        _, why = runtime.current().choose_model(conversation)
    except (NbchatError, OSError):
        return False
    return why in (NO_KEY, runtime.LOCAL_SERVER)
