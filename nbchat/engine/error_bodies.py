"""The body of a refusal, whatever it is written in: JSON, an event stream, another charset."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from nbchat.engine.tolerant_json import SHAPE_ERRORS, value_of
from nbchat.wire.framing.server_sent_events import ServerSentEvents, unwrap
from nbchat.wire.problem import ProviderProblem, problem_in, problem_within

DONE = b"[DONE]"
# Tried in this order where a body is no UTF-8 and names no charset that it could be.
LIKELY = ("gb18030", "cp1252")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.I)
_CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


def as_utf8(body: bytes, content_type: str = "") -> bytes:
    """The same text in UTF-8; bytes that are no text of any charset stay as they are.

    >>> as_utf8("余额不足".encode("gbk")).decode()
    '余额不足'
    """
    for mark, charset in _MARKS:
        if body.startswith(mark):
            return _decoded(body.removeprefix(mark), charset) or body
    if _decoded(body, "utf-8") is not None:
        return body
    named = _CHARSET.search(content_type)
    if named and (text := _decoded(body, named[1])):
        return text
    for charset in LIKELY:
        text = _decoded(body, charset)
        if text and (charset != "gb18030" or _is_chinese(text.decode())):
            return text
    return body


def _decoded(body: bytes, charset: str) -> bytes | None:
    try:
        return body.decode(charset).encode()
    except (UnicodeError, LookupError):  # LookupError: no such charset
        return None


def _is_chinese(text: str) -> bool:
    """Whether what is no ASCII is Chinese, and not another script read as such."""
    foreign = [letter for letter in text if not letter.isascii()]
    return len(_CHINESE.findall(text)) >= 0.9 * len(foreign)


def problem_of(body: bytes) -> ProviderProblem | None:
    """What the body of a refusal states, in UTF-8; None where it states nothing."""
    try:
        return problem_within(value_of(body))
    except SHAPE_ERRORS:
        return _problem_in_stream(body)


def _problem_in_stream(body: bytes) -> ProviderProblem | None:
    """What the first event says that states a problem, of a server that streams its refusals."""
    for name, data in _frames(body):
        data = unwrap(data)
        value = _json(data)
        problem = problem_in(value)
        if problem is None and name == "error":
            problem = problem_in({"error": value if value is not None else _text(data)})
        if problem is not None:
            return problem
    return None


def _frames(body: bytes) -> Iterator[tuple[str, bytes]]:
    """The events of a body that is a stream, or its lines where each is JSON."""
    decoder = ServerSentEvents()
    yield from decoder.feed(body)
    yield from decoder.close()
    if decoder.unfinished:
        yield decoder.name, decoder.unfinished
    for line in body.splitlines():
        if line.startswith(b"{"):
            yield "", line


def _json(data: bytes) -> Any:
    try:
        return value_of(data)
    except SHAPE_ERRORS:
        return None


def _text(data: bytes) -> str:
    return "" if data == DONE else data.decode("utf-8", "replace")
