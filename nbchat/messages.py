"""A message, and the parts that a message and an answer are made of.

Plain slotted dataclasses, because one is made for every piece of a streamed
answer. They know nothing of providers, wire formats or notebooks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from nbchat.attachments import File as File
from nbchat.attachments import Image as Image  # spoken of as parts of a message

Role = Literal["system", "user", "assistant", "tool"]


# --- parts ---------------------------------------------------------------------------


@dataclass(slots=True)
class Text:
    """A piece of the answer.

    >>> "".join(event.text for event in (Text("Hello, "), Text("world")))
    'Hello, world'
    """

    text: str


@dataclass(slots=True)
class Thought:
    """A piece of the model's thinking; never part of the answer's text.

    >>> Thought("Let me count.").text
    'Let me count.'
    """

    text: str


@dataclass(slots=True)
class ToolCall:
    """A tool the model asks for, once its arguments are whole.

    `arguments` is None where `raw` is not a JSON object: cut short, or malformed.

    >>> call = ToolCall("call_1", "add", {"a": 1, "b": 2}, '{"a": 1, "b": 2}')
    >>> call.name, call.arguments
    ('add', {'a': 1, 'b': 2})
    """

    id: str
    name: str
    arguments: dict[str, Any] | None
    raw: str = ""


# --- what is sent ---------------------------------------------------------------------


Part: TypeAlias = str | Image | File
Content: TypeAlias = str | Sequence[Part]


@dataclass(slots=True, frozen=True)
class KeptBy:
    """Opaque provider data on a message, and who may have it back."""

    provider: str
    wire: str
    data: Any = field(repr=False)


@dataclass(slots=True)
class Message:
    """One message of a conversation; `role` is system, user, assistant or tool.

    `content` is a text, or a list of texts, Images and Files. An assistant's message may
    have `tool_calls`, and a tool's says which it answers.

    >>> Message("user", "What is 1 + 1?").text
    'What is 1 + 1?'
    >>> Message("user", ["What is this?", Image(b"...", "image/png")]).text
    'What is this?'
    >>> Message("tool", "2", tool_call_id="call_1", name="add").role
    'tool'
    """

    role: Role
    content: Content = ""
    thought: str = ""
    tool_calls: Sequence[ToolCall] = ()
    tool_call_id: str = ""
    name: str = ""
    kept: KeptBy | None = None

    @property
    def parts(self) -> list[Part]:
        """The content as a list, without empty text."""
        content: Iterable[Part] = [self.content] if isinstance(self.content, str) else self.content
        return [part for part in content if part != ""]

    @property
    def text(self) -> str:
        """The words of the content, without what is attached."""
        return (
            self.content
            if isinstance(self.content, str)
            else "".join(p for p in self.content if isinstance(p, str))
        )


@dataclass(slots=True, frozen=True)
class Tool:
    """A function the model may ask for; `parameters` is a JSON schema. Whoever asked runs it.

    >>> number = {"type": "number"}
    >>> Tool("add", "Add two numbers", {"type": "object", "properties": {"a": number, "b": number}}).name
    'add'
    """

    name: str
    description: str = ""
    parameters: Mapping[str, Any] = field(
        default_factory=lambda: {"type": "object", "properties": {}}
    )
