"""Answers that refuse, redirect, or come from something else than the API."""

from __future__ import annotations

import asyncio
from email.utils import format_datetime
from typing import Any

from nbchat.errors import (
    BadAnswer,
    ContextTooLong,
    KeyRefused,
    ModelNotFound,
    NbchatError,
    NoCredit,
    NotAllowed,
    ProxyFailed,
    RateLimited,
    RequestRefused,
    ServiceDown,
    ServiceError,
)

from .outcomes import KEY, SSE, Expected, Faults, broken, raises
from .server import Turn

REFUSED = Faults()
fault = REFUSED.fault
SENTENCE = "Nobody expects this sentence"
PAGE = (
    b"<!DOCTYPE html><html><head><title>Log in to &lt;Hotel&gt; WiFi</title></head>"
    b"<body>Hi</body></html>"
)


def status(
    name: str,
    code: int,
    kind: type[NbchatError],
    says: str = "",
    *headers: str,
    body: Any = None,
    requests: int = 1,
    message: str = SENTENCE,
    word: str = "",
) -> None:
    """A refusal with this status, in the family's own shape or with the given body."""

    async def play(turn: Turn) -> None:
        await turn.json(
            turn.family.error(message, code, word) if body is None else body, code, *headers
        )

    fault(raises(kind, says or SENTENCE, requests), both=True, name=name)(play)


def once(name: str, code: int, *headers: str, wait: str = r"0\.0") -> None:
    """That refusal for the first request, and an answer for the next.

    `wait` is the seconds that are said, as a pattern: our own delay, which is none in these tests.
    """

    async def play(turn: Turn) -> None:
        if turn.number == 1:
            await turn.json(turn.family.error(SENTENCE, code), code, *headers)
        else:
            await turn.good()

    expected = Expected(requests=2, notice=f"Trying again in {wait} s")
    fault(expected, both=True, name=name)(play)


status("http-400", 400, RequestRefused, f"{SENTENCE}")
status("http-405", 405, RequestRefused)
status("http-413", 413, ContextTooLong)
status("http-407", 407, ProxyFailed, "wants a login.*HTTPS_PROXY")
status("http-451", 451, NotAllowed)
status("http-418", 418, RequestRefused)
status("http-418-no-reason", 418, RequestRefused, "'{}', which gives no reason", body=b"{}")
status("http-418-empty", 418, RequestRefused, r"answered with nothing\.", body=b"")
status("http-408", 408, ServiceDown, "Ask again in a while", requests=3)
status("http-422", 422, RequestRefused)
status(
    "http-400-context",
    400,
    ContextTooLong,
    "reset",
    message="prompt is too long: maximum context length is 10",
)
status("http-401", 401, KeyRefused, "refuses the key from the api_key argument")
status("http-403", 403, NotAllowed, "the api_key argument")
status(
    "http-401-echo-key",
    401,
    KeyRefused,
    r"refuses the key.*\[key\]",
    message=f"Incorrect API key: {KEY}. Tail {KEY[-9:]}",
)
status("http-404-model", 404, ModelNotFound, "no model.*%chat models")
status("http-404-html", 404, BadAnswer, "not the API.*HTML page, 'Log in.*Hotel", body=PAGE)
status("http-502-html", 502, ServiceDown, "HTML page, 'Log in", body=PAGE, requests=3)
status("http-402", 402, NoCredit, "credit or quota")
status(
    "http-429-quota",
    429,
    NoCredit,
    "quota",
    message="You exceeded your current quota, please check your plan",
)
status("http-429-storm", 429, RateLimited, f"{SENTENCE}|Tried 3 times", requests=3)
status(
    "http-429-huge", 429, RateLimited, "asks to wait 24 h, which is too long", "Retry-After: 86400"
)
status(
    "http-429-inf",
    429,
    RateLimited,
    "asks to wait without end, which is too long",
    "Retry-After: 1e999",
)
status(
    "http-500",
    500,
    ServiceDown,
    r"\(500\).*Tried 3 times.*request rid-7",
    "X-Request-Id: rid-7",
    requests=3,
)
status("http-504", 504, ServiceDown, "504.*Tried 3 times", requests=3)
status("http-529", 529, ServiceDown, "529.*Tried 3 times", requests=3)
status("http-500-bad-json", 500, ServiceDown, r"500.*\{oops", body=b"{oops", requests=3)
status("http-500-bad-utf8", 500, ServiceDown, "500.*no JSON", body=b"\xff\xfe broken", requests=3)
status("http-500-string", 500, ServiceDown, "500.*oops", body="oops", requests=3)
status("http-500-null", 500, ServiceDown, "500.*null", body=b"null", requests=3)
status("http-500-empty", 500, ServiceDown, "500.*nothing", body=b"", requests=3)
status(
    "http-500-ansi",
    500,
    ServiceDown,
    r"500.*\\x1b\[31mred",
    message="\x1b[31mred\x07\x9b \x1b]52;c;aGk=\x07",
    requests=3,
)
status(
    "http-500-lone-surrogate",
    500,
    ServiceDown,
    "500",
    body=b'{"error":{"message":"half \\ud83d"}}',
    requests=3,
)
status(
    "http-503-long-wait",
    503,
    ServiceDown,
    "asks to wait 2 h, which is too long",
    "Retry-After: 7200",
)
status("http-599", 599, ServiceDown, "599", requests=3)
status("http-999", 999, ServiceDown, "999", requests=3)
status("http-404-odd-id", 404, ServiceError, "", f"X-Request-Id: {KEY}")

once("http-429-once", 429, "Retry-After: 1", wait=r"1\.0")
once("http-429-ms-once", 429, "Retry-After-Ms: 50", wait=r"0\.1")
once("http-429-past-once", 429, "Retry-After: Wed, 21 Oct 2015 07:28:00 GMT")
once("http-429-garbage-once", 429, "Retry-After: soon")
once("http-429-nan-once", 429, "Retry-After: nan")
once("http-429-negative-once", 429, "Retry-After: -5")
for code in (408, 409, 500, 502, 503, 504, 529):
    once(f"http-{code}-once", code)


@fault(Expected(requests=2, notice=r"Trying again in [0-2]\.\d s"), both=True)
async def http_429_date_once(turn: Turn) -> None:
    from datetime import UTC, datetime, timedelta

    if turn.number == 1:
        soon = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)
        await turn.json(turn.family.error(SENTENCE, 429), 429, f"Retry-After: {soon}")
    else:
        await turn.good()


@fault(raises(ServiceDown, "500", 3), both=True)
async def http_500_huge_body(turn: Turn) -> None:
    await turn.head(500, body="close")
    for _ in range(16):
        await turn.send(b"x" * 2**20)
    turn.cut()


@fault(raises(ServiceDown, "500.*part of", 3), both=True)
async def http_500_stall_body(turn: Turn) -> None:
    async with turn.in_one_piece():
        await turn.head(500)
        await turn.send(b"part of the")
    await turn.hang()


# --- a 200 that is no answer --------------------------------------------------------------------


def body(name: str, data: Any, expected: Expected, code: int = 200, *headers: str) -> None:
    async def play(turn: Turn) -> None:
        await turn.json(data, code, *headers)

    fault(expected, both=True, name=name)(play)


NO_API = raises(BadAnswer, "not the API.*base URL|no answer.*base URL")
body("http-200-empty", b"", NO_API)
body(
    "http-200-text",
    b"It works!",
    raises(BadAnswer, "It works!.*base URL"),
    200,
    "Content-Type: text/plain",
)
body("http-200-json-null", None, NO_API)
body("http-200-json-list", [], NO_API)
body("http-200-json-list-of-numbers", [1, 2], NO_API)
body("http-200-json-object", {}, NO_API)
body("http-200-json-string", "hello", NO_API)
body(
    "http-200-html",
    PAGE,
    raises(BadAnswer, "HTML page, 'Log in to <Hotel> WiFi'.*base URL"),
    200,
    "Content-Type: text/html",
)


@fault(raises(BadAnswer, "invalid HTTP", 3), both=True)
async def http_101(turn: Turn) -> None:
    await turn.raw(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
        b"Connection: Upgrade\r\n\r\n\x81\x02hi"
    )
    turn.cut()


@fault(NO_API, both=True)
async def http_204(turn: Turn) -> None:
    await turn.head(204, body="none")


@fault(raises(ServiceError, SENTENCE), both=True)
async def http_200_error_json(turn: Turn) -> None:
    await turn.json(turn.family.error(SENTENCE, 400))


@fault(raises(ServiceDown, "Overloaded", 3))
async def sse_error_first(turn: Turn) -> None:
    await turn.head()
    await turn.send(turn.family.overloaded_event("Overloaded"))
    await turn.end()


async def mid(turn: Turn, *events: bytes) -> None:
    await turn.head()
    for event in [*turn.pieces(whole=False), *events]:
        await turn.send(event)
    await turn.end()


@fault(broken(f"{SENTENCE}; the answer is incomplete"))
async def sse_error_mid(turn: Turn) -> None:
    await mid(turn, turn.family.error_event(SENTENCE))


@fault(broken(SENTENCE))
async def sse_error_mid_in_one_piece(turn: Turn) -> None:
    await turn.head()
    await turn.send(b"".join([*turn.pieces(whole=False), turn.family.error_event(SENTENCE)]))
    await turn.end()


@fault(broken(SENTENCE))
async def sse_error_then_done(turn: Turn) -> None:
    await mid(turn, turn.family.error_event(SENTENCE), *turn.family.finish(), turn.family.ends())


@fault(broken(SENTENCE))
async def sse_error_string(turn: Turn) -> None:
    await mid(turn, turn.family.frame({"error": SENTENCE}))


@fault(broken(SENTENCE), framings=SSE)
async def sse_event_error_plain(turn: Turn) -> None:
    await mid(turn, b"event: error\ndata: %b\n\n" % SENTENCE.encode())


@fault(broken(r"key is \[key\]"))
async def sse_error_echo_key(turn: Turn) -> None:
    await mid(turn, turn.family.error_event(f"Your key is {KEY}"))


# --- redirects ----------------------------------------------------------------------------------


def redirect(name: str, code: int, location: str | None, says: str) -> None:
    async def play(turn: Turn) -> None:
        port = turn.connection.writer.get_extra_info("sockname")[1]
        lines = [] if location is None else [f"Location: {location.format(port=port, key=KEY)}"]
        await turn.json({"message": "moved"}, code, *lines)

    fault(raises(BadAnswer, f"{says}.*base URL"), both=True, name=name)(play)


for code in (301, 302, 303, 307, 308):
    redirect(
        f"redirect-{code}-other-origin",
        code,
        "https://evil.example/v1/chat",
        "redirects to https://evil.example/v1",
    )
redirect(
    "redirect-userinfo",
    307,
    "https://user:secret@evil.example/x",
    "redirects to https://evil.example/x, ",
)
redirect(
    "redirect-same-port-name", 307, "http://localhost:{port}/x", "redirects to http://localhost:"
)
redirect(
    "redirect-307-same-origin", 307, "/other/path", "redirects to http://127.0.0.1:\\d+/other/path"
)
redirect("redirect-loop", 302, "", "redirects")
redirect("redirect-file", 302, "file:///etc/passwd", "redirects to file:///etc/passwd")
redirect("redirect-bad-location", 302, "http://[::1/\x01\x02", "redirects to")
redirect("redirect-javascript", 302, "javascript:alert(1)", "redirects to")
redirect("redirect-no-location", 302, None, "redirects without saying where to")
redirect(
    "redirect-echo-key",
    302,
    "https://evil.example/{key}",
    r"redirects to https://evil.example/\[key\]",
)


@fault(raises(BadAnswer, "redirects"), both=True)
async def redirect_stall(turn: Turn) -> None:
    await turn.head(302, "Location: https://evil.example/")
    await asyncio.sleep(0)
    await turn.hang()
