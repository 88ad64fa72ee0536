"""What a stream yields, and the Answer that its events become.

Slotted dataclasses, because one is made for every piece of a streamed answer.
They know nothing of providers, wire formats or notebooks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from nbchat.messages import KeptBy, Message, Text, Thought, ToolCall
from nbchat.wording import shorten

StopReason = Literal["end", "length", "tool_calls", "filter", "interrupted", "broken"]


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
        return f"<Answer of {self.model or 'no model'}, {self.stop.reason}: {shorten(self.text, 60)!r}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        from nbchat.display import answer_bundle

        return answer_bundle(self)

    def __bool__(self) -> bool:
        """Whether anything of the answer arrived."""
        return bool(self._text or self._thought or self.tool_calls)
