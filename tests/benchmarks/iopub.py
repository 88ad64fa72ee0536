"""What streaming an answer costs on the wire.

Bytes, messages and kernel CPU, beside the tutorial's way.

    python -m tests.benchmarks.iopub

The same answer is streamed into a cell twice, at the same pace: by `%%chat`, and by
the usual eight lines that update a Markdown display at every chunk. Bytes are all
frames of all iopub messages of the cell.

"""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from ..fakes.provider import Service, said
from ..running_kernel import RunningKernel
from .answers import markdown, paced

PIECE = 5  # characters a chunk, about one token

NAIVE = """
import httpx2, json
from IPython.display import Markdown, display
handle, text = display(Markdown(""), display_id=True), ""
with httpx2.stream("POST", "{url}/v1/chat/completions", json={{}}, timeout=None) as response:
    for line in response.iter_lines():
        if line.startswith("data: {{"):
            for choice in json.loads(line[6:])["choices"]:
                if piece := choice["delta"].get("content"):
                    text += piece
                    handle.update(Markdown(text))
"""


@dataclass
class Cost:
    messages: int = 0
    bytes: int = 0
    cpu: float = 0.0  # seconds of the kernel process


def measured(kernel: RunningKernel, code: str) -> Cost:
    cpu = "import time; time.process_time()"
    before = float(kernel.run(cpu).text)
    socket = kernel.client.iopub_channel.socket
    started, cost, idle = kernel.start(code), Cost(), False
    while not idle:
        frames = socket.recv_multipart()
        cost.messages += 1
        cost.bytes += sum(map(len, frames))
        idle = b'"idle"' in frames[-1] and started.encode() in frames[4] + frames[3] + frames[5]
    kernel.client.get_shell_msg(timeout=60)
    cost.cpu = float(kernel.run(cpu).text) - before
    return cost


def row(name: str, cost: Cost, size: int) -> str:
    sent = f"{cost.messages:6} messages  {cost.bytes / 1e6:7.3f} MB  {cost.bytes / size:8.1f}x"
    return f"  {name:12} {sent}  {cost.cpu:5.2f} s CPU"


def costs(characters: int, seconds: float) -> tuple[Cost, Cost]:
    """Of the same answer by `%%chat`, and by an update at every chunk."""
    text = markdown(characters)
    pieces = [text[at : at + PIECE] for at in range(0, len(text), PIECE)]
    with (
        Service() as service,
        tempfile.TemporaryDirectory() as folder,
        RunningKernel(cwd=Path(folder)) as kernel,
    ):
        service.always(paced(said(*pieces), seconds))
        kernel.run("%load_ext nbchat")
        kernel.run(
            "import os; os.environ.update("
            f"KIMI_API_KEY='benchmark', KIMI_BASE_URL='{service.url}/v1')"
        )
        kernel.run("%%chat demo\nwarm up")
        time.sleep(1)
        return measured(kernel, "%%chat kimi-k2.6\nGo"), measured(
            kernel, NAIVE.format(url=service.url)
        )


def compare(characters: int, seconds: float) -> None:
    ours, naive = costs(characters, seconds)
    print(
        f"{characters:,} characters, {characters // PIECE:,} pieces over {seconds:g} s"
        " (x: times the answer)"
    )
    print(row("%%chat", ours, characters))
    print(row("per chunk", naive, characters))
    print(
        f"  ratio        {naive.messages / ours.messages:6.1f}"
        f"           {naive.bytes / ours.bytes:7.1f}\n"
    )


if __name__ == "__main__":
    compare(10_000, 40.0)
    compare(20_000, 10.0)
