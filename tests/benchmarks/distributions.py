"""How many distributions nbchat adds to an environment that has JupyterLab, as pip resolves both.

python -m tests.benchmarks.distributions
"""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import requires


def resolved(*wanted: str) -> set[str]:
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--dry-run",
        "--ignore-installed",
        "--quiet",
        "--report",
        "-",
    ]
    ran = subprocess.run([*command, *wanted], capture_output=True, text=True, timeout=300)
    if ran.returncode:
        raise RuntimeError(
            ran.stderr.strip().splitlines()[-1] if ran.stderr.strip() else "pip failed"
        )
    return {row["metadata"]["name"].lower() for row in json.loads(ran.stdout)["install"]}


def measured() -> tuple[set[str], int]:
    """What is added, nbchat itself among it, and how many JupyterLab has."""
    core = [line for line in requires("nbchat") or () if "extra ==" not in line]
    lab = resolved("jupyterlab")
    return (resolved("jupyterlab", *core) - lab) | {"nbchat"}, len(lab)


if __name__ == "__main__":
    added, there = measured()
    print(f"{len(added)} more than JupyterLab's {there}: {', '.join(sorted(added))}")
