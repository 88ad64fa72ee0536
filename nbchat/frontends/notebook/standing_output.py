"""One output of a cell that is shown again and again in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from nbchat.frontends.notebook.surroundings import Surroundings


class StandingOutput:
    """Added by the first `publish`, updated by each later one; added anew where it was cleared."""

    def __init__(self, shell: InteractiveShell, around: Surroundings) -> None:
        self._publisher = shell.display_pub
        self._around = around
        self._id = ""  # once it is there
        self._clears = 0  # how often the cell had been cleared when it was added

    @property
    def is_there(self) -> bool:
        """Whether it was published, and nobody has cleared the cell since."""
        return bool(self._id) and self._clears == self._around.clears

    def publish(self, data: dict[str, Any], metadata: dict[str, Any] | None = None) -> None:
        """Show this in it."""
        is_update = self.is_there
        if not is_update:
            self._id = f"nbchat-{uuid4().hex}"
        self._publisher.publish(
            data, metadata or {}, transient={"display_id": self._id}, update=is_update
        )
        if not is_update:
            self._clears = self._around.clears_at_output  # others may clear until it is sent
