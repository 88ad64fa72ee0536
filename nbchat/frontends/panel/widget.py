"""`nbchat.ChatPanel()`: the widget, its snapshot for saved notebooks, and nothing of chat."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from uuid import uuid4

from anywidget import AnyWidget
from IPython.core.getipython import get_ipython

from nbchat import runtime
from nbchat.frontends.host import IPythonNotebook
from nbchat.frontends.panel import handlers, source
from nbchat.frontends.panel.engine_thread import run_on_engine
from nbchat.frontends.panel.interrupt import stop_on_interrupt
from nbchat.frontends.panel.session import Session
from nbchat.frontends.subshell import answer_where_asked
from nbchat.languages import translated
from nbchat.wrong_calls import tells_wrong_calls

NO_NOTEBOOK = "The chat panel needs a notebook. Here, ask with %%chat, or %chat ask TEXT."
_NOTHING: Mapping[str, str] = MappingProxyType({})


class ChatPanel(AnyWidget):
    """A conversation as a panel, live with every `%%chat` in the notebook.

    Display it as often as you like; all views show the same.

    >>> panel = ChatPanel("a trip")         # the conversation that nbchat.chat("a trip") is, too
    >>> panel.conversation
    'a trip'
    >>> panel.close()
    """

    @tells_wrong_calls
    def __init__(self, conversation: str = "main") -> None:
        super().__init__()
        self._display_id = f"nbchat-{uuid4().hex}"
        self._displayed = False
        self._heard = False  # of a view
        shell = get_ipython()
        notebook = IPythonNotebook(shell)
        self._session = Session(conversation, self._tell, notebook, self._publish)
        answer_where_asked(self.comm)
        self.on_msg(self._take)
        self._events = shell.events if shell else None
        if shell is not None and hasattr(shell, "kernel"):
            stop_on_interrupt(shell.kernel)
        if self._events:
            self._events.register("post_run_cell", self._after_cell)

    @property
    def _esm(self) -> str:
        """anywidget looks it up when a panel is made."""
        return source.script()

    @property
    def conversation(self) -> str:
        """The name of the conversation that is shown."""
        return self._session.conversation.name

    def close(self) -> None:
        if hasattr(self, "_session"):  # ipywidgets also closes what was never made
            self._session.close()
            self._unregister()
        super().close()

    def _unregister(self) -> None:
        if self._events and self._after_cell in self._events.callbacks["post_run_cell"]:
            self._events.unregister("post_run_cell", self._after_cell)

    def _after_cell(self, result: object = None) -> None:
        """A cell may have set a key, chosen a model, written settings, changed a variable."""
        self._hear_last()
        if self._session.watched and runtime.current().thread.loop is not None:
            run_on_engine(self._session.note_run)

    def _hear_last(self) -> None:
        """Be told of cells behind what keeps them, which may have been loaded later."""
        if self._events and self._events.callbacks["post_run_cell"][-1] != self._after_cell:
            self._unregister()
            self._events.register("post_run_cell", self._after_cell)

    def _take(self, _: Any, content: Any, buffers: list[Any]) -> None:
        self._heard = True
        handlers.take(self._session, content, buffers)

    def _tell(self, message: dict[str, Any], *buffers: bytes) -> None:
        if self.comm is not None:
            self.send(message, list(buffers))

    # --- displaying ------------------------------------------------------------------------------

    def _ipython_display_(self, also: Mapping[str, str] = _NOTHING, **_: Any) -> None:
        """In a cell; `also` is what the output is besides the widget, by its type."""
        shell = get_ipython()
        if shell is None or not hasattr(shell, "kernel"):
            print(translated(NO_NOTEBOOK))
            return
        bundle = self._repr_mimebundle_()
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        shell.display_pub.publish({**(data or {}), **also}, metadata)
        copy = self._session.snapshot.bundle(self._session.conversation)
        shell.display_pub.publish(copy, transient={"display_id": self._display_id})
        self._displayed = True

    def _publish(self, copy: dict[str, Any]) -> None:
        """Bring the copy in the notebook up to date.

        The panel's style hides the copy where the panel lives.
        """
        shell = get_ipython()
        cleared = self._heard and not self._session.watched  # the output is gone
        if self._displayed and not cleared and shell is not None:
            shell.display_pub.publish(copy, transient={"display_id": self._display_id}, update=True)

    def __repr__(self) -> str:
        return f"ChatPanel({self.conversation!r})" if hasattr(self, "_session") else "ChatPanel()"
