"""A process that dies in the middle of a map loses nothing that was answered."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

from nbchat.dataframes.here import MOST_AT_ONCE

from ..nightly import size
from ..waiting import until
from .rows_service import DEADLINE, RowsService

ROWS = size(600, nightly=20_000)
KILLS = size(3, nightly=20)


def test_kills_cost_no_more_than_what_was_on_its_way(provider: RowsService, tmp_path: Path) -> None:
    result = tmp_path / "result.json"
    moments = sorted(random.Random(7).sample(range(1, ROWS), KILLS))
    for moment in moments:
        process = start(result)
        until(partial(has_come_to, provider, moment), DEADLINE)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert not result.exists()

    assert start(result).wait(600) == 0

    assert json.loads(result.read_text()) == [f"[About row {n}?]" for n in range(ROWS)]
    assert len(provider.prompts) <= ROWS + KILLS * MOST_AT_ONCE
    assert len(set(provider.prompts)) == ROWS


def has_come_to(provider: RowsService, moment: int) -> bool:
    return provider.asked >= moment


def start(result: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.dataframes.killed_map", str(result), str(ROWS)]
    return subprocess.Popen(command, cwd=Path(__file__).parents[2])
