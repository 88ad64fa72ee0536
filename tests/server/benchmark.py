"""What a hop over HTTP costs: latency added to each delta, and streams a second.

    python -m tests.server.benchmark [--litellm /path/to/venv/bin/litellm]

A provider in a process of its own writes the time into every delta, so that one
clock measures the way through. In one run, one after the other: the bare engine in
this process, `nbchat serve`, and another OpenAI-compatible proxy where it is
installed. The machine should have nothing else to do; compare within a run only.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from nbchat.engine import Engine
from nbchat.messages import Text

from .running import TOKEN, RunningServer

PACED, GAP = 300, 0.005  # deltas of one stream, seconds between them
BURST, STREAMS, AT_ONCE = 50, 200, 20
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


# --- the provider ---------------------------------------------------------------------------


def event(text: str, finish: str | None = None) -> bytes:
    delta = {"content": text} if text else {}
    body: dict[str, Any] = {"id": "x", "object": "chat.completion.chunk", "created": 0, "model": "m"}
    body["choices"] = [{"index": 0, "delta": delta, "finish_reason": finish}]
    data = b"data: " + json.dumps(body).encode() + b"\n\n"
    return b"%x\r\n%b\r\n" % (len(data), data)


async def provide(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(asyncio.IncompleteReadError, ConnectionError):  # the client is done
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"content-length: (\d+)", head.lower())
            if not length:  # litellm looks around with GETs
                writer.write(b"HTTP/1.1 404 .\r\ncontent-length: 0\r\n\r\n")
                continue
            paced = b"paced" in await reader.readexactly(int(length[1]))
            writer.write(HEAD)
            for _ in range(PACED if paced else BURST):
                writer.write(event(f"{time.monotonic_ns()} "))
                await writer.drain()
                await asyncio.sleep(GAP if paced else 0)
            writer.write(event("", "stop") + b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n")
            await writer.drain()


async def provider() -> None:
    server = await asyncio.start_server(provide, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


# --- the clients -----------------------------------------------------------------------------


Ask = Callable[[str], Awaitable[list[float]]]  # a question; the milliseconds each delta took


def took(text: str) -> list[float]:
    now = time.monotonic_ns()
    return [(now - int(stamp)) / 1e6 for stamp in text.split()]


def through_engine(url: str) -> tuple[Engine, Ask]:
    engine = Engine()

    async def ask(question: str) -> list[float]:
        found: list[float] = []
        async with engine.stream("openai:m", question, base_url=f"{url}/v1", api_key="sk-bench") as stream:
            async for batch in stream.batches():
                found += took("".join(e.text for e in batch if isinstance(e, Text)))
        return found

    return engine, ask


def through_http(port: int, model: str, token: str) -> Ask:
    async def ask(question: str) -> list[float]:
        body = {"model": model, "messages": [{"role": "user", "content": question}], "stream": True}
        data = json.dumps(body).encode()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        lines = ["POST /v1/chat/completions HTTP/1.1", f"host: 127.0.0.1:{port}", f"authorization: Bearer {token}"]
        lines += ["content-type: application/json", f"content-length: {len(data)}", "connection: close", "", ""]
        writer.write("\r\n".join(lines).encode() + data)
        found: list[float] = []
        async for line in reader:
            if line.startswith(b"data: {"):
                for choice in json.loads(line[6:])["choices"]:
                    found += took(choice["delta"].get("content") or "")
        writer.close()
        return found

    return ask


async def measure(name: str, ask: Ask, pid: int | None) -> None:
    await ask("burst")
    latency = [ms for _ in range(3) for ms in await ask("paced")]
    assert len(latency) == 3 * PACED, len(latency)
    room = asyncio.Semaphore(AT_ONCE)
    cpu, started = cpu_seconds(pid), time.monotonic()

    async def one() -> None:
        async with room:
            assert len(await ask("burst")) == BURST

    await asyncio.gather(*(one() for _ in range(STREAMS)))
    seconds, cpu = time.monotonic() - started, cpu_seconds(pid) - cpu
    p50, p95 = statistics.median(latency), sorted(latency)[int(len(latency) * 0.95)]
    per_delta = cpu / (STREAMS * BURST) * 1e6
    print(f"{name:16} {p50:8.2f} {p95:8.2f} {STREAMS / seconds:12.1f} {per_delta:14.0f}")


def cpu_seconds(pid: int | None) -> float:
    """What a process has used; this one's for None."""
    if pid is None:
        return time.process_time()
    user, system = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


@contextmanager
def litellm(program: str, url: str) -> Any:
    """litellm's proxy with one model."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    model = {"model": "openai/m", "api_base": f"{url}/v1", "api_key": "sk-bench"}
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as config, tempfile.TemporaryFile("w+") as log:
        json.dump({"model_list": [{"model_name": "m", "litellm_params": model}]}, config)
        config.flush()
        command = [program, "--config", config.name, "--host", "127.0.0.1", "--port", str(port), "--num_workers", "1"]
        env = {**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True"}  # else it fetches one
        env["LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY"] = "true"
        process = subprocess.Popen(command, stdout=log, stderr=log, env=env)
        try:
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port)).close()
                    break
                except ConnectionRefusedError:
                    if process.poll() is not None:
                        log.seek(0)
                        raise SystemExit(f"litellm did not start:\n{log.read()[-1000:]}") from None
                    time.sleep(0.2)
            time.sleep(2)
            yield port, process.pid
        finally:
            process.terminate()
            process.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--litellm", help="the litellm program of a venv with litellm[proxy]")
    given = parser.parse_args()
    command = [
        sys.executable,
        "-c",
        "import asyncio; from tests.server.benchmark import provider; asyncio.run(provider())",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as serving:
        try:
            assert serving.stdout is not None
            compare(f"http://127.0.0.1:{serving.stdout.readline().strip()}", given.litellm)
        finally:
            serving.terminate()


def compare(url: str, other: str | None) -> None:
    print(f"{'':16} {'ms/delta':>8} {'p95':>8} {'streams/s':>12} {'CPU µs/delta':>14}", flush=True)

    async def bare() -> None:
        engine, ask = through_engine(url)
        await measure("engine", ask, None)
        await engine.aclose()

    asyncio.run(bare())
    flags = ("--rate", "1000000", "--concurrency", "1000")
    with RunningServer(*flags, OPENAI_BASE_URL=f"{url}/v1", OPENAI_API_KEY="sk-bench") as server:
        ask = through_http(server.port, "openai:m", TOKEN)
        asyncio.run(measure("nbchat serve", ask, server.process.pid))
    if other:
        with litellm(other, url) as (port, pid):
            asyncio.run(measure("litellm proxy", through_http(port, "m", "sk-any"), pid))


if __name__ == "__main__":
    main()
