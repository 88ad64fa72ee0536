"""`nbchat.ChatPanel()`: the widget, its snapshot for saved notebooks, and nothing of chat."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

from anywidget import AnyWidget
from IPython.core.getipython import get_ipython
from traitlets import Dict

from nbchat import render
from nbchat.frontends.panel import rows
from nbchat.frontends.panel.session import Session

HERE = Path(__file__).parent
SCRIPTS = ("dom.js", "menus.js", "turns.js", "composer.js", "host.js", "panel.js")  # joined in this order
WORDS = json.loads((HERE / "words.json").read_text("utf-8"))  # by language


# A string or a template, which stays as it is, or an operator with the spaces around it.
_SPACED = re.compile(r"""("(?:\\.|[^"\\])*"|`(?:\\.|[^`\\])*`)| ?([=,:;{}()?<>+*&|![\]-]+) ?""")


def _script() -> str:
    """The scripts as the page gets them: without comments and the white space that means nothing.

    The text goes over the channel with every panel and at every reload of the page.
    """
    lines = [line.strip() for name in SCRIPTS for line in (HERE / name).read_text("utf-8").splitlines()]
    code = "\n".join(line for line in lines if line and not line.startswith("//"))
    code = _SPACED.sub(lambda found: found[1] or found[2], code)
    code = re.sub(r"(?<=[;{},(\[])\n|;?\n(?=[})\]])", "", code)
    return re.sub(r"\((\w+)\)=>", r"\1=>", code)


def _style() -> str:
    return "".join(line.strip() for line in (HERE / "panel.css").read_text("utf-8").splitlines())


class ChatPanel(AnyWidget):
    """A conversation as a panel, live with every `%%chat` in the notebook.

    Display it as often as you like; all views show the same.

    >>> panel = ChatPanel("a trip")             # the conversation that nbchat.chat("a trip") is, too
    >>> panel.conversation
    'a trip'
    >>> panel.close()
    """

    _esm = _script()
    _css = render.STYLE + _style()  # what render makes looks here as it does in a cell
    _words = Dict(WORDS).tag(sync=True)

    def __init__(self, conversation: str = "main") -> None:
        super().__init__()
        self._display_id = f"nbchat-{uuid4().hex}"
        self._shown = False
        self._session = Session(conversation, self._down, _variables, self._keep_snapshot)
        _answer_where_asked(self.comm)
        self.on_msg(self._arrived)

    @property
    def conversation(self) -> str:
        """The name of the conversation that is shown."""
        return self._session.conversation.name

    def close(self) -> None:
        if hasattr(self, "_session"):  # ipywidgets also closes what was never made
            self._session.close()
        super().close()

    def _arrived(self, _: Any, content: Any, buffers: list[Any]) -> None:
        self._session.take(content, buffers)

    def _down(self, message: dict[str, Any], buffers: list[bytes]) -> None:
        if self.comm is not None:
            self.send(message, buffers)

    # --- displaying --------------------------------------------------------------------------------

    def _ipython_display_(self, **_: Any) -> None:
        shell = get_ipython()
        if shell is None or not hasattr(shell, "kernel"):
            print("The chat panel needs a notebook. Here, ask with %%chat, or %chat ask TEXT.")
            return
        made = self._repr_mimebundle_()
        data, metadata = made if isinstance(made, tuple) else (made, {})
        shell.display_pub.publish(data, metadata)
        shell.display_pub.publish(self._snapshot(), transient={"display_id": self._display_id})
        self._shown = True

    def _keep_snapshot(self) -> None:
        """Bring the copy in the notebook up to date; the panel's style hides it where the panel lives."""
        shell = get_ipython()
        if self._shown and shell is not None:
            shell.display_pub.publish(self._snapshot(), transient={"display_id": self._display_id}, update=True)

    def _snapshot(self) -> dict[str, Any]:
        return rows.snapshot(self._session.conversation)

    def __repr__(self) -> str:
        return f"ChatPanel({self.conversation!r})" if hasattr(self, "_session") else "ChatPanel()"


def _variables() -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    shell = get_ipython()
    return (dict(shell.user_ns), shell.user_ns_hidden) if shell else ({}, {})


def _answer_where_asked(comm: Any) -> None:
    """Let the page's messages run in the subshell they were sent to.

    ipykernel 7.4 sends them to whichever shell last published on the comm, so that
    a question or a Stop would wait until the running cell has ended. The method is
    private to ipykernel: where it is not there, nothing is done.
    """
    if hasattr(comm, "_reply_subshell_for"):
        comm._reply_subshell_for = lambda data, default: default
