"""Asks as a cell does: with values of a notebook, and over a real connection."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from nbchat.context.question import compose
from nbchat.messages import Image
from nbchat.runtime import Runtime
from nbchat.turns import Turn

from ..context.notebooks import Variables
from ..fakes.provider import Service

MODEL = "kimi-k2.6"
NAME = "test"


class Notebook:
    """One notebook: its variables, and the conversation in it."""

    def __init__(self, opened: Runtime, service: Service) -> None:
        self.chat = opened.chat(NAME)
        self.variables: dict[str, Any] = {}
        self._opened = opened
        self._service = service

    def ask(self, typed: str, images: Sequence[Image] = (), model: str = MODEL) -> Turn:
        """Ask what was typed, under what the settings say now."""
        data = self._opened.settings().data
        question = compose(typed, Variables(self.variables), data=data, images=images)
        stream = self.chat.open(question.content, model, inserted=question.inserted)
        stream.turn.note_typed(typed, question.data)
        self._opened.bridge.wait(stream)
        return stream.turn

    @property
    def messages(self) -> list[dict[str, Any]]:
        """Those of the last request, as they went over the wire."""
        body = self._service.requests[-1].json["messages"]
        return list(json.loads(json.dumps(body)))

    @property
    def questions(self) -> list[str]:
        return [words(m) for m in self.messages if m["role"] == "user"]

    @property
    def answers(self) -> list[str]:
        return [words(m) for m in self.messages if m["role"] == "assistant"]


def words(message: dict[str, Any]) -> str:
    content = message["content"]
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "<image>") for part in content)
