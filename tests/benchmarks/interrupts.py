"""From an interrupt to an idle kernel while the provider is silent.

And whether what was shown was kept.

python -m tests.benchmarks.interrupts

"""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from ..fakes.provider import Request, Service, said
from ..running_kernel import RunningKernel

ROUNDS = 40
SILENT = "import time; time.sleep(60)"


@dataclass
class Stopped:
    ours: list[float]  # milliseconds, sorted
    bare: list[float]  # of a cell that only sleeps
    kept: int  # partial answers shown and stored alike, after which the conversation goes on
    of: int


async def silent(request: Request, writer: asyncio.StreamWriter) -> None:
    """A few words, then nothing."""
    writer.write(
        b"HTTP/1.1 200 .\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    )
    for chunk in said("some ", "words ")[:3]:
        writer.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
    await writer.drain()
    await asyncio.sleep(60)


def pressed(kernel: RunningKernel, started: str, seconds: float) -> float:
    kernel.wait_for(started, "execute_input")
    time.sleep(seconds)
    at = time.monotonic()
    kernel.interrupt()
    kernel.last = kernel.finish(started)  # type: ignore[attr-defined]
    return (time.monotonic() - at) * 1000


def measured(rounds: int = ROUNDS) -> Stopped:
    dice, found = random.Random(7), Stopped([], [], 0, rounds)
    with (
        Service() as service,
        tempfile.TemporaryDirectory() as folder,
        RunningKernel(cwd=Path(folder)) as kernel,
    ):
        service.always(silent)
        kernel.run("%load_ext nbchat")
        kernel.run(
            "import os; os.environ.update("
            f"KIMI_API_KEY='benchmark', KIMI_BASE_URL='{service.url}/v1')"
        )
        kernel.run("%%chat demo\nwarm up")
        kernel.run("import nbchat; chat = nbchat.chat('stopped')")
        for round_ in range(rounds):
            wait = dice.uniform(0.4, 0.7)
            found.bare.append(pressed(kernel, kernel.start(SILENT), wait))
            found.ours.append(
                pressed(kernel, kernel.start("%%chat kimi-k2.6 --name stopped\nTalk"), wait)
            )
            shown = [o["data"]["text/plain"] for o in kernel.last.outputs if "data" in o]  # type: ignore[attr-defined]
            code = (
                "print(len(chat.turns),"
                " repr(chat.turns[-1].answer.text if chat.turns else ''), end='')"
            )
            found.kept += kernel.run(code).text == f"{round_ + 1} {(shown or [''])[-1]!r}"
        roles = "[m['role'] for m in json.loads(b)['messages']]"
        body = service.requests[-1].body.decode()
        said_roles = kernel.run(f"import json; b = {body!r}; print({roles}, end='')").text
        assert said_roles.count("user") == said_roles.count("assistant") + 1, said_roles
    found.ours.sort()
    found.bare.sort()
    return found


def p95(times: list[float]) -> float:
    return times[min(len(times) - 1, int(len(times) * 0.95))]


if __name__ == "__main__":
    result = measured()
    print(f"p95 of %%chat {p95(result.ours):.0f} ms, of a sleeping cell {p95(result.bare):.0f} ms")
    print(f"kept {result.kept} of {result.of}")
