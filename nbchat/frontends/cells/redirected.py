"""Where outputs leave a shell, redirected for a while to whoever hears them."""

from __future__ import annotations

import select
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from nbchat.context.cells import Stream
from nbchat.frontends.cells.hearers import Hearer, put_hearer
from nbchat.frontends.cells.in_place import InPlace

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

PIPE_SECONDS = 0.5  # that what child processes have printed may take to arrive
CALM_LOOKS = 10  # a millisecond apart, at pipes that are empty: their reader hands over what it has


class Hears(Protocol):
    """Who is told what would have been sent."""

    def add_text(self, kind: Stream, text: str) -> None: ...
    def add_display(
        self, kind: Stream, data: Mapping[str, Any], display_id: object = None
    ) -> None: ...
    def add_error(self, text: str) -> None: ...
    def update(self, display_id: object, data: Mapping[str, Any]) -> bool: ...
    def clear(self, *, wait: bool) -> None: ...


class RedirectedTask:
    """Redirects what one task prints and displays, wherever it runs; others go on beside it.

    `is_inside` says whether it is that task, and what it waits for, that does so now.
    """

    def __init__(
        self, shell: InteractiveShell | None, hears: Hears, is_inside: Callable[[], bool]
    ) -> None:
        self._shell: Any = shell
        self._hears = hears
        self._is_inside = is_inside
        self._take_away: list[Callable[[], None]] = []

    def begin(self) -> None:
        for name in ("stdout", "stderr"):
            stream = getattr(sys, name)
            if stream is not None:
                self._redirect_stream(name, stream)
        if self._shell is not None:
            self._redirect_shell()

    def _redirect_stream(self, name: str, stream: Any) -> None:
        kind: Stream = "stderr" if name == "stderr" else "stdout"
        self._hear(stream, "write", partial(self._write, kind))
        if self._shell is not None:
            self._hear(stream, "close", self._close)

    def _redirect_shell(self) -> None:
        publisher = self._shell.display_pub
        self._hear(publisher, "publish", self._publish)
        self._hear(publisher, "clear_output", self._clear)

    def _hear(self, owner: Any, name: str, hearer: Hearer) -> None:
        self._take_away.append(put_hearer(owner, name, hearer))

    def end(self) -> None:
        while self._take_away:
            self._take_away[-1]()
            self._take_away.pop()

    # --- in the place of what is there -----------------------------------------------------------

    def _close(self, close: Callable[[], None]) -> None:
        """The cells after it print there, too."""
        if not self._is_inside():
            close()

    def _write(self, kind: Stream, write: Callable[..., Any], text: str) -> Any:
        if not self._is_inside() or not isinstance(text, str):
            return write(text)
        self._hears.add_text(kind, text)
        return len(text)

    def _publish(
        self,
        publish: Callable[..., None],
        data: Any,
        metadata: Any = None,
        source: Any = None,
        *,
        transient: Any = None,
        update: bool = False,
        **more: Any,
    ) -> None:
        send = partial(publish, data, metadata, transient=transient, update=update, **more)
        if not self._is_inside():
            send()
            return
        display_id = (transient or {}).get("display_id")
        if not update:
            self._hears.add_display("display", data, display_id)
        elif not self._hears.update(display_id, data):
            send()  # it belongs to a cell above

    def _clear(self, clear: Callable[..., None], wait: bool = False) -> None:
        if self._is_inside():
            self._hears.clear(wait=wait)
        else:
            clear(wait)


class Redirected(RedirectedTask):
    """Redirects what this thread prints and displays, and the threads that begin meanwhile.

    `end` can be called again, where an interrupt has struck in its middle.
    """

    def __init__(
        self, shell: InteractiveShell | None, hears: Hears, outside: Collection[int] = ()
    ) -> None:
        super().__init__(shell, hears, self._is_on_thread)
        self._outside = set(outside)  # threads whose outputs are sent as ever
        self._in_place = InPlace()
        self._pipes: list[int] = []  # through which child processes print

    def begin(self) -> None:
        self._outside |= {
            thread.ident for thread in threading.enumerate() if thread.ident is not None
        }
        self._outside.discard(threading.get_ident())
        for name in ("stdout", "stderr"):
            self._in_place.keep(sys, name)
        super().begin()

    def _redirect_stream(self, name: str, stream: Any) -> None:
        reader = getattr(stream, "watch_fd_thread", None)  # of what child processes print
        pipe = getattr(stream, "_fid", None)
        if reader is not None and type(pipe) is int:
            self._outside.discard(reader.ident)
            self._pipes.append(pipe)
        super()._redirect_stream(name, stream)

    def _redirect_shell(self) -> None:
        super()._redirect_shell()
        put, shell = self._in_place.put, self._shell
        self._hear(shell, "_showtraceback", self._show_error)
        put(shell.hooks, "show_in_pager", self._page)
        if hasattr(shell.history_manager, "outputs"):
            put(shell.history_manager, "outputs", _NothingKept(list))

    def end(self) -> None:
        self._wait_for_pipes()
        self._in_place.end()
        super().end()

    def _wait_for_pipes(self) -> None:
        deadline = time.monotonic() + PIPE_SECONDS
        calm = 0
        while self._pipes and calm < CALM_LOOKS and time.monotonic() < deadline:
            is_empty = not select.select(self._pipes, [], [], 0)[0]
            calm = calm + 1 if is_empty else 0
            time.sleep(0.001)
        self._pipes.clear()

    # --- in the place of what is there -----------------------------------------------------------

    def _is_on_thread(self) -> bool:
        return threading.get_ident() not in self._outside

    def _show_error(self, show: Callable[..., None], kind: Any, error: Any, lines: Any) -> None:
        if self._is_inside():
            self._hears.add_error("\n".join(lines) + "\n")
        else:
            show(kind, error, lines)

    def _page(self, text: Any, *args: Any, **options: Any) -> None:
        data = text if isinstance(text, dict) else {"text/plain": str(text)}
        self._hears.add_display("display", data)


class _NothingKept(defaultdict[int, list[Any]]):
    """In the place where IPython keeps what cells show: of a tool nothing is kept there."""

    def __missing__(self, number: int) -> list[Any]:
        return []

    def setdefault(self, number: int, default: Any = None) -> Any:
        return default
