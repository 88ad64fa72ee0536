"""The cells that have run in this kernel, with what they showed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from nbchat.messages import Image

Stream = Literal["stdout", "stderr", "result", "display", "error"]


@dataclass(slots=True)
class Output:
    """One thing that a cell showed; the text is bounded, and cut in its middle."""

    kind: Stream
    text: str = ""
    image: Image | None = None


@dataclass(slots=True, eq=False)
class Cell:
    """One run of a cell; `number` is the 3 of `In[3]`, where it has one.

    `turn_ids` are the questions that it asked: such a cell is told as question and answer.
    """

    source: str
    number: int | None = None
    id: str | None = None  # what the front end calls the cell, where it says so
    outputs: list[Output] = field(default_factory=list)
    turn_ids: tuple[str, ...] = ()
    failed: bool = False
    is_running: bool = False
