"""CPU of the engine per 1,000 deltas, beside a bare socket that does the least possible.

    python -m tests.benchmarks.engine_cpu [--runs 3]

Every row is measured in a process of its own against a server in another. The
floor reads with `loop.sock_recv`, takes the HTTP chunks apart, splits at blank
lines and parses the JSON; it checks nothing and understands nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator

from pydantic_core import from_json

BURST, PACED, STREAMS, EACH = (
    20_000,
    2_000,
    200,
    100,
)  # deltas, deltas, streams at once, deltas of each
GAP = 0.001  # seconds between paced deltas


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def event(number: int) -> bytes:
    value = {
        "id": "chatcmpl-9xvM3QeHtXk2nB7pWcR1yZ",
        "object": "chat.completion.chunk",
        "created": 1790000000,
        "model": "some-model-2026-09-01",
        "system_fingerprint": "fp_9b0d1a2c3e",
        "choices": [{"index": 0, "delta": {"content": f" word{number:06}"}, "finish_reason": None}],
    }
    return chunk(b"data: " + json.dumps(value, separators=(",", ":")).encode() + b"\n\n")


HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
TAIL = chunk(b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n') + chunk(
    b"data: [DONE]\n\n"
)


# --- the server ------------------------------------------------------------------------------


async def serve() -> None:
    async def client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = next(
                    line
                    for line in head.lower().split(b"\r\n")
                    if line.startswith(b"content-length:")
                )
                await reader.readexactly(int(length.split(b":")[1]))
                count = int(head.split(b" ")[1].split(b"/")[1])
                writer.write(HEAD)
                if b"/paced" in head:
                    for number in range(count):
                        writer.write(event(number))
                        await asyncio.sleep(GAP)
                else:
                    writer.write(b"".join(map(event, range(count))))
                writer.write(TAIL + b"0\r\n\r\n")
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(client, "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


# --- the clients: each reads `count` deltas and returns how many characters they held ---------


async def floor(port: int, count: int, way: str) -> int:
    import socket

    loop = asyncio.get_running_loop()
    sock = socket.socket()
    sock.setblocking(False)
    await loop.sock_connect(sock, ("127.0.0.1", port))
    await loop.sock_sendall(
        sock, f"POST /{count}/{way} HTTP/1.1\r\ncontent-length: 2\r\n\r\n{{}}".encode()
    )
    raw = b""
    while b"\r\n\r\n" not in raw:
        raw += await loop.sock_recv(sock, 65536)
    raw, body, size, done = raw.split(b"\r\n\r\n", 1)[1], b"", 0, False
    while not done:
        at, pieces = 0, [body]
        while not done and (end := raw.find(b"\r\n", at)) >= 0:
            length = int(raw[at:end], 16)
            if len(raw) < end + length + 4:
                break
            pieces.append(raw[end + 2 : end + 2 + length])
            at = end + length + 4
            done = length == 0
        *events, body = b"".join(pieces).split(b"\n\n")
        for one in events:
            if one != b"data: [DONE]":
                size += len(from_json(one[6:])["choices"][0]["delta"].get("content") or "")
        raw = raw[at:] if done else raw[at:] + await loop.sock_recv(sock, 65536)
    sock.close()
    return size


async def engine(port: int, count: int, way: str) -> int:
    """`Engine.stream`, on the loop that reads it: what the panel and the server use."""
    from nbchat.runtime import current

    stream = current().source.stream(
        "openai:gpt-4o",
        "hi",
        base_url=f"http://127.0.0.1:{port}/{count}/{way}",
        wire="openai-chat",
        api_key="k",
    )
    return await _size(stream)


async def public(port: int, count: int, way: str) -> int:
    """`nbchat.stream`: the same through the engine's thread."""
    import nbchat

    stream = nbchat.stream(
        "openai:gpt-4o",
        "hi",
        base_url=f"http://127.0.0.1:{port}/{count}/{way}",
        wire="openai-chat",
        api_key="k",
    )
    return await _size(stream)


async def _size(stream: object) -> int:
    from nbchat import Stop, Text

    size = 0
    async for event in stream:  # type: ignore[attr-defined]
        if type(event) is Text:
            size += len(event.text)
        elif type(event) is Stop:
            assert event.reason == "end", event
    return size


CLIENTS = {"floor": floor, "engine": engine, "nbchat.stream": public}


async def measure(name: str, port: int, way: str) -> float:
    """Milliseconds of CPU per 1,000 deltas."""
    client = CLIENTS[name]
    await client(port, 10, "burst")  # imports and the first connection
    count, times = {"burst": (BURST, 1), "paced": (PACED, 1), "200 at once": (EACH, STREAMS)}[way]
    before = time.process_time()
    sizes = await asyncio.gather(*(client(port, count, way.split(" ")[0]) for _ in range(times)))
    spent = time.process_time() - before
    assert set(sizes) == {count * len(" word000000")}, sizes
    return spent / (count * times) * 1e6


# --- the table ------------------------------------------------------------------------------------


def _child(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.benchmarks.engine_cpu", *arguments]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONHASHSEED": "0"}
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--measure", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        asyncio.run(serve())
        return
    if given.measure:
        name, port, way = given.measure
        print(asyncio.run(measure(name, int(port), way)))
        return
    print(f"{'ms of CPU per 1,000 deltas':28}" + "".join(f"{name:>22}" for name in CLIENTS))
    for way, best in measured(given.runs):
        shown = "".join(f"{ms:>13.2f} ({ms / best['floor']:5.1f}x)" for ms in best.values())
        print(f"{way:28}{shown}", flush=True)


def measured(runs: int) -> Iterator[tuple[str, dict[str, float]]]:
    """By way of sending, milliseconds of CPU per 1,000 deltas of each client."""
    server = _child("--serve")
    assert server.stdout
    port = server.stdout.readline().strip()
    try:
        for way in ("burst", "paced", "200 at once"):
            rows: dict[str, list[float]] = {name: [] for name in CLIENTS}
            for _ in range(runs):
                for name in CLIENTS:  # in turn, so that the machine's load meets all alike
                    out, _ = _child("--measure", name, port, way).communicate()
                    rows[name].append(float(out))
            yield way, {name: statistics.median(times) for name, times in rows.items()}
    finally:
        server.kill()
        server.wait()


if __name__ == "__main__":
    main()
