"""The parts of an answer as a list: how words grow on it, and what it says as a whole.

An Answer holds such a list; here is what can be said without one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from nbchat.messages import (
    AnswerPart,
    Image,
    Message,
    Source,
    Text,
    Thought,
    ToolCall,
    ToolResult,
    is_picture,
    joined_words,
)


@dataclass(slots=True)
class Growing:
    """The last part of its kind, whose pieces are joined only when somebody looks."""

    part: Text | Thought
    pieces: list[str] = field(default_factory=list)

    def settle(self) -> None:
        """Join what has come so far."""
        if len(self.pieces) > 1:
            self.pieces[:] = ["".join(self.pieces)]
        self.part.text = self.pieces[0] if self.pieces else ""


def mark_beginnings(parts: Sequence[AnswerPart], kind: type[Text] | type[Thought]) -> None:
    """Note which words begin anew: those behind others, with something else shown between."""
    said = apart = False
    for part in parts:
        if type(part) is kind:
            part.begins = said and (part.begins or apart)
            said = said or bool(part.text)
            apart = apart and not part.text
        elif kind is Text and is_picture(part):  # which the text tells in words
            said = apart = True
        elif said and _has_something(part):
            apart = True


def add_source(parts: list[AnswerPart], source: Source) -> None:
    """Add a source, or what is new of one that is there: the same address is one source.

    Its `ends` are counted from where the words of this round began.
    """
    if source.ends:
        before = _size_before_round(parts)
        source.ends = [before + end for end in source.ends]
    for part in parts:
        if isinstance(part, Source) and source_key(part) == source_key(source):
            part.title = part.title or source.title
            part.quoted = part.quoted or source.quoted
            part.numbers = [*dict.fromkeys([*part.numbers, *source.numbers])]
            part.ends = [*dict.fromkeys([*part.ends, *source.ends])]
            return
    parts.append(source)


def source_key(source: Source) -> tuple[str, str]:
    """The same for the same page, and for the same document where there is no address."""
    return source.url, "" if source.url else source.title


def _size_before_round(parts: Sequence[AnswerPart]) -> int:
    """How many characters of the answer's text stand before the words of its last round."""
    rounds = rounds_of(parts)
    if parts and isinstance(parts[-1], ToolResult):
        rounds.append([])
    last = joined_words(rounds[-1], Text) if rounds else ""
    whole = joined_words(parts, Text)
    begun = last.removeprefix("\n\n")
    return len(whole) - len(begun)


def retold_as_thought(parts: Sequence[AnswerPart]) -> list[AnswerPart]:
    """The parts, with the words behind the last call or result as thoughts."""
    start = behind_tools(parts)
    retold = [
        Thought(part.text, part.state, part.begins) if isinstance(part, Text) else part
        for part in parts[start:]
    ]
    return [*parts[:start], *retold]


def behind_tools(parts: Sequence[AnswerPart]) -> int:
    """Where the parts behind the last call or result begin."""
    places = [n for n, part in enumerate(parts) if isinstance(part, ToolCall | ToolResult)]
    return places[-1] + 1 if places else 0


def last_words(parts: Sequence[AnswerPart]) -> Text:
    """The words behind the last call or result, as one piece; it may be empty."""
    said = [part for part in parts[behind_tools(parts) :] if isinstance(part, Text) and part.text]
    if not said:
        return Text("")
    first, *others = said
    return Text(first.text + joined_words(others, Text), begins=first.begins)


def can_be_shown(parts: Iterable[AnswerPart]) -> bool:
    """Whether any of them can be shown."""
    return any(_has_something(part) for part in parts)


def _has_something(part: AnswerPart) -> bool:
    match part:
        case Text() | Thought():
            return bool(part.text)
        case ToolCall() | ToolResult() | Image():
            return True
        case _:
            return False


def rounds_of(parts: Iterable[AnswerPart]) -> list[list[AnswerPart]]:
    """The parts of each request: those up to its tools' results, and these."""
    rounds: list[list[AnswerPart]] = []
    before: AnswerPart | None = None
    for part in parts:
        is_next = isinstance(before, ToolResult) and not isinstance(part, ToolResult)
        if is_next or not rounds:
            rounds.append([])
        rounds[-1].append(part)
        before = part
    return rounds


def calls_of(round_: Sequence[AnswerPart]) -> list[tuple[ToolCall, ToolResult | None]]:
    """The calls of one round, each with its result; of an id that is used twice the next one.

    Hosts use the same ids in every round, so a result of another round is none.

    >>> one, other = ToolCall("call_1", "add", {}), ToolCall("call_1", "now", {})
    >>> [result for _, result in calls_of([one, other, ToolResult("call_1", "add", "3")])]
    [ToolResult(id='call_1', name='add', content='3', error=False, seconds=0.0), None]
    """
    results = [part for part in round_ if isinstance(part, ToolResult)]
    pairs: list[tuple[ToolCall, ToolResult | None]] = []
    for call in round_:
        if not isinstance(call, ToolCall):
            continue
        own = next((result for result in results if result.id == call.id), None)
        results = [result for result in results if result is not own]
        pairs.append((call, own))
    return pairs


def message_of(parts: Iterable[AnswerPart]) -> Message:
    """The parts, but for results of tools, as one message."""
    own = tuple(part for part in parts if not isinstance(part, ToolResult))
    calls = tuple(part for part in own if isinstance(part, ToolCall))
    words, thought = joined_words(own, Text), joined_words(own, Thought)
    return Message("assistant", words, thought, calls, answer_parts=own)


def message_of_round(parts: Iterable[AnswerPart]) -> Message:
    """The parts of one round as a message: its words begin with it."""
    own = [replace(part) if isinstance(part, Text | Thought) else part for part in parts]
    for kind in (Text, Thought):
        mark_beginnings(own, kind)
    return message_of(own)


def messages_of(parts: Iterable[AnswerPart]) -> list[Message]:
    """The same as several: each round's own, followed by the results of its tools."""
    messages: list[Message] = []
    for round_ in rounds_of(parts):
        messages.append(message_of_round(round_) if messages else message_of(round_))
        messages += [
            Message("tool", part.content, tool_call_id=part.id, name=part.name, error=part.error)
            for part in round_
            if isinstance(part, ToolResult)
        ]
    return messages


class ReadFromParts:
    """What an answer says as a whole, read from its parts."""

    __slots__ = ()

    @property
    def parts(self) -> list[AnswerPart]:
        """What was thought, said, asked for and found, in the order it came."""
        raise NotImplementedError

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
        return [part for part in self.parts if isinstance(part, ToolCall)]

    @property
    def sources(self) -> list[Source]:
        """The pages and documents that the answer rests on, each once."""
        found: dict[tuple[str, str], Source] = {}
        for part in self.parts:
            if isinstance(part, Source):
                found.setdefault(source_key(part), part)
        return [*found.values()]

    @property
    def pictures(self) -> list[Image]:
        """The pictures that the model made."""
        return [part for part in self.parts if is_picture(part)]

    @property
    def rounds(self) -> list[list[AnswerPart]]:
        """The parts of each request: those up to its tools' results, and these.

        >>> from nbchat import Answer
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
        return all(result for round_ in self.rounds for _, result in calls_of(round_))

    @property
    def message(self) -> Message:
        """The answer as one message of the conversation that goes on."""
        return message_of(self.parts)

    @property
    def messages(self) -> list[Message]:
        """The same as several: each round's own, followed by the results of its tools."""
        return messages_of(self.parts)

    def __bool__(self) -> bool:
        """Whether anything of the answer arrived that can be shown."""
        return can_be_shown(self.parts)
