"""What a run did not test, and why: listed at its end.

With `NBCHAT_REQUIRE_ALL=1`, as in CI, a test that is skipped fails, unless its reason is one that
no preparation can mend.
"""

from __future__ import annotations

import os
import re
from collections import Counter

import pytest

REQUIRED = os.environ.get("NBCHAT_REQUIRE_ALL") == "1"  # read before a test cleans the environment
ALLOWED = {
    "no small file system can be mounted here": "mounting takes rights that few machines give",
    "no recorded answers at": "the recordings are no part of the project",
    "llama.cpp's server is not installed": "it is built in minutes",
    "is taken": "another program listens at a port that we must not choose",
}


def reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    """Why it was skipped, in the words of the test."""
    words = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return words.removeprefix("Skipped: ")


def require(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Let a skip fail where everything is required."""
    if not REQUIRED or not report.skipped:
        return
    if hasattr(report, "wasxfail") or any(allowed in reason(report) for allowed in ALLOWED):
        return
    report.outcome = "failed"
    report.longrepr = f"NBCHAT_REQUIRE_ALL=1, but it was skipped: {reason(report)}"


def lines(reports: list[pytest.TestReport | pytest.CollectReport]) -> list[str]:
    """Each reason, with how many tests it took and in which files."""
    counts: Counter[tuple[str, str]] = Counter()
    for report in reports:
        counts[report.nodeid.partition("::")[0], re.sub(r"\s+", " ", reason(report))] += 1
    return [f"{count} of {file}: {why}" for (file, why), count in sorted(counts.items())]
