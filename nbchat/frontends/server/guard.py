"""Who may ask, before anything is read into it: Host, Origin, token, JSON, size, and how often.

A web page can send requests to this machine, and a name it owns can be made to point
here; so a request has to name this server exactly, and hold the token. Nothing is
allowed to other origins: there is no CORS here.
"""

from __future__ import annotations

import hmac
import logging
import time
from contextlib import ExitStack
from urllib.parse import parse_qs, quote
from uuid import uuid4

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from nbchat.frontends.server.http_errors import (
    Forbidden,
    InternalError,
    NotJson,
    Refusal,
    Unauthorized,
    error_response,
)
from nbchat.frontends.server.limits import Limits
from nbchat.frontends.server.options import ServerOptions
from nbchat.frontends.server.upload import Upload, header_values

KEY_HEADERS = (b"api-key", b"x-api-key", b"x-goog-api-key")  # Azure's, Anthropic's, Google's
OPEN_PATHS = ("/health",)  # answers anybody, and says nothing but that it is there
log = logging.getLogger("nbchat.server")


class Guard:
    """ASGI middleware around everything."""

    def __init__(self, app: ASGIApp, options: ServerOptions) -> None:
        self._app = app
        self._hosts = options.names()
        self._origins = options.origins()
        self._token = options.token.encode()
        self._max_body = options.max_body
        self._limits = Limits(options.rate, options.concurrency)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        reply, started = _Reply(send), time.monotonic()
        scope.setdefault("state", {})["request_id"] = reply.id
        try:
            await self._answer(scope, receive, reply)
        finally:
            _log_request(scope, reply, time.monotonic() - started)

    async def _answer(self, scope: Scope, receive: Receive, reply: _Reply) -> None:
        upload = Upload(scope, receive, self._max_body)
        try:
            with ExitStack() as slot:
                self._admit(scope, slot)
                if await upload.read():
                    await self._app(scope, upload.receive, reply.send)
        except Refusal as error:
            response = error_response(error, scope["path"])
            # It is sent before the rest is read: a client may wait for it with its body. Only the
            # end of the answer waits, so that no connection is closed on one that still sends.
            await response(scope, receive, _LeftOpen(reply.send).send)
            await upload.read_past()
            await reply.send({"type": "http.response.body", "body": b"", "more_body": False})
        except Exception:
            if reply.status:
                raise  # uvicorn logs it and closes the connection
            log.exception("%s failed", reply.id)
            await error_response(InternalError(reply.id), scope["path"])(scope, receive, reply.send)

    def _admit(self, scope: Scope, slot: ExitStack) -> None:
        """Take a slot for this request, which `slot` ends. Raises the Refusal it deserves."""
        self._check_names(scope)
        if scope["path"] in OPEN_PATHS:
            return
        self._check_tokens(scope)
        self._limits.count(_client(scope))
        if scope["method"] == "POST":
            _check_json(scope)
            slot.enter_context(self._limits.slot(_client(scope)))

    def _check_names(self, scope: Scope) -> None:
        hosts = list(header_values(scope, b"host"))
        if len(hosts) != 1 or hosts[0].lower() not in self._hosts:
            raise Forbidden(
                "this server is not called by that Host. "
                "`nbchat serve --allow-host NAME` adds a name."
            )
        origins = list(header_values(scope, b"origin"))
        if origins and (len(origins) > 1 or origins[0].lower() not in self._origins):
            raise Forbidden("requests from that Origin are not answered.")

    def _check_tokens(self, scope: Scope) -> None:
        """The token, as `Authorization: Bearer TOKEN` or in one of the vendors' own headers.

        A page opened in a browser may have it in its address. A wrong one is counted before it is
        compared with ours: who has too many is told nothing any more, not even of a right one.
        """
        tokens, place = _tokens_of(scope)
        connection = scope.get("state", {}).get("connection")
        if tokens and not (connection and connection.has_shown_token):
            self._limits.check_tries(_client(scope), place)
        if len(tokens) == 1 and hmac.compare_digest(tokens[0].encode(), self._token):
            if connection:
                connection.show_token()
            return
        if tokens:
            self._limits.count_try(_client(scope), place)
        raise Unauthorized(
            "the token is missing or wrong. "
            "Send `Authorization: Bearer TOKEN`; `nbchat serve` prints it."
        )


def _tokens_of(scope: Scope) -> tuple[list[str], str]:
    """What may be the token, and where it stands: one of each kind of header, or the address."""
    headers = list(header_values(scope, b"authorization"))
    bearers = [header for header in headers if header[:7].lower() == "bearer "]
    tokens = [bearer.partition(" ")[2].strip() for bearer in bearers]
    own = [value for name in KEY_HEADERS for value in header_values(scope, name)]
    tokens += [value for value in dict.fromkeys(own) if value and value not in tokens]
    if headers or own or scope["method"] != "GET":
        return tokens, "header"
    return parse_qs(scope["query_string"].decode("latin-1")).get("token", []), "address"


class _LeftOpen:
    """Sends an answer but for its end."""

    def __init__(self, send: Send) -> None:
        self._send = send

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "more_body": True}
        await self._send(message)


class _Reply:
    """What is sent back, under an id by which the log knows it."""

    def __init__(self, send: Send) -> None:
        self.id = f"req_{uuid4().hex}"
        self.status = 0  # until something is sent; it stays so when the client leaves before that
        self._send = send

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = [(b"x-request-id", self.id.encode()), (b"x-content-type-options", b"nosniff")]
            message = {**message, "headers": [*message["headers"], *headers]}
        await self._send(message)


def _client(scope: Scope) -> str:
    return scope["client"][0] if scope.get("client") else ""


def _log_request(scope: Scope, reply: _Reply, seconds: float) -> None:
    """A line without the query, which may hold the token; quoted, so that none can be forged."""
    client, method, path = _client(scope), scope["method"], quote(scope["path"])
    status = reply.status or "-"
    log.info("%s %s %s %s %.2f s %s", client, method, path, status, seconds, reply.id)


def _check_json(scope: Scope) -> None:
    """Refuse any other type of content than JSON.

    A form of a web page cannot send this type without asking first, which this server
    never allows.
    """
    types = list(header_values(scope, b"content-type"))
    encodings = [value.lower() for value in header_values(scope, b"content-encoding")]
    uncompressed = all(encoding == "identity" for encoding in encodings)
    if len(types) != 1 or not _is_json(types[0]) or not uncompressed:
        raise NotJson("send JSON, uncompressed, as `Content-Type: application/json`.")


def _is_json(content_type: str) -> bool:
    kind, _, parameters = content_type.partition(";")
    charset = parameters.replace(" ", "").replace('"', "").lower()
    return kind.strip().lower() == "application/json" and charset in ("", "charset=utf-8")
