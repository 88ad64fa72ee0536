"""A script that maps over rows, in a process of its own that a test kills.

python -m tests.dataframes.killed_map RESULT ROWS
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import nbchat

from .rows_service import MODEL

FAST = 20_000  # requests a second


def main() -> None:
    result, rows = Path(sys.argv[1]), int(sys.argv[2])
    data = [f"row {number}" for number in range(rows)]
    out = nbchat.map(data, "About {value}?", MODEL, name="killed", rate=FAST)
    result.write_text(json.dumps([str(row.answer) for row in out]))


if __name__ == "__main__":
    main()
