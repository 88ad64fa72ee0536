"""The way to a host, walked step by step: its name, a connection, its certificate.

Nothing is asked there: a connection is opened and closed again. Whoever stops waiting finds
in the Way how far one came.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

from nbchat.errors import NbchatError, TlsFailed
from nbchat.network.certificate import Certificate, fetch_certificate, read_certificate
from nbchat.network.connection import Connection
from nbchat.network.failures import no_connection_error, no_connection_reason
from nbchat.network.peer import Peer
from nbchat.network.pool import Connector, tls_context
from nbchat.settings_values import CONNECT

Step = Literal["name", "connection", "TLS", "end"]
STEPS: tuple[Step, ...] = ("name", "connection", "TLS", "end")


@dataclass(slots=True)
class Way:
    """How far one came: `step` is where one is, or where it failed.

    `asked` is who is to be reached; `peer` is that, or the proxy before it.
    """

    peer: Peer
    port: int
    asked: Peer
    step: Step = "name"
    addresses: list[str] = field(default_factory=list)
    address: str = ""  # that took the connection
    certificate: Certificate | None = None
    failure: NbchatError | None = None

    @property
    def place(self) -> str:
        host = self.peer.host
        return f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"

    def has_passed(self, step: Step) -> bool:
        return STEPS.index(self.step) > STEPS.index(step)


async def walk(way: Way, *, over_tls: bool, only_private: bool = False) -> None:
    """Go as far as one comes, and note in `way` what was seen. Nothing is raised but a cancel."""
    connector = Connector(way.peer, None, only_private)
    try:
        way.addresses = await connector.resolve(way.peer.host, way.port)
        way.step = "connection"
        connection = await connector.connect_to_any(way.addresses, way.port)
    except NbchatError as error:
        way.failure = error
        return
    except OSError as error:
        reason = no_connection_reason(error, way.peer.host, way.place, CONNECT)
        way.failure = no_connection_error(error, way.peer, reason)
        return
    try:
        way.address = str(connection.get_extra_info("peername")[0])
        way.step = "TLS"
        if over_tls:
            await _secure(way, connection)
        way.step = "end"
    except NbchatError as error:
        way.failure = error
    finally:
        connection.abort()
    if isinstance(way.failure, TlsFailed):
        with suppress(OSError):
            way.certificate = await fetch_certificate(way.address, way.port, way.peer.host)


async def _secure(way: Way, connection: Connection) -> None:
    secured = await connection.start_tls(tls_context(), way.peer.host, CONNECT)
    over_tls = secured.get_extra_info("ssl_object")
    if over_tls is not None:
        way.certificate = read_certificate(over_tls.getpeercert(binary_form=True) or b"")
