"""A value as safe HTML: a table that scrolls, and the JSON folded below it.

Each cell is a text of the model's: nothing in it is markup, and no character hides. The same
value gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from nbchat.languages.live import said
from nbchat.render import inline_style
from nbchat.render.characters import readable, undisguised
from nbchat.render.page_parts import details, line, note
from nbchat.render.value_table import (
    Member,
    Table,
    first_rows,
    items_of,
    last_rows,
    members_of,
)
from nbchat.wording import plural, shorten

LONGEST_JSON = 20_000  # characters that are folded below a table
LONGEST_OPEN = 2_000  # characters of a value that is shown in all its height
MOST_LINES = 40  # of a text in a cell


def value_html(value: Any, json: str) -> str:
    """A value that is whole: its table, and below it `json`, folded."""
    items = items_of(value)
    if items is None:
        members = members_of(value)
        folded = "" if isinstance(members, str) else _json_html(json)  # one text says it all
        return f"{_members_html(members)}{folded}"
    table = first_rows(items)
    return f"{_box(_table_html(table))}{_remark(table)}{_json_html(json)}"


def growing_html(value: Any) -> str:
    """The value so far: the last rows of a list; what nobody has checked yet is paler."""
    items = items_of(value)
    if items is None:
        return f"<div class=nbc-grows>{_members_html(members_of(value))}</div>"
    if not items:
        return ""
    table = last_rows(items)
    return f"{_remark(table)}{_box(_table_html(table), inline_style.SCROLLS)}"


def _box(inner: str, style: str = inline_style.TALL) -> str:
    """What scrolls, within reach of the keyboard."""
    return f'<div class=nbc-rows tabindex=0 style="{style}">{inner}</div>' if inner else ""


def _remark(table: Table) -> str:
    return note(said(table.remark)) if table.remark else ""


def _table_html(table: Table) -> str:
    if not table.rows:
        return ""
    marks = ["" if is_right else f" style={inline_style.LEFT}" for is_right in table.right]
    head = f"<thead>{_row_html('th', table.head, marks)}</thead>" if table.head else ""
    body = "".join(_row_html("td", row, marks) for row in table.rows)
    return f"<table>{head}<tbody>{body}</tbody></table>"


def _row_html(tag: str, cells: Sequence[str], marks: Sequence[str]) -> str:
    drawn = [f"<{tag}{mark}>{line(cell)}</{tag}>" for cell, mark in zip(cells, marks, strict=True)]
    return f"<tr>{''.join(drawn)}</tr>"


def _members_html(members: list[Member] | str) -> str:
    """Names and values below each other."""
    if isinstance(members, str):
        return f"<p dir=auto>{_lines(members)}</p>"
    mark = f"style={inline_style.LEFT}"
    rows = []
    for one in members:
        cell = _lines(one.text)
        if one.table is not None:
            cell = f"{_table_html(one.table)}{_remark(one.table)}"
        rows.append(f"<tr><th {mark}>{line(one.name)}</th><td {mark}>{cell}</td></tr>")
    is_long = len(members) > MOST_LINES or sum(len(one.text) for one in members) > LONGEST_OPEN
    style = inline_style.TALL if is_long else inline_style.SCROLLS
    return _box(f"<table><tbody>{''.join(rows)}</tbody></table>", style)


def _lines(text: str) -> str:
    lines = readable(text).split("\n")
    rest = [" ".join(lines[MOST_LINES:])] if len(lines) > MOST_LINES else []
    return "<br>".join(map(line, [*lines[:MOST_LINES], *rest]))


def _json_html(json: str) -> str:
    words = escape(undisguised(readable(shorten(json, LONGEST_JSON))), quote=False)
    size = said(plural(len(json), "character"))
    return details(f"JSON, {size}", f"<pre class=nbc-plain>{words}</pre>")
