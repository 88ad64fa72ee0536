"""A message, and the parts that a message and an answer are made of.

Plain slotted dataclasses, because one is made for every piece of a streamed
answer. They know nothing of providers, wire formats or notebooks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, TypeGuard

from nbchat.attachments import File as File
from nbchat.attachments import Image as Image  # spoken of as parts of a message
from nbchat.media_types import picture_type
from nbchat.picture_words import picture_words
from nbchat.provider_state import ProviderState
from nbchat.text_like import as_text
from nbchat.wrong_calls import with_told_calls

Role = Literal["system", "user", "assistant", "tool"]

# How the content of a result begins that a tool has not given.
REFUSED = "refused by the user"
NOT_RUN = "not run"
INTERRUPTED = "interrupted by the user"
# And of one to a call that a person has changed: indented code stands between the two.
EDITED = "The user has edited this before it ran. What ran:"
CAME_OF_IT = "What came of it:"

PROPOSE_PLAN = "propose_plan"  # the tool with which a model proposes what it means to run
THE_PLAN_WAS = "The plan was:"  # below the refusal of one


# --- parts of an answer ---------------------------------------------------------------


@dataclass(slots=True)
class Text:
    """A piece of the answer.

    >>> "".join(event.text for event in (Text("Hello, "), Text("world")))
    'Hello, world'
    """

    text: str
    state: ProviderState | None = field(default=None, repr=False)
    begins: bool = field(default=False, repr=False, compare=False)
    others: dict[str, Any] | None = field(default=None, repr=False)

    @property
    def spaced(self) -> str:
        """The words as they stand in the whole text: behind a blank line where they begin anew."""
        return f"\n\n{self.text}" if self.begins and self.text else self.text


@dataclass(slots=True)
class Thought:
    """A piece of the model's thinking; never part of the answer's text.

    >>> Thought("Let me count.").text
    'Let me count.'
    """

    text: str
    state: ProviderState | None = field(default=None, repr=False)
    begins: bool = field(default=False, repr=False, compare=False)
    others: dict[str, Any] | None = field(default=None, repr=False)

    @property
    def spaced(self) -> str:
        """The words as they stand in all of the thinking; see `Text.spaced`."""
        return f"\n\n{self.text}" if self.begins and self.text else self.text


@with_told_calls
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
    state: ProviderState | None = field(default=None, repr=False)
    others: dict[str, Any] | None = field(default=None, repr=False)


@with_told_calls
@dataclass(slots=True)
class ToolResult:
    """What a tool gave back; `id` and `name` are those of its call.

    `content` is what the model is told: a text, or a list of texts, Images and Files.
    With `error` it says what went wrong. `seconds` is how long the tool ran.

    >>> ToolResult("call_1", "add", "3").content
    '3'
    """

    id: str
    name: str
    content: Content
    error: bool = False
    seconds: float = 0.0
    state: ProviderState | None = field(default=None, repr=False)
    others: dict[str, Any] | None = field(default=None, repr=False)


@with_told_calls
@dataclass(slots=True)
class Source:
    """A page or a document that the answer rests on; `quoted` are the words taken from it.

    A document without an address has only its title.

    >>> Source("https://example.org/lisbon", "Lisbon in May").title
    'Lisbon in May'
    """

    url: str
    title: str = ""
    quoted: str = ""
    state: ProviderState | None = field(default=None, repr=False)
    others: dict[str, Any] | None = field(default=None, repr=False)
    # What the answer's own words call it: 3 for a [3] in them.
    numbers: list[int] = field(default_factory=list, repr=False, compare=False)
    # Where words that rest on it end, in characters of the answer's text.
    ends: list[int] = field(default_factory=list, repr=False, compare=False)


@dataclass(slots=True)
class UnknownPart:
    """A part of a kind that only a newer nbchat knows: stored as it was, not shown, not sent."""

    kind: str
    members: dict[str, Any]


AnswerPart: TypeAlias = Text | Thought | ToolCall | ToolResult | Image | Source | UnknownPart


def joined_words(parts: Iterable[AnswerPart], kind: type[Text] | type[Thought]) -> str:
    """The words of one kind of part; a blank line where they begin anew.

    Among those of an answer's text, a picture is told in words.
    """
    said: list[str] = []
    for part in parts:
        if isinstance(part, kind):
            said.append(part.spaced)
        elif kind is Text and is_picture(part):
            said.append("\n\n" if any(said) else "")
            said.append(picture_words(part))
    return "".join(said)


def is_picture(part: AnswerPart) -> TypeGuard[Image]:
    """Whether it is an image by its bytes, which can be shown."""
    return isinstance(part, Image) and picture_type(part.data) != ""


# --- what is sent ---------------------------------------------------------------------


Part: TypeAlias = str | Image | File
Content: TypeAlias = str | Sequence[Part]


@with_told_calls
@dataclass(slots=True)
class Message:
    """One message of a conversation; `role` is system, user, assistant or tool.

    `content` is a text, or a list of texts, Images and Files. An assistant's message may
    have `tool_calls`, and a tool's says which it answers. `answer_parts` is what an Answer
    puts there: its parts in order, with what its provider wants back.

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
    answer_parts: Sequence[AnswerPart] = field(default=(), repr=False)
    error: bool = field(default=False, repr=False)  # of a tool's: it says what went wrong

    def __post_init__(self) -> None:
        self.content = as_text(self.content)

    @property
    def parts(self) -> list[Part]:
        """The content as a list, without empty text."""
        content: Iterable[Part] = [self.content] if isinstance(self.content, str) else self.content
        return [part for part in content if part != ""]

    @property
    def text(self) -> str:
        """The words of the content, without what is attached."""
        if isinstance(self.content, str):
            return self.content
        return "".join(part for part in self.content if isinstance(part, str))

    @property
    def ordered_parts(self) -> list[AnswerPart]:
        """What an assistant thought, said and asked for, in the order it came.

        A message whose words were changed since is taken as it now reads.
        """
        if self.answer_parts and joined_words(self.answer_parts, Text) == self.text:
            return [part for part in self.answer_parts if self._still_holds(part)]
        thought = [Thought(self.thought)] if self.thought else []
        words = [Text(self.text)] if self.text else []
        return [*thought, *words, *self.tool_calls]

    def _still_holds(self, part: AnswerPart) -> bool:
        return not isinstance(part, ToolCall) or part in self.tool_calls


@with_told_calls
@dataclass(slots=True, frozen=True)
class Tool:
    """A function the model may ask for; `parameters` is a JSON schema. Whoever asked runs it.

    >>> number = {"type": "number"}
    >>> numbers = {"type": "object", "properties": {"a": number, "b": number}}
    >>> Tool("add", "Add two numbers", numbers).name
    'add'
    """

    name: str
    description: str = ""
    parameters: Mapping[str, Any] = field(
        default_factory=lambda: {"type": "object", "properties": {}}
    )
