"""How long the first words take from the provider's socket to the front-end's.

It is shown beside a bare update loop.

    python -m tests.benchmarks.first_text

Provider and front-end are this process, so both ends are read off one clock.

"""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path
from statistics import median

from ..fakes.provider import Request, Service, said
from ..running_kernel import RunningKernel
from .iopub import NAIVE

ROUNDS = 15
WORD = "firstword"


def once(kernel: RunningKernel, sent: list[float], code: str) -> float:
    """Milliseconds from the first byte of text sent to the message that shows it."""
    sent.clear()
    started, socket, came = kernel.start(code), kernel.client.iopub_channel.socket, 0.0
    while True:
        frames = socket.recv_multipart()
        if not came and sent and WORD.encode() in frames[-1] and b"execute_input" not in frames[3]:
            came = time.monotonic()
        if b'"idle"' in frames[-1] and started.encode() in b"".join(frames[3:6]):
            break
    kernel.client.get_shell_msg(timeout=60)
    return (came - sent[0]) * 1000


def measured(rounds: int = ROUNDS) -> tuple[float, float]:
    """By `%%chat`, and by a loop that updates a Markdown display at every chunk; medians."""
    sent: list[float] = []
    head, *rest = said(f"{WORD} ", "and ", "more.")

    async def play(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(
            b"HTTP/1.1 200 .\r\ncontent-type: text/event-stream\r\n"
            b"transfer-encoding: chunked\r\n\r\n"
        )
        await asyncio.sleep(0.3)
        for number, chunk in enumerate((head, *rest)):
            writer.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
            await writer.drain()
            if WORD.encode() in chunk:
                sent.append(time.monotonic())
            await asyncio.sleep(0.3 if number < 2 else 0)
        writer.write(b"0\r\n\r\n")

    with (
        Service() as service,
        tempfile.TemporaryDirectory() as folder,
        RunningKernel(cwd=Path(folder)) as kernel,
    ):
        service.always(play)
        kernel.run("%load_ext nbchat")
        kernel.run(
            "import os; os.environ.update("
            f"KIMI_API_KEY='benchmark', KIMI_BASE_URL='{service.url}/v1')"
        )
        ways = ("%%chat kimi-k2.6\nGo", NAIVE.format(url=service.url))
        for code in ways:
            once(kernel, sent, code)  # imports
        found = [[once(kernel, sent, code) for code in ways] for _ in range(rounds)]
    ours, bare = (median(times) for times in zip(*found, strict=True))
    return ours, bare


if __name__ == "__main__":
    ours, naive = measured()
    print(
        f"first text on iopub, ms after it was sent: %%chat {ours:.1f},"
        f" a bare update loop {naive:.1f}"
    )
