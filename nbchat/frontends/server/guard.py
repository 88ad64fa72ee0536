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
    refusal,
)
from nbchat.frontends.server.limits import Limits
from nbchat.frontends.server.options import ServerOptions
from nbchat.frontends.server.upload import Upload, values

OPEN = ("/health",)  # answers anybody, and says nothing but that it is there
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
            # Without the query, which may hold the token; quoted, so that no line can be forged.
            path, seconds = quote(scope["path"]), time.monotonic() - started
            log.info(
                "%s %s %s %s %.2f s %s",
                _client(scope),
                scope["method"],
                path,
                reply.status or "-",
                seconds,
                reply.id,
            )

    async def _answer(self, scope: Scope, receive: Receive, reply: _Reply) -> None:
        upload = Upload(scope, receive, self._max_body)
        try:
            with ExitStack() as held:
                self._admit(scope, held)
                if await upload.read():
                    await self._app(scope, upload.receive, reply.send)
        except Refusal as error:
            await upload.read_past()
            await refusal(error, scope["path"])(scope, receive, reply.send)
        except Exception:
            if reply.status:
                raise  # uvicorn logs it and closes the connection
            log.exception("%s failed", reply.id)
            await refusal(InternalError(reply.id), scope["path"])(scope, receive, reply.send)

    def _admit(self, scope: Scope, held: ExitStack) -> None:
        """Raises the Refusal that this request deserves; `held` ends its slot."""
        self._check_names(scope)
        if scope["path"] in OPEN:
            return
        self._check_token(scope)
        self._limits.count(_client(scope))
        if scope["method"] == "POST":
            _check_json(scope)
            held.enter_context(self._limits.slot(_client(scope)))

    def _check_names(self, scope: Scope) -> None:
        hosts = list(values(scope, b"host"))
        if len(hosts) != 1 or hosts[0].lower() not in self._hosts:
            raise Forbidden(
                "this server is not called by that Host. `nbchat serve --allow-host NAME` adds a name."
            )
        origins = list(values(scope, b"origin"))
        if origins and (len(origins) > 1 or origins[0].lower() not in self._origins):
            raise Forbidden("requests from that Origin are not answered.")

    def _check_token(self, scope: Scope) -> None:
        """`Authorization: Bearer TOKEN`; a page opened in a browser may have it in its address."""
        given = list(values(scope, b"authorization"))
        tokens = [
            value.partition(" ")[2].strip() for value in given if value[:7].lower() == "bearer "
        ]
        if not given and scope["method"] == "GET":
            tokens = parse_qs(scope["query_string"].decode("latin-1")).get("token", [])
        if len(tokens) != 1 or not hmac.compare_digest(tokens[0].encode(), self._token):
            raise Unauthorized(
                "the token is missing or wrong. Send `Authorization: Bearer TOKEN`; `nbchat serve` prints it."
            )


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


def _check_json(scope: Scope) -> None:
    """A form of a web page cannot send this type without asking first, and it is never allowed to.
    """
    types = list(values(scope, b"content-type"))
    kind, _, parameters = types[0].partition(";") if len(types) == 1 else ("", "", "")
    charset = parameters.replace(" ", "").replace('"', "").lower()
    encoded = any(value.lower() != "identity" for value in values(scope, b"content-encoding"))
    if (
        kind.strip().lower() != "application/json"
        or charset not in ("", "charset=utf-8")
        or encoded
    ):
        raise NotJson("send JSON, uncompressed, as `Content-Type: application/json`.")
