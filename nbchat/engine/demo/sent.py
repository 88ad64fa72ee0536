"""What went along with a question: values in their fences, cells above, the last error.

It is read from the words alone, as any model reads them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

_VALUE = re.compile(r"`(?P<name>[^`]+)`(?: \((?P<kind>.*)\))?:")
_UNCHANGED = re.compile(r"`(?P<name>[^`]+)`: as shown above\.")
_CHANGED = re.compile(r"`(?P<name>[^`]+)` has changed since it was sent above\.")
_CELLS = re.compile(r"Cells above, as they ran \(.*\):")
_CELL = re.compile(r"In\[(?P<number>\d+)\]")
_ERROR = re.compile(
    r"This cell (?:\[(?P<number>\d+)\] )?of the notebook failed with (?P<kind>\w+):"
)
_FENCE = re.compile(r"(?P<marks>`{3,})(?P<language>\w*)")


@dataclass(slots=True, frozen=True)
class Value:
    """A value as it was sent; `has_changed` says that an earlier question sent another."""

    name: str
    kind: str
    language: str
    text: str
    has_changed: bool = False


@dataclass(slots=True)
class Sent:
    """What was typed, and what went along with it."""

    typed: str
    values: list[Value] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)  # names of values that went out before
    cells: list[int] = field(default_factory=list)  # numbers of the cells above
    shown: str = ""  # what the last of these cells showed
    error: str = ""  # the kind of the last error
    failed: str = ""  # the number of the cell that failed

    @property
    def is_more_than_words(self) -> bool:
        return bool(self.values or self.unchanged or self.cells or self.error)


def read_sent(question: str) -> Sent:
    """Tell what was typed from what went along.

    >>> sent = read_sent("Why?\\n\\n`x` (list, 2 items):\\n```python\\n[1, 2]\\n```")
    >>> sent.typed, sent.values
    ('Why?', [Value(name='x', kind='list, 2 items', language='python', text='[1, 2]', ...)])
    """
    lines = question.split("\n")
    first = next((n for n, _ in _outside(lines) if _is_heading(lines, n)), len(lines))
    sent = Sent("\n".join(lines[:first]).strip())
    changed = ""
    for n, line in _outside(lines[first:]):
        n += first
        if match := _UNCHANGED.fullmatch(line):
            sent.unchanged.append(match["name"])
        elif match := _CHANGED.fullmatch(line):
            changed = match["name"]
        elif match := _ERROR.fullmatch(line):
            sent.error, sent.failed = match["kind"], match["number"] or ""
        elif match := _CELL.match(line):
            sent.cells += [int(match["number"])] if int(match["number"]) not in sent.cells else []
            sent.shown = _fenced(lines, n + 1)[1] if line.endswith(" showed:") else ""
        elif (match := _VALUE.fullmatch(line)) and _opens(lines, n + 1):
            language, text = _fenced(lines, n + 1)
            name = match["name"]
            sent.values.append(Value(name, match["kind"] or "", language, text, name == changed))
    return sent


def _is_heading(lines: Sequence[str], n: int) -> bool:
    """Whether what goes along begins at this line."""
    line = lines[n]
    if any(one.fullmatch(line) for one in (_UNCHANGED, _CHANGED, _CELLS, _ERROR)):
        return True
    return bool(_VALUE.fullmatch(line)) and _opens(lines, n + 1)


def _outside(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """The lines that stand in no fence, with their numbers."""
    closing = ""
    for n, line in enumerate(lines):
        if closing:
            closing = "" if line == closing else closing
        elif opening := _FENCE.fullmatch(line):
            closing = opening["marks"]
        else:
            yield n, line


def _opens(lines: Sequence[str], n: int) -> bool:
    return n < len(lines) and bool(_FENCE.fullmatch(lines[n]))


def _fenced(lines: Sequence[str], n: int) -> tuple[str, str]:
    """The language and the text of the fence that opens at this line."""
    opening = _FENCE.fullmatch(lines[n]) if n < len(lines) else None
    if opening is None:
        return "", ""
    end = next((m for m in range(n + 1, len(lines)) if lines[m] == opening["marks"]), len(lines))
    return opening["language"], "\n".join(lines[n + 1 : end])
