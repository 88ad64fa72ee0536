"""What comes back: the pieces of an answer, and the failure that may end it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, TypeAlias

from pydantic.alias_generators import to_camel

from nbchat.errors import ConnectionBroken, Interrupted, NbchatError
from nbchat.events import Answer, Event, Notice, Stop, StopReason, Usage
from nbchat.messages import Image, Text, Thought, ToolCall, is_picture
from nbchat.picture_words import picture_words
from nbchat.wording import OR_ANOTHER_MODEL
from nbchat.wrong_calls import with_told_calls

Fields: TypeAlias = dict[str, Any]


class BrokenOff(ConnectionBroken):
    """An answer is not whole; `word` is the provider's own for why, if it gave one."""

    def __init__(self, message: str, word: str = "") -> None:
        super().__init__(message)
        self.word = word


@with_told_calls
@dataclass(slots=True)
class StreamChunk:
    """A piece of an answer; exactly one has `finished=True`, and it is the last.

    A failure is that last chunk, with `error` and `content="Service error: …"`. What
    had arrived before it stays valid.

    >>> StreamChunk("Hel").dict()
    {'content': 'Hel', 'finished': False}
    """

    content: str = ""
    finished: bool = False
    thought: str = ""
    tool_calls: list[ToolCall] = field(default_factory=list)
    notice: str = ""  # something to know, such as a parameter that was left out
    reason: StopReason | None = None  # of the last chunk
    detail: str = ""  # the provider's most specific word for the reason
    model: str = ""  # of the last chunk
    usage: Usage | None = None  # of the last chunk, where the provider counted
    error: NbchatError | None = None
    pictures: list[Image] = field(default_factory=list)  # that the content tells in words
    # The answer that it is a piece of, which says at the end what it came to as a whole.
    answer: Answer | None = field(default=None, repr=False, compare=False)

    @classmethod
    def failed(cls, error: NbchatError, answer: Answer | None = None) -> StreamChunk:
        """The last chunk of an answer that failed."""
        content = f"Service error: {error.happened}"
        return cls(content, finished=True, reason="broken", error=error, **_origin(answer))

    @classmethod
    def stopped(cls, reason: str, answer: Answer | None = None) -> StreamChunk:
        """The last chunk of an answer that was aborted: no failure, it was wanted."""
        return cls(finished=True, reason="interrupted", detail=reason, **_origin(answer))

    @property
    def exception(self) -> NbchatError | None:
        """What to raise, if this is the end of an answer that is not whole."""
        if self.reason == "interrupted" and self.error is None:
            return Interrupted(f"the answer was stopped{self.detail and ': '}{self.detail}.")
        return self.error

    @property
    def wire(self) -> Fields:
        """As it is sent: camelCase, without what is empty."""
        body: Fields = {"content": self.content, "finished": self.finished}
        if self.thought:
            body["thought"] = self.thought
        if self.tool_calls:
            body["toolCalls"] = [_call(call) for call in self.tool_calls]
        if self.pictures:
            body["pictures"] = [
                {"mediaType": one.media_type, "data": one.base64} for one in self.pictures
            ]
        if self.notice:
            body["notice"] = self.notice
        if self.finished:
            body |= self._ending
        return body

    def dict(self) -> Fields:
        """The same by the name that the original service has for it."""
        return self.wire

    @property
    def _ending(self) -> Fields:
        """What only the last chunk has, without what is empty."""
        fields: Fields = {
            "reason": self.reason,
            "detail": self.detail,
            "model": self.model,
            "usage": _counts(self.usage) if self.usage else None,
            "sources": self._sources,
            "error": _error(self.error) if self.error else None,
        }
        # A usage without counts is sent as an empty object.
        return {name: value for name, value in fields.items() if value not in ("", None, [])}

    @property
    def _sources(self) -> list[Fields]:
        """The pages and documents that the answer rests on."""
        sources = self.answer.sources if self.answer else []
        named = [{"url": one.url, "title": one.title, "quoted": one.quoted} for one in sources]
        return [{name: words for name, words in one.items() if words} for one in named]


def chunks_of(batch: Iterable[Event], answer: Answer) -> Iterator[StreamChunk]:
    """The chunks for events that arrived together; words in a row become one."""
    for kind, events in groupby(batch, type):
        if kind is Text:
            words = "".join(e.spaced for e in events if isinstance(e, Text))
            yield StreamChunk(words, answer=answer)
        elif kind is Thought:
            words = "".join(e.spaced for e in events if isinstance(e, Thought))
            yield StreamChunk(thought=words, answer=answer)
        elif kind is ToolCall:
            yield StreamChunk(tool_calls=[e for e in events if isinstance(e, ToolCall)])
        else:
            for event in events:
                yield from _chunks_of_event(event, answer)


def _chunks_of_event(event: Event, answer: Answer) -> Iterator[StreamChunk]:
    """One chunk for a notice or the end; none for an event that clients do not see."""
    match event:
        case Image() if is_picture(event):
            words = picture_words(event)
            words = words if answer.text.startswith(words) else f"\n\n{words}"
            yield StreamChunk(words, pictures=[event])
        case Notice(text):
            yield StreamChunk(notice=text)
        case Stop("broken"):
            word = "" if " " in event.detail else event.detail
            error = BrokenOff(_broken_message(answer, event.why), word)
            yield StreamChunk.failed(error, answer)
        case Stop(reason, detail):
            yield StreamChunk(finished=True, reason=reason, detail=detail, **_origin(answer))


def _broken_message(answer: Answer, detail: str) -> str:
    size = f"{len(answer.text):,} characters"
    what = f"the answer broke off after {size}: {detail.rstrip('.')}."
    return f"{what}\nAsk again, go on from it, {OR_ANOTHER_MODEL}"


def _origin(answer: Answer | None) -> dict[str, Any]:
    """The model of an answer, and its usage where the provider counted."""
    if answer is None:
        return {}
    usage = answer.usage if _counts(answer.usage) else None
    return {"model": answer.model, "usage": usage, "answer": answer}


def _counts(usage: Usage) -> dict[str, int]:
    counts = {name: getattr(usage, name) for name in usage.__slots__}
    return {name: count for name, count in counts.items() if count is not None}


def _call(call: ToolCall) -> dict[str, Any]:
    """`raw` is what the model wrote, where that is no JSON object."""
    fields: dict[str, Any] = {"id": call.id, "name": call.name, "arguments": call.arguments}
    if call.arguments is None:
        fields["raw"] = call.raw
    return fields


def _error(error: NbchatError) -> dict[str, Any]:
    kind = ConnectionBroken if isinstance(error, BrokenOff) else type(error)
    fields: dict[str, Any] = {"type": kind.__name__, "message": error.happened}
    for name in ("status", "retry_after", "request_id"):
        value = getattr(error, name, None)
        if value is not None:
            fields[to_camel(name)] = value
    return fields
