"""nbchat: talk to language models from a notebook.

>>> import nbchat
>>> print(nbchat.ask("demo", "What did I just ask?"))
This is the first question of our conversation.

In a notebook: `%load_ext nbchat`, then `%%chat MODEL` with the question below it.
Everything here is imported when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from nbchat.attachments import File as File
    from nbchat.attachments import Image as Image
    from nbchat.conversation import Conversation as Conversation
    from nbchat.engine.stream import Stream as Stream
    from nbchat.errors import ConnectionBroken as ConnectionBroken
    from nbchat.errors import NbchatError as NbchatError
    from nbchat.errors import ServiceError as ServiceError
    from nbchat.errors import SetupError as SetupError
    from nbchat.frontends.panel import ChatPanel as ChatPanel
    from nbchat.kernel import ask as ask
    from nbchat.kernel import chat as chat
    from nbchat.kernel import get_model_id as get_model_id
    from nbchat.kernel import get_model_type as get_model_type
    from nbchat.kernel import models as models
    from nbchat.kernel import stream as stream
    from nbchat.messages import Answer as Answer
    from nbchat.messages import Message as Message
    from nbchat.messages import Notice as Notice
    from nbchat.messages import Stop as Stop
    from nbchat.messages import Text as Text
    from nbchat.messages import Thought as Thought
    from nbchat.messages import Tool as Tool
    from nbchat.messages import ToolCall as ToolCall
    from nbchat.messages import Usage as Usage
    from nbchat.service import AbortSignal as AbortSignal
    from nbchat.service import ChatService as ChatService
    from nbchat.service import ChatStreamRequest as ChatStreamRequest
    from nbchat.service import StreamChunk as StreamChunk
    from nbchat.service import create_model as create_model
    from nbchat.service import send_chat_stream as send_chat_stream

_HOMES = {
    "kernel": ("ask", "chat", "get_model_id", "get_model_type", "models", "stream"),
    "messages": (
        "Answer",
        "Message",
        "Notice",
        "Stop",
        "Text",
        "Thought",
        "Tool",
        "ToolCall",
        "Usage",
    ),
    "attachments": ("File", "Image"),
    "errors": ("ConnectionBroken", "NbchatError", "ServiceError", "SetupError"),
    "conversation": ("Conversation",),
    "engine.stream": ("Stream",),
    "frontends.panel": ("ChatPanel",),
    "service": (
        "AbortSignal",
        "ChatService",
        "ChatStreamRequest",
        "StreamChunk",
        "create_model",
        "send_chat_stream",
    ),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [*sorted(_HOME_OF), "__version__"]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'nbchat' has no attribute {name!r}")
    value = getattr(import_module(f"nbchat.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def load_ipython_extension(shell: InteractiveShell) -> None:
    """`%load_ext nbchat`"""
    from nbchat.frontends import extension

    extension.load(shell)


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """`%unload_ext nbchat`: leaves no thread, socket, completer or hook behind."""
    from nbchat.frontends import extension

    extension.unload(shell)
