"""Which model would be asked now, and what looks for it again.

Much of what decides it tells nobody when it changes: an environment variable, the settings
file, a server on this machine. So a panel looks after each cell and each change of its
conversation, before it asks, and every few seconds while it is open.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

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
        return runtime.choose_model(conversation)[0]
    except (NbchatError, OSError):
        return ""


class Lookout:
    """Calls `look` every few seconds, and when a server on this machine has come or gone.

    All of it happens on the engine's thread.
    """

    def __init__(self, look: Callable[[], None]) -> None:
        self._look = look
        self._next: asyncio.TimerHandle | None = None
        self._search: asyncio.Task[None] | None = None
        self._by_clock = False

    def look_later(self, conversation: Conversation) -> None:
        """Look again after a while, and look for servers now where one would be asked.

        By the clock only as long as none is found: its log is not ours to fill.
        """
        if self._next is not None:
            self._next.cancel()
        loop = asyncio.get_running_loop()
        self._next = loop.call_later(LOOK_SECONDS, self._tick)
        known = self._by_clock and runtime.current().local_model
        searching = self._search is not None and not self._search.done()
        if not known and not searching and _depends_on_servers(conversation):
            self._search = loop.create_task(self._search_servers(conversation))

    def _tick(self) -> None:
        self._by_clock = True
        try:
            self._look()
        finally:
            self._by_clock = False

    async def _search_servers(self, conversation: Conversation) -> None:
        before = next_model(conversation)
        with suppress(NbchatError, OSError):
            await runtime.current().default_model(conversation)
        if next_model(conversation) != before:
            self._look()


def _depends_on_servers(conversation: Conversation) -> bool:
    """Whether a server on this machine would be asked, if there is one."""
    try:
        _, why = runtime.choose_model(conversation)
    except (NbchatError, OSError):
        return False
    return why in (NO_KEY, runtime.LOCAL_SERVER)
