"""What a tool costs that prints 5 MB: bytes on iopub, and memory that the kernel keeps.

    python -m tests.benchmarks.tool_output

Beside it a cell prints the same. The memory is that of the process after some such tools, more
than after the first.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from ..fakes.calls import called
from ..fakes.provider import Service, answer, said
from ..running_kernel import RunningKernel
from .iopub import measured as traffic

SIZE = 5_000_000  # bytes that are printed
ROUNDS = 10
PRINTS = "for _ in range(50_000): print('x' * 99)"
SETUP = """
import gc, os, nbchat
os.environ.update(KIMI_API_KEY='benchmark', KIMI_BASE_URL='{url}/v1')
def resident():
    gc.collect()
    return int(open('/proc/self/statm').read().split()[1]) * os.sysconf('SC_PAGE_SIZE')
"""
ASK = "answer = nbchat.ask('kimi-k2.6', 'Go', tools=[nbchat.tools.run], approve=lambda call: True)"


@dataclass
class Cost:
    tool: int  # bytes on iopub
    cell: int  # of a cell that prints the same
    tool_memory: float  # bytes more for each round
    cell_memory: float


def measured(rounds: int = ROUNDS) -> Cost:
    with (
        Service() as service,
        tempfile.TemporaryDirectory() as folder,
        RunningKernel(cwd=Path(folder)) as kernel,
    ):
        service.always(answer(*said("Done.")))
        kernel.run("%load_ext nbchat")
        kernel.run(SETUP.format(url=service.url))

        def asked() -> int:
            call = ("run", {"code": PRINTS})
            service.plays(answer(*called(call, round_=len(service.requests))))
            return traffic(kernel, ASK).bytes

        def printed() -> int:
            return traffic(kernel, PRINTS).bytes

        costs = []
        for once in (asked, printed):
            once()
            before = int(kernel.run("resident()").text)
            sent = [once() for _ in range(rounds)]
            grown = int(kernel.run("resident()").text) - before
            costs.append((max(sent), grown / rounds))
        (tool, tool_memory), (cell, cell_memory) = costs
        return Cost(tool, cell, tool_memory, cell_memory)


if __name__ == "__main__":
    cost = measured()
    for name, sent, kept in (
        ("a tool", cost.tool, cost.tool_memory),
        ("a cell", cost.cell, cost.cell_memory),
    ):
        print(f"{name} that prints 5 MB: {sent / 1e3:,.1f} kB sent, {kept / 1e3:,.0f} kB kept")
