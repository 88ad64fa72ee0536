"""Proxies: used where they are set, named where they fail, and told nothing they need not know."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from nbchat.errors import BadSettings, ProxyFailed

from .faults.certificates import Authority
from .faults.families import TEXT
from .faults.outcomes import KEY, call
from .faults.server import Misbehaving
from .faults.talking import (
    OPENAI,
    PASSWORD,
    Talk,
    failed,
    listening,
    port_of,
    refusing,
    serving,
    whole,
)

FAR = "https://api.example.test/v1"  # a name that leads nowhere but through a proxy
FAR_PLAIN = "http://models.example.test:9/v1"


def answering(line: bytes) -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 %b\r\nContent-Length: 6\r\n\r\ns3cret" % line)
        await writer.drain()

    return talk


@pytest.mark.parametrize(
    ("variable", "base_url"), [("HTTPS_PROXY", FAR), ("HTTP_PROXY", FAR_PLAIN)]
)
@pytest.mark.parametrize(
    "line",
    [
        b"407 Proxy Authentication Required",
        b"502 Bad Gateway",
        b"503 Service Unavailable",
        b"504 Gateway Timeout",
    ],
)
async def test_a_proxy_that_refuses_is_named_with_its_variable(
    monkeypatch: pytest.MonkeyPatch, variable: str, base_url: str, line: bytes
) -> None:
    monkeypatch.setenv("NBCHAT_PLAIN_HTTP", "models.example.test")
    async with listening(answering(line)) as proxy:
        monkeypatch.setenv(variable, f"http://user:s3cret@127.0.0.1:{proxy.port}")
        outcome = await call(OPENAI, base_url)

    failed(
        outcome,
        ProxyFailed,
        f"the proxy 127.0.0.1:{proxy.port} refused",
        line[:3].decode(),
        variable,
        "NO_PROXY",
    )
    assert len(proxy) == 1
    assert b"Proxy-Authorization: Basic" in proxy[0]


async def test_a_dead_proxy_is_named_with_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    with refusing() as taken:
        place = f"127.0.0.1:{port_of(taken)}"
        monkeypatch.setenv("all_proxy", place)
        outcome = await call(OPENAI, FAR)

    failed(outcome, ProxyFailed, place, "refused", "all_proxy")


async def test_a_question_to_this_machine_takes_no_proxy_elsewhere(
    monkeypatch: pytest.MonkeyPatch, server: Misbehaving
) -> None:
    """It would travel in plain text, and the proxy could not reach this machine."""
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.invalid:3128")
    _, base_url = server.case("good", OPENAI, False)

    assert (await call(OPENAI, base_url)).text == TEXT


def tunnel_to(port: int) -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await joined(reader, writer, there, back)

    return talk


async def joined(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *other: Any) -> None:
    there, back = other
    try:
        await asyncio.gather(piped(reader, back), piped(there, writer))
    finally:
        back.transport.abort()


async def piped(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
    writer.close()


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_proxy_opens_the_way_and_the_key_stays_inside_it(
    monkeypatch: pytest.MonkeyPatch, trusted: Authority, scheme: str
) -> None:
    """To an https proxy itself over TLS, and then through it over TLS inside that."""
    outer = trusted.server("near", "IP:127.0.0.1") if scheme == "https" else None
    async with (
        listening(whole, trusted.server("far", "DNS:api.example.test")) as far,
        listening(tunnel_to(far.port), outer) as proxy,
    ):
        monkeypatch.setenv("HTTPS_PROXY", f"{scheme}://127.0.0.1:{proxy.port}")
        outcome = await call(OPENAI, FAR)

    assert outcome.text == TEXT, outcome.error
    assert KEY.encode() in far[0]
    assert b"CONNECT api.example.test:443 " in proxy[0]
    assert KEY.encode() not in proxy[0]


async def test_a_proxy_is_handed_a_plain_question_with_its_whole_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NBCHAT_PLAIN_HTTP", "models.example.test")
    async with listening(whole) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://user:{PASSWORD}@127.0.0.1:{proxy.port}")
        outcome = await call(OPENAI, FAR_PLAIN)

    assert outcome.text == TEXT, outcome.error
    assert proxy[0].startswith(
        b"POST http://models.example.test:9/v1/chat/completions HTTP/1.1\r\n"
        b"Host: models.example.test:9\r\n"
    )
    assert b64encode(f"user:{PASSWORD}".encode()) in proxy[0]


@pytest.mark.field("E13")
async def test_an_address_of_six_goes_to_the_proxy_in_brackets(
    monkeypatch: pytest.MonkeyPatch, trusted: Authority
) -> None:
    """And without them into the handshake, where its certificate is checked."""
    async with (
        listening(whole, trusted.server("six", "IP:fd00::1")) as far,
        listening(tunnel_to(far.port)) as proxy,
    ):
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        outcome = await call(OPENAI, "https://[fd00::1]/v1")

    assert outcome.text == TEXT, outcome.error
    assert proxy[0].startswith(b"CONNECT [fd00::1]:443 HTTP/1.1\r\nHost: [fd00::1]:443\r\n")


@pytest.mark.parametrize("kind", ["http", "socks5"])
async def test_a_silent_proxy_is_given_up_in_time_and_left(
    monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    gone = asyncio.Event()

    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(100):
            pass
        gone.set()

    async with serving(mute) as port:
        monkeypatch.setenv("HTTPS_PROXY", f"{kind}://127.0.0.1:{port}")
        outcome = await call(OPENAI, FAR, timeout=1.0)
        await asyncio.wait_for(gone.wait(), 60)

    failed(
        outcome,
        ProxyFailed,
        f"the proxy 127.0.0.1:{port} does not answer",
        "silent for 1 s",
        "HTTPS_PROXY",
    )


# --- SOCKS ----------------------------------------------------------------------------------------


@asynccontextmanager
async def socks(
    target: int, login: bytes = b"", failure: int = 0
) -> AsyncIterator[tuple[int, list[bytes]]]:
    """A SOCKS 5 server (RFC 1928, 1929): its port, and the addresses it was asked for."""
    asked: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _, count = await reader.readexactly(2)
        method = 2 if login else 0
        if method not in await reader.readexactly(count):
            writer.write(b"\x05\xff")
            return
        writer.write(bytes([5, method]))
        if login:
            said = [await reader.readexactly(1)]
            for _ in range(2):
                said.append(await reader.readexactly((await reader.readexactly(1))[0]))
            writer.write(bytes([1, said != [b"\x01", *login.split(b":")]]))
        _, _, _, kind, length = await reader.readexactly(5)
        name, port = await reader.readexactly(length), int.from_bytes(await reader.readexactly(2))
        asked.append(b"%d %b:%d" % (kind, name, port))
        writer.write(bytes([5, failure, 0, 1]) + bytes(6))
        if not failure:
            await joined(reader, writer, *await asyncio.open_connection("127.0.0.1", target))

    async with serving(talk) as port:
        yield port, asked


@pytest.mark.field("E13")
async def test_a_proxy_as_desktops_name_it_is_socks_5(
    monkeypatch: pytest.MonkeyPatch, trusted: Authority, server: Misbehaving
) -> None:
    """What GNOME and Clash set says `socks`; a server on this machine is asked without it."""
    _, base_url = server.case("good", OPENAI, False)
    async with (
        listening(whole, trusted.server("far", "DNS:api.example.test")) as far,
        socks(far.port) as (port, asked),
    ):
        monkeypatch.setenv("all_proxy", f"socks://127.0.0.1:{port}/")
        outcomes = [await call(OPENAI, FAR), await call(OPENAI, base_url)]

    assert [outcome.text for outcome in outcomes] == [TEXT, TEXT], outcomes
    assert asked == [b"3 api.example.test:443"]


@pytest.mark.parametrize("login", ["", f"user:{PASSWORD}"])
async def test_a_socks_proxy_opens_the_way_by_name(
    monkeypatch: pytest.MonkeyPatch, trusted: Authority, login: str
) -> None:
    async with (
        listening(whole, trusted.server("far", "DNS:api.example.test")) as far,
        socks(far.port, login.encode()) as (port, asked),
    ):
        monkeypatch.setenv("ALL_PROXY", f"socks5://{login}{'@' if login else ''}127.0.0.1:{port}")
        outcome = await call(OPENAI, FAR)

    assert outcome.text == TEXT, outcome.error
    assert asked == [b"3 api.example.test:443"]


@pytest.mark.parametrize(
    ("login", "given", "failure", "said"),
    [
        ("", "", 5, "Connection refused"),
        ("", "", 99, "it speaks no SOCKS 5"),
        ("user:other", f"user:{PASSWORD}@", 0, "Invalid username/password"),
        ("user:other", "", 0, "NO ACCEPTABLE METHODS"),
    ],
)
async def test_a_socks_proxy_that_refuses_is_named_with_its_variable(
    monkeypatch: pytest.MonkeyPatch, login: str, given: str, failure: int, said: str
) -> None:
    async with socks(9, login.encode(), failure) as (port, _):
        monkeypatch.setenv("ALL_PROXY", f"socks5h://{given}127.0.0.1:{port}")
        outcome = await call(OPENAI, FAR)

    failed(outcome, ProxyFailed, f"the proxy 127.0.0.1:{port} refused", said, "ALL_PROXY")


async def test_what_speaks_no_socks_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    async with listening(whole) as server:
        monkeypatch.setenv("ALL_PROXY", f"socks5://127.0.0.1:{server.port}")
        outcome = await call(OPENAI, FAR, timeout=0.3)

    failed(outcome, ProxyFailed, f"127.0.0.1:{server.port}", "ALL_PROXY")


@pytest.mark.parametrize("url", ["ftp://127.0.0.1:1", "http://"])
async def test_a_proxy_of_another_kind_is_refused_before_anything_is_sent(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", url)

    failed(
        await call(OPENAI, FAR),
        BadSettings,
        "HTTPS_PROXY should be an http://, https:// or socks5:// address",
        "NO_PROXY",
    )


@pytest.mark.field("E13")
async def test_an_old_socks_proxy_stops_only_what_needs_it(
    monkeypatch: pytest.MonkeyPatch, server: Misbehaving
) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks4://127.0.0.1:1")
    _, base_url = server.case("good", OPENAI, False)

    assert (await call(OPENAI, base_url)).text == TEXT
    failed(await call(OPENAI, FAR), BadSettings, "ALL_PROXY names a SOCKS 4 proxy", "socks5://")
