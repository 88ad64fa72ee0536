"""Conversations whose scripted model answers questions with a schema."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from nbchat.conversation.rounds import Rounds
from nbchat.conversation.valid_answers import ValidAnswers
from nbchat.events import Event, Notice, Partial, Stop, Usage
from nbchat.messages import Text
from nbchat.settings import Settings

from ..fakes.source import Play
from .tool_talk import ToolTalk

END = Stop("end", "stop")


class ValueTalk(ToolTalk):
    """A conversation whose answers are checked, and whose tools run."""

    def __init__(self, path: Path, name: str = "main", model: str = "kimi-k2.6") -> None:
        super().__init__(path, name, model)
        rounds = Rounds(lambda: self.script, Settings.load)
        self.runtime.source = cast(Any, ValidAnswers(lambda: rounds))

    @property
    def shown(self) -> list[Event]:
        """The events but for counts: the value as it grows, notices, words, the Stop."""
        kinds = Partial | Notice | Text | Stop
        return [event for event in self.events if isinstance(event, kinds)]


def said(*pieces: str, stop: Stop = END, usage: Usage | None = None) -> Play:
    """An answer in these pieces."""
    counted = (usage,) if usage else ()
    return (*map(Text, pieces), *counted, stop)
