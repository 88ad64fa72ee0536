"""What the demo says of what it was sent: that it came, and what could be seen of it."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from contextlib import suppress

from nbchat.engine.demo.counting import COUNTS, count_columns
from nbchat.engine.demo.sent import Sent, Value, read_sent

MOST_NAMED = 6  # columns in a sentence
MOST_LINES = 12  # rows of a table of columns, or lines of what a cell showed
SCRIPT = "I am a script, and say no more than what I was sent."

_NUMBER = "[0-9][0-9,]{0,15}"
_TABLE = re.compile(
    rf"(?P<type>[\w ]+?), (?P<size>{_NUMBER} rows? × (?P<columns>{_NUMBER}) columns?)"
)
_INDEX = re.compile(
    r"index(?: |$)"
)  # alone, or before its name; other names with a space are quoted
_COLUMN = re.compile(r"(?P<name>[^:]+): (?P<what>.+)")
_FIRST_ROWS = re.compile(r"^(?P<rows>(?:The only|First [\d,]+) rows?) as CSV:$", re.M)
_CUT = re.compile(r"^… \((?P<rows>[\d,]+) of [\d,]+ rows\)$", re.M)


def about_sent(question: str) -> str:
    """What to say of a question with which something went along; empty for words alone."""
    sent = read_sent(question)
    if not sent.is_more_than_words:
        return ""
    others = [value for value in sent.values if not _is_table(value)]
    said = [_about_others(others)] if others else []
    said += [_about_table(value) for value in sent.values if _is_table(value)]
    said += [_about_unchanged(sent.unchanged)] if sent.unchanged else []
    said += [_about_cells(sent)] if sent.cells else []
    said += [_about_error(sent)] if sent.error else []
    text = "\n\n".join(said)
    if COUNTS in text:
        return text
    return f"{text}\n\n{SCRIPT}" if text.endswith("```") else f"{text} {SCRIPT}"


def has_table(sent: Sent) -> bool:
    return any(map(_is_table, sent.values))


def _is_table(value: Value) -> bool:
    return bool(_TABLE.match(value.kind))


# --- tables --------------------------------------------------------------------------------------


def _about_table(value: Value) -> str:
    match = _TABLE.match(value.kind)
    assert match is not None
    again = "again, for it has changed: " if value.has_changed else ""
    what = f"You sent `{value.name}`, {again}{_article(match['type'])} of {match['size']}"
    if value.language == "csv":
        return _about_rows(value, what, int(match["columns"].replace(",", "")))
    columns = columns_told(value.text)
    rows = _FIRST_ROWS.search(value.text)
    head = "| column | what I was told of it |\n|---|---|"
    table = "\n".join(f"| {_cell(name)} | {_cell(told)} |" for name, told in columns[:MOST_LINES])
    more = len(columns) - MOST_LINES
    left = f" The table goes on with {more} more." if more > 0 else ""
    end = f"I also saw its {rows['rows'].lower()}." if rows else "I saw none of its values."
    return f"{what}:\n\n{head}\n{table}\n\n{end}{left}"


def _about_rows(value: Value, what: str, columns: int) -> str:
    """Of a table that came as CSV: whole, or its first rows."""
    names: list[str] = []
    with suppress(csv.Error):
        names = next(csv.reader(value.text.split("\n")[:1]), [])
    names = names[max(len(names) - columns, 0) :]  # without those of the index, which stands first
    what = f"{what} with {_listed(names)}" if names else what
    if cut := _CUT.search(value.text):
        what += f", of which I saw the first {cut['rows']}"
    counted = count_columns(value.text, value.name)
    return f"{what}. {COUNTS}\n\n{counted}" if counted else f"{what}."


def columns_told(text: str) -> list[tuple[str, str]]:
    """The columns of a brief or a schema, and what is said of each; the index is none."""
    lines = _FIRST_ROWS.split(text)[0].split("\n")
    found = [match for match in map(_COLUMN.fullmatch, lines) if match]
    return [(match["name"], match["what"]) for match in found if not _INDEX.match(match["name"])]


# --- everything else -----------------------------------------------------------------------------


def _about_others(values: Sequence[Value]) -> str:
    return f"You sent {_joined([_told(value) for value in values])}."


def _told(value: Value) -> str:
    *_, last = value.text.split("\n")
    if value.text.startswith("Traceback"):
        return f"`{value.name}` (a traceback, whose last line is {_code(last)})"
    kind = value.kind or "a value"
    lines = value.text.count("\n") + 1
    size = f" of {lines} lines" if lines > 1 and "," not in kind else ""
    return f"`{value.name}` ({kind}{size})"


def _about_unchanged(names: Sequence[str]) -> str:
    listed = _joined([f"`{name}`" for name in names])
    if len(names) == 1:
        return (
            f"{listed} has not changed since you sent it. It did not go out again; I read it above."
        )
    return f"{listed} have not changed since you sent them. They did not go out again."


def _about_cells(sent: Sent) -> str:
    numbers = _joined([f"`In[{number}]`" for number in sent.cells])
    count = "a cell" if len(sent.cells) == 1 else f"{len(sent.cells)} cells"
    said = f"You sent {count} above, {numbers}."
    if not sent.shown:
        return said
    lines = sent.shown.split("\n")
    kept = "\n".join(lines[:MOST_LINES])
    marks = "`" * (max(map(len, re.findall("`{3,}", kept)), default=2) + 1)
    which = "It" if len(sent.cells) == 1 else "The last"
    return f"{said} {which} showed:\n\n{marks}text\n{kept}\n{marks}"


def _about_error(sent: Sent) -> str:
    cell = f"cell [{sent.failed}]" if sent.failed else "a cell"
    return (
        f"You sent the last error: {cell} failed with **{sent.error}**. "
        "`%chat explain` and `%chat fix` ask about it."
    )


# --- words ---------------------------------------------------------------------------------------


def _article(word: str) -> str:
    return f"{'an' if word[0] in 'AEIOUaeiou' else 'a'} {word}"


def _listed(names: Sequence[str]) -> str:
    """As many names as a sentence bears."""
    more = len(names) - MOST_NAMED
    words = [_code(name) for name in names[:MOST_NAMED]]
    return _joined([*words, *([f"{more} more"] if more > 0 else [])])


def _joined(words: Sequence[str]) -> str:
    """`a, b and c`"""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def _code(text: str) -> str:
    return f"`{text.replace('`', ' ')}`"


def _cell(text: str) -> str:
    """A text that stays in its cell of a table, and is no markup there."""
    return _code(text.replace("|", " "))
