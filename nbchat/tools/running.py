"""A call on its way to the thread where it runs, and what came of it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from nbchat.context.cells import Output
from nbchat.messages import INTERRUPTED as INTERRUPTED
from nbchat.messages import NOT_RUN as NOT_RUN
from nbchat.messages import REFUSED as REFUSED
from nbchat.messages import Content, ToolCall
from nbchat.settings_values import Data
from nbchat.tools.tool import FunctionTool


@dataclass(slots=True)
class Outcome:
    """What a tool gave back, as the model is told it."""

    content: Content
    error: bool = False
    seconds: float = 0.0
    interrupted: bool = False  # the person pressed stop while it ran


class Heard(Protocol):
    """What a tool prints and displays while it runs: a front-end captures and shows it."""

    @property
    def outputs(self) -> Sequence[Output]:
        """What it has printed and displayed, in order; what is kept is bounded."""


@dataclass(slots=True, eq=False)
class Job:
    """One call that may run. `arguments` are checked, and what a person has made of them."""

    call: ToolCall
    tool: FunctionTool
    arguments: Mapping[str, Any]
    data: Data = "brief"  # how much a result may say of the notebook's values

    def perform(self, heard: Heard | None = None) -> Outcome:
        """Run it, on this thread. What it raises is its outcome, an interrupt too."""
        start = time.monotonic()
        try:
            value = self.tool.function(**self.arguments)
        except KeyboardInterrupt:
            return Outcome(INTERRUPTED, True, time.monotonic() - start, interrupted=True)
        except Exception as error:
            return self._failed(error, start)
        return Outcome(str(value), False, time.monotonic() - start)

    async def perform_async(self) -> Outcome:
        """The same for an `async def`, on the engine's loop; cancelling it stops the tool."""
        start = time.monotonic()
        try:
            value = await self.tool.function(**self.arguments)
        except Exception as error:
            return self._failed(error, start)
        return Outcome(str(value), False, time.monotonic() - start)

    def _failed(self, error: Exception, start: float) -> Outcome:
        words = f"{type(error).__name__}: {error}"
        return Outcome(words, True, time.monotonic() - start)
