"""What can go wrong before a server has said a word: names, ports and TLS."""

from __future__ import annotations

import asyncio
import socket
import ssl
from contextlib import ExitStack

import pytest

import nbchat
from nbchat import Notice
from nbchat.engine import retry
from nbchat.errors import BadSettings, TlsFailed, Unreachable
from nbchat.network import pool

from ..fakes.provider import Service, said
from .faults.certificates import Authority
from .faults.families import TEXT
from .faults.outcomes import KEY, Outcome, call
from .faults.server import Misbehaving, Turn
from .faults.talking import (
    OPENAI,
    failed,
    full_port,
    listening,
    port_of,
    refusing,
    serving,
    whole,
)

# --- names and ports ----------------------------------------------------------------------------


async def test_a_refused_port_is_named_and_tried_three_times() -> None:
    with refusing() as taken:
        port = port_of(taken)
        outcome = await call(OPENAI, f"http://127.0.0.1:{port}/v1")

    failed(
        outcome,
        Unreachable,
        f"OpenAI cannot be reached: 127.0.0.1:{port} refused the connection",
        "base URL",
        "Tried 3 times",
    )


async def test_a_server_that_comes_up_between_two_tries_is_reached(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(retry, "FIRST_DELAY", 1.0)
    with refusing() as taken:
        url = f"http://127.0.0.1:{port_of(taken)}/c0/good/stream/openai-chat/v1"
        async with nbchat.stream(OPENAI.model, "Hi", base_url=url, api_key=KEY) as stream:
            first = await anext(stream)
            server = Misbehaving({"good": Turn.good})
            server.listens_at = taken
            with server:
                events = [event async for event in stream]

    assert isinstance(first, Notice)
    assert "refused" in first.text
    assert "Trying again" in first.text
    assert stream.result.text == TEXT, events


async def test_a_port_that_swallows_connections_is_given_up_in_time() -> None:
    with full_port() as port:
        outcome = await call(OPENAI, f"http://127.0.0.1:{port}/v1", timeout=0.2)

    failed(outcome, Unreachable, "no connection to 127.0.0.1", "within 0.2 s", "Tried 3 times")


async def test_an_unknown_name_is_not_tried_again() -> None:
    outcome = await call(OPENAI, "https://no-such-host.invalid/v1")

    failed(outcome, Unreachable, "unknown host no-such-host.invalid", "base URL")
    assert "Tried" not in str(outcome.error)


async def test_the_next_address_of_a_name_is_tried_where_the_first_refuses(
    server: Misbehaving,
) -> None:
    """`localhost` is ::1 first on many machines; most local servers listen on 127.0.0.1 alone."""
    _, base_url = server.case("good", OPENAI, False)

    assert (await call(OPENAI, base_url.replace("127.0.0.1", "localhost"))).text == TEXT


# --- TLS ----------------------------------------------------------------------------------------


async def over_tls(context: ssl.SSLContext) -> Outcome:
    async with listening(whole, context) as server:
        return await call(OPENAI, f"https://127.0.0.1:{server.port}/v1")


async def test_a_trusted_certificate_is_accepted(trusted: Authority) -> None:
    outcome = await over_tls(trusted.server("good", "IP:127.0.0.1"))

    assert outcome.text == TEXT, outcome.error


@pytest.mark.field("E13")
async def test_certificates_that_requests_or_curl_are_told_of_are_trusted(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind SSL_CERT_FILE, which alone counts where it is set."""
    context = authority.server("good", "IP:127.0.0.1")
    for variable in ("CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE"):  # the second goes before the first
        monkeypatch.setenv(variable, f"'{authority.file}'")
        outcome = await over_tls(context)
        assert outcome.text == TEXT, (variable, outcome.error)
        monkeypatch.setenv(variable, f"/no/such/{variable}.pem")
        outcome = await over_tls(context)
        failed(outcome, BadSettings, f"{variable} names /no/such/{variable}.pem")

    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    assert (await over_tls(context)).text == TEXT


@pytest.mark.field("P15")
async def test_http_1_1_is_spoken_also_where_http_2_is_offered(trusted: Authority) -> None:
    chosen: list[str | None] = []

    async def noting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        chosen.append(writer.get_extra_info("ssl_object").selected_alpn_protocol())
        await whole(reader, writer)

    context = trusted.server("modern", "IP:127.0.0.1")
    context.set_alpn_protocols(["h2", "http/1.1"])
    async with listening(noting, context) as server:
        outcome = await call(OPENAI, f"https://127.0.0.1:{server.port}/v1")

    assert outcome.text == TEXT, outcome.error
    assert chosen in (["http/1.1"], [None])


async def test_a_certificate_of_an_unknown_authority_is_refused(authority: Authority) -> None:
    failed(
        await over_tls(authority.server("good", "IP:127.0.0.1")),
        TlsFailed,
        "TLS check of 127.0.0.1 failed",
        "unable to get local issuer certificate",
        "SSL_CERT_FILE",
    )


async def test_a_certificate_for_another_name_is_refused(trusted: Authority) -> None:
    failed(
        await over_tls(trusted.server("other", "DNS:other.example")),
        TlsFailed,
        "IP address mismatch",
        "127.0.0.1",
    )


async def test_an_expired_certificate_is_refused(trusted: Authority) -> None:
    failed(
        await over_tls(trusted.server("old", "IP:127.0.0.1", expired=True)), TlsFailed, "expired"
    )


async def test_https_to_a_plain_port_says_so() -> None:
    async def puzzled(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")

    async with serving(puzzled) as port:
        outcome = await call(OPENAI, f"https://127.0.0.1:{port}/v1")

    failed(outcome, TlsFailed, "does not speak TLS", "http://")


async def test_a_stalled_handshake_is_given_up_in_time() -> None:
    async def nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)

    async with listening(nothing) as server:
        outcome = await call(OPENAI, f"https://127.0.0.1:{server.port}/v1", timeout=1.0)

    failed(outcome, TlsFailed, "TLS handshake within 1 s", "http://")


async def test_a_certificate_file_that_is_not_there_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/no/such/file.pem")

    failed(
        await call(OPENAI, "https://127.0.0.1:9/v1"),
        BadSettings,
        "SSL_CERT_FILE names /no/such/file.pem",
    )


def test_an_address_that_says_nothing_is_not_waited_for(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next one is tried beside it."""
    service.answers(*said("Hi."))

    async def both(host: str, port: int) -> list[str]:
        return ["127.0.0.2", "127.0.0.1"]

    monkeypatch.setattr(pool, "resolve", both)
    with ExitStack() as opened:
        silent = opened.enter_context(socket.socket())
        silent.bind(("127.0.0.2", service.port))
        silent.listen(0)
        for _ in range(4):  # more than it has room for, so that it hears of no other
            waiting = opened.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(("127.0.0.2", service.port))
        answered = nbchat.ask(
            "openai:m", "Hi", base_url=f"{service.url}/v1", wire="openai-chat", api_key="k"
        )

    assert answered.text == "Hi."
