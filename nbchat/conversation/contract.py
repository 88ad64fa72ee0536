"""What a conversation needs of the process it is in, and what a question may say to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import EllipsisType
from typing import Protocol

from nbchat.conversation.default_model import Chooser
from nbchat.conversation.once import Once
from nbchat.errors import BadCall
from nbchat.settings import Settings
from nbchat.store.turn_writer import TurnStore
from nbchat.streams import AnswerSource, LoopBridge, PlannedOptions
from nbchat.turns import Turn

Parent = Turn | EllipsisType | None  # ... stands for where the conversation is


class TurnOptions(PlannedOptions, total=False):
    """Where a turn belongs, besides the options of every question; for front-ends."""

    parent: Parent  # go on from it, edit or ask again; None: the beginning, without it: the end
    cell: str | None  # which a notebook runs again
    execution: str | None  # of that cell; the questions of one follow one another
    inserted: Sequence[str]  # the notebook variables in the question, for people
    system_stays: bool  # once answered, the system prompt is that of the conversation


@dataclass(slots=True, frozen=True)
class Place:
    """Where a question belongs, and what of it stays when it is answered."""

    parent: Parent
    aside: bool  # the conversation stays where it is
    system_stays: bool

    def __post_init__(self) -> None:
        if not isinstance(self.parent, Parent):
            kind = type(self.parent).__name__
            raise BadCall(f"parent is a turn of the conversation, or None, not {kind}.")


class Named(Protocol):
    """A conversation, for whoever needs no more than its name."""

    @property
    def name(self) -> str: ...


class ConversationRuntime(Protocol):
    """The process, as a conversation sees it."""

    @property
    def source(self) -> AnswerSource:
        """Who answers."""
        ...

    @property
    def bridge(self) -> LoopBridge:
        """How the answer is read from elsewhere."""
        ...

    @property
    def once(self) -> Once:
        """What is said once, whoever asks."""
        ...

    def settings(self) -> Settings:
        """What the user has decided, as it is now."""
        ...

    async def default_model(
        self, conversation: Chooser, base_url: str | None = None
    ) -> tuple[str, str]:
        """The model where none is named, and a notice where that needs one."""
        ...

    def store_for(self, conversation: Named) -> TurnStore | None:
        """Where this conversation is stored, if it is."""
        ...
