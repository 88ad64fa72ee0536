"""The cells that have run in this kernel, with what they showed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from nbchat.messages import Image

Stream = Literal["stdout", "stderr", "result", "display", "error"]


@dataclass(slots=True)
class Output:
    """One thing that a cell showed; the text is bounded, and cut in its middle.

    Of a figure the text is a word for it, such as `[figure 640×480]`; only the newest figures
    are kept as an image, too.
    """

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
    place: int | None = None  # in the notebook's file, from 0, where that is known

    def is_same(self, other: Cell) -> bool:
        """Whether both are runs of one cell: that of an id, or of a source where there are none."""
        if self.id is not None and other.id is not None:
            return self.id == other.id
        return self.source == other.source
