"""From an interrupt inside a tool that sleeps to an idle kernel, and whether the turn is valid.

python -m tests.benchmarks.tool_interrupts

"""

from __future__ import annotations

import random
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from ..fakes.calls import called
from ..fakes.provider import Service, answer, said
from ..running_kernel import RunningKernel
from .interrupts import SILENT, p95, pressed

ROUNDS = 200
SETUP = """
import os, time, nbchat
os.environ.update(KIMI_API_KEY='benchmark', KIMI_BASE_URL='{url}/v1')
chat = nbchat.chat('tools')
def sleeper() -> str:
    "Sleeps."
    time.sleep(10)
"""
ASK = "chat.ask('Sleep', 'kimi-k2.6', tools=[sleeper])"
VALID = """
turn = chat.turns[-1]
print([part.content for part in turn.answer.parts if hasattr(part, 'content')], end=' ')
print(turn.answer.stop.reason, chat.ask('Go on', 'kimi-k2.6').text, end='')
"""


@dataclass
class Stopped:
    ours: list[float]  # milliseconds, sorted
    bare: list[float]  # of a cell that only sleeps
    valid: int  # turns whose tool was told interrupted, and after which the conversation goes on
    of: int


def measured(rounds: int = ROUNDS) -> Stopped:
    dice, found = random.Random(7), Stopped([], [], 0, rounds)
    with (
        Service() as service,
        tempfile.TemporaryDirectory() as folder,
        RunningKernel(cwd=Path(folder)) as kernel,
    ):
        service.always(answer(*said("Done.")))
        kernel.run("%load_ext nbchat")
        kernel.run(SETUP.format(url=service.url))
        for _ in range(rounds):
            wait = dice.uniform(0.2, 0.4)
            found.bare.append(pressed(kernel, kernel.start(SILENT), wait))
            service.plays(answer(*called(("sleeper", {}), round_=len(service.requests))))
            sent = len(service.requests)
            started = kernel.start(ASK)
            deadline = time.monotonic() + 20
            while len(service.requests) == sent and time.monotonic() < deadline:
                time.sleep(0.01)
            found.ours.append(pressed(kernel, started, wait))
            valid = "['interrupted by the user'] interrupted Done."
            found.valid += kernel.run(VALID).text == valid
    found.ours.sort()
    found.bare.sort()
    return found


if __name__ == "__main__":
    result = measured()
    ours, bare = p95(result.ours), p95(result.bare)
    print(f"p95 inside a tool {ours:.0f} ms, of a sleeping cell {bare:.0f} ms")
    print(f"longest {result.ours[-1]:.0f} ms; valid {result.valid} of {result.of}")
