"""What a hop over HTTP costs, beside the bare engine and another OpenAI-compatible proxy.

    python -m tests.benchmarks.server [--litellm VENV/bin/litellm] [--rounds 3]

A provider in a process of its own writes the time into every delta, so that one
clock measures the whole way. Everybody is measured in turns within each round; the
numbers are medians over the rounds, and only ratios within one run mean something.

    ms/delta     from the provider's write to the client's hands, deltas 5 ms apart
    streams/s    of 50 deltas each, 20 at once
    CPU          of the process in between, for each delta
    slow reader  p95 of the time to the first words for 100 clients, beside one who
                 reads 1 KiB/s of an endless answer, over the same without that one
    left         ms until the provider's connection is closed after a client has gone

litellm is not a dependency: make a venv anywhere, `pip install "litellm[proxy]"` in
it, and name its program with --litellm or NBCHAT_LITELLM.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from nbchat.engine.engine import Engine
from nbchat.messages import Text

from ..frontends.server.running import TOKEN, RunningServer
from .timed_provider import BURST, PACED, running_provider

STREAMS, AT_ONCE, CLIENTS, LEAVE = 200, 20, 100, 20


# --- who is measured ----------------------------------------------------------------------------


@dataclass
class Way:
    """A way to the provider: the engine in this process, or a port that speaks OpenAI's format."""

    name: str
    pid: int
    port: int = 0
    model: str = ""
    token: str = ""
    engine: Engine | None = None
    found: dict[str, list[float]] = field(default_factory=dict)

    async def ask(self, question: str) -> list[float]:
        """The milliseconds that each delta took."""
        words: list[float] = []
        if self.engine:
            async with self.engine.stream(self.model, question) as stream:
                async for batch in stream.batches():
                    words += took("".join(e.text for e in batch if isinstance(e, Text)))
            return words
        reader, writer = await self.open(question)
        async for line in reader:
            if line.startswith(b"data: {"):
                for choice in json.loads(line[6:])["choices"]:
                    words += took(choice["delta"].get("content") or "")
        writer.close()
        return words

    async def open(
        self, question: str, limit: int = 2**16
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        body = {
            "model": self.model,
            "messages": [{"role": "user", "content": question}],
            "stream": True,
        }
        data = json.dumps(body).encode()
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=limit)
        lines = [
            "POST /v1/chat/completions HTTP/1.1",
            f"host: 127.0.0.1:{self.port}",
            "connection: close",
        ]
        lines += [f"authorization: Bearer {self.token}", "content-type: application/json"]
        writer.write("\r\n".join([*lines, f"content-length: {len(data)}", "", ""]).encode() + data)
        return reader, writer

    def note(self, name: str, value: float) -> None:
        self.found.setdefault(name, []).append(value)

    def median(self, name: str) -> float:
        return statistics.median(self.found.get(name, [float("nan")]))


def took(text: str) -> list[float]:
    now = time.monotonic_ns()
    return [(now - int(stamp)) / 1e6 for stamp in text.split()]


def p95(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]


def cpu_seconds(pid: int) -> float:
    if pid == os.getpid():
        return time.process_time()
    user, system = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


# --- what is measured ----------------------------------------------------------------------------


async def deltas(way: Way) -> None:
    await way.ask("burst")  # warm
    latency = await way.ask("paced")
    assert len(latency) == PACED, len(latency)
    way.note("ms", statistics.median(latency))
    way.note("p95", p95(latency))


async def streams(way: Way) -> None:
    room = asyncio.Semaphore(AT_ONCE)

    async def one() -> None:
        async with room:
            assert len(await way.ask("burst")) == BURST

    cpu, started = cpu_seconds(way.pid), time.monotonic()
    await asyncio.gather(*(one() for _ in range(STREAMS)))
    way.note("rate", STREAMS / (time.monotonic() - started))
    way.note("cpu", (cpu_seconds(way.pid) - cpu) / (STREAMS * BURST) * 1e6)


async def fairness(way: Way) -> None:
    async def first() -> float:
        started = time.monotonic()
        reader, writer = await way.open("burst")
        await reader.readuntil(b'"content"')
        seconds = time.monotonic() - started
        await reader.read()
        writer.close()
        return seconds

    async def trickle(reader: asyncio.StreamReader) -> None:
        while await reader.read(1024):
            await asyncio.sleep(1)

    async def crowd() -> float:
        return p95(await asyncio.gather(*(first() for _ in range(CLIENTS))))

    alone, beside = [], []
    for _ in range(3):
        alone.append(await crowd())
        reader, writer = await way.open("flood", limit=1024)
        reading = asyncio.create_task(trickle(reader))
        await asyncio.sleep(0.5)
        beside.append(await crowd())
        reading.cancel()
        writer.transport.abort()
    way.note("slow", statistics.median(beside) / statistics.median(alone))


async def leaving(way: Way, giving: Callable[[], Awaitable[int]]) -> None:
    waits = []
    for _ in range(LEAVE):
        reader, writer = await way.open("endless")
        await reader.readuntil(b'"content"')
        writer.transport.abort()
        started = time.monotonic()
        while await giving() and time.monotonic() - started < 10:
            await asyncio.sleep(0.001)
        waits.append((time.monotonic() - started) * 1000)
    way.note("left", max(waits))


async def measure(ways: list[Way], provider: int, rounds: int) -> None:
    async def giving() -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", provider)
        writer.write(b"GET / HTTP/1.1\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")
        count = int(await reader.read(16))
        writer.close()
        return count

    for way in ways * rounds:
        await deltas(way)
        await streams(way)
        if way.port:
            await fairness(way)
            await leaving(way, giving)


# --- the processes -------------------------------------------------------------------------------


@contextmanager
def litellm(program: str | None, url: str) -> Iterator[list[Way]]:
    """litellm's proxy with one model and one worker; nobody where its program is not named."""
    if not program:
        print(
            'litellm is left out: pip install "litellm[proxy]" in a venv,'
            " and name its program with --litellm."
        )
        yield []
        return
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    model = {"model": "openai/m", "api_base": f"{url}/v1", "api_key": "sk-bench"}
    with (
        tempfile.NamedTemporaryFile("w", suffix=".yaml") as config,
        tempfile.TemporaryFile("w+") as log,
    ):
        json.dump({"model_list": [{"model_name": "m", "litellm_params": model}]}, config)
        config.flush()
        command = [
            program,
            "--config",
            config.name,
            "--host",
            "127.0.0.1",
            "--port",
            str(port),
            "--num_workers",
            "1",
        ]
        env = {**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True"}  # else it fetches one
        env["LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY"] = "true"
        process = subprocess.Popen(command, stdout=log, stderr=log, env=env)
        try:
            while process.poll() is None and not listens(port):
                time.sleep(0.2)
            if process.poll() is not None:
                log.seek(0)
                raise SystemExit(f"litellm did not start:\n{log.read()[-1000:]}")
            yield [Way("litellm proxy", process.pid, port, "m", "sk-any")]
        finally:
            process.terminate()
            process.wait()


def listens(port: int) -> bool:
    with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
        return True
    return False


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--litellm",
        default=os.environ.get("NBCHAT_LITELLM"),
        help="the litellm program of some venv",
    )
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with running_provider() as port:
        url = f"http://127.0.0.1:{port}"
        known = {"OPENAI_BASE_URL": f"{url}/v1", "OPENAI_API_KEY": "sk-bench"}
        os.environ.update(known)
        engine = Way("engine", os.getpid(), model="openai:m", engine=Engine())
        flags = ("--rate", "1000000", "--concurrency", "1000")
        with RunningServer(*flags, **known) as server, litellm(given.litellm, url) as others:
            ours = Way("nbchat serve", server.process.pid, server.port, "openai:m", TOKEN)
            ways = [engine, ours, *others]
            asyncio.run(measure(ways, port, given.rounds))
    show(ways)


def show(ways: list[Way]) -> None:
    columns = {
        "ms": "ms/delta",
        "p95": "p95",
        "rate": "streams/s",
        "cpu": "CPU µs/delta",
        "slow": "slow reader",
    }
    columns |= {"left": "left ms"}
    print("\n" + " " * 14 + "".join(f"{title:>14}" for title in columns.values()))
    for way in ways:
        cells = [f"{way.median(name):.2f}" if name in way.found else "-" for name in columns]
        print(f"{way.name:14}" + "".join(f"{cell:>14}" for cell in cells))
    engine, *hops = ways
    print()
    for way in hops:
        added, cpu = (
            way.median("ms") - engine.median("ms"),
            way.median("cpu") / engine.median("cpu"),
        )
        rate = way.median("rate") / engine.median("rate")
        print(
            f"{way.name}: {added:.2f} ms more a delta, {cpu:.1f}x the engine's CPU,"
            f" {rate:.2f}x its streams/s"
        )


if __name__ == "__main__":
    main()
