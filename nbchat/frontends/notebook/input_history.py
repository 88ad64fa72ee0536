"""What IPython keeps of a cell: its history on disk, `In`, `_i`, `%history`. No key is among it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


class InputHistory:
    """Stands before the history of a shell, and takes keys out of what is put there."""

    def __init__(self, shell: InteractiveShell) -> None:
        self._manager = shell.history_manager
        if self._manager is not None:
            self._store = self._manager.store_inputs
            self._manager.store_inputs = self.store_inputs

    def store_inputs(self, line_num: int, source: str, source_raw: str | None = None) -> None:
        """As HistoryManager's: `source` is the Python, `source_raw` what was typed."""
        raw = source if source_raw is None else source_raw
        if "chat" in raw:
            from nbchat.frontends.notebook.line_keys import blank, keys_typed

            keys = keys_typed(raw)
            source, raw = blank(source, keys), blank(raw, keys)
        self._store(line_num, source, raw)

    def end(self) -> None:
        """Leave the history as it was."""
        if self._manager is not None:
            vars(self._manager).pop("store_inputs", None)
