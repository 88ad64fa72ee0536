"""What a stream yields, and the Answer that its events become.

Slotted dataclasses, because one is made for every piece of a streamed answer.
They know nothing of providers, wire formats or notebooks.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from nbchat.messages import (
    AnswerPart,
    Image,
    Message,
    Source,
    Text,
    Thought,
    ToolCall,
    ToolResult,
    joined_words,
)
from nbchat.part_lists import (
    Growing,
    can_be_shown,
    mark_beginnings,
    message_of,
    messages_of,
    rounds_of,
)
from nbchat.text_like import TextLike
from nbchat.wording import shorten

StopReason = Literal["end", "length", "tool_calls", "filter", "interrupted", "broken"]


@dataclass(slots=True)
class Usage:
    """What the provider counted, in tokens; None where it did not say.

    `input` is everything sent, cached tokens included; `output` is everything
    generated, thinking included. `cached` were read from the provider's cache,
    `written` put into it.

    >>> usage = Usage(input=1204, output=386, cached=1024)
    >>> usage.input - usage.cached                      # paid for in full
    180
    """

    input: int | None = None
    output: int | None = None
    cached: int | None = None
    written: int | None = None
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


INCOMPLETE = "; the answer is incomplete"  # how the detail of a broken answer ends


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

    @property
    def why(self) -> str:
        """The detail, for a sentence that says itself that the answer is not whole."""
        return self.detail.removesuffix(INCOMPLETE)


Event: TypeAlias = Text | Thought | ToolCall | ToolResult | Image | Source | Usage | Notice | Stop


_WORDS = (Text, Thought)


def is_shown(event: Event) -> bool:
    """Whether a stream's consumer gets to see it: not what only a provider wants back."""
    return event.text != "" if isinstance(event, _WORDS) else True


@dataclass(slots=True, repr=False, eq=False)
class Answer(TextLike):
    """Everything a stream said, folded together.

    `str(answer)` is its text; a notebook shows it rendered. `len`, `in`, `+`, `==`, slices and
    the methods of `str` work on the answer as on its text. Where a `str` itself is wanted (a
    column of a table, `json`, `re`, a file) write `str(answer)`.

    `.parts` in the order they came, and read from them `.text`, `.thought`, `.tool_calls`,
    `.sources`, `.rounds`; `.usage` (tokens), `.notices`, and `.stop`, which says how it
    ended; `.model` and `.provider` are who answered, and `.host` where, unless it is the
    provider's own.

    >>> answer = Answer(model="demo", provider="demo")
    >>> for event in (Thought("hm"), Text("Hi"), Text("!"), Stop("end")):
    ...     answer.add(event)
    >>> str(answer), answer.thought, answer.stop.reason
    ('Hi!', 'hm', 'end')
    >>> answer.parts
    [Thought(text='hm'), Text(text='Hi!')]
    >>> answer.upper(), "Hi" in answer, len(answer), answer + " How are you?"
    ('HI!', True, 3, 'Hi! How are you?')
    """

    model: str = ""
    provider: str = ""
    usage: Usage = field(default_factory=Usage)
    notices: list[str] = field(default_factory=list)
    stop: Stop = field(default_factory=lambda: Stop("broken", "the answer has not ended"))
    given_url: str = ""  # the base URL that the question brought along, where it did
    host: str = ""  # that answered, where it is none that the shipped table knows for the provider
    _parts: list[AnswerPart] = field(default_factory=list)
    _text: Growing | None = None
    _thought: Growing | None = None

    # --- growing -----------------------------------------------------------------------------

    def add(self, event: Event) -> None:
        """Fold one more event in. Of words, it notes on the event whether they begin anew.

        Words go on with the last part of their kind, also over thinking in between: many
        hosts interleave the two at random. They do not where the event says that they begin,
        behind a call or a result, and where either part has a state of its own.
        """
        if type(event) is Text:
            growing = self._text
            if growing is None or event.begins or event.state or growing.part.state:
                growing = self._text = self._grow(event, growing)
            growing.pieces.append(event.text)
            return
        match event:
            case Thought():
                growing = self._thought
                if growing is None or event.begins or event.state or growing.part.state:
                    growing = self._thought = self._grow(event, growing)
                growing.pieces.append(event.text)
            case Usage():
                self.usage = event
            case Notice():
                self.notices.append(event.text)
            case Stop():
                self.stop = event
            case Source():
                self._parts.append(event)
            case _:
                self._close()
                self._parts.append(event)

    def _grow(self, event: Text | Thought, before: Growing | None) -> Growing:
        """What the words of `event` are added to, where that is not simply the part before."""
        if before is not None:
            before.settle()
            only_state = event.state is not None and not event.text
            if only_state and not event.begins and before.part.state is None:
                before.part.state = event.state
                return before
        is_anew = event.begins or before is None
        event.begins = is_anew and event.text != "" and self._has(type(event))
        part = type(event)("", event.state, event.begins)
        self._parts.append(part)
        return Growing(part)

    def _has(self, kind: type[Text] | type[Thought]) -> bool:
        """Whether there are such words already."""
        return any(type(part) is kind and part.text for part in self.parts)

    def _settle(self) -> None:
        if self._text is not None:
            self._text.settle()
        if self._thought is not None:
            self._thought.settle()

    def _close(self) -> None:
        self._settle()
        self._text = self._thought = None

    # --- looking -----------------------------------------------------------------------------

    @property
    def parts(self) -> list[AnswerPart]:
        """What was thought, said, asked for and found, in the order it came."""
        self._settle()
        return self._parts

    @parts.setter
    def parts(self, parts: Iterable[AnswerPart]) -> None:
        self._close()
        self._parts = list(parts)
        for kind in (Text, Thought):
            mark_beginnings(self._parts, kind)

    @property
    def text(self) -> str:
        """The words of the answer, as Markdown; a blank line where they begin anew."""
        return joined_words(self.parts, Text)

    @property
    def thought(self) -> str:
        """What the model let see of its thinking."""
        return joined_words(self.parts, Thought)

    @property
    def tool_calls(self) -> list[ToolCall]:
        """The tools that were asked for."""
        return [part for part in self._parts if isinstance(part, ToolCall)]

    @property
    def sources(self) -> list[Source]:
        """The pages that the answer rests on."""
        return [part for part in self._parts if isinstance(part, Source)]

    @property
    def rounds(self) -> list[list[AnswerPart]]:
        """The parts of each request: those up to its tools' results, and these.

        >>> answer = Answer()
        >>> asked, told = ToolCall("1", "now", {}), ToolResult("1", "now", "noon")
        >>> answer.parts = [asked, told, Text("It is noon.")]
        >>> [len(parts) for parts in answer.rounds]
        [2, 1]
        """
        return rounds_of(self.parts)

    @property
    def is_answered(self) -> bool:
        """Whether each tool that was asked for has given its result."""
        answered = {part.id for part in self._parts if isinstance(part, ToolResult)}
        return all(call.id in answered for call in self.tool_calls)

    @property
    def message(self) -> Message:
        """The answer as one message of the conversation that goes on."""
        return message_of(self.parts)

    @property
    def messages(self) -> list[Message]:
        """The same as several: each round's own, followed by the results of its tools."""
        return messages_of(self.parts)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        beginning = shorten(self.text, 60)
        return f"<Answer of {self.model or 'no model'}, {self.stop.reason}: {beginning!r}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        from nbchat.display import answer_bundle

        return answer_bundle(self)

    def __bool__(self) -> bool:
        """Whether anything of the answer arrived that can be shown."""
        return can_be_shown(self.parts)
