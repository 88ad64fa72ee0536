"""Which decoder cuts a body into frames: by what it begins with, since servers mislabel."""

from __future__ import annotations

from nbchat.wire.contract import Framing
from nbchat.wire.framing.contract import Decoder
from nbchat.wire.framing.json_values import JsonValues, WholeBody
from nbchat.wire.framing.ndjson import NdjsonLines
from nbchat.wire.framing.server_sent_events import ServerSentEvents

BEGINS_TEXT = b"\t"  # the first byte of text; the length of an event of AWS begins with less


def decoder_for(first: bytes, framing: Framing, limit: int, *, is_json: bool) -> Decoder:
    """The decoder for a body whose first byte is `first`, of a wire format with this framing.

    `is_json` is whether the server calls it JSON, `limit` is the bytes that one frame may have.
    """
    if first == b"<":
        return WholeBody(limit)
    if framing == "eventstream" and b"\0" <= first < BEGINS_TEXT:
        from nbchat.wire.framing.aws_eventstream import EventStream

        return EventStream(limit)
    if first not in (b"{", b"["):
        return ServerSentEvents(limit)
    if framing == "ndjson" and first != b"[" and not is_json:
        return NdjsonLines(limit)
    return JsonValues(limit)
