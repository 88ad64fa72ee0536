"""Conversations whose scripted model calls tools, and whose person is asked for consent."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from nbchat.bridge import ThreadBridge
from nbchat.conversation.rounds import Rounds
from nbchat.events import Event, Stop
from nbchat.interrupts import Interrupts
from nbchat.messages import Text, ToolCall, ToolResult
from nbchat.settings import Settings
from nbchat.tools.consent import ConsentQuestion, Decision
from nbchat.tools.running import Job, Outcome
from nbchat.turns import Turn

from ..fakes.source import Play
from ..fakes.valid_messages import check_messages
from .talk import Talk

CALLS = Stop("tool_calls", "tool_calls")
DONE: Play = (Text("Done."), Stop("end"))


def call(name: str, id: str = "call_1", **arguments: Any) -> ToolCall:
    return ToolCall(id, name, arguments)


def calls(*called: ToolCall) -> Play:
    """An answer that is nothing but these calls."""
    return (*called, CALLS)


class Person:
    """Whoever sits before the cell, and answers as the test says."""

    def __init__(self, *decisions: Decision) -> None:
        self.asked: list[ConsentQuestion] = []
        self._decisions = deque(decisions)

    def perform(self, job: Job) -> Outcome:
        return job.perform()

    def ask(self, question: ConsentQuestion) -> None:
        self.asked.append(question)
        question.take()
        question.answer(self._decisions.popleft(), by="the cell")


class ToolTalk(Talk):
    """A conversation whose answers go through the rounds; each request is checked."""

    def __init__(self, path: Path, name: str = "main", model: str = "kimi-k2.6") -> None:
        super().__init__(path, name, model)
        rounds = Rounds(lambda: self.script, Settings.load)
        self.runtime.source = cast(Any, rounds)

    def turn(
        self, *plays: Play, person: Person | None = None, question: str = "Go?", **options: Any
    ) -> Turn:
        """Ask as a cell does; the model answers one request after the other so."""
        self.script.plays.extend(plays)
        stream = self.chat.open(question, **options)
        bridge: ThreadBridge = self.runtime.bridge
        with Interrupts() as interrupts, bridge.pump(stream, interrupts, person) as pump:
            self.events = [event for batch in pump.batches(1.0) for event in batch]
        self.check()
        return stream.turn

    def check(self) -> None:
        """Every request so far could be sent to any provider."""
        for messages in self.script.sent:
            check_messages(messages)

    def told(self, request: int = -1) -> list[str]:
        """What the model was told of its calls with that request."""
        return [message.text for message in self.script.sent[request] if message.role == "tool"]


def results(turn: Turn) -> list[Any]:
    """What the tools of a turn gave back."""
    return [part.content for part in turn.answer.parts if isinstance(part, ToolResult)]


def only(kind: type[Event], events: Sequence[Event]) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]
