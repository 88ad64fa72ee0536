"""What `%load_ext nbchat` costs over a bare IPython, in CPU milliseconds of fresh processes.

    python -m tests.benchmarks.loading

Beside it what the first chat waits for where nothing was warmed, and the modules
that loading brings in.
"""

from __future__ import annotations

import subprocess
import sys
from statistics import median

ROUNDS = 9

BARE = """
import sys, time
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.Completer
before, modules = time.process_time(), len(sys.modules)
{work}
print((time.process_time() - before) * 1000, len(sys.modules) - modules)
"""

WORK = {
    "nothing": "",
    "%load_ext nbchat": "shell.run_line_magic('load_ext', 'nbchat')",
    "import json, asyncio": "import json, asyncio",
    "the first chat, nothing warmed": "import nbchat; nbchat.ask('demo', 'what did I just ask?')",
    "import httpx2, pydantic": "import httpx2, pydantic; pydantic.BaseModel",
    "import openai": "import openai",
}


def once(work: str) -> tuple[float, int]:
    ran = subprocess.run(
        [sys.executable, "-c", BARE.format(work=work)], capture_output=True, text=True, check=True
    )
    milliseconds, modules = ran.stdout.split()[-2:]
    return float(milliseconds), int(modules)


def measured(rounds: int = ROUNDS) -> list[dict[str, tuple[float, int]]]:
    return [{name: once(work) for name, work in WORK.items()} for _ in range(rounds)]


def main() -> None:
    rounds = measured()
    reference = median(r["import httpx2, pydantic"][0] for r in rounds)
    for name in WORK:
        cpu = median(r[name][0] for r in rounds)
        print(
            f"{name:32} {cpu:7.1f} ms CPU  {cpu / reference:5.2f}x  {rounds[0][name][1]:4} modules"
        )


if __name__ == "__main__":
    main()
