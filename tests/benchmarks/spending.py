"""How long it takes to say what was spent, where the history holds a million requests.

    python -m tests.benchmarks.spending [REQUESTS]

A year of 4,000 conversations in 40 notebooks, each with seven models. Beside it, the same sum made
of the rows of the requests themselves.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from nbchat.events import Usage
from nbchat.middleware.spending import Spending
from nbchat.store import spent_rows
from nbchat.store.database import Database
from nbchat.store.schema import transaction
from nbchat.store.spent_rows import Spent
from nbchat.streams import SpentBy

PROMISED = 0.3  # seconds
REQUESTS = 1_000_000
BEGIN, DAY = 1.7e9, 86_400.0
OF_THE_ROWS = "SELECT model, provider, currency, sum(input), sum(cost) FROM spent GROUP BY 1, 2, 3"


def requests(count: int) -> Iterator[Spent]:
    for number in range(count):
        day, talk = number * 365 // count, number * 4000 // count
        by = SpentBy(f"id {talk}", f"talk {talk}", f"turn {number}")
        model, usage = f"model-{number % 7}", Usage(1200, 300, cached=1000)
        spending = Spending(by, model, "kimi", usage, 0.002, "USD")
        yield Spent(spending, BEGIN + day * DAY, f"k{talk}", f"/me/{talk % 40}.ipynb")


def seconds_for(count: int) -> tuple[float, float]:
    """For `%chat usage all`, and for the same sum of the rows."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(Path(folder) / "history.sqlite", "kernel")
        connection = database._open()
        with transaction(connection):
            rows = requests(count)
            while some := [*islice(rows, 10_000)]:
                spent_rows.put(connection, some)
        begun = time.perf_counter()
        (*sums,) = database.spent_sums("model", "")
        ours = time.perf_counter() - begun
        assert sum(one.requests for one in sums) == count
        begun = time.perf_counter()
        connection.execute(OF_THE_ROWS).fetchall()
        of_the_rows = time.perf_counter() - begun
        database.close()
    return ours, of_the_rows


def main(count: int) -> None:
    ours, of_the_rows = seconds_for(count)
    print(f"{count:,} requests: {ours * 1000:.0f} ms, of the rows {of_the_rows * 1000:.0f} ms")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else REQUESTS)
