"""What IPython keeps of a cell: its history on disk, `In`, `_i`, `%history`. No key is among it."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

    from IPython.core.history import HistoryManager
    from IPython.core.interactiveshell import InteractiveShell

_CELL_VARIABLE = re.compile(r"_i+|_i\d+")
_MANAGER_CELLS = ("_i", "_ii", "_iii", "_i00")  # what the next cell will know as _i, _ii, _iii


class InputHistory:
    """Stands before the history of a shell, and takes keys out of what is put there."""

    def __init__(self, shell: InteractiveShell) -> None:
        self._manager = shell.history_manager
        if self._manager is not None:
            self._store = self._manager.store_inputs
            self._manager.store_inputs = self.store_inputs
            self._clean_loading_cell(shell)

    def _clean_loading_cell(self, shell: InteractiveShell) -> None:
        """Take keys out of the cell that loads us, which was kept before we stood here."""
        assert self._manager is not None
        newest = self._manager.input_hist_raw[-1]
        if "api_key" in newest or "%chat" in newest:
            from nbchat.frontends.notebook.line_keys import keys_typed

            take_out(shell, keys_typed(newest))

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


def take_out(shell: InteractiveShell, keys: list[str]) -> None:
    """Take keys out of every cell of this session that IPython has kept."""
    from nbchat.frontends.notebook.line_keys import blank

    manager = shell.history_manager
    if manager is None or not keys:
        return
    for cells in (manager.input_hist_raw, manager.input_hist_parsed):
        cells[:] = [blank(cell, keys) for cell in cells]
    for name in _MANAGER_CELLS:
        setattr(manager, name, blank(getattr(manager, name), keys))
    for name, value in list(shell.user_ns.items()):
        if isinstance(value, str) and _CELL_VARIABLE.fullmatch(name):
            shell.user_ns[name] = blank(value, keys)
    with manager.db_input_cache_lock:  # IPython's thread writes what is in the cache under it
        manager.db_input_cache[:] = [
            (line, blank(source, keys), blank(raw, keys))
            for line, source, raw in manager.db_input_cache
        ]
        _take_out_of_database(manager, keys)


def _take_out_of_database(manager: HistoryManager, keys: list[str]) -> None:
    """The same for what IPython's thread has written already."""
    try:
        import sqlite3
    except ImportError:  # then IPython keeps no history on disk
        return
    if not manager.enabled or not isinstance(manager.db, sqlite3.Connection):
        return
    with suppress(sqlite3.Error):  # a history that cannot be written has not been, either
        _take_out_of_rows(manager.db, manager.session_number, keys)


def _take_out_of_rows(database: sqlite3.Connection, session: int, keys: list[str]) -> None:
    from nbchat.frontends.notebook.line_keys import blank

    rows = database.execute(
        "SELECT line, source, source_raw FROM history WHERE session = ?",
        (session,),
    ).fetchall()
    database.execute("PRAGMA secure_delete = ON")  # overwrite what is removed from the file
    with database:
        for line, *texts in rows:
            cleaned = [blank(text, keys) for text in texts]
            if cleaned != texts:
                database.execute(
                    "UPDATE history SET source = ?, source_raw = ? WHERE session = ? AND line = ?",
                    (*cleaned, session, line),
                )
