"""One response, understood: bytes to frames to events, until the end marker or the cut.

Holds no retry and no history. What arrives is delivered at once; what a stream
that broke had held back is flushed, and its Stop says why.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing, suppress
from copy import deepcopy
from typing import Any

from pydantic_core import from_json

from nbchat.engine.refusals import ErrorContext, error_for, not_an_api_error, redirect_error
from nbchat.engine.surrogates import Surrogates
from nbchat.errors import BadAnswer, NbchatError, ServiceError
from nbchat.events import Event, Notice, Stop, Usage, is_shown
from nbchat.hosts import host_of
from nbchat.messages import Text, Thought, ToolCall
from nbchat.network.client import Response
from nbchat.network.connection import AnswerComplete
from nbchat.network.failures import what_happened
from nbchat.wire.contract import Dialect, Framing, Reader
from nbchat.wire.framing.contract import MIB, Decoder, Frame, FramingError
from nbchat.wire.framing.json_values import JsonValues, WholeBody
from nbchat.wire.framing.ndjson import NdjsonLines
from nbchat.wire.framing.server_sent_events import ServerSentEvents
from nbchat.wire.problem import ProviderProblem, problem_in

DONE = b"[DONE]"  # OpenAI's end marker, which gateways add to every format
MAX_ANSWER = 64 * MIB  # bytes of one answer's body
MAX_CHATTER = 4 * MIB  # bytes in a row that hold no event
PATIENCE = 2.0  # seconds to wait for the counts after the finish reason
SAMPLE = 4096  # bytes kept of a body that may turn out to be no answer
HEARTBEATS = ("ping", "heartbeat", "keep-alive", "keepalive")
UNREADABLE = "a part of the answer cannot be read"

# What a reader may trip over in a value that no provider should have sent.
_ODD = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)


class Unreadable(Exception):
    """A frame is not JSON, or JSON of an impossible shape."""


class ResponseReader:
    """Reads one response with one dialect."""

    def __init__(self, response: Response, dialect: Dialect, asked: ErrorContext) -> None:
        self._response = response
        self._asked = asked
        self._framing: Framing = dialect.FRAMING
        self._reader: Reader = dialect.Reader()
        self._decoder: Decoder | None = None
        self._sample = b""
        self._single: Any = None  # a JSON object that may be the whole answer, or the first of many
        self._frames = 0
        self._said = False
        self._bytes = self._chatter = 0
        self._batch: list[Event] = []
        self._surrogates = Surrogates()

    async def events(self) -> AsyncGenerator[list[Event]]:
        """Batches of events, the last ending with Stop. Raises only NbchatError, and only before the first batch."""
        if not 200 <= self._response.status < 300:
            raise await read_refusal(self._response, self._asked)
        failed: NbchatError | str = ""
        try:
            async with aclosing(self._response.chunks(self._nothing_missing)) as chunks:
                async for chunk in chunks:
                    self._feed(chunk)
                    if any(map(is_shown, self._batch)):
                        yield self._taken()
                    if self._reader.ended:
                        break
                else:
                    self._close()
            await self._response.drain()
        except AnswerComplete:
            failed = self._closed()
        except ProviderProblem as said:
            failed = error_for(said, self._response.status, self._response.headers, self._asked)
            await self._response.drain()
        except FramingError as error:
            failed = str(error)
        except Unreadable:
            failed = UNREADABLE
        except NbchatError as error:
            failed = self._after(error)
        if isinstance(failed, NbchatError) and not (self._said or any(map(is_shown, self._batch))):
            raise failed
        self._end(failed)
        yield self._taken()

    def _taken(self) -> list[Event]:
        batch, self._batch = self._batch, []
        self._said = True
        return self._surrogates.mended(batch)

    # --- bytes to values -------------------------------------------------------------------------

    def _feed(self, chunk: bytes) -> None:
        self._bytes += len(chunk)
        if self._bytes > MAX_ANSWER:
            raise FramingError(f"the answer is larger than the limit of {MAX_ANSWER // MIB} MiB")
        if self._decoder is None:
            self._sample += chunk
            start = self._sample.removeprefix(b"\xef\xbb\xbf").lstrip()
            if not start and len(self._sample) < MAX_CHATTER:
                return
            chunk = self._sample
            self._sample = chunk[:SAMPLE]
            self._decoder = self._decoder_for(start[:1])
        frames = self._decoder.feed(chunk)
        for frame in frames:
            self._batch += self._read(frame)
            if self._reader.ended:
                return
        self._chatter = 0 if frames else self._chatter + len(chunk)
        if self._chatter - self._decoder.pending > MAX_CHATTER:
            raise FramingError(f"{MAX_CHATTER // MIB} MiB arrived without content")

    def _decoder_for(self, first: bytes) -> Decoder:
        """By what the body starts with, since servers mislabel; `first` is its first byte."""
        json_body = first in (b"{", b"[")
        if self._framing == "eventstream" and not json_body:
            from nbchat.wire.framing.aws_eventstream import EventStream

            return EventStream()
        if first == b"<":
            return WholeBody()
        if (
            self._framing == "ndjson"
            and json_body
            and self._response.content_type != "application/json"
        ):
            return NdjsonLines()
        return JsonValues() if json_body else ServerSentEvents()

    def _read(self, frame: Frame) -> Iterable[Event]:
        name, data = frame
        if data == DONE:  # which costs the parsers an exception each
            return self._no_json(name, data)
        try:
            value = value_of(data)
        except _ODD:
            return self._no_json(name, data.strip())
        self._frames += 1
        try:
            if not isinstance(self._decoder, JsonValues) or self._decoder.array:
                return self._reader.read(value, name)
            if self._frames == 1:
                self._single = value
                return ()
            first, self._single = self._single, None
            before = () if first is None else self._reader.read(first)
            return [*before, *self._reader.read(value)]
        except _ODD:
            raise Unreadable from None

    def _no_json(self, name: str, data: bytes) -> Iterable[Event]:
        if data == DONE:
            self._frames += 1
            self._reader.ended = True
        elif name == "error":
            raise ProviderProblem(data.decode("utf-8", "replace"))
        elif data and name not in HEARTBEATS:
            raise Unreadable
        return ()

    def _close(self) -> None:
        """What the end of the body completes."""
        if self._decoder is None:
            return
        for frame in self._decoder.close():  # only a body that is no JSON gives one here
            raise not_an_api_error(frame[1], self._response.status, self._asked)
        if self._single is not None:
            self._whole(self._single)
        if unfinished := self._decoder.unfinished:
            self._batch += self._read(("", unfinished))

    def _whole(self, body: Any) -> None:
        """A server that does not stream."""
        self._single = None
        try:
            self._batch += self._reader.read_whole(body)
        except _ODD:
            raise Unreadable from None

    # --- how it ended ------------------------------------------------------------------------------

    def _after(self, error: NbchatError) -> NbchatError:
        """The connection failed; an event whose JSON was whole by then still counts."""
        if self._decoder and not isinstance(self._decoder, WholeBody):
            with suppress(ProviderProblem, Unreadable, FramingError):
                self._close()
        return error

    def _nothing_missing(self, seconds: float) -> bool:
        """Whether the answer were whole if it ended here, asked when the server has been silent for so long.

        Gemini has no end marker, and others may forget theirs. The counts may follow
        the finish reason, so that without them there is more patience.
        """
        if not self._frames or (self._decoder and self._decoder.pending):
            return False
        reader = deepcopy(self._reader)
        try:
            if self._single is not None:
                list(reader.read_whole(self._single))
            *before, stop = reader.finish()
        except (ProviderProblem, *_ODD):
            return False
        counted = any(isinstance(event, Usage) for event in before)
        return (
            isinstance(stop, Stop) and stop.reason != "broken" and (counted or seconds > PATIENCE)
        )

    def _closed(self) -> NbchatError | str:
        """The server fell silent when all had come; what that completes."""
        try:
            self._close()
        except ProviderProblem as said:
            return error_for(said, self._response.status, self._response.headers, self._asked)
        except Unreadable:
            return UNREADABLE
        return ""

    def _end(self, failed: NbchatError | str) -> None:
        """Flush what the reader held, and say how it ended. Raises where there was no answer at all."""
        if not self._frames and not failed:
            raise not_an_api_error(self._sample, self._response.status, self._asked)
        try:
            *events, last = self._reader.finish()
        except _ODD:
            events, last, failed = [], Stop("broken"), failed or UNREADABLE
        self._batch += events
        stop, said = last if isinstance(last, Stop) else Stop("broken"), ""
        if stop.reason == "broken" or isinstance(failed, ServiceError):
            said = what_happened(failed) if isinstance(failed, NbchatError) else failed
            stop = Stop("broken", f"{said}; the answer is incomplete" if said else stop.detail)
        if not self._said and not any(
            isinstance(event, Text | Thought | ToolCall) and is_shown(event)
            for event in self._batch
        ):
            place = host_of(self._asked.base_url)
            if stop.reason == "broken" and (
                said or " " in stop.detail
            ):  # else it is the provider's own word
                raise BadAnswer(
                    f"{place} sent no answer: {said or stop.detail}. Ask again, or check the base URL."
                )
            if stop == Stop("end") and not any(
                map(is_shown, self._batch)
            ):  # an end marker, and nothing that was understood before it
                raise BadAnswer(
                    f"{place} sent nothing in the format {self._asked.route.wire}. Check the base URL."
                )
            if stop.reason == "end":
                self._batch.append(Notice(f"{self._asked.route.model.id} gave an empty answer."))
        self._batch.append(stop)


async def read_refusal(response: Response, asked: ErrorContext) -> NbchatError:
    """The error for an answer whose status is none of success."""
    if 300 <= response.status < 400:
        return redirect_error(response.headers.get("location", ""), asked)
    body = await response.error_body()
    try:
        found = problem_in(value_of(body))
    except _ODD:
        found = None
    if found is None:
        return not_an_api_error(body, response.status, asked, response.headers)
    return error_for(found, response.status, response.headers, asked)


def value_of(data: bytes) -> Any:
    """A JSON value; what the fast parser refuses (lone surrogates, bad UTF-8) is read by the tolerant one."""
    try:
        return from_json(data)
    except ValueError:
        return json.loads(data.decode("utf-8", "replace").removeprefix("\ufeff"))
