"""A fake at the seam `SendToPage`: a panel's page, without a browser or a notebook.

It says what a page would say and writes down what the session tells it.
"""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

from nbchat.context.cells import Cell
from nbchat.context.last_error import Failure
from nbchat.frontends.panel import handlers
from nbchat.frontends.panel.session import Session

from ..waiting import SECONDS

TOLD: list[dict[str, Any]] = []  # by all desks of a test
ROWS: list[dict[str, Any]] = []  # that were told


class Desk:
    """A session, the notebook it is in, and everything it told the views."""

    hidden = ("In",)  # of the variables
    hidden_cells: Collection[int] = ()
    pinned_cells: Collection[int] = ()
    saved_cells: Sequence[str] = ()
    failure: Failure | None = None
    folder = Path()

    def __init__(self, name: str = "main", **variables: Any) -> None:
        self.told: list[dict[str, Any]] = []
        self.buffers: list[tuple[bytes, ...]] = []
        self.published: list[dict[str, Any]] = []  # copies for the notebook
        self.variables = variables
        self.cells: Sequence[Cell] = ()
        self.session = Session(name, self._hear, self, self.published.append)
        self.say("sync", view="v")
        self.wait("consents")  # which is told last

    def _hear(self, message: dict[str, Any], *buffers: bytes) -> None:
        TOLD.append(message)
        if message["kind"] == "rows":
            message = {**message, "rows": json.loads(zlib.decompress(buffers[0]))}
            ROWS.extend(message["rows"])
        self.buffers.append(buffers)
        self.told.append(message)

    def say(self, kind: str, buffers: tuple[bytes, ...] = (), **facts: Any) -> None:
        handlers.take(self.session, {"kind": kind, **facts}, buffers)

    def ask(self, question: str, request_id: str = "", **facts: Any) -> None:
        self.say("send", request_id=request_id or f"r{time.monotonic_ns()}", text=question, **facts)

    def all(self, kind: str) -> list[dict[str, Any]]:
        return [message for message in list(self.told) if message["kind"] == kind]

    def wait(
        self, kind: str, count: int = 1, when: Callable[[dict[str, Any]], bool] = lambda _: True
    ) -> dict[str, Any]:
        """The `count`th message of that kind, once it has come."""
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            messages = [message for message in self.all(kind) if when(message)]
            if len(messages) >= count:
                return messages[count - 1]
            time.sleep(0.005)
        kinds = [message["kind"] for message in self.told]
        raise AssertionError(f"no {kind} number {count}; told: {kinds}")

    @property
    def turns(self) -> list[tuple[str, str]]:
        return [(t.question.text, t.answer.text) for t in self.session.conversation.turns]
