"""Proxies: used where they are set, named where they fail, and told nothing they need not know."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from nbchat.errors import ProxyFailed

from .certificates import Authority
from .families import TEXT
from .outcomes import KEY, call
from .server import Misbehaving, Turn
from .talking import OPENAI, Talk, failed, free_port, listening, whole

FAR = "https://api.example.test/v1"  # a name that leads nowhere but through a proxy


async def good(turn: Turn) -> None:
    await turn.good()


@pytest.fixture(scope="module")
def server() -> Iterator[Misbehaving]:
    with Misbehaving({"good": good}) as server:
        yield server


def answering(line: bytes) -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 %b\r\nContent-Length: 6\r\n\r\ns3cret" % line)
        await writer.drain()

    return talk


@pytest.mark.parametrize(("variable", "base_url"), [("HTTPS_PROXY", FAR), ("HTTP_PROXY", "http://127.0.0.1:9/v1")])
@pytest.mark.parametrize("line", [b"407 Proxy Authentication Required", b"502 Bad Gateway"])
async def test_a_proxy_that_refuses_is_named_with_its_variable(
    monkeypatch: pytest.MonkeyPatch, variable: str, base_url: str, line: bytes
) -> None:
    async with listening(answering(line)) as proxy:
        monkeypatch.setenv(variable, f"http://user:s3cret@127.0.0.1:{proxy.port}")
        outcome = await call(OPENAI, base_url)

    failed(outcome, ProxyFailed, f"the proxy 127.0.0.1:{proxy.port} refused", line[:3].decode(), variable, "NO_PROXY")
    assert len(proxy) == 1
    assert b"Proxy-Authorization: Basic" in proxy[0]


async def test_a_dead_proxy_is_named_with_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    monkeypatch.setenv("all_proxy", f"127.0.0.1:{port}")

    failed(await call(OPENAI, FAR), ProxyFailed, f"127.0.0.1:{port}", "refused", "all_proxy")


async def test_a_question_to_this_machine_takes_no_proxy_elsewhere(
    monkeypatch: pytest.MonkeyPatch, server: Misbehaving
) -> None:
    """It would travel in plain text, and the proxy could not reach this machine."""
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.invalid:3128")
    _, base_url = server.case("good", OPENAI, False)

    assert (await call(OPENAI, base_url)).text == TEXT


async def test_a_proxy_opens_the_way_and_the_key_stays_inside_it(
    monkeypatch: pytest.MonkeyPatch, trusted: Authority
) -> None:
    async with listening(whole, trusted.server("far", "DNS:api.example.test")) as far:

        async def tunnel(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            there, back = await asyncio.open_connection("127.0.0.1", far.port)
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await asyncio.gather(piped(reader, back), piped(there, writer))

        async with listening(tunnel) as proxy:
            monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
            outcome = await call(OPENAI, FAR)

    assert outcome.text == TEXT, outcome.error
    assert KEY.encode() in far[0]
    assert KEY.encode() not in proxy[0]


async def piped(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
    writer.close()
