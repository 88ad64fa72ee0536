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

    def add(self, counts: dict[str, list[int]]) -> None:
        """What another process has counted: passed and tried, by family."""
        for family, (passed, tried) in counts.items():
            self.passed[family] += passed
            self.tried[family] += tried

    def counts(self) -> dict[str, list[int]]:
        return {family: [self.passed[family], self.tried[family]] for family in self.tried}

    def lines(self) -> list[str]:
        return [f"{family}: {self.passed[family]} of {self.tried[family]}" for family in self.tried]


SCORES = Scores()
