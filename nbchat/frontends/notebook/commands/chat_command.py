"""What a command works with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbchat.errors import HistoryUnavailable
from nbchat.frontends.notebook.watching import open_runtime

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from nbchat.conversation.conversation import Conversation
    from nbchat.runtime import Runtime
    from nbchat.settings import Settings
    from nbchat.store.store import Store


@dataclass(slots=True)
class ChatCommand:
    """One `%chat` line being run: where it was typed, and the conversation it is about."""

    shell: InteractiveShell
    runtime: Runtime
    conversation: Conversation

    @classmethod
    def open(cls, shell: InteractiveShell) -> ChatCommand:
        """For a line in this shell, about the conversation that is meant where none is named."""
        runtime = open_runtime(shell)
        return cls(shell, runtime, runtime.chat())

    @property
    def settings(self) -> Settings:
        """What the user decided, as it is now; the defaults where that cannot be used."""
        return self.runtime.usable_settings()

    def need_store(self) -> Store:
        """Where conversations are kept. Raises BadSettings where they are not."""
        store = self.runtime.store()
        if store is None and self.runtime.no_history:
            raise HistoryUnavailable(f"nothing is kept on disk here: {self.runtime.no_history.why}")
        if store is None:
            raise HistoryUnavailable(
                "nothing is kept on disk here: history is off, or nobody watches this notebook."
            )
        return store

    def go_on_in(self, conversation: Conversation) -> None:
        """Make another conversation the one that `%chat` and `%%chat` are about."""
        self.runtime.active = conversation.name
        self.conversation = conversation
