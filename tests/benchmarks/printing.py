"""What a cell that prints much costs more with the extension loaded, in CPU of the kernel.

    python -m tests.benchmarks.printing

10 MB are printed in three ways, in one kernel that has nbchat loaded in every other run.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from ..running_kernel import RunningKernel

ROUNDS = 15
SIZE = 10_000_000  # bytes that are printed
MOST = 1.03  # times as much CPU as without

TIMED = "import time; _before = time.process_time()\n{work}\nprint(end='', flush=True)\n"
# What is preloaded on a thread once the loading cell has ended is none of what printing costs.
WARMED = (
    "import threading\n"
    "for thread in threading.enumerate():\n"
    "    if thread.name == 'nbchat-preload': thread.join()\n"
)
ASKED = "time.process_time() - _before"

WORK = {
    "1,000 prints of 10 kB": "for _ in range(1000): print('x' * 9_999)",
    "100,000 prints of 100 B": "for _ in range(100_000): print('x' * 99)",
    "1,000 flushed prints of 10 kB": "for _ in range(1000): print('x' * 9_999, flush=True)",
}


def once(kernel: RunningKernel, work: str) -> float:
    """Seconds of CPU of the kernel, all of its threads, for one cell."""
    assert kernel.run(TIMED.format(work=work)).status == "ok"
    return float(kernel.run(ASKED).text)


def ratios(rounds: int = ROUNDS) -> dict[str, float]:
    """How many times as much CPU each way of printing takes with the extension."""
    with (
        tempfile.TemporaryDirectory() as folder,
        RunningKernel(cwd=Path(folder)) as kernel,
    ):
        return {name: ratio(kernel, work, rounds) for name, work in WORK.items()}


def ratio(kernel: RunningKernel, work: str, rounds: int) -> float:
    """The least of many runs with nbchat by the least without: what else runs only adds to it."""
    times: dict[bool, list[float]] = {True: [], False: []}
    for number in range(rounds):
        for loaded in (True, False) if number % 2 else (False, True):
            kernel.run("%load_ext nbchat" if loaded else "%unload_ext nbchat")
            kernel.run(WARMED)
            times[loaded].append(once(kernel, work))
            kernel.run("get_ipython().history_manager.outputs.clear()")
    return min(times[True]) / min(times[False])


def main() -> None:
    for name, found in ratios().items():
        more, most = (found - 1) * 100, (MOST - 1) * 100
        verdict = "yes" if found <= MOST else "NO"
        print(f"{name:30} {more:+6.1f} % CPU   at most +{most:.0f} %  {verdict}")


if __name__ == "__main__":
    main()
