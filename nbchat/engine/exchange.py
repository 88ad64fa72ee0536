"""One response, understood: bytes to frames to events, until the end marker or the cut.

Holds no retry and no history. What arrives is delivered at once; what a stream
that broke had held back is flushed, and its Stop says why.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Iterable
from typing import Any

from pydantic_core import from_json

from nbchat.engine.refusals import Asked, not_an_api, refused
from nbchat.engine.transport import Response
from nbchat.errors import BadAnswer, NbchatError
from nbchat.hosts import host_of
from nbchat.messages import Kept, Stop, Text, Thought, WireEvent
from nbchat.wire import Dialect, Framing, Reader
from nbchat.wire.framing import MIB, Decoder, Frame, FramingError, NdjsonLines, ServerSentEvents, WholeBody
from nbchat.wire.problem import ProviderProblem, problem

DONE = b"[DONE]"  # OpenAI's end marker, which gateways add to every format
MAX_ANSWER = 64 * MIB  # bytes of one answer's body
MAX_CHATTER = 4 * MIB  # bytes in a row that hold no event
UNREADABLE = "a part of the answer cannot be read; the answer is incomplete"


class Exchange:
    """Reads one response with one dialect."""

    def __init__(self, response: Response, dialect: Dialect, asked: Asked) -> None:
        self._response = response
        self._asked = asked
        self._framing: Framing = dialect.FRAMING
        self._reader: Reader = dialect.Reader()
        self._decoder: Decoder | None = None
        self._head = b""
        self._frames = 0
        self._said = False
        self._bytes = 0
        self._chatter = 0
        self._surrogates = Surrogates()

    async def events(self) -> AsyncGenerator[list[WireEvent]]:
        """Batches of events, the last ending with Stop. Raises only NbchatError, from the first batch or later."""
        if not 200 <= self._response.status < 300:
            raise await self._refusal()
        broken = ""
        batch: list[WireEvent] = []
        try:
            async for chunk in self._response.chunks():
                self._count(chunk)
                for frame in self._frames_of(chunk):
                    batch += self._read(frame)
                    if self._reader.ended:
                        break
                if batch:
                    self._said = True
                    yield self._surrogates.mended(batch)
                    batch = []
                if self._reader.ended:
                    await self._response.drain()
                    break
            else:
                batch += self._last_frames()
        except FramingError as error:
            broken = f"{error}; the answer is incomplete"
        except (ValueError, RecursionError):
            broken = UNREADABLE
        except NbchatError as error:
            broken = self._lost(error)
        yield self._surrogates.mended([*batch, *self._ending(broken)])

    # --- bytes to values -------------------------------------------------------------------------

    def _count(self, chunk: bytes) -> None:
        self._bytes += len(chunk)
        if self._bytes > MAX_ANSWER:
            raise FramingError(f"the answer is larger than {MAX_ANSWER // MIB} MiB")

    def _frames_of(self, chunk: bytes) -> list[Frame]:
        if self._decoder is None:
            self._head += chunk
            start = self._head.removeprefix(b"\xef\xbb\xbf").lstrip()
            if not start and len(self._head) < MAX_CHATTER:
                return []
            chunk, self._head = self._head, b""
            self._decoder = self._decoder_for(start[:1])
        frames = self._decoder.feed(chunk)
        self._chatter = 0 if frames else self._chatter + len(chunk)
        if self._chatter - self._decoder.pending > MAX_CHATTER:
            raise FramingError(f"{MAX_CHATTER // MIB} MiB arrived without content")
        return frames

    def _decoder_for(self, first: bytes) -> Decoder:
        """By what the body starts with, since servers mislabel; `first` is its first byte."""
        if self._framing == "eventstream" and first not in (b"{", b"["):
            from nbchat.wire.eventstream import EventStream

            return EventStream()
        json_body = first in (b"{", b"[")
        if first == b"<" or (not json_body and self._response.content_type == "text/html"):
            return WholeBody()
        if self._framing == "ndjson" and json_body and self._response.content_type != "application/json":
            return NdjsonLines()
        return WholeBody() if json_body else ServerSentEvents()

    def _read(self, frame: Frame) -> Iterable[WireEvent]:
        name, data = frame
        self._frames += 1
        if data.strip() == DONE:
            self._reader.ended = True
            return ()
        return self._reader.read(value_of(data), name)

    def _last_frames(self) -> list[WireEvent]:
        """What the end of the body completes."""
        if self._decoder is None:
            return []
        frames = self._decoder.close()
        if isinstance(self._decoder, WholeBody):
            return self._whole(frames[0][1])
        events = [event for frame in frames for event in self._read(frame)]
        if self._decoder.unfinished:
            events += self._read(("", self._decoder.unfinished))
        return events

    def _whole(self, body: bytes) -> list[WireEvent]:
        """A body that is no stream: one JSON value, lines of them, or no JSON at all."""
        try:
            value = value_of(body)
        except (ValueError, RecursionError):
            lines = [line for line in body.splitlines() if line.strip()]
            if len(lines) < 2 or body.lstrip()[:1] != b"{":
                raise not_an_api(body, self._response.status, self._asked) from None
            return [event for line in lines for event in self._read(("", line.strip()))]
        if not isinstance(value, dict | list) or not value:
            raise not_an_api(body, self._response.status, self._asked)
        self._frames += 1
        if isinstance(value, list) and self._framing != "sse":
            return [event for one in value for event in self._reader.read(one)]
        if isinstance(value, list):
            return list(self._reader.read_whole(value) if len(value) == 1 else self._array(value))
        return list(self._reader.read_whole(value))

    def _array(self, values: list[Any]) -> list[WireEvent]:
        """The events of a stream, sent as one JSON array."""
        return [event for value in values for event in self._reader.read(value)]

    # --- how it ended ------------------------------------------------------------------------------

    def _lost(self, error: NbchatError) -> str:
        if not self._said:
            raise error
        return f"{str(error).rstrip('.')}; the answer is incomplete"

    def _ending(self, broken: str) -> list[WireEvent]:
        if not self._frames and not broken:
            raise BadAnswer(
                f"{host_of(self._asked.base_url)} sent an empty or unreadable answer"
                f" ({self._response.status}, {self._response.content_type or 'no content type'}). Check the base URL."
            )
        *events, stop = self._reader.finish()
        if isinstance(stop, Stop) and stop.reason == "broken":
            stop = Stop("broken", broken or stop.detail)
            if not self._said and not events:
                raise BadAnswer(f"{host_of(self._asked.base_url)} sent no answer: {stop.detail}.")
        return [*events, stop]

    async def _refusal(self) -> NbchatError:
        response = self._response
        if 300 <= response.status < 400:
            target = self._asked.clean(response.headers.get("location", "nowhere"))
            return BadAnswer(
                f"{self._asked.base_url} redirects to {target}, which is not followed: it would carry the prompt there.\n"
                "If that is the right address, set it as the base URL."
            )
        body = await response.error_body()
        try:
            found = problem(value_of(body))
        except (ValueError, RecursionError):
            found = None
        if found is None:
            return not_an_api(body, response.status, self._asked)
        return refused(found, response.status, response.headers, self._asked)


def value_of(data: bytes) -> Any:
    """A JSON value; what the fast parser refuses (lone surrogates, bad UTF-8) is read by the tolerant one."""
    try:
        return from_json(data)
    except ValueError:
        return json.loads(data.decode("utf-8", "replace").removeprefix("\ufeff"))


class Surrogates:
    """Joins a surrogate pair that was split over two events; a lone one becomes U+FFFD."""

    def __init__(self) -> None:
        self._held = ""

    def mended(self, events: list[WireEvent]) -> list[WireEvent]:
        for event in events:
            if isinstance(event, Text | Thought):
                if self._held or not event.text.isascii():
                    event.text = self._mend(event.text)
            elif isinstance(event, Stop) and self._held:
                return [*events[:-1], Text("\ufffd"), event]
        return [e for e in events if not isinstance(e, Text | Thought) or e.text]

    def _mend(self, text: str) -> str:
        text, self._held = self._held + text, ""
        if text and "\ud800" <= text[-1] <= "\udbff":
            text, self._held = text[:-1], text[-1]
        try:
            text.encode()
        except UnicodeEncodeError:
            return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return text


__all__ = ["Exchange", "Kept", "ProviderProblem", "value_of"]
