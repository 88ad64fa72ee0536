"""A value in a terminal: a table drawn by rich, of texts that have been cleaned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table as Grid
from rich.text import Text

from nbchat.languages.live import live, said
from nbchat.render.terminal.clean import clean_words
from nbchat.render.value_table import Member, Table, first_rows, items_of, last_rows, members_of


@live()
def value_page(value: Any) -> RenderableType:
    """The beginning of a value that is whole."""
    items = items_of(value)
    return _members(members_of(value)) if items is None else _table(first_rows(items))


@live()
def growing_page(value: Any, most_lines: int) -> RenderableType:
    """The end of a list that grows, in so many rows; of anything else its first lines."""
    items = items_of(value)
    if items is not None:
        return _table(last_rows(items, max(most_lines, 1)))
    members = members_of(value)
    return _members(members if isinstance(members, str) else members[:most_lines], "dim")


def _table(table: Table) -> RenderableType:
    grid = Grid(box=box.SIMPLE_HEAD, show_header=bool(table.head), pad_edge=False)
    for number, is_right in enumerate(table.right):
        name = table.head[number] if table.head else ""
        grid.add_column(_cell(name), justify="right" if is_right else "left", overflow="fold")
    for row in table.rows:
        grid.add_row(*map(_cell, row))
    below = [_cell(said(table.remark), "dim")] if table.remark else []
    return Group(*([grid] if table.rows else []), *below)


def _members(members: Sequence[Member] | str, style: str = "none") -> RenderableType:
    if isinstance(members, str):
        return _cell(members, style)
    grid = Grid(box=None, show_header=False, pad_edge=False)
    grid.add_column(style="bold")
    grid.add_column(overflow="fold")
    for one in members:
        grid.add_row(_cell(one.name), _cell(one.text, style))
    return grid


def _cell(text: str, style: str = "none") -> Text:
    return Text(clean_words(text), style=style)
