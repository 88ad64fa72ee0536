"""The questions for consent of one conversation, as the views of one panel have them.

The conversation tells of them, whoever asked: a panel, or a `%%chat` in a cell. A panel takes a
question while it has a view, and the first answer counts. Everything happens on the engine's
thread.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from nbchat.conversation.conversation import Conversation
from nbchat.frontends.panel import page_messages
from nbchat.frontends.panel.consent_card import can_be_read, card
from nbchat.frontends.panel.engine_thread import run_on_engine
from nbchat.frontends.panel.live_turn import State
from nbchat.tools.consent import ConsentQuestion, Decision
from nbchat.turns import Turn

PANEL = "the panel"

# What waits, for panels that are made later.
_waiting: WeakKeyDictionary[Conversation, dict[ConsentQuestion, Turn]] = WeakKeyDictionary()


class Consents:
    """What waits for a person's consent.

    `note` is told of the turn and of the call, that it waits and that it does so no longer.
    """

    def __init__(
        self,
        conversation: Conversation,
        tell: Callable[[dict[str, Any]], None],
        note: Callable[[Turn, str, State], None],
    ) -> None:
        self.waiting: dict[str, ConsentQuestion] = {}  # by id
        self._conversation = conversation
        self._tell = tell
        self._note = note
        self._is_seen = False
        self._view = ""  # whose answer is being given

    def take_up(self) -> None:
        """What waits since before this panel was there."""
        for question, turn in [*_waiting.get(self._conversation, {}).items()]:
            if question.id not in self.waiting:
                self._add(turn, question)

    def hear(self, turn: Turn, question: ConsentQuestion) -> None:
        """The conversation asks."""
        _waiting.setdefault(self._conversation, {})[question] = turn
        self._add(turn, question)
        self.tell()

    def _add(self, turn: Turn, question: ConsentQuestion) -> None:
        self.waiting[question.id] = question
        if self._is_seen:
            question.take()
        self._note(turn, question.call.id, "asking")
        question.when_answered(lambda: run_on_engine(self._end, turn, question))

    def _end(self, turn: Turn, question: ConsentQuestion) -> None:
        """It has been answered, here or elsewhere."""
        _waiting.get(self._conversation, {}).pop(question, None)
        self.waiting.pop(question.id, None)
        self._note(turn, question.call.id, "running")
        decision = question.decision
        if decision is not None and question.answered_by and not decision.stopped:
            facts = {"by": question.answered_by, "approved": decision.approved}
            view = self._view if question.answered_by == PANEL else ""
            self._tell({"kind": "answered", "id": question.id, "view": view, **facts})
        self.tell()

    def see(self, is_seen: bool) -> None:
        """Whether the panel has a view: only then is a person there."""
        if is_seen == self._is_seen:
            return
        self._is_seen = is_seen
        for question in self.waiting.values():
            if is_seen:
                question.take()
            else:
                question.leave()

    def tell(self) -> None:
        """All that waits: a card for each."""
        cards = [card(question) for question in self.waiting.values()]
        self._tell({"kind": "consents", "cards": cards})

    def decide(self, message: page_messages.Decide) -> None:
        """A person has answered in the page. What is not asked here is not answered."""
        question = self.waiting.get(message.id)
        decision = _decision(question, message) if question else None
        if question and decision:
            self._view = message.view
            question.answer(decision, by=PANEL)


def _decision(question: ConsentQuestion, message: page_messages.Decide) -> Decision | None:
    """What the message says to this question; None where it does not fit it."""
    if message.how == "refuse":
        return Decision(False, reason=message.reason.strip())
    if not can_be_read(question) or (message.rest and question.steps):
        return None
    arguments = None
    if message.code is not None:
        if not question.can_be_edited:
            return None
        if message.code != question.code:
            arguments = {**question.arguments, question.tool.code: message.code}
    return Decision(True, arguments=arguments, for_rest=message.rest)
