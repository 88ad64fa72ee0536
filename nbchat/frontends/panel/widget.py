"""`nbchat.ChatPanel()`: the widget, its snapshot for saved notebooks, and nothing of chat."""

from __future__ import annotations

import json
import zlib
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

from anywidget import AnyWidget
from IPython.core.getipython import get_ipython

from nbchat import render
from nbchat.frontends.panel.interrupt import stops_with_the_kernel
from nbchat.frontends.panel.session import Session
from nbchat.options import LEVELS, OPTIONS

HERE = Path(__file__).parent
SCRIPTS = (
    "dom.js",
    "menus.js",
    "turns.js",
    "composer.js",
    "images.js",
    "host.js",
    "scroll.js",
    "panel.js",
)
WORDS = json.loads((HERE / "words.json").read_text("utf-8"))  # by language

# The script goes over the channel with every panel and at every reload of the page, so it goes deflated.
LOADER = """\
// nbchat/frontends/panel/*.js
const packed = Uint8Array.from(atob("{}"), (one) => one.charCodeAt(0));
const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
const script = new Blob([await new Response(stream).text()], {{ type: "text/javascript" }});
export default (await import(URL.createObjectURL(script))).default;
"""


def script() -> str:
    """The scripts as the page runs them: words and options, then one after the other, without their remarks."""
    lines = [
        line.strip() for name in SCRIPTS for line in (HERE / name).read_text("utf-8").splitlines()
    ]
    code = [line for line in lines if line and not line.startswith("//")]
    words = f"const WORDS = {json.dumps(WORDS, ensure_ascii=False)};"
    options = f"const OPTIONS = {json.dumps(options_shown())};"
    return "\n".join([words, options, *code, "//# sourceURL=nbchat-panel.js\n"])


def options_shown() -> dict[str, Any]:
    """What the page may offer: the range of each number, and the words for thinking."""
    numbers = {
        name: {"min": OPTIONS[name].low, "max": OPTIONS[name].high}
        for name in ("temperature", "max_tokens")
    }
    return {**numbers, "thinking": ["", "off", "on", *LEVELS]}


def style() -> str:
    """The style of the panel, and of what render makes."""
    lines = (HERE / "panel.css").read_text("utf-8").splitlines()
    return render.STYLE + render.PROSE + "".join(line.strip() for line in lines)


class ChatPanel(AnyWidget):
    """A conversation as a panel, live with every `%%chat` in the notebook.

    Display it as often as you like; all views show the same.

    >>> panel = ChatPanel("a trip")             # the conversation that nbchat.chat("a trip") is, too
    >>> panel.conversation
    'a trip'
    >>> panel.close()
    """

    _esm = LOADER.format(b64encode(zlib.compress(script().encode(), 9)).decode())
    _css = style()

    def __init__(self, conversation: str = "main") -> None:
        super().__init__()
        self._display_id = f"nbchat-{uuid4().hex}"
        self._shown = self._seen = False
        self._session = Session(conversation, self._down, _variables, self._keep)
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
        self._seen = True
        self._session.take(content, buffers)

    def _down(self, message: dict[str, Any], *buffers: bytes) -> None:
        if self.comm is not None:
            self.send(message, list(buffers))

    # --- displaying --------------------------------------------------------------------------------

    def _ipython_display_(self, **_: Any) -> None:
        shell = get_ipython()
        if shell is None or not hasattr(shell, "kernel"):
            print("The chat panel needs a notebook. Here, ask with %%chat, or %chat ask TEXT.")
            return
        stops_with_the_kernel(shell.kernel)
        made = self._repr_mimebundle_()
        data, metadata = made if isinstance(made, tuple) else (made, {})
        shell.display_pub.publish(data, metadata)
        copy = self._session.snapshot.bundle(self._session.conversation)
        shell.display_pub.publish(copy, transient={"display_id": self._display_id})
        self._shown = True

    def _keep(self, copy: dict[str, Any]) -> None:
        """Bring the copy in the notebook up to date; the panel's style hides it where the panel lives."""
        shell = get_ipython()
        gone = self._seen and not self._session.watched  # its output was cleared
        if self._shown and not gone and shell is not None:
            shell.display_pub.publish(copy, transient={"display_id": self._display_id}, update=True)

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
