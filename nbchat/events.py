"""What a stream yields, and the Answer that its events become.

Slotted dataclasses, because one is made for every piece of a streamed answer.
They know nothing of providers, wire formats or notebooks.
"""

from __future__ import annotations

from abc import ABCMeta
from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal, TypeAlias, cast

from nbchat.errors import BadCall
from nbchat.messages import (
    AnswerPart,
    Image,
    Source,
    Text,
    Thought,
    ToolCall,
    ToolResult,
    is_picture,
)
from nbchat.part_lists import (
    Growing,
    ReadFromParts,
    add_source,
    mark_beginnings,
    retold_as_thought,
)
from nbchat.text_like import OneText, TextLike
from nbchat.values.valued import HasValue
from nbchat.values.valued import Partial as Partial
from nbchat.values.valued import Valued as Valued
from nbchat.wording import shorten
from nbchat.wrong_calls import with_told_calls

StopReason = Literal["end", "length", "tool_calls", "filter", "interrupted", "broken"]


@with_told_calls
@dataclass(slots=True)
class Usage:
    """What the provider counted, in tokens; None where it did not say.

    `input` is everything sent, cached tokens included; `output` is everything
    generated, thinking included. `cached` were read from the provider's cache,
    `written` put into it. `cost` is money, in US dollars, where the provider says it.

    >>> usage = Usage(input=1204, output=386, cached=1024)
    >>> usage.input - usage.cached                      # paid for in full
    180
    """

    input: int | None = None
    output: int | None = None
    cached: int | None = None
    written: int | None = None
    reasoning: int | None = None
    cost: float | None = field(default=None, repr=False)

    def __str__(self) -> str:
        """`1,204 → 386 tokens`, and how many of those sent were cached.

        >>> str(Usage(input=1204, output=386, cached=1024))
        '1,204 → 386 tokens, 1,024 cached'
        """
        if self.input is None and self.output is None:
            return ""
        said = " → ".join("?" if n is None else f"{n:,}" for n in (self.input, self.output))
        return f"{said} tokens" + (f", {self.cached:,} cached" if self.cached else "")


def summed(counts: Iterable[Usage]) -> Usage:
    """Several counts as one; what none of them says stays unsaid.

    >>> summed([Usage(9, 5), Usage(20, 7, cached=4)])
    Usage(input=29, output=12, cached=4, written=None, reasoning=None)
    """
    counts = list(counts)
    sums = {}
    for member in fields(Usage):
        numbers = [getattr(usage, member.name) for usage in counts]
        known = [number for number in numbers if number is not None]
        sums[member.name] = sum(known) if known else None
    return Usage(**sums)


@with_told_calls
@dataclass(slots=True)
class Notice:
    """Something the reader should know, such as a parameter that was left out.

    >>> Notice("kimi-k2.6 has a fixed temperature; it was left out.").text
    'kimi-k2.6 has a fixed temperature; it was left out.'
    """

    text: str


INCOMPLETE = "; the answer is incomplete"  # how the detail of a broken answer ends


@with_told_calls
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


@dataclass(slots=True)
class WasThought:
    """The words of this answer so far were thinking, whose end alone was marked.

    An Answer makes thoughts of its texts. Nobody else is told: what was delivered stays.
    """


NO_STOP_YET = Stop("broken", "the answer has not ended")

Event: TypeAlias = (
    Text
    | Thought
    | WasThought
    | ToolCall
    | ToolResult
    | Image
    | Source
    | Partial
    | Usage
    | Notice
    | Stop
)


_WORDS = (Text, Thought)


def is_shown(event: Event) -> bool:
    """Whether a stream's consumer gets to see it: not what only a provider wants back."""
    if isinstance(event, WasThought):
        return False
    return event.text != "" if isinstance(event, _WORDS) else True


class _ShownAnswer(ReadFromParts, HasValue):
    """How an answer shows itself, while it grows and later."""

    __slots__ = ()

    model: str
    usage: Usage
    notices: list[str]
    stop: Stop

    @property
    def has_stopped(self) -> bool:
        """Whether its Stop has come."""
        return self.stop != NO_STOP_YET

    def __repr__(self) -> str:
        beginning = shorten(self.text, 60)
        return f"<Answer of {self.model or 'no model'}, {self.stop.reason}: {beginning!r}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        from nbchat.display import answer_bundle

        return answer_bundle(cast(Answer, self))


@with_told_calls
@dataclass(slots=True, repr=False, eq=False)
class Answer(_ShownAnswer, TextLike, metaclass=ABCMeta):
    """Everything a stream said, folded together.

    What `ask` returns, and what a conversation holds, is a text, a `str`: use it wherever one is
    wanted, as a cell of a table, in `json`, in a file. It is not iterated over, and `yaml` and
    a new column's name want `str(answer)`. A notebook shows it rendered. The result of a stream
    reads like its text until it has ended: `len`, `in`, `+`, `==`, slices and the methods of
    `str` work on what has come.

    `.parts` in the order they came, and read from them `.text`, `.thought`, `.tool_calls`,
    `.sources`, `.pictures`, `.rounds`; `.usage` (tokens), `.notices`, and `.stop`, which says how
    it ended; `.model` and `.provider` are who answered, and `.host` where, unless it is the
    provider's own. `.lost` is what was counted of tries of the same question that gave no word.

    >>> answer = Answer(model="demo", provider="demo")
    >>> for event in (Thought("hm"), Text("Hi"), Text("!"), Stop("end")):
    ...     answer.add(event)
    >>> str(answer), answer.thought, answer.stop.reason
    ('Hi!', 'hm', 'end')
    >>> answer.parts
    [Thought(text='hm'), Text(text='Hi!')]
    >>> answer.upper(), "Hi" in answer, len(answer), answer + " How are you?"
    ('HI!', True, 3, 'Hi! How are you?')
    >>> answer = answer.ended()
    >>> isinstance(answer, str), isinstance(answer, Answer), answer.thought
    (True, True, 'hm')
    """

    model: str = ""
    provider: str = ""
    usage: Usage = field(default_factory=Usage)
    notices: list[str] = field(default_factory=list)
    stop: Stop = field(default_factory=lambda: replace(NO_STOP_YET))
    given_url: str = ""  # the base URL that the question brought along, where it did
    host: str = ""  # that answered, where it is none that the shipped table knows for the provider
    lost: list[Usage] = field(default_factory=list)
    filled: int | None = None  # tokens of the last of several requests, with what came of it
    valued: Valued | None = None  # what became of the schema, where there was one
    _parts: list[AnswerPart] = field(default_factory=list)
    _text: Growing | None = None
    _thought: Growing | None = None
    _is_retold: bool = False  # words that were delivered have become thoughts just now

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
                if self._is_retold:  # they stand behind the thinking that was shown as words
                    event.begins, self._is_retold = True, False
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
                self._settle()
                add_source(self._parts, event)
            case WasThought():
                self._rethink()
            case Partial():
                pass
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

    def _rethink(self) -> None:
        """Make thoughts of the words behind the last call or result; more of them may follow."""
        self._is_retold = self._has(Text)
        self._close()
        self._parts[:] = retold_as_thought(self._parts)
        for kind in (Text, Thought):
            mark_beginnings(self._parts, kind)
        last = self._parts[-1] if self._parts else None
        if isinstance(last, Thought):
            self._thought = Growing(last, [last.text])

    def _has(self, kind: type[Text] | type[Thought]) -> bool:
        """Whether there are such words already."""
        return any(
            part.text if type(part) is kind else kind is Text and is_picture(part)
            for part in self.parts
        )

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

    def ended(self) -> Answer:
        """The same as a text, for an answer that grows no more."""
        values = {name: getattr(self, name) for name in EndedAnswer.__slots__}
        return cast(Answer, _ended_answer(self.text, values))

    def __str__(self) -> str:
        return self.text


@Answer.register
class EndedAnswer(_ShownAnswer, OneText):
    """An answer that has ended: its text, a `str`, and all else that is known of it.

    Use it wherever a text is wanted: as a cell of a table, in `json`, in a file. It is not
    iterated over; `yaml` and a new column's name want `str(answer)`. `.parts` are what the model
    said, thought and asked for; see `nbchat.Answer`, which it is to `isinstance`.

    >>> import json, nbchat
    >>> answer = nbchat.ask("demo", "What did I just ask?")
    >>> print(json.dumps({"said": answer}))
    {"said": "This is the first question of our conversation."}
    """

    # What grows cannot be a `str`, which never changes: so there are two classes.

    __slots__ = ("parts", *(f.name for f in fields(Answer) if f.name[0] != "_"))

    def ended(self) -> EndedAnswer:
        """Itself."""
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        values = {name: getattr(self, name) for name in self.__slots__}
        return _ended_answer, (str(self), values)

    def add(self, event: Event) -> None:
        """Fold in what is known later. Raises BadCall for words, which would change the text."""
        match event:
            case Text() if event.text:
                raise BadCall("an answer that has ended takes no more words.")
            case Text() | Thought():
                said = [part for part in self.parts if type(part) is type(event)]
                if event.text or not said or said[-1].state:
                    self.parts.append(event)
                else:
                    said[-1].state = event.state
            case Usage():
                self.usage = event
            case Notice():
                self.notices.append(event.text)
            case Stop():
                self.stop = event
            case Source():
                add_source(self.parts, event)
            case Image():
                raise BadCall("an answer that has ended takes no more pictures.")
            case WasThought():
                raise BadCall("an answer that has ended takes no more words.")
            case Partial():
                pass
            case _:
                self.parts.append(event)


EndedAnswer.__name__ = EndedAnswer.__qualname__ = Answer.__name__  # what people call it


def _ended_answer(text: str, values: dict[str, Any]) -> EndedAnswer:
    ended = EndedAnswer(text)
    for name, value in values.items():
        setattr(ended, name, value)
    return ended
