"""How soon the stop button of a map has put what is done into its variable.

    python -m tests.benchmarks.stopped_rows

A server on this machine answers the first rows and ends no other answer. From the interrupt to
the end of the cell, in which `out` is bound, with 64 and with 256 requests on their way.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from ..fakes.provider import Service, answer, said
from ..running_kernel import RunningKernel

TIMES = 10
AT_ONCE = (64, 256)  # requests on their way
PROMISED = 0.3  # seconds
FIRST = 8  # rows that a map asks before all others, to know what it will take
MAP = """
try:
    nbchat.map(df, "What of {{text}}?", "kimi-k2.6", rate=100_000, at_once={0})
except Interrupted as stopped:
    out = stopped.result
"""


def seconds(kernel: RunningKernel, service: Service, at_once: int) -> float:
    """Of one stop, in the middle of a map."""
    service.requests.clear()
    service.plays(*[answer(*said("Well."))] * FIRST)
    rows = range(at_once + FIRST)
    kernel.run(f"df = pd.DataFrame({{'text': {rows}}}); os.environ['NBCHAT_HISTORY'] = 'off'")
    started = kernel.start(MAP.format(at_once))
    deadline = time.monotonic() + 60
    while len(service.requests) < len(rows) and time.monotonic() < deadline:
        time.sleep(0.01)
    pressed = time.monotonic()
    kernel.interrupt()
    kernel.finish(started)
    return time.monotonic() - pressed


def measured(times: int = TIMES) -> dict[int, list[float]]:
    """The seconds of each stop, in order of length, by how many were on their way."""
    with (
        Service() as service,
        tempfile.TemporaryDirectory() as folder,
        RunningKernel(cwd=Path(folder)) as kernel,
    ):
        service.always(answer(*said("Well ")[:1], hold=600))
        kernel.run(
            "%load_ext nbchat\nimport os, nbchat, pandas as pd\n"
            "from nbchat.errors import Interrupted\nos.environ.update("
            f"KIMI_API_KEY='benchmark', KIMI_BASE_URL='{service.url}/v1')"
        )
        return {
            at_once: sorted(seconds(kernel, service, at_once) for _ in range(times))
            for at_once in AT_ONCE
        }


def main() -> None:
    for at_once, took in measured().items():
        median, worst = 1000 * statistics.median(took), 1000 * took[-1]
        print(f"{at_once:4} on their way: {median:4.0f} ms, at most {worst:.0f} ms")


if __name__ == "__main__":
    main()
