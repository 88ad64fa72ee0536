"""There was no answer, or it broke off."""

from __future__ import annotations

import asyncio
import socket

from IPython.utils.capture import capture_output

import nbchat
from nbchat.errors import (
    BadAnswer,
    ConnectionBroken,
    Interrupted,
    NeedsConsent,
    ProxyFailed,
    TimedOut,
    TlsFailed,
    UnknownHost,
    Unreachable,
)
from nbchat.frontends.notebook.arguments import parse_arguments
from nbchat.frontends.notebook.ask import ask as ask_in_cell

from ..fakes.provider import answer, said
from ..network.faults.certificates import Authority
from ..network.faults.talking import listening, whole
from .stage import KEY, Stage, ask, case


@case(UnknownHost, "no network, or no such host")
def _(stage: Stage) -> None:
    ask(base_url="https://api.example.invalid/v1", api_key=KEY)


@case(Unreachable, "Ollama is not running")
def _(stage: Stage) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        ask("ollama:qwen3", base_url=f"http://127.0.0.1:{port}")  # taken, and nobody listens


@case(TlsFailed, "https where there is none")
def _(stage: Stage) -> None:
    ask(base_url=stage.service.url.replace("http:", "https:"), api_key=KEY, timeout=2)


@case(TlsFailed, "a certificate that nobody has vouched for")
def _(stage: Stage) -> None:
    tls = Authority(stage.folder).server("nobody", "IP:127.0.0.1")

    async def main() -> None:
        async with listening(whole, tls) as server:
            await nbchat.stream(
                "kimi-k2.6", "Hi", base_url=f"https://127.0.0.1:{server.port}", api_key=KEY
            ).answer()

    asyncio.run(main())


@case(ProxyFailed, "a proxy that wants a password")
def _(stage: Stage) -> None:
    stage.service.always(answer(b"", status=407))
    stage.patch.setenv("HTTPS_PROXY", stage.service.url)
    ask(base_url="https://api.example.test/v1", api_key=KEY)


@case(TimedOut, "a provider that says nothing")
def _(stage: Stage) -> None:
    async def silent(request: object, writer: object) -> None:
        await asyncio.sleep(30)

    stage.service.always(silent)
    ask(timeout=1)


@case(BadAnswer, "the login page of a hotel")
def _(stage: Stage) -> None:
    stage.service.always(
        answer(
            b"<html><title>Welcome to WiFi</title></html>", headers={"content-type": "text/html"}
        )
    )
    ask()


@case(BadAnswer, "a redirect")
def _(stage: Stage) -> None:
    stage.service.always(
        answer(b"", status=302, headers={"location": "https://login.example.com/"})
    )
    ask()


@case(ConnectionBroken, "an answer that breaks off")
def _(stage: Stage) -> None:
    stage.service.always(answer(*said("Half of it")[:-3]))
    asyncio.run(nbchat.send_chat_stream({"model": "kimi-k2.6", "messages": "Hi"}))


@case(NeedsConsent, "a tool that asks, where nobody is there")
def _(stage: Stage) -> None:
    with capture_output():
        ask_in_cell(stage.shell, parse_arguments("demo --tools run"), "Run `1 + 1`")


@case(Interrupted, "stopped by a signal")
def _(stage: Stage) -> None:
    signal = nbchat.AbortSignal()
    signal.abort("the user pressed Stop")
    asyncio.run(nbchat.send_chat_stream({"model": "demo", "messages": "Hi"}, signal))
