"""A request's body: read once, whole, and never more of it than is allowed."""

from __future__ import annotations

from collections.abc import Iterator

from starlette.types import Message, Receive, Scope

from nbchat.frontends.server.http_errors import TooLarge


class Upload:
    """The body of one request."""

    def __init__(self, scope: Scope, receive: Receive, largest: int) -> None:
        length = next(header_values(scope, b"content-length"), "")
        self._too_large = length.isdecimal() and int(length) > largest
        # A client that sends `Expect: 100-continue` waits for a word before it sends the body.
        self._waits = any(header_values(scope, b"expect"))
        self._receive = receive
        self._largest = largest
        self._body = bytearray()
        self._more = True  # whether more of the body is to come
        self._was_received = False  # by the application

    async def read(self) -> bool:
        """Read all of it; False where the client left before the end. Raises TooLarge."""
        while self._more and not self._too_large:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                self._more = False
                return False
            self._body += message.get("body", b"")
            self._more = message.get("more_body", False)
            self._too_large = len(self._body) > self._largest
        if self._too_large:
            raise TooLarge(f"the request is larger than {self._largest:,} bytes.")
        return True

    async def read_past(self) -> None:
        """Read what a refused client still sends, within reason.

        It may look at the answer only afterwards.
        """
        left = self._largest
        while self._more and left > 0 and not self._waits:
            message = await self._receive()
            left -= len(message.get("body", b""))
            self._more = message.get("more_body", False)

    async def receive(self) -> Message:
        """What the application receives: the body that was read, then that the client leaves."""
        if self._was_received:
            return await self._receive()
        self._was_received = True
        return {"type": "http.request", "body": bytes(self._body), "more_body": False}


def header_values(scope: Scope, name: bytes) -> Iterator[str]:
    """Every value that a header has; it may have been sent more than once."""
    return (value.decode("latin-1").strip() for key, value in scope["headers"] if key == name)
