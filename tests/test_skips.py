"""What is skipped is said, and fails where all is required."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from . import skips
from .wire.replay import why_none


def skipped(why: str) -> Any:
    where = ("tests/room/test_some.py", 7, f"Skipped: {why}")
    return pytest.TestReport(
        "tests/room/test_some.py::test_it", where, {}, "skipped", where, "call"
    )


def test_a_skip_fails_where_all_is_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(skips, "REQUIRED", True)
    report = skipped("no such program")

    skips.require(report)

    assert report.failed
    assert "no such program" in report.longrepr


def test_what_no_preparation_can_mend_is_skipped_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(skips, "REQUIRED", True)
    report = skipped(why_none("gemini", Path("/nowhere")))

    skips.require(report)

    assert report.skipped


def test_a_folder_of_recordings_without_those_of_a_family_fails(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(skips, "REQUIRED", True)
    report = skipped(why_none("gemini", tmp_path))

    skips.require(report)

    assert report.failed


def test_a_run_lists_its_skips_by_file_and_reason() -> None:
    assert skips.lines([skipped("no npm"), skipped("no npm"), skipped("no curl")]) == [
        "1 of tests/room/test_some.py: no curl",
        "2 of tests/room/test_some.py: no npm",
    ]
