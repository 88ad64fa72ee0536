"""What a tool prints and displays while it runs, kept and not sent: a front-end shows it.

    with tool_output(shell, listener) as heard:
        outcome = job.perform(heard)

The streams and the publisher of displays stay the objects that they are, so that a logger or a
thread that holds one goes on to work. What threads write that were there before goes where it
went. IPython keeps no second copy of what is heard.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, TypeAlias

from nbchat import runtime
from nbchat.context.cells import Output, Stream
from nbchat.frontends.cells.newest_images import NewestImages
from nbchat.frontends.cells.outputs import Outputs
from nbchat.frontends.cells.redirected import Redirected, RedirectedTask

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

TICK = 0.1  # seconds between two calls of a listener

Listener: TypeAlias = "Callable[[ToolOutput], None]"

_heard: ContextVar[ToolOutput | None] = ContextVar("heard", default=None)


class ToolOutput:
    """What has been printed and displayed so far; what is kept of it is bounded."""

    def __init__(self) -> None:
        self._order = threading.RLock()
        self._outputs = Outputs()
        self._images = NewestImages()
        self._display_ids: set[object] = set()
        self.version = 0  # counts up with every change

    @property
    def outputs(self) -> Sequence[Output]:
        """What there is now, in order."""
        with self._order:
            return self._outputs.tell()

    def add_text(self, kind: Stream, text: str) -> None:
        """Something is printed."""
        with self._order:
            self.version += 1
            self._outputs.add_text(kind, text)

    def add_display(self, kind: Stream, data: Mapping[str, Any], display_id: object = None) -> None:
        """Something is displayed, or is the value of a line."""
        with self._order:
            self.version += 1
            if display_id is not None:
                self._display_ids.add(display_id)
            self._images.keep(self._outputs.add_display(kind, data, display_id))

    def add_error(self, text: str) -> None:
        """An error is shown."""
        with self._order:
            self.version += 1
            self._outputs.add_error(text)

    def take_back_error(self) -> None:
        """The error that was shown last is told otherwise."""
        with self._order:
            self.version += 1
            self._outputs.take_back_error()

    def update(self, display_id: object, data: Mapping[str, Any]) -> bool:
        """A display changes. False where it is none of those heard here."""
        with self._order:
            if display_id not in self._display_ids:
                return False
            self.version += 1
            for shown in self._outputs.update(display_id, data):
                self._images.keep(shown)
            return True

    def clear(self, *, wait: bool) -> None:
        """All is taken away; with `wait`, when the next output comes."""
        with self._order:
            self.version += 1
            self._outputs.clear(wait=wait)


@contextmanager
def tool_output(
    shell: InteractiveShell | None,
    listener: Listener | None = None,
    heard: ToolOutput | None = None,
) -> Iterator[ToolOutput]:
    """Hear all that is printed and displayed inside, on this thread and on those it starts.

    The listener is called ten times a second, on a thread of its own whose outputs are sent as
    ever, and no more once the block has ended.
    """
    heard = heard or ToolOutput()
    watcher = _Watcher(heard, listener) if listener is not None else None
    redirected = Redirected(shell, heard, [watcher.ident] if watcher else [])
    token = _heard.set(heard)
    try:
        try:
            redirected.begin()
            yield heard
            _show_figures()
        finally:
            redirected.end()
    except KeyboardInterrupt:
        redirected.end()  # it may have struck while the outputs were put back
        raise
    finally:
        _heard.reset(token)
        if watcher is not None:
            watcher.end()


@contextmanager
def task_output(shell: InteractiveShell | None) -> Iterator[ToolOutput]:
    """Hear all that the task prints and displays inside, and the threads that it waits for.

    For tools that run on the engine's loop, several at a time.
    """
    heard = ToolOutput()
    redirected = RedirectedTask(shell, heard, lambda: _heard.get() is heard)
    token = _heard.set(heard)
    try:
        redirected.begin()
        yield heard
    finally:
        redirected.end()
        _heard.reset(token)


def heard_now() -> ToolOutput | None:
    """What the tool is heard by that runs now, on this thread."""
    return _heard.get()


def _show_figures() -> None:
    """The figures of matplotlib that are open are shown and closed, as at the end of a cell."""
    backend = sys.modules.get("matplotlib_inline.backend_inline")
    if backend is not None:
        backend.flush_figures()


class _Watcher:
    """Calls a listener from time to time, until `end`."""

    def __init__(self, heard: ToolOutput, listener: Listener) -> None:
        self._heard = heard
        self._listener = listener
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="nbchat-tool-output", daemon=True)
        self._thread.start()

    @property
    def ident(self) -> int:
        ident = self._thread.ident
        assert ident is not None
        return ident

    def _run(self) -> None:
        while not self._ended.wait(TICK):
            with runtime.no_fork():
                self._listener(self._heard)

    def end(self) -> None:
        self._ended.set()
        self._thread.join()
