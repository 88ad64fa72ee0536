"""From rows to questions: what each row asks, which are equal, and which ask nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from nbchat.dataframes.asking import RowQuestion
from nbchat.dataframes.records import Records
from nbchat.dataframes.template import Filled, Template, is_missing
from nbchat.errors import BadAttachment, NbchatError
from nbchat.messages import Message
from nbchat.wording import plural

KEY_BYTES = 16


@dataclass(slots=True)
class Questions:
    """The different questions of some rows, in the order of the data."""

    rows: int = 0
    different: list[RowQuestion] = field(default_factory=list)
    rows_of: dict[str, list[int]] = field(default_factory=dict)  # by a question's key
    skipped: Counter[str] = field(default_factory=Counter)  # by the column that is empty there
    refused: dict[int, NbchatError] = field(default_factory=dict)  # rows that cannot be sent
    masked: int = 0  # rows in which a key stood

    @classmethod
    def of(cls, records: Records, template: Template) -> Questions:
        """What `template` asks of each row."""
        columns = [records.cells(name) for name in template.columns]
        made = cls()
        for cells in zip(*columns, strict=True):
            made._add(template, cells)
            made.rows += 1
        return made

    def _add(self, template: Template, cells: Sequence[Any]) -> None:
        for column, cell in zip(template.columns, cells, strict=True):
            if is_missing(cell):
                self.skipped[column] += 1
                return
        filled = template.fill(cells)
        if filled.refusal:
            self.refused[self.rows] = BadAttachment(f"{filled.refusal}.")
            return
        self.masked += filled.has_masked
        key = _key(filled)
        same = self.rows_of.setdefault(key, [])
        if not same:
            self.different.append(RowQuestion(key, _prompt(filled)))
        same.append(self.rows)

    @property
    def equal(self) -> int:
        """How many rows are like one before them."""
        return sum(map(len, self.rows_of.values())) - len(self.different)

    @property
    def remarks(self) -> list[str]:
        """What a person is told of rows that are not asked as they are, a line each."""
        lines = [
            f"{plural(count, 'row')} skipped: nothing stands in {column!r} there."
            for column, count in self.skipped.items()
        ]
        if self.refused:
            why = next(iter(self.refused.values()))
            lines.append(f"{plural(len(self.refused), 'row')} cannot be sent: " + why.happened)
        if self.masked:
            lines.append(f"A key stood in {plural(self.masked, 'row')}, and is not sent.")
        return lines


def _prompt(filled: Filled) -> str | list[Message]:
    if not filled.attached:
        return filled.text
    return [Message("user", [filled.text, *filled.attached])]


def _key(filled: Filled) -> str:
    """The same for equal questions, in every process."""
    digest = blake2b(filled.text.encode("utf-8", "surrogatepass"), digest_size=KEY_BYTES)
    for part in filled.attached:
        digest.update(b"\0" + part.data)
    return digest.hexdigest()
