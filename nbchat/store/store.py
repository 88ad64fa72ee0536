"""Keeps conversations on disk, on a thread of its own, so that nobody waits for a disk.

What cannot be written stays in memory and is tried again: a locked, full, read-only,
damaged or newer database never breaks a chat. `trouble()` has the one line to show.
`turn_writer` is what an answer calls while it arrives, `database` all that is asked of
the file, `schema` its tables; `stored_turn` is a turn as JSON, `reading` the way back.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

from nbchat.errors import HistoryUnavailable
from nbchat.store.database import Database, Write
from nbchat.store.notebook_path import notebook_path
from nbchat.store.schema import NotOurs
from nbchat.store.spent_rows import Spent
from nbchat.store.stored_turn import Header, answer_fields
from nbchat.turns import Turn

T = TypeVar("T")

RETRY_SECONDS = 1.0
SPENT_SECONDS = 0.1  # for which what was spent may wait for more of it, to be written at once
MOST_AT_ONCE = 500  # of what was spent, in one transaction
CLOSING_SECONDS = 3.0
CUT = {"reason": "broken", "detail": "the kernel ended before the answer did"}
ANSWER_SECONDS = (
    30.0  # for a question to the database; a history of gigabytes takes seconds to search
)


@dataclass(slots=True)
class _Pending:
    write: Write | Spent
    told: list[Callable[[], None]] = field(default_factory=list)


class Store:
    """The conversations in one file. Its methods may be called from any thread."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._database = Database(path, kernel=uuid4().hex)
        self._changed = threading.Condition()
        self._working = threading.RLock()  # held while SQLite is
        self._pending: dict[
            str, _Pending
        ] = {}  # by turn or conversation; of each the last state, in order
        self._asks: list[Callable[[], None]] = []
        self._fresh = self._closing = False
        self._has_spent = False  # what was spent waits to be written, and may wait a little
        self._numbers = count()  # of what was spent
        self._thread: threading.Thread | None = None
        self._unscrubbed = False  # what was deleted still has bytes in the log
        self._trouble = ""
        self._told: set[str] = set()

    # --- saving ----------------------------------------------------------------------------------

    def put(
        self,
        header: Header,
        turn: Turn | None = None,
        told: Callable[[], None] | None = None,
        *,
        grows: bool = False,
    ) -> None:
        """Save a turn as it is now, or only where its conversation stands. Returns at once.

        `told` is called on the store's thread when it is saved, or cannot be now.
        While it `grows` it is saved as broken: should the kernel be killed, it is.
        """
        answer = answer_fields(turn) if turn else None
        if answer and grows:
            answer["stop"] = CUT
        key = turn.id if turn else header.id
        with self._changed:
            before = self._pending.pop(key, None)
            waiting = [*(before.told if before else ()), *((told,) if told else ())]
            self._pending[key] = _Pending(Write(header, notebook_path(), turn, answer), waiting)
            self._fresh = True
            self._start()
            self._changed.notify()

    def put_spent(self, spent: Spent) -> None:
        """Save what a request was paid with, in SPENT_SECONDS at most. Returns at once."""
        with self._changed:
            self._pending[f"spent {next(self._numbers)}"] = _Pending(spent)
            if not self._has_spent:
                self._has_spent = True
                self._start()
                self._changed.notify()

    def trouble(self) -> str:
        """Why nothing can be saved, in one line; each reason is said once."""
        reason = self._trouble
        if not reason or reason in self._told:
            return ""
        self._told.add(reason)
        return "Not saved yet: " + reason + ". It is kept in memory and tried again."

    @property
    def has_trouble(self) -> bool:
        """Whether the last that was to be saved could not be."""
        return bool(self._trouble)

    @property
    def state(self) -> str:
        """Where the conversations are kept, or why they are not."""
        return "in memory for now: " + self._trouble if self._trouble else f"kept in {self.path}"

    # --- asking ----------------------------------------------------------------------------------

    def ask(self, question: Callable[[Database], T], seconds: float = ANSWER_SECONDS) -> T:
        """What the database says when all has been saved. Raises BadSettings where it cannot.

        Raises TimeoutError where it has not after so many seconds.
        """
        try:
            return self.ask_later(question).result(seconds)
        except (sqlite3.Error, OSError, NotOurs) as error:
            raise HistoryUnavailable(
                "the history cannot be read: " + self._reason(error) + "."
            ) from None

    def ask_later(self, question: Callable[[Database], T]) -> Future[T]:
        """The same, for whoever does not wait. What goes wrong is raised as it is."""
        future: Future[T] = Future()

        def answer() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                future.set_result(question(self._database))
            except Exception as error:
                future.set_exception(error)

        with self._changed:
            self._asks.append(answer)
            self._start()
            self._changed.notify()
        return future

    def delete(self, conversation: str) -> bool:
        """Remove a conversation and its bytes; False where another process still holds some.

        What it has cost was spent all the same.
        """
        with self._changed:
            for key, pending in [*self._pending.items()]:
                match pending.write:
                    case Write(header) if header.id == conversation:
                        del self._pending[key]
                    case Spent(spending) if spending.by.conversation == conversation:
                        pending.write = pending.write.without_name()

        def delete(database: Database) -> bool:
            self._unscrubbed = not database.delete(conversation)
            return not self._unscrubbed

        return self.ask(delete)

    # --- the thread ------------------------------------------------------------------------------

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="nbchat-history", daemon=True)
            self._thread.start()

    def _work(self) -> None:
        while True:
            with self._changed:
                patience = RETRY_SECONDS if self._pending or self._unscrubbed else None
                self._changed.wait_for(lambda: self._has_spent or self._is_called(), patience)
                if self._has_spent:
                    self._changed.wait_for(self._is_called, SPENT_SECONDS)
                asks, self._asks, self._fresh, self._has_spent = self._asks, [], False, False
            with self._working:
                self._save()
                for ask in asks:
                    ask()
                if self._unscrubbed:
                    with suppress(sqlite3.Error, OSError, NotOurs):
                        self._unscrubbed = not self._database.scrub()
            with self._changed:
                if self._closing and not (self._fresh or self._has_spent or self._asks):
                    self._database.close()
                    self._thread, self._closing = None, False
                    return

    def _is_called(self) -> bool:
        return bool(self._fresh or self._asks or self._closing)

    def _save(self) -> None:
        """Write what waits, in order, up to the first that cannot be written now."""
        most = MOST_AT_ONCE
        while first := self._first(most):
            most = MOST_AT_ONCE
            try:
                self._write([pending.write for pending in first.values()])
            except (
                sqlite3.DataError,
                sqlite3.IntegrityError,
                ValueError,
                OverflowError,
                TypeError,
                ArithmeticError,
                RecursionError,
            ) as error:
                if len(first) > 1:
                    most = 1  # the others can be written
                    continue
                self._trouble = (
                    f"one turn has something in it that cannot be ({error})"  # the others go on
                )
            except (sqlite3.Error, OSError, NotOurs) as error:
                self._trouble = self._reason(error)
                if not _is_busy(error):
                    self._database.close()
                with self._changed:
                    waiting = list(self._pending.values())
                for one in waiting:
                    self._tell(one)
                return
            else:
                self._trouble = ""
            with self._changed:
                for key, pending in first.items():
                    if self._pending.get(key) is pending:
                        del self._pending[key]
            for pending in first.values():
                self._tell(pending)

    def _first(self, most: int) -> dict[str, _Pending]:
        """The first that waits; of what was spent so many as stand together."""
        first: dict[str, _Pending] = {}
        with self._changed:
            for key, pending in self._pending.items():
                if first and not isinstance(pending.write, Spent):
                    break
                first[key] = pending
                if len(first) == most or not isinstance(pending.write, Spent):
                    break
        return first

    def _write(self, writes: list[Write | Spent]) -> None:
        """Write a turn, or a list of what was spent."""
        spent = [write for write in writes if isinstance(write, Spent)]
        if spent:
            self._database.write_spent(spent)
        for write in writes:
            if isinstance(write, Write):
                self._database.write(write)

    def _tell(self, pending: _Pending) -> None:
        waiting, pending.told = pending.told, []
        for told in waiting:
            told()

    def _reason(self, error: Exception) -> str:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if isinstance(error, NotOurs):
            return f"{self.path} {error}"
        if code in _REASONS:
            return f"{self.path} {_REASONS[code]}"
        reason = getattr(error, "strerror", None) or error or type(error).__name__
        return f"{self.path} cannot be used ({reason})"

    # --- ending ----------------------------------------------------------------------------------

    def close(self) -> None:
        """Save what can be saved at once, and end the thread. It starts again when needed."""
        with self._changed:
            thread = self._thread
            self._closing = thread is not None
            self._changed.notify()
        if thread is not None:
            thread.join(CLOSING_SECONDS)

    # --- forks -----------------------------------------------------------------------------------

    def pause(self, seconds: float) -> None:
        """Wait until nothing is read or written, for so many seconds at most; it stays so."""
        self._working.acquire(timeout=seconds)

    def resume(self) -> None:
        """Go on after `pause`."""
        with suppress(RuntimeError):  # the wait was given up
            self._working.release()

    def forget(self) -> None:
        """After a fork: the thread and the connection are the parent's."""
        self._database.abandon()
        self._changed, self._working = threading.Condition(), threading.RLock()
        self._pending, self._asks, self._thread = {}, [], None
        self._fresh = self._has_spent = False


_REASONS = {
    sqlite3.SQLITE_BUSY: "is held by another process",
    sqlite3.SQLITE_LOCKED: "is held by another process",
    sqlite3.SQLITE_FULL: "cannot grow, the disk is full",
    sqlite3.SQLITE_READONLY: "is read-only",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened",
    sqlite3.SQLITE_CORRUPT: "is damaged; move it away and a new one is made",
    sqlite3.SQLITE_NOTADB: "is damaged, or no database; move it away and a new one is made",
}


def _is_busy(error: Exception) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
    )
