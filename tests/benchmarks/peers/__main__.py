"""Measure the peers, each in an environment of its own, and write `measured.json`.

    python -m tests.benchmarks.peers [NAME …] [--folder FOLDER] [--seconds 40]

Without names all are measured. What cannot be installed or does not load keeps what was found
before, with that day. Environments stay in FOLDER, where one is named, for the next run.
The README's table is written from the file by `python -m tests.refresh_pages`.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from .environment import Environment
from .measures import Column, measure
from .table import PEERS, Peer

MEASURED = Path(__file__).with_name("measured.json")
NAMES = [peer.name for peer in PEERS]
ROUNDS = 5


def environments(names: list[str], folder: Path) -> tuple[dict[str, Environment], Environment, int]:
    """One for each that can be installed, one with `openai`, and the packages of ipykernel."""
    plain, reference = Environment(folder / "ipykernel"), Environment(folder / "openai")
    plain.install("ipykernel")
    reference.install("ipykernel", "openai")
    made = {}
    for peer in PEERS:
        if peer.name in names:
            try:
                made[peer.name] = Environment(folder / peer.name)
                made[peer.name].install("ipykernel", *peer.install)
            except RuntimeError as error:
                print(f"{peer.name}: {error}")
                del made[peer.name]
    return made, reference, plain.packages()


def loads(made: dict[str, Environment], reference: Environment) -> dict[str, float]:
    """The CPU of loading each, times that of `import openai` in the same rounds."""
    work = {peer.name: peer.work for peer in PEERS}
    found: dict[str, list[float]] = {name: [] for name in [*made, "openai", "nothing"]}
    for _ in range(ROUNDS):
        found["openai"].append(reference.load("import openai"))
        found["nothing"].append(reference.load(""))
        for name, environment in made.items():
            found[name].append(environment.load(work[name]))
    middle = {name: median(times) for name, times in found.items()}
    whole = middle["openai"] - middle["nothing"]
    return {name: round((middle[name] - middle["nothing"]) / whole, 3) for name in made}


def column(
    peer: Peer, environment: Environment, load: float, folder: Path, seconds: float
) -> Column:
    with tempfile.TemporaryDirectory(dir=folder) as place:
        found = measure(peer, environment, Path(place), seconds)
    return Column(loading=load, measured_on=time.strftime("%Y-%m-%d"), **found)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}")
    parser.add_argument("--folder", type=Path, help="where the environments are, or will be")
    parser.add_argument("--seconds", type=float, default=40.0, help="of the long answer")
    given = parser.parse_args()
    if unknown := set(given.names).difference(NAMES):
        parser.error(f"nobody is called {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    names = given.names or NAMES
    with tempfile.TemporaryDirectory() as temporary:
        folder = (given.folder or Path(temporary)).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        made, reference, alone = environments(names, folder)
        load = loads(made, reference)
        measured: dict[str, Any] = json.loads(MEASURED.read_text("utf-8"))
        measured["ipykernel"] = alone
        for peer in PEERS:
            if peer.name not in made:
                continue
            try:
                now = column(peer, made[peer.name], load[peer.name], folder, given.seconds)
            except Exception as error:  # what cannot be measured leaves the others
                print(f"{peer.name} keeps what was found before: {error}")
                continue
            measured["peers"][peer.name] = now.as_json()
            MEASURED.write_text(json.dumps(measured, indent=2) + "\n", "utf-8")
            print(peer.name, json.dumps(now.as_json()), flush=True)


if __name__ == "__main__":
    main()
