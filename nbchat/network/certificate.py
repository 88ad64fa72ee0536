"""A server's certificate, as far as a person wants to know it: who issued it, and until when.

It is read from its bytes (X.509 in DER), also where it is not trusted: Python itself tells
nothing of such a one.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from nbchat.wording import safe_excerpt, shorten

COMMON_NAME, ORGANISATION = b"\x55\x04\x03", b"\x55\x04\x0a"  # object identifiers
VERSION_TAG, UTC_TIME, UTF_16 = 0xA0, 0x17, 0x1E
LONGEST_NAME = 60  # characters of a name that somebody else chose


@dataclass(slots=True, frozen=True)
class Certificate:
    """Whose it is, who issued it, and when it ends; what cannot be read is empty."""

    subject: str = ""
    issuer: str = ""
    ends: datetime | None = None

    @property
    def is_self_signed(self) -> bool:
        return bool(self.issuer) and self.issuer == self.subject


def read_certificate(der: bytes) -> Certificate:
    """The certificate in these bytes; an empty one where they are none."""
    try:
        (_, whole), *_ = _elements(der)
        (_, signed), *_ = _elements(whole)
        fields = [(tag, content) for tag, content in _elements(signed) if tag != VERSION_TAG]
        _, _, issuer, validity, subject, *_ = fields
        _, (tag, ends) = _elements(validity[1])
        return Certificate(_name(subject[1]), _name(issuer[1]), _moment(tag, ends))
    except (ValueError, IndexError):
        return Certificate()


async def fetch_certificate(address: str, port: int, host: str) -> Certificate:
    """The certificate that a server shows, whoever issued it. Nothing is sent to the server.

    Raises OSError.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # to look at it; no request goes over this connection
    _, writer = await asyncio.open_connection(address, port, ssl=context, server_hostname=host)
    try:
        over_tls = writer.get_extra_info("ssl_object")
        return read_certificate(over_tls.getpeercert(binary_form=True) or b"")
    finally:
        writer.transport.abort()


# --- DER -------------------------------------------------------------------------------------


def _elements(der: bytes) -> Iterator[tuple[int, bytes]]:
    """Each element: its tag, and what is in it. Raises ValueError where one is cut off."""
    at = 0
    while at < len(der):
        tag, size, at = der[at], der[at + 1], at + 2
        if size >= 0x80:  # the size of the size
            count = size & 0x7F
            size, at = int.from_bytes(der[at : at + count], "big"), at + count
        content = der[at : at + size]
        if len(content) < size:
            raise ValueError("cut off")
        yield tag, content
        at += size


def _name(der: bytes) -> str:
    """The common name, or else the organisation."""
    found: dict[bytes, str] = {}
    for _, group in _elements(der):
        for _, pair in _elements(group):
            (_, kind), (tag, words) = _elements(pair)
            found[kind] = words.decode("utf-16-be" if tag == UTF_16 else "utf-8", "replace")
    name = found.get(COMMON_NAME) or found.get(ORGANISATION) or ""
    return shorten(safe_excerpt(name), LONGEST_NAME)


def _moment(tag: int, text: bytes) -> datetime:
    form = "%y%m%d%H%M%SZ" if tag == UTC_TIME else "%Y%m%d%H%M%SZ"
    return datetime.strptime(text.decode("ascii"), form).replace(tzinfo=UTC)
