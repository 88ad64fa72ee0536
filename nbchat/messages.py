"""What travels: messages to a model, and the events of its answer.

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
Thinking: TypeAlias = bool | Literal["low", "medium", "high", "max"] | None
StopReason = Literal["end", "length", "tool_calls", "filter", "interrupted", "broken"]


# --- the events of a stream ---------------------------------------------------------


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


@dataclass(slots=True)
class Usage:
    """What the provider counted, in tokens; None where it did not say.

    `input` is everything sent, cached tokens included; `output` is everything
    generated, thinking included.

    >>> usage = Usage(input=1204, output=386, cached=1024)
    >>> usage.input - usage.cached                      # paid for in full
    180
    """

    input: int | None = None
    output: int | None = None
    cached: int | None = None
    reasoning: int | None = None

    def __str__(self) -> str:
        """`1,204 → 386 tokens`, and how many of those sent were cached.

        >>> str(Usage(input=1204, output=386, cached=1024))
        '1,204 → 386 tokens, 1,024 cached'
        """
        if self.input is None and self.output is None:
            return ""
        said = " → ".join("?" if n is None else f"{n:,}" for n in (self.input, self.output))
        return f"{said} tokens" + (f", {self.cached:,} cached" if self.cached else "")


@dataclass(slots=True)
class Notice:
    """Something the reader should know, such as a parameter that was left out.

    >>> Notice("kimi-k2.6 has a fixed temperature; it was left out.").text
    'kimi-k2.6 has a fixed temperature; it was left out.'
    """

    text: str


@dataclass(slots=True)
class Stop:
    """The last event of every stream, and there is exactly one.

    `reason` is end, length, tool_calls, filter, interrupted or broken; `detail` the
    provider's most specific word for it, or for `broken` a sentence.

    >>> Stop("length", "max_output_tokens").reason      # cut by the limit, not finished
    'length'
    """

    reason: StopReason
    detail: str = ""


@dataclass(slots=True)
class Kept:
    """What a provider wants back on the next turn: signatures, encrypted reasoning.

    Opaque to all but the wire format that made it. It stays inside the engine's
    streams and on `Message.kept`; a stream's consumer never sees it.
    """

    data: Any


Event: TypeAlias = Text | Thought | ToolCall | Usage | Notice | Stop
WireEvent: TypeAlias = Event | Kept


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
        return self.content if isinstance(self.content, str) else "".join(p for p in self.content if isinstance(p, str))


@dataclass(slots=True, frozen=True)
class Tool:
    """A function the model may ask for; `parameters` is a JSON schema. Whoever asked runs it.

    >>> number = {"type": "number"}
    >>> Tool("add", "Add two numbers", {"type": "object", "properties": {"a": number, "b": number}}).name
    'add'
    """

    name: str
    description: str = ""
    parameters: Mapping[str, Any] = field(default_factory=lambda: {"type": "object", "properties": {}})


# --- an answer, whole -------------------------------------------------------------------


@dataclass(slots=True, repr=False)
class Answer:
    """Everything a stream said, folded together. `str(answer)` is its text; a notebook shows it rendered.

    `.text`, `.thought`, `.tool_calls`, `.usage` (tokens), `.notices`, and `.stop`, which says how it
    ended; `.model` and `.provider` are who answered.

    >>> answer = Answer(model="demo", provider="demo")
    >>> for event in (Thought("hm"), Text("Hi"), Text("!"), Stop("end")):
    ...     answer.add(event)
    >>> str(answer), answer.thought, answer.stop.reason
    ('Hi!', 'hm', 'end')
    """

    model: str = ""
    provider: str = ""
    tool_calls: list[ToolCall] = field(default_factory=list)
    usage: Usage = field(default_factory=Usage)
    notices: list[str] = field(default_factory=list)
    stop: Stop = field(default_factory=lambda: Stop("broken", "the answer has not ended"))
    kept: KeptBy | None = None
    _text: list[str] = field(default_factory=list, repr=False)
    _thought: list[str] = field(default_factory=list, repr=False)

    def add(self, event: Event) -> None:
        """Fold one more event in."""
        match event:
            case Text():
                self._text.append(event.text)
            case Thought():
                self._thought.append(event.text)
            case ToolCall():
                self.tool_calls.append(event)
            case Usage():
                self.usage = event
            case Notice():
                self.notices.append(event.text)
            case Stop():
                self.stop = event

    @property
    def text(self) -> str:
        """The words of the answer, as Markdown."""
        if len(self._text) > 1:  # joined once, not at every delta
            self._text[:] = ["".join(self._text)]
        return self._text[0] if self._text else ""

    @property
    def thought(self) -> str:
        """What the model let see of its thinking."""
        if len(self._thought) > 1:
            self._thought[:] = ["".join(self._thought)]
        return self._thought[0] if self._thought else ""

    @property
    def message(self) -> Message:
        """The answer as a message of the conversation that goes on."""
        return Message("assistant", self.text, self.thought, tuple(self.tool_calls), kept=self.kept)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        text = self.text if len(self.text) <= 60 else f"{self.text[:59]}…"
        return f"<Answer of {self.model or 'no model'}, {self.stop.reason}: {text!r}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        from nbchat.render.transcript import answer_bundle

        return answer_bundle(self)

    def __bool__(self) -> bool:
        """Whether anything of the answer arrived."""
        return bool(self._text or self._thought or self.tool_calls)
