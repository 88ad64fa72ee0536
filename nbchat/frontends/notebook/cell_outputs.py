"""The outputs of a cell while its answer streams: added one below the other, and updated."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from nbchat import render

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from nbchat.frontends.notebook.surroundings import Surroundings

MOST_OUTPUTS = 44  # of an answer, since JupyterLab shows 50 of a cell


class CellOutputs:
    """Publishes HTML by number. The last number is that of the open output."""

    def __init__(self, shell: InteractiveShell, text: str, around: Surroundings) -> None:
        self.open = 0  # the number of the open output
        self._publisher = shell.display_pub
        self._around = around
        self._text = text  # what front-ends without HTML show
        self._prefix = f"nbchat-{time.time_ns():x}"
        self._last = -1  # the last output that there is
        # In an output of its own, which takes no room, so that repaints can do without.
        style = f'<div class="nbc nbc-style"><style>{render.LIVE_STYLE}</style></div>'
        self._publish({"text/html": style, "text/plain": ""})

    @property
    def are_full(self) -> bool:
        """Whether the open output has to stay the last one."""
        return self.open >= MOST_OUTPUTS

    def publish(self, number: int, page: str) -> None:
        """Put a page into the output of that number, which is added where it is not there yet.

        What is added has no text: a front-end that updates nothing would leave it standing.
        """
        text = self._text if number <= self._last else ""
        self._publish({"text/html": page, "text/plain": text}, **self._at(number))
        self._last = max(self._last, number)

    def _at(self, number: int) -> dict[str, Any]:
        """How the output of that number is added, or updated where it is there."""
        display_id = f"{self._prefix}-{number}"
        return {"transient": {"display_id": display_id}, "update": number <= self._last}

    def _publish(self, data: dict[str, str], **options: Any) -> None:
        with self._around.painting():
            self._publisher.publish(data, **options)

    def end_with(self, data: dict[str, str], metadata: dict[str, Any]) -> None:
        """Show this in the last of them, and nothing in the others."""
        for number in range(self._last):
            self._publish({"text/html": "", "text/plain": ""}, **self._at(number))
        self._publish(data, metadata=metadata, **self._at(self._last))

    def clear(self, *, wait: bool) -> None:
        """Take all of them away; with `wait`, when the next output comes."""
        self._around.take_painting_away(wait=wait)

    def clear_for_one(self) -> None:
        """Take all of them away when the next output comes, without the page jumping."""
        for page in render.ROOM_BELOW:
            self.publish(self.open + 1, page)
        self.clear(wait=True)
