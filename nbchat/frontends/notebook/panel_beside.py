"""The panel of `%chat panel`: in its cell, or beside the notebook in a page that can show it there.

The cell's output is both: a page that knows `BESIDE` shows a line in the place of the widget, and
is told on the way that it listens on which widget belongs beside the notebook.
"""

from __future__ import annotations

from collections.abc import Callable

import nbchat

BESIDE = "application/vnd.nbchat.panel"  # a type of output: the conversation's name


class PanelBeside:
    """The one panel that a kernel has for a page to show beside the notebook."""

    def __init__(self) -> None:
        self._panel: nbchat.ChatPanel | None = None
        self._is_in_cell = False
        self.listener: Callable[[str], None] | None = None  # hears the widget's id

    def show(self, conversation: str) -> None:
        """Show a conversation in a new panel, which is the one beside the notebook from now on."""
        panel = nbchat.ChatPanel(conversation)
        panel._ipython_display_(also={BESIDE: conversation})
        self.forget()
        self._panel, self._is_in_cell = panel, True
        if self.listener is not None and panel.model_id:
            self.listener(panel.model_id)

    def model_id(self, *, make: bool) -> str:
        """The widget's id; empty where there is none, and none is to be made."""
        if make and (self._panel is None or not self._panel.model_id):
            self._panel, self._is_in_cell = nbchat.ChatPanel(), False
        return (self._panel.model_id or "") if self._panel else ""

    def forget(self) -> None:
        """Close the panel, unless a cell shows it, too."""
        if self._panel is not None and not self._is_in_cell:
            self._panel.close()
        self._panel = None


panel_beside = PanelBeside()
