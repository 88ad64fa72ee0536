"""What we lean on in the HTTP libraries beyond their documents; a failure names their versions."""

from __future__ import annotations

import logging
import ssl
import subprocess
import sys
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

import h11
import httpcore2 as httpcore
import pytest

from nbchat.network.http1 import REFUSED
from nbchat.network.pool import LOGGERS

VERSIONS = ", ".join(f"{name} {version(name)}" for name in ("httpcore2", "httpx2", "h11"))
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello"
CONNECTED = b"HTTP/1.1 200 Connection established\r\n\r\n"


class Wire(httpcore.AsyncMockStream):
    """A connection that notes what the pool does with it."""

    def __init__(self, answers: list[bytes], *, refuses_writes: bool = False) -> None:
        super().__init__(answers)
        self.refuses_writes = refuses_writes
        self.tls_names: list[str | None] = []
        self.readable = False
        self.asked_for: list[str] = []

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if self.refuses_writes:
            raise httpcore.WriteError("the connection has ended")

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> Wire:
        self.tls_names.append(server_hostname)
        return self

    def get_extra_info(self, info: str) -> Any:
        self.asked_for.append(info)
        return self.readable if info == "is_readable" else None


@dataclass
class Backend(httpcore.AsyncNetworkBackend):
    """Hands out these connections, one after the other."""

    wires: list[Wire]
    made: list[Wire] = field(default_factory=list)

    async def connect_tcp(self, *_: object, **__: object) -> Wire:
        self.made.append(self.wires.pop(0))
        return self.made[-1]


async def ask(pool: httpcore.AsyncConnectionPool, url: str = "http://a.example/") -> Any:
    response = await pool.handle_async_request(
        httpcore.Request("POST", url, headers=[("host", "a.example"), ("content-length", "0")])
    )
    await response.aread()
    await response.aclose()
    return response


async def test_an_answer_is_read_although_the_request_could_not_be_written() -> None:
    """A server that refuses early closes before the request is whole; `Connection.write`."""
    backend = Backend([Wire([ANSWER], refuses_writes=True)])
    async with httpcore.AsyncConnectionPool(network_backend=backend) as pool:
        assert (await ask(pool)).content == b"hello", VERSIONS


async def test_a_response_leads_to_the_connection_we_made() -> None:
    """`Response` sets the limits of silence on it."""
    backend = Backend([Wire([ANSWER])])
    async with httpcore.AsyncConnectionPool(network_backend=backend) as pool:
        stream = (await ask(pool)).extensions.get("network_stream")

        assert stream is backend.made[0], VERSIONS


@pytest.mark.parametrize("readable", [False, True])
async def test_an_idle_connection_is_used_again_unless_it_is_readable(readable: bool) -> None:
    """`Connection.get_extra_info` says so of one that the server has closed or written to."""
    backend = Backend([Wire([ANSWER, ANSWER]), Wire([ANSWER])])
    async with httpcore.AsyncConnectionPool(network_backend=backend) as pool:
        await ask(pool)
        backend.made[0].readable = readable
        await ask(pool)

        assert len(backend.made) == 1 + readable, VERSIONS
        assert "is_readable" in backend.made[0].asked_for, VERSIONS


async def test_more_bytes_than_were_asked_for_are_taken() -> None:
    """`Connection.read` gives all that has come, whatever `max_bytes` says."""
    body = b"x" * 2**20
    answer = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(body) + body
    backend = Backend([Wire([answer])])
    async with httpcore.AsyncConnectionPool(network_backend=backend) as pool:
        assert (await ask(pool)).content == body, VERSIONS


async def test_tls_inside_a_tunnel_is_asked_for_by_the_name_of_the_host() -> None:
    """By which `Connection.start_tls` knows that the proxy has opened the way."""
    backend = Backend([Wire([CONNECTED, ANSWER])])
    context = httpcore.default_ssl_context()
    async with httpcore.AsyncHTTPProxy(
        "https://proxy.example:3128",
        ssl_context=context,
        proxy_ssl_context=context,
        network_backend=backend,
    ) as pool:
        await ask(pool, "https://a.example/")

        assert backend.made[0].tls_names == ["proxy.example", "a.example"], VERSIONS


def test_every_logger_that_may_show_a_header_is_known() -> None:
    """The filter that masks keys is put on each by name; we speak no HTTP/2."""
    names = {name for name in logging.root.manager.loggerDict if name.startswith("httpcore2.")}

    assert names - {"httpcore2.http2"} == set(LOGGERS), VERSIONS


def test_h11_refuses_at_once_what_stands_in_for_a_bad_chunk_header() -> None:
    """And says so in words of its own, before a colon; behind it are the server's bytes."""
    connection = h11.Connection(h11.CLIENT)
    connection.send(h11.Request(method="GET", target="/", headers=[("host", "x")]))
    connection.send(h11.EndOfMessage())
    connection.receive_data(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
    assert isinstance(connection.next_event(), h11.Response)
    connection.receive_data(REFUSED + b"s3cret")

    with pytest.raises(h11.RemoteProtocolError) as raised:
        connection.next_event()
    assert ":" in str(raised.value), VERSIONS
    assert "s3cret" not in str(raised.value).partition(":")[0], VERSIONS


def test_a_socks_proxy_without_its_library_says_what_to_install() -> None:
    script = """
import sys
sys.modules["socksio"] = None
from nbchat.errors import BadSettings
from nbchat.network.pool import Connector, make_pool
from nbchat.network.proxy import Proxy
try:
    make_pool("http", Connector("a.example", Proxy("socks5://127.0.0.1:1", "ALL_PROXY")))
except BadSettings as error:
    print(error)
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)

    assert "pip install socksio" in ran.stdout, f"{VERSIONS}\n{ran.stderr}"
