"""Counts what passed by family; printed at the end of a test run."""

from __future__ import annotations

from collections import Counter


class Scores:
    def __init__(self) -> None:
        self.passed: Counter[str] = Counter()
        self.tried: Counter[str] = Counter()

    def count(self, family: str, passed: bool) -> None:
        self.tried[family] += 1
        self.passed[family] += passed

    def lines(self) -> list[str]:
        return [f"{family}: {self.passed[family]} of {self.tried[family]}" for family in self.tried]


SCORES = Scores()
