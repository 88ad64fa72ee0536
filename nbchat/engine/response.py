"""One response, understood: bytes to frames to events, until the end marker or the cut.

Holds no retry and no history. What arrives is delivered at once; what a stream
that broke had held back is flushed, and its Stop says why.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing, suppress
from copy import deepcopy
from itertools import groupby
from typing import Any

from nbchat.engine.answered import Answered
from nbchat.engine.bad_answers import (
    early_end_error,
    is_waiting,
    no_answer_error,
    other_format_error,
)
from nbchat.engine.decoders import decoder_for
from nbchat.engine.error_bodies import as_utf8, problem_of
from nbchat.engine.error_context import ErrorContext
from nbchat.engine.refusals import error_for, not_an_api_error, read_refusal
from nbchat.engine.surrogates import Surrogates
from nbchat.engine.tolerant_json import SHAPE_ERRORS, value_of
from nbchat.errors import NbchatError, ServiceError
from nbchat.events import INCOMPLETE, Event, Stop, Usage, is_shown
from nbchat.messages import Image, Text, Thought, ToolCall
from nbchat.network.client import Response
from nbchat.network.connection import AnswerComplete
from nbchat.network.failures import what_happened
from nbchat.settings_values import USUAL_LIMITS, Limits
from nbchat.wire.contract import Dialect, Framing, Reader
from nbchat.wire.framing.contract import Decoder, Frame, FramingError
from nbchat.wire.framing.json_values import JsonValues, WholeBody
from nbchat.wire.framing.server_sent_events import unwrap
from nbchat.wire.problem import ProviderProblem, problem_in
from nbchat.wire.stop import THE_SERVER
from nbchat.wording import size_text

DONE = b"[DONE]"  # OpenAI's end marker, which gateways add to every format
SECONDS_FOR_COUNTS = 2.0  # to wait for them after the finish reason
SAMPLE_SIZE = 4096  # bytes kept of a body that may turn out to be no answer
HEARTBEATS = ("ping", "heartbeat", "keep-alive", "keepalive")
BOM = b"\xef\xbb\xbf"  # the byte order mark of UTF-8, which some servers write before a body
UNREADABLE = "a part of the answer cannot be read"


class Unreadable(Exception):
    """A frame is not JSON, or JSON of an impossible shape."""


class ResponseReader:
    """Reads one response with one dialect."""

    def __init__(
        self,
        response: Response,
        dialect: Dialect,
        context: ErrorContext,
        limits: Limits = USUAL_LIMITS,
        *,
        joins_words: bool = False,
    ) -> None:
        self._response = response
        self._limits = limits
        self._joins_words = joins_words  # those that arrive together, where nobody watches
        self._context = context
        self._framing: Framing = dialect.FRAMING
        self._reader: Reader = dialect.Reader()
        self._decoder: Decoder | None = None
        self._sample = b""
        self._single: Any = None  # a JSON object that may be the whole answer, or the first of many
        self._frames = 0
        self._data = b""  # of the last frame
        self._has_begun = False  # a frame has something in it
        self._has_closed = False  # the body has ended
        self._was_single = False  # it was one JSON object, and whole
        self._delivered = False  # a batch has been handed on
        self._answered = Answered()
        self.has_ended = False  # the batch with the Stop is there
        self._bytes = 0
        self._chatter = 0  # bytes since the last event
        self._batch: list[Event] = []
        self._surrogates = Surrogates()

    async def events(self) -> AsyncGenerator[list[Event]]:
        """Batches of events, the last ending with Stop.

        Raises NbchatError alone, and only before the first batch.
        """
        if not 200 <= self._response.status < 300:
            raise await read_refusal(self._response, self._context)
        failure: NbchatError | str = ""
        try:
            async with aclosing(self._response.chunks(self._is_complete)) as chunks:
                async for chunk in chunks:
                    self._feed(chunk)
                    if any(map(is_shown, self._batch)):
                        yield self._take_batch()
                    if self._reader.ended:
                        break
                else:
                    self._flush_decoder()
            await self._response.drain()
        except AnswerComplete:
            failure = self._on_silence()
        except ProviderProblem as problem:
            failure = self._error_for(problem)
            await self._response.drain()
        except FramingError as error:
            failure = str(error)
        except Unreadable:
            failure = UNREADABLE
        except NbchatError as error:
            failure = self._on_cut(error)
        has_begun = self._delivered or any(map(is_shown, self._batch))
        if isinstance(failure, NbchatError) and not has_begun:
            raise failure
        self._finish(failure)
        self.has_ended = True
        yield self._take_batch()

    def counted(self) -> Usage | None:
        """What the provider has counted by now, also where the answer has not ended."""
        events = [*self._batch]
        with suppress(ProviderProblem, *SHAPE_ERRORS):
            events += deepcopy(self._reader).finish()
        usages = [event for event in events if isinstance(event, Usage)]
        return usages[-1] if usages and str(usages[-1]) else None

    def _take_batch(self) -> list[Event]:
        batch, self._batch = self._batch, []
        if self._joins_words:
            batch = words_joined(batch)
        self._delivered = True
        self._answered.note(batch)
        return self._surrogates.join(batch)

    # --- bytes to values ---------------------------------------------------------------------

    def _feed(self, chunk: bytes) -> None:
        room = self._limits.answer - self._bytes
        self._bytes += len(chunk)
        self._feed_decoder(chunk[:room])
        if len(chunk) > room and not self._reader.ended:
            limit = size_text(self._limits.answer)
            raise FramingError(f"the answer is larger than the limit of {limit} (limits.answer)")

    def _feed_decoder(self, chunk: bytes) -> None:
        limit = self._limits.between_events
        if self._decoder is None:
            self._sample += chunk
            body = self._sample.removeprefix(BOM)
            start = body.lstrip()
            is_open = not start or BOM.startswith(self._sample)  # what it starts with is to come
            if is_open and len(self._sample) < limit:
                return
            chunk, self._sample = body, body[:SAMPLE_SIZE]
            is_json = self._response.content_type == "application/json"
            first = start[:1]
            self._decoder = decoder_for(first, self._framing, self._limits.event, is_json=is_json)
        try:
            frames = self._decoder.feed(chunk)
        except FramingError as error:
            self._read_frames(error.before)
            if self._reader.ended:
                return
            raise
        self._read_frames(frames)
        self._chatter = 0 if frames else self._chatter + len(chunk)
        if self._chatter - self._decoder.pending > limit and not self._reader.ended:
            raise FramingError(
                f"{size_text(limit)} arrived without content (limits.between_events)"
            )

    def _read_frames(self, frames: Sequence[Frame]) -> None:
        """Read them up to the end marker."""
        for frame in frames:
            self._batch += self._read_frame(frame)
            if self._reader.ended:
                return

    def _read_frame(self, frame: Frame) -> Iterable[Event]:
        name, data = frame
        if data == DONE:  # which costs the parsers an exception each
            return self._read_marker(name, data)
        try:
            value = value_of(data)
        except SHAPE_ERRORS:
            inner = unwrap(data)
            if inner != data:
                return self._read_frame((name, inner)) if inner else ()
            return self._read_marker(name, data.strip())
        self._frames += 1
        self._data = data
        self._has_begun = self._has_begun or bool(value)
        if name == "error":
            self._read_error(value)
        try:
            if not isinstance(self._decoder, JsonValues) or self._decoder.array:
                return self._reader.read(value, name)
            if self._frames == 1:
                self._single = value
                return ()
            first, self._single = self._single, None
            before = () if first is None else self._reader.read(first)
            return [*before, *self._reader.read(value)]
        except SHAPE_ERRORS:
            raise Unreadable from None

    def _read_error(self, value: Any) -> None:
        """Raise what an event named so states, as the wire format reads it or as it stands."""
        try:
            self._batch += self._reader.read(value, "error")
        except SHAPE_ERRORS:
            raise Unreadable from None
        raise problem_in(value) or problem_in({"error": value}) or ProviderProblem(str(value))

    def _read_marker(self, name: str, data: bytes) -> Iterable[Event]:
        """A frame that holds no JSON: the end marker, a heartbeat, or an error in plain text."""
        if data == DONE:
            self._frames += 1
            self._reader.ended = True
        elif name == "error":
            raise ProviderProblem(data.decode("utf-8", "replace"))
        elif data and name not in HEARTBEATS:
            raise Unreadable
        return ()

    def _flush_decoder(self) -> None:
        """Read what the end of the body completes."""
        if self._decoder is None:
            return
        self._has_closed = True
        for frame in self._decoder.close():  # only a body that is no JSON gives one here
            raise self._not_an_api_error(frame[1])
        if self._single is not None:
            self._read_single_body(self._single)
        if unfinished := self._decoder.unfinished:
            self._batch += self._read_frame(("", unfinished))

    def _read_single_body(self, body: Any) -> None:
        """The answer of a server that does not stream."""
        self._single = None
        self._was_single = True
        try:
            self._batch += self._reader.read_whole(body)
        except SHAPE_ERRORS:
            raise Unreadable from None

    # --- how it ended ------------------------------------------------------------------------

    def _is_complete(self, seconds: float) -> bool:
        """Whether nothing would be missing if the answer ended here, after so long a silence.

        Gemini has no end marker, and others may forget theirs. The counts may follow
        the finish reason; without them it takes a longer silence.
        """
        if not self._frames or (self._decoder and self._decoder.pending):
            return False
        reader = deepcopy(self._reader)
        try:
            if self._single is not None:
                list(reader.read_whole(self._single))
            *events, stop = reader.finish()
        except (ProviderProblem, *SHAPE_ERRORS):
            return False
        if not isinstance(stop, Stop) or stop.reason == "broken":
            return False
        counted = any(isinstance(event, Usage) for event in events)
        return counted or seconds > SECONDS_FOR_COUNTS

    def _on_silence(self) -> NbchatError | str:
        """The server fell silent when all had come."""
        try:
            self._flush_decoder()
        except ProviderProblem as problem:
            return self._error_for(problem)
        except Unreadable:
            return UNREADABLE
        return ""

    def _on_cut(self, error: NbchatError) -> NbchatError:
        """The connection failed; an event whose JSON was complete by then still counts."""
        if self._decoder and not isinstance(self._decoder, WholeBody):
            with suppress(ProviderProblem, Unreadable, FramingError):
                self._flush_decoder()
        return error

    def _finish(self, failure: NbchatError | str) -> None:
        """Flush what the reader held, and say how it ended.

        Raises NbchatError where there was no answer at all.
        """
        if not self._frames and not failure:
            if is_waiting(self._sample):
                raise early_end_error(self._name)
            raise self._not_an_api_error(self._sample)
        try:
            *events, last = self._reader.finish()
        except SHAPE_ERRORS:
            events, last = [], Stop("broken")
            failure = failure or UNREADABLE
        self._batch += events
        stop = last if isinstance(last, Stop) else Stop("broken")
        stop = Stop(stop.reason, self._context.mask(stop.detail))
        cause = ""
        if stop.reason == "broken" or isinstance(failure, ServiceError):
            cause = self._cause(failure)
            stop = Stop("broken", f"{cause}{INCOMPLETE}" if cause else self._named(stop.detail))
        has_content = any(map(_has_content, self._batch))
        if not self._delivered and not has_content:
            self._check_empty_answer(stop, failure)
        self._answered.note(self._batch)
        self._batch += self._answered.notices(stop, self._context.route.model.id)
        self._batch.append(stop)

    def _cause(self, failure: NbchatError | str) -> str:
        """What went wrong with an answer that had begun, and whose it was."""
        if isinstance(failure, NbchatError):
            return what_happened(failure)
        return f"{self._name} sent what cannot be used: {failure}" if failure else ""

    @property
    def _name(self) -> str:
        return self._context.route.provider.name

    def _named(self, detail: str) -> str:
        """A wire format's own sentence, which knows no name of who is asked."""
        return detail.replace(THE_SERVER, self._name, 1) if " " in detail else detail

    def _check_empty_answer(self, stop: Stop, failure: NbchatError | str) -> None:
        """Raises BadAnswer, unless it was the provider's own decision to say nothing."""
        what = str(failure) or stop.detail.replace(THE_SERVER, "it", 1)
        if stop.reason == "broken" and " " in what:  # not just a provider's word
            happened = f"{self._name} sent no answer: {what}"
            if isinstance(failure, NbchatError):
                happened = what_happened(failure)
            raise no_answer_error(happened, what, retryable=self._was_cut(failure))
        understood = any(map(is_shown, self._batch))
        if stop == Stop("end") and not understood:  # an end marker alone
            raise other_format_error(self._context)

    def _was_cut(self, failure: NbchatError | str) -> bool:
        """Whether the body ended in order before the answer did."""
        if not self._has_closed or self._was_single:
            return False
        return failure == UNREADABLE or (not failure and self._has_begun)

    # --- errors --------------------------------------------------------------------------------

    def _error_for(self, problem: ProviderProblem) -> NbchatError:
        if "\ufffd" in problem.message:  # it was no UTF-8
            headers = self._response.headers
            problem = problem_of(as_utf8(self._data, headers.get("content-type", ""))) or problem
        return error_for(problem, self._response.status, self._response.headers, self._context)

    def _not_an_api_error(self, body: bytes) -> NbchatError:
        return not_an_api_error(body, self._response.status, self._context)


def _has_content(event: Event) -> bool:
    return isinstance(event, Text | Thought | ToolCall | Image) and is_shown(event)


def words_joined(events: Sequence[Event]) -> list[Event]:
    """The events, words that arrived together as one: each costs something at every step.

    >>> words_joined([Text("Hel"), Text("lo"), Thought("hm"), Text("!")])
    [Text(text='Hello'), Thought(text='hm'), Text(text='!')]
    """
    joined: list[Event] = []
    for kind, run in groupby(events, _kind_of_words):
        same = [*run]
        if kind is None or len(same) == 1:
            joined += same
        else:
            joined.append(kind("".join(event.text for event in same if isinstance(event, kind))))
    return joined


def _kind_of_words(event: Event) -> type[Text] | type[Thought] | None:
    """The kind of words that only go on with those before; None for all else."""
    if isinstance(event, Text | Thought) and not (event.begins or event.state or event.others):
        return type(event)
    return None
