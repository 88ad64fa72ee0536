"""nbchat: talk to language models from a notebook.

>>> import nbchat
>>> print(nbchat.ask("demo", "What did I just ask?"))
This is the first question of our conversation.

In a notebook: `%load_ext nbchat`, then `%%chat MODEL` with the question below it.
Everything here is imported when it is first used.
"""

from __future__ import annotations

import os
import sys
import threading
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from collections.abc import Iterator

    from IPython.core.interactiveshell import InteractiveShell

    from nbchat.api import ask as ask
    from nbchat.api import chat as chat
    from nbchat.api import get_model_id as get_model_id
    from nbchat.api import get_model_type as get_model_type
    from nbchat.api import models as models
    from nbchat.api import stream as stream
    from nbchat.api import usage as usage
    from nbchat.attachments import File as File
    from nbchat.attachments import Image as Image
    from nbchat.chat_service.abort import AbortSignal as AbortSignal
    from nbchat.chat_service.chunk import StreamChunk as StreamChunk
    from nbchat.chat_service.request import ChatStreamRequest as ChatStreamRequest
    from nbchat.chat_service.service import ChatService as ChatService
    from nbchat.chat_service.service import create_model as create_model
    from nbchat.chat_service.service import send_chat_stream as send_chat_stream
    from nbchat.conversation.conversation import Conversation as Conversation
    from nbchat.dataframes.mapping import map as map
    from nbchat.errors import BudgetReached as BudgetReached
    from nbchat.errors import ConnectionBroken as ConnectionBroken
    from nbchat.errors import Interrupted as Interrupted
    from nbchat.errors import InvalidAnswer as InvalidAnswer
    from nbchat.errors import NbchatError as NbchatError
    from nbchat.errors import ServiceError as ServiceError
    from nbchat.errors import SetupError as SetupError
    from nbchat.events import Answer as Answer
    from nbchat.events import Notice as Notice
    from nbchat.events import Partial as Partial
    from nbchat.events import Stop as Stop
    from nbchat.events import Usage as Usage
    from nbchat.frontends.panel import ChatPanel as ChatPanel
    from nbchat.messages import Message as Message
    from nbchat.messages import Source as Source
    from nbchat.messages import Text as Text
    from nbchat.messages import Thought as Thought
    from nbchat.messages import Tool as Tool
    from nbchat.messages import ToolCall as ToolCall
    from nbchat.messages import ToolResult as ToolResult
    from nbchat.streams import Stream as Stream
    from nbchat.tools.tool import tool as tool

_HOMES = {
    "api": ("ask", "chat", "get_model_id", "get_model_type", "models", "stream", "usage"),
    "messages": ("Message", "Source", "Text", "Thought", "Tool", "ToolCall", "ToolResult"),
    "events": ("Answer", "Notice", "Partial", "Stop", "Usage"),
    "attachments": ("File", "Image"),
    "errors": (
        *("BudgetReached", "ConnectionBroken", "Interrupted", "InvalidAnswer"),
        *("NbchatError", "ServiceError", "SetupError"),
    ),
    "dataframes.mapping": ("map",),
    "conversation.conversation": ("Conversation",),
    "streams": ("Stream",),
    "tools.tool": ("tool",),
    "frontends.panel": ("ChatPanel",),
    "chat_service.service": ("ChatService", "create_model", "send_chat_stream"),
    "chat_service.abort": ("AbortSignal",),
    "chat_service.chunk": ("StreamChunk",),
    "chat_service.request": ("ChatStreamRequest",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [*sorted(_HOME_OF), "__version__"]


def __getattr__(name: str) -> Any:
    if name not in ("tools", *_HOME_OF):
        raise AttributeError(f"module 'nbchat' has no attribute {name!r}")
    with _no_fork():
        if name == "tools":  # a room of its own, which has the ready tools
            return import_module("nbchat.tools")
        value = getattr(import_module(f"nbchat.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """The public names; not what this file itself needs, nor the parts that are loaded."""
    return sorted(__all__)


def load_ipython_extension(shell: InteractiveShell) -> None:
    """`%load_ext nbchat`"""
    with _no_fork():
        from nbchat.frontends.notebook import extension

    extension.load(shell, _no_fork)


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """`%unload_ext nbchat`: leaves no thread, socket, completer or hook behind."""
    from nbchat.frontends.notebook import extension

    extension.unload(shell)


# --- forks -----------------------------------------------------------------------------------

# A child has none of its parent's other threads. What one of them was importing is never whole
# there, and whoever imports it waits for ever; so a fork waits until such an import has ended,
# and then until the threads of the runtime are in the middle of nothing.

FORK_SECONDS = 10.0  # that a fork waits; whoever imports for so long may be waiting for the fork

_imports = threading.RLock()


@contextmanager
def _no_fork() -> Iterator[None]:
    """No other thread forks inside: around imports that may happen on any thread."""
    with _imports:
        yield


def _before_fork() -> None:
    _imports.acquire(timeout=FORK_SECONDS)
    _tell_runtime("before_fork")


def _after_fork() -> None:
    _tell_runtime("after_fork")
    with suppress(RuntimeError):  # the wait was given up
        _imports.release()


def _after_fork_in_child() -> None:
    global _imports
    _tell_runtime("after_fork_in_child")
    try:
        _imports.release()
    except RuntimeError:  # it is held by a thread that is not here
        _imports = threading.RLock()


def _tell_runtime(what: str) -> None:
    """Call a function of the runtime's module, where that has been imported."""
    module = sys.modules.get("nbchat.runtime")
    function = getattr(module, what, None)
    if function:
        function()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_before_fork, after_in_parent=_after_fork, after_in_child=_after_fork_in_child
    )
